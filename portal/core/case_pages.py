"""Numbered pages of cases with an exact total, for doors that promise both; the work-list follows its indexes instead.

Merged cases are shown by their survivor, and what another system deleted is absent.
"""

import datetime as dt
import enum
from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core.actors import Actor
from portal.core.models import Case, CasePerson, CaseTag, Person
from portal.core.permissions import visible_cases
from portal.core.vocabulary import PersonRole, Status, WorkState
from portal.core.words import OPENED_IN_ERROR


class Moment(enum.StrEnum):
    """The moments of a case by which it can be found."""

    CREATED = "created_at"
    ACTIONED = "last_actioned_at"
    CHANGED = "updated_at"


class Order(enum.StrEnum):
    """What a page of cases can be ordered by."""

    NUMBER = "number"
    SURNAME = "surname"
    CREATED = "created"
    ACTIONED = "actioned"


class Match(enum.StrEnum):
    """How several tags are asked for."""

    ANY = "any"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True)
class State:
    """A state to find: any of these statuses, and where the case is worked on, what it waits for."""

    statuses: frozenset[Status]
    work_state: WorkState | None = None


@dataclass(frozen=True)
class TagRule:
    """Tags that a case has: any, all or none of them; ``negated``: for which that is not so."""

    tag_ids: tuple[int, ...]
    match: Match = Match.ANY
    negated: bool = False


@dataclass(frozen=True)
class CaseFilter:
    """What to find. Empty means all; several values of one kind mean any of them; kinds are joined by "and"."""

    text: str = ""
    numbers: tuple[int, ...] = ()
    states: tuple[State, ...] = ()
    case_types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    contact_types: tuple[str, ...] = ()
    owner_ids: tuple[int, ...] = ()
    creator_ids: tuple[int, ...] = ()
    client_ids: tuple[int, ...] = ()
    moment: Moment = Moment.CREATED
    since: dt.datetime | None = None
    until: dt.datetime | None = None  # exclusive
    tags: tuple[TagRule, ...] = ()


@dataclass(frozen=True)
class CasePage:
    """A page of cases and how many there are on all pages."""

    cases: list[Case]
    total: int


def page(
    session: Session,
    actor: Actor,
    wanted: CaseFilter,
    *,
    limit: int,
    offset: int = 0,
    order: Order = Order.ACTIONED,
    descending: bool = True,
) -> CasePage:
    """The cases that *actor* may see and that match, a page of them, and their exact number."""
    matching = _matching(actor, wanted)
    total = session.scalar(sa.select(sa.func.count()).select_from(Case).where(*matching)) or 0
    key = _KEYS[order]()
    ordered = (key.desc(), Case.id.desc()) if descending else (key, Case.id)
    query = sa.select(Case).where(*matching).order_by(*ordered).limit(limit).offset(offset)
    query = query.options(joinedload(Case.owner), joinedload(Case.primary_vertical))
    return CasePage(list(session.scalars(query)), total)


def count_by_state(session: Session, actor: Actor, wanted: CaseFilter) -> Counter[tuple[Status, WorkState]]:
    """How many of the cases that match are in each state."""
    query = sa.select(Case.lifecycle_status, Case.work_state, sa.func.count()).where(*_matching(actor, wanted))
    rows = session.execute(query.group_by(Case.lifecycle_status, Case.work_state))
    return Counter({(status, work_state): number for status, work_state, number in rows})


def _matching(actor: Actor, wanted: CaseFilter) -> list[sa.ColumnElement[bool]]:
    deleted = sa.and_(Case.lifecycle_status == Status.ARCHIVED, Case.status_reason == OPENED_IN_ERROR)
    found = [visible_cases(actor), Case.merged_into_id.is_(None), sa.not_(sa.func.coalesce(deleted, sa.false()))]
    if wanted.text.strip():
        found.append(sa.func.lower(Case.summary).contains(wanted.text.strip().lower(), autoescape=True))
    if wanted.states:
        found.append(sa.or_(*[_in_state(state) for state in wanted.states]))
    for column, values in (
        (Case.id, wanted.numbers),
        (Case.case_type, wanted.case_types),
        (Case.category, wanted.categories),
        (Case.contact_type, wanted.contact_types),
        (Case.owner_id, wanted.owner_ids),
        (Case.created_by_id, wanted.creator_ids),
    ):
        if values:
            found.append(column.in_(values))
    if wanted.client_ids:
        found.append(Case.id.in_(_cases_of_clients(wanted.client_ids)))
    return [*found, *_in_time(wanted), *[_tagged(rule) for rule in wanted.tags]]


def _in_state(state: State) -> sa.ColumnElement[bool]:
    of_status = Case.lifecycle_status.in_(state.statuses)
    return of_status if state.work_state is None else sa.and_(of_status, Case.work_state == state.work_state)


def _in_time(wanted: CaseFilter) -> list[sa.ColumnElement[bool]]:
    column = getattr(Case, wanted.moment.value)
    since = [column >= wanted.since] if wanted.since is not None else []
    return since + ([column < wanted.until] if wanted.until is not None else [])


def _cases_of_clients(person_ids: tuple[int, ...]) -> sa.Select:
    part = sa.select(CasePerson.case_id).where(CasePerson.person_id.in_(person_ids))
    return part.where(CasePerson.role == PersonRole.CLIENT.value)


def _tagged(rule: TagRule) -> sa.ColumnElement[bool]:
    return sa.not_(_wears(rule)) if rule.negated else _wears(rule)


def _wears(rule: TagRule) -> sa.ColumnElement[bool]:
    worn = sa.select(CaseTag.case_id).where(CaseTag.tag_id.in_(rule.tag_ids))
    if rule.match is Match.ALL:
        several = sa.func.count(sa.distinct(CaseTag.tag_id)) == len(set(rule.tag_ids))
        return Case.id.in_(worn.group_by(CaseTag.case_id).having(several))
    return Case.id.not_in(worn) if rule.match is Match.NONE else Case.id.in_(worn)


def _surname() -> sa.ColumnElement[str]:
    """The surname of the first client, where only a whole name is known the folded name."""
    name = sa.func.lower(sa.func.coalesce(Person.family_name, Person.name_key))
    query = sa.select(name).join(CasePerson, CasePerson.person_id == Person.id).where(CasePerson.case_id == Case.id)
    query = query.where(CasePerson.role == PersonRole.CLIENT.value).order_by(CasePerson.position, CasePerson.id)
    return sa.func.coalesce(query.limit(1).correlate(Case).scalar_subquery(), "")


_KEYS = {
    Order.NUMBER: lambda: Case.id,
    Order.SURNAME: _surname,
    Order.CREATED: lambda: Case.created_at,
    Order.ACTIONED: lambda: Case.last_actioned_at,
}
