"""The work-list: views over the cases that somebody may see, and for each row the one phrase that says why."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.core import clock, search
from portal.core.actors import Actor
from portal.core.models import (
    Case,
    CasePerson,
    Conflict,
    ConflictCase,
    Consent,
    Message,
    Participant,
    UnmappedCode,
    Vertical,
)
from portal.core.paging import Cursor
from portal.core.search import ListFilter, Order, Sort
from portal.core.vocabulary import (
    READ_ONLY,
    Answer,
    ConsentMode,
    ConsentStatus,
    Direction,
    ParticipantStatus,
    PersonRole,
    Role,
    Status,
    WorkState,
)

SOON = 14  # days ahead that a date is worth a word
CONSENT_SOON = 30

# What is shown of a row, in the statement that loads it.
SHOWN = (
    joinedload(Case.owner),
    joinedload(Case.escalated_to),
    joinedload(Case.subject_person),
    joinedload(Case.subject_household),
    joinedload(Case.primary_vertical),
)


class View(enum.StrEnum):
    """The tabs over the work-list."""

    MINE = "mine"
    NEEDS_ME = "needs-me"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    ALL = "all"


class Why(enum.StrEnum):
    """Why a row is in the list; pages have the words."""

    ESCALATED = "escalated"
    REPLIED = "replied"
    OVERDUE = "overdue"
    CONFLICT = "conflict"
    CONSENT_EXPIRED = "consent_expired"
    CONSENT_EXPIRES = "consent_expires"
    TRIAGE = "triage"
    REVIEW_TODAY = "review_today"
    NOT_OPTED_IN = "not_opted_in"
    UNASSIGNED = "unassigned"
    REVIEW_SOON = "review_soon"
    WAITING_REPLY = "waiting_reply"
    WAITING = "waiting"
    STATE = "state"
    NO_DATE = "no_date"
    IN_WORK = "in_work"


@dataclass(frozen=True)
class Row:
    """A case of the list with what is said about it."""

    case: Case
    clients: list[CasePerson]
    why: Why
    told: Mapping[str, Any] = field(default_factory=dict)
    is_late: bool = False  # the next date has passed while the case is still worked on
    is_unmapped: bool = False  # a code that it came with is on no list

    @property
    def in_danger(self) -> bool:
        """Whether somebody is in immediate danger."""
        return self.case.immediate_danger is Answer.YES


@dataclass(frozen=True)
class RowPage:
    """A page of rows with what leads to its neighbours."""

    rows: list[Row]
    following: Cursor | None
    preceding: Cursor | None
    first: int


@dataclass(frozen=True)
class _Known:
    """What is known of the cases of one page, each part read in one statement."""

    today: dt.date
    clients: dict[int, list[CasePerson]]
    replies: dict[int, dt.datetime]
    unmapped: set[int]
    conflicts: set[int]
    consents: dict[tuple[int, int], dt.datetime]
    waiting: dict[int, tuple[str, dt.datetime]]


def usual_view(actor: Actor) -> View:
    """Where somebody begins: auditors own no cases."""
    return View.ALL if actor.role is Role.AUDITOR else View.MINE


def usual_sort(view: View) -> Sort:
    """The order of a view that nobody chose: what presses first, elsewhere what moved last."""
    if view in (View.NEEDS_ME, View.UNASSIGNED):
        return Sort(Order.PRIORITY, descending=True)
    return Sort(Order.NEXT_DATE, descending=False) if view is View.OVERDUE else Sort(Order.UPDATED, descending=True)


def of_view(view: View, wanted: ListFilter, today: dt.date) -> ListFilter:
    """The filter that somebody chose, within a view."""
    if view is View.MINE:
        return replace(wanted, mine=True)
    if view is View.NEEDS_ME:
        return replace(wanted, mine=True, needing_action_on=today)
    if view is View.UNASSIGNED:
        return replace(wanted, unassigned=True)
    return replace(wanted, review_before=today) if view is View.OVERDUE else wanted


def page(
    session: Session, actor: Actor, wanted: ListFilter, sort: Sort, today: dt.date, *, cursor: Cursor | None = None
) -> RowPage:
    """A page of the work-list. Raises InvalidInput for a cursor of another list."""
    found = search.page(session, actor, wanted, sort, cursor=cursor, options=SHOWN)
    return RowPage(rows_of(session, actor, found.cases, today), found.following, found.preceding, found.first)


def counts(session: Session, actor: Actor, today: dt.date, chosen: ListFilter | None = None) -> dict[str, int]:
    """How many cases each view holds, and ``chosen`` beside them; more than a thousand count as 1001."""
    lists = {view.value: of_view(view, ListFilter(), today) for view in View}
    return search.counts(session, actor, lists | ({"chosen": chosen} if chosen is not None else {}))


def rows_of(session: Session, actor: Actor, cases: list[Case], today: dt.date) -> list[Row]:
    """Each case with why it is here, in a fixed number of statements."""
    known = _known(session, cases, today)
    rows = []
    for case in cases:
        late = case.review_date is not None and case.review_date < today and case.lifecycle_status not in READ_ONLY
        clients = known.clients.get(case.id, [])
        rows.append(Row(case, clients, *_why(actor, case, known), late, case.id in known.unmapped))
    return rows


def _why(actor: Actor, case: Case, known: _Known) -> tuple[Why, dict[str, Any]]:
    """The first thing that presses; then the next step; then honestly that there is nothing special."""
    if case.lifecycle_status in (Status.CLOSED, Status.ARCHIVED, Status.SUSPENDED):
        return Why.STATE, {}
    if case.escalated and case.escalated_to_id is not None:
        return Why.ESCALATED, {"to": case.escalated_to, "mine": case.escalated_to_id == actor.user_id}
    if case.id in known.replies:
        return Why.REPLIED, {"at": known.replies[case.id]}
    return _dated(case, known) or _waiting(case, known)


def _dated(case: Case, known: _Known) -> tuple[Why, dict[str, Any]] | None:
    days = (case.review_date - known.today).days if case.review_date is not None else None
    if days is not None and days < 0:
        return Why.OVERDUE, {"days": -days}
    if case.id in known.conflicts:
        return Why.CONFLICT, {}
    until = known.consents.get((case.subject_person_id or 0, case.primary_vertical_id))
    if until is not None and case.primary_vertical.pack.consent_mode is ConsentMode.REQUIRED:
        left = (until - clock.now()).days
        return (Why.CONSENT_EXPIRED, {}) if until <= clock.now() else (Why.CONSENT_EXPIRES, {"days": left})
    return (Why.REVIEW_TODAY, {}) if days == 0 else None


def _waiting(case: Case, known: _Known) -> tuple[Why, dict[str, Any]]:
    if case.needs_triage:
        return Why.TRIAGE, {}
    if case.id in known.waiting:
        vertical, since = known.waiting[case.id]
        return Why.NOT_OPTED_IN, {"vertical": vertical, "days": (clock.now() - since).days}
    if case.lifecycle_status is not Status.ACTIVE:
        return Why.STATE, {}
    if case.owner_id is None:
        return Why.UNASSIGNED, {}
    if case.work_state is not WorkState.FOR_ACTION:
        return (Why.WAITING_REPLY if case.work_state is WorkState.WAITING_REPLY else Why.WAITING), {}
    if case.review_date is None:
        return Why.NO_DATE, {}
    days = (case.review_date - known.today).days
    return (Why.REVIEW_SOON, {"days": days}) if days <= SOON else (Why.IN_WORK, {})


def _known(session: Session, cases: list[Case], today: dt.date) -> _Known:
    numbers = [case.id for case in cases]
    return _Known(
        today,
        clients_of(session, numbers),
        _replies(session, numbers),
        set(session.scalars(sa.select(UnmappedCode.case_id).where(UnmappedCode.case_id.in_(numbers)).distinct())),
        _conflicts(session, numbers),
        _consents(session, cases),
        _not_opted_in(session, numbers),
    )


def clients_of(session: Session, numbers: list[int]) -> dict[int, list[CasePerson]]:
    """The clients of each of these cases, first named first."""
    query = sa.select(CasePerson).where(CasePerson.case_id.in_(numbers), CasePerson.role == PersonRole.CLIENT.value)
    query = query.order_by(CasePerson.case_id, CasePerson.position, CasePerson.id)
    found: dict[int, list[CasePerson]] = {}
    for part in session.scalars(query.options(joinedload(CasePerson.person))):
        found.setdefault(part.case_id, []).append(part)
    return found


def _replies(session: Session, numbers: list[int]) -> dict[int, dt.datetime]:
    """When the last message of a case came, where it came from outside and nobody has answered."""
    of_case = aliased(Case)
    newest = sa.select(Message.id).where(Message.case_id == of_case.id, Message.withdrawn_at.is_(None))
    newest = newest.order_by(Message.sent_at.desc(), Message.id.desc()).limit(1).correlate(of_case).scalar_subquery()
    last = sa.select(newest).select_from(of_case).where(of_case.id.in_(numbers))
    query = sa.select(Message.case_id, Message.sent_at).where(Message.id.in_(last))
    rows = session.execute(query.where(Message.direction == Direction.INBOUND))
    return {case_id: at for case_id, at in rows}


def _conflicts(session: Session, numbers: list[int]) -> set[int]:
    query = sa.select(ConflictCase.case_id).join(Conflict, Conflict.id == ConflictCase.conflict_id)
    return set(session.scalars(query.where(ConflictCase.case_id.in_(numbers), Conflict.status == "open")))


def _consents(session: Session, cases: list[Case]) -> dict[tuple[int, int], dt.datetime]:
    """When the consents of these subjects end, where that is soon or has been."""
    people = {case.subject_person_id for case in cases if case.subject_person_id is not None}
    query = sa.select(Consent.person_id, Consent.vertical_id, Consent.active_until).where(
        Consent.person_id.in_(people),
        Consent.status == ConsentStatus.ACTIVE,
        Consent.active_until < clock.now() + dt.timedelta(days=CONSENT_SOON),
    )
    return {(person, vertical): until for person, vertical, until in session.execute(query)}


def _not_opted_in(session: Session, numbers: list[int]) -> dict[int, tuple[str, dt.datetime]]:
    """The vertical that has been asked for longest to take part and has not answered."""
    query = sa.select(Participant.case_id, Vertical.name, Participant.added_at)
    query = query.join(Vertical, Vertical.id == Participant.vertical_id).where(
        Participant.case_id.in_(numbers), Participant.status == ParticipantStatus.PENDING_OPT_IN
    )
    rows = session.execute(query.order_by(Participant.added_at.desc(), Participant.id.desc()))
    return {case_id: (name, at) for case_id, name, at in rows}
