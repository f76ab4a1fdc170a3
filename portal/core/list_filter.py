"""Which cases a list is to hold, and the ways by which the database finds them.

A filter that names few cases is followed itself, within the plain scope; for the others the ways in which an actor
comes to see cases are followed apart, each by its index.
"""

import datetime as dt
import enum
import re
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.core import clock, people
from portal.core.actors import Actor
from portal.core.models import (
    Assignment,
    Case,
    CasePerson,
    Consent,
    CorrespondenceCase,
    CorrespondenceField,
    Household,
    Message,
    Participant,
    PolicyPack,
    WorkflowInstance,
)
from portal.core.models.approval import PENDING as ASKED
from portal.core.models.case import ESCALATED, OPEN, TRIAGE, UNASSIGNED
from portal.core.models.correspondence import field_says
from portal.core.models.participant import PENDING
from portal.core.permissions import assigned_to, led_by_own, visible_cases, ways_to_see
from portal.core.vocabulary import (
    Answer,
    ConsentMode,
    ConsentStatus,
    Direction,
    Origin,
    Priority,
    Status,
)

CLOSED = frozenset({Status.CLOSED, Status.ARCHIVED})
CONSENT_SOON = 30  # days before its end from which a consent is worth a word
LONG_UNASSIGNED = dt.timedelta(days=1)

_open = sa.text(f"cases.{OPEN}")
_unassigned = sa.text(f"cases.{UNASSIGNED}")
_triage = sa.text(f"cases.{TRIAGE}")
_escalated = sa.text(f"cases.{ESCALATED}")
_not_answered = sa.text(f"case_participants.{PENDING}")
_asked = sa.text(f"workflow_instances.{ASKED}")

_other = aliased(Case)

Conditions = list[sa.ColumnElement[bool]]


class Only(enum.StrEnum):
    """What a list can be narrowed to beside the plain facts: what a supervisor counts."""

    LONG_UNASSIGNED = "long-unassigned"
    CONSENT_ENDS = "consent-ends"


@dataclass(frozen=True)
class ListFilter:
    """Which cases are wanted. Empty means all open ones; several values of one kind mean any of them, of ``only`` all.

    ``needing_me_on`` asks for what needs the reader on that day; ``answering`` are the verticals in which they answer
    approvals, which is part of that. None among the owners is nobody. ``fields`` are names and values of custom fields
    of a sender, of which several names must all be there; names are in small letters.
    """

    statuses: frozenset[Status] = frozenset()
    verticals: frozenset[int] = frozenset()
    owners: frozenset[int | None] = frozenset()
    workers: frozenset[int] = frozenset()
    priorities: frozenset[Priority] = frozenset()
    origins: frozenset[Origin] = frozenset()
    text: str = ""
    mine: bool = False
    unassigned: bool = False
    team: bool = False
    awaiting: bool = False
    triage: bool = False
    review_before: dt.date | None = None
    needing_me_on: dt.date | None = None
    answering: frozenset[int] = frozenset()
    only: frozenset[Only] = frozenset()
    references: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    fields: frozenset[tuple[str, str]] = frozenset()
    since: dt.datetime | None = None  # worked on last at this moment or later
    until: dt.datetime | None = None  # worked on last before this moment

    @property
    def is_narrow(self) -> bool:
        """Whether it names few cases, which are found before the scope is looked at."""
        named = self.text.strip() or self.references or self.phones or self.fields
        of_somebody = self.mine or self.workers or (self.owners and None not in self.owners)
        waiting = self.triage or self.awaiting or Only.CONSENT_ENDS in self.only
        return bool(of_somebody or waiting or named)


def ways(actor: Actor, wanted: ListFilter) -> list[Conditions]:
    """The ways to find what is wanted of what *actor* may see; together they are all of it."""
    filters = _filters(actor, wanted)
    if wanted.needing_me_on is not None:
        return [[visible_cases(actor), *filters, *way] for way in _needing(actor, wanted)]
    if wanted.is_narrow:
        return [conditions(actor, wanted)]
    scope = led_by_own(actor) if wanted.team else ways_to_see(actor, wanted.verticals)
    return [[way, *filters] for way in scope]


def conditions(actor: Actor, wanted: ListFilter) -> Conditions:
    """What holds of every case that is wanted and that *actor* may see, for looking at few cases."""
    return [visible_cases(actor), *_filters(actor, wanted)]


def _filters(actor: Actor, wanted: ListFilter) -> Conditions:
    found: Conditions = [Case.merged_into_id.is_(None) if wanted.statuses & CLOSED else _open]
    for column, values in (
        (Case.lifecycle_status, wanted.statuses),
        (Case.primary_vertical_id, wanted.verticals),
        (Case.priority, wanted.priorities),
        (Case.origin, wanted.origins),
    ):
        if values:
            found.append(column.in_(sorted(values)))
    if wanted.owners:
        found.append(_owned_by(wanted.owners))
    if wanted.unassigned:
        found.append(_unassigned)
    if wanted.triage:
        found.append(_triage)
    found += [_in_hands_of(users) for users in ((actor.user_id,) if wanted.mine else (), wanted.workers) if users]
    if wanted.team:
        found.append(Case.primary_vertical_id.in_(sorted(actor.vertical_ids)))
    if wanted.awaiting:
        found.append(Case.id.in_(sa.select(Participant.case_id).where(_not_answered)))
    if wanted.review_before is not None:
        found.append(Case.review_date < wanted.review_before)
    return found + _told(wanted) + [_ONLY[one]() for one in sorted(wanted.only)]


def _long_unassigned() -> sa.ColumnElement[bool]:
    """Nobody has had the case for a day: it came before that, and nobody's time with it ended since."""
    now = clock.now()
    ended = sa.select(1).select_from(Assignment).where(Assignment.case_id == Case.id)
    ended = ended.where(Assignment.effective_until.between(now - LONG_UNASSIGNED, now))
    return sa.and_(_unassigned, Case.created_at <= now - LONG_UNASSIGNED, sa.not_(ended.correlate(Case).exists()))


def _owned_by(owners: frozenset[int | None]) -> sa.ColumnElement[bool]:
    owned = Case.owner_id.in_(sorted(owners - {None}))
    return sa.or_(owned, Case.owner_id.is_(None)) if None in owners else owned


def _told(wanted: ListFilter) -> Conditions:
    """What somebody typed. A case that was merged is found as the one that it is read in."""
    found: Conditions = [_named(wanted.text)] if wanted.text.strip() else []
    if wanted.since is not None:
        found.append(Case.last_actioned_at >= wanted.since)
    if wanted.until is not None:
        found.append(Case.last_actioned_at < wanted.until)
    if wanted.references:
        meant = [each for each in map(_referenced, sorted(wanted.references)) if each is not None]
        found.append(Case.id.in_(sa.union(*meant)) if meant else sa.false())
    if wanted.phones:
        reached = [each for each in map(people.reached_by, sorted(wanted.phones)) if each is not None]
        found.append(with_people(sa.union(*reached)) if reached else sa.false())
    for name in sorted({name for name, _value in wanted.fields}):
        values = sorted(value for one, value in wanted.fields if one == name)
        found.append(Case.id.in_(sa.union(*[_with_field(name, value) for value in values])))
    return found


def by_reference(text: str, case: type[Case] = Case) -> sa.ColumnElement[bool] | None:
    """The case that has this reference or number; None where the text is neither."""
    if re.fullmatch(r"#?[0-9]{1,18}", text):
        return case.id == int(text.removeprefix("#"))
    return case.reference == text.upper() if re.fullmatch(r"[A-Za-z][\w-]*-[0-9]+", text) else None


def _referenced(text: str) -> sa.Select | None:
    which = by_reference(text, _other)
    return None if which is None else sa.select(sa.func.coalesce(_other.root_id, _other.id)).where(which)


def with_people(persons: sa.CompoundSelect) -> sa.ColumnElement[bool]:
    """Cases with one of these people in them."""
    parts = sa.select(CasePerson.case_id).where(CasePerson.person_id.in_(persons)).correlate(None)
    subjects = sa.select(Case.id).where(Case.subject_person_id.in_(persons)).correlate(None)
    return Case.id.in_(sa.union(parts, subjects))


def _with_field(name: str, value: str) -> sa.Select:
    """Cases of which a sender says this; long values are compared by their beginning, as they are indexed."""
    there = sa.select(sa.func.coalesce(_other.root_id, _other.id))
    there = there.join(CorrespondenceCase, CorrespondenceCase.case_id == _other.id)
    there = there.join(CorrespondenceField, CorrespondenceField.correspondence_id == CorrespondenceCase.id)
    return there.where(field_says(name, value))


def _in_hands_of(users: Collection[int | None]) -> sa.ColumnElement[bool]:
    """What any of them owns or is assigned to."""
    owned = sa.select(Case.id).where(Case.owner_id.in_(users)).correlate(None)
    return Case.id.in_(sa.union(owned, assigned_to(users)))


def _needing(actor: Actor, wanted: ListFilter) -> list[Conditions]:
    """Of one's own cases those that wait for an act; what was escalated to one; what one is asked to approve."""
    return [
        [_in_hands_of([actor.user_id]), _needs_action(wanted.needing_me_on)],
        [_escalated, Case.escalated_to_id == actor.user_id],
        [awaits_answer(actor, wanted.answering)],
    ]


def _needs_action(today: dt.date) -> sa.ColumnElement[bool]:
    """Danger, an unanswered message, a date that has come, a consent that ends, a case that waits for its next step."""
    newest = sa.select(Message.direction).where(Message.case_id == Case.id, Message.withdrawn_at.is_(None))
    newest = newest.order_by(Message.sent_at.desc(), Message.id.desc()).limit(1).correlate(Case).scalar_subquery()
    return sa.or_(
        Case.immediate_danger == Answer.YES,
        Case.needs_triage.is_(True),
        Case.lifecycle_status == Status.REOPENED,
        sa.and_(Case.review_date <= today, Case.lifecycle_status != Status.SUSPENDED),
        newest == Direction.INBOUND,
        sa.and_(_consent_ends(), Case.lifecycle_status != Status.SUSPENDED),
    )


def _consent_ends() -> sa.ColumnElement[bool]:
    """The subject's consent, on which the vertical that leads the case works, ends soon or has ended."""
    ending = sa.select(1).select_from(Consent).join(PolicyPack, PolicyPack.vertical_id == Consent.vertical_id)
    return ending.where(*_ending(Case)).correlate(Case).exists()


def _of_ending_consents() -> sa.ColumnElement[bool]:
    """The same, beginning at the consents that end, which are few."""
    ending = sa.select(_other.id).select_from(Consent)
    ending = ending.join(PolicyPack, PolicyPack.vertical_id == Consent.vertical_id)
    return Case.id.in_(ending.join(_other, sa.and_(*_ending(_other))))


_ONLY = {Only.LONG_UNASSIGNED: _long_unassigned, Only.CONSENT_ENDS: _of_ending_consents}


def _ending(case: type[Case]) -> Conditions:
    """What makes a consent that of the subject of *case* on which its vertical works, and lets it end soon.

    The vertical is an expression, so that cases are found by their subject and not among all of the vertical.
    """
    return [
        Consent.person_id == case.subject_person_id,
        Consent.vertical_id == sa.func.coalesce(case.primary_vertical_id, 0),
        Consent.status == ConsentStatus.ACTIVE,
        Consent.active_until < clock.now() + dt.timedelta(days=CONSENT_SOON),
        PolicyPack.consent_mode == ConsentMode.REQUIRED,
    ]


def awaits_answer(actor: Actor, answering: frozenset[int]) -> sa.ColumnElement[bool]:
    """Cases on which an approval is asked for that *actor* can give: as a member of the vertical, or as the owner."""
    asked = sa.select(WorkflowInstance.target_id).where(
        _asked,
        WorkflowInstance.target_type == "case",
        WorkflowInstance.requested_by_id.is_distinct_from(actor.user_id),
    )
    own = Case.primary_vertical_id.in_(sorted(answering & actor.vertical_ids))
    owned = sa.and_(Case.primary_vertical_id.in_(sorted(answering)), Case.owner_id == actor.user_id)
    return sa.and_(Case.id.in_(asked), sa.or_(own, owned))


def _named(text: str) -> sa.ColumnElement[bool]:
    """Cases with this reference or number, or with people or a household of this name."""
    text = text.strip()
    found = [sa.select(Case.id).where(Case.reference == text.upper())]
    if re.fullmatch(r"[0-9]{1,18}", text):
        found.append(sa.select(Case.id).where(Case.id == int(text)))
    named = people.named(text)
    if named is not None:
        found.append(sa.select(CasePerson.case_id).where(CasePerson.person_id.in_(named)))
        found.append(sa.select(Case.id).where(Case.subject_person_id.in_(named)))
        households = sa.select(Household.id).where(Household.name.icontains(text, autoescape=True))
        found.append(sa.select(Case.id).where(Case.subject_household_id.in_(households)))
    return Case.id.in_(sa.union(*[one.correlate(None) for one in found]))
