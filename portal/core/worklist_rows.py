"""Rows of the work-list: each case with the one phrase that says why it is there, in a fixed number of statements."""

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, joinedload

from portal.core import clock
from portal.core.actors import Actor
from portal.core.models import Case, CasePerson
from portal.core.vocabulary import READ_ONLY, Answer, ConsentMode, Status, WorkState
from portal.core.worklist_facts import Known, known_of

SOON = 14  # days ahead that a date is worth a word

# What is shown of a row, in the statement that loads it.
SHOWN = (
    joinedload(Case.owner),
    joinedload(Case.escalated_to),
    joinedload(Case.subject_person),
    joinedload(Case.subject_household),
    joinedload(Case.primary_vertical),
)


class Why(enum.StrEnum):
    """Why a row is in the list; pages have the words."""

    ESCALATED = "escalated"
    APPROVAL = "approval"
    REPLIED = "replied"
    OVERDUE = "overdue"
    CONFLICT = "conflict"
    CONSENT_EXPIRED = "consent_expired"
    CONSENT_EXPIRES = "consent_expires"
    TRIAGE = "triage"
    REVIEW_TODAY = "review_today"
    DANGER = "danger"
    NOT_OPTED_IN = "not_opted_in"
    UNASSIGNED = "unassigned"
    REVIEW_SOON = "review_soon"
    WAITING_REPLY = "waiting_reply"
    WAITING = "waiting"
    STATE = "state"
    NO_DATE = "no_date"
    IN_WORK = "in_work"


Said = tuple[Why, dict[str, Any]]


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


Reason = Callable[[Case, Known], Said | None]


def rows_of(
    session: Session,
    actor: Actor,
    cases: list[Case],
    today: dt.date,
    *,
    first: Reason | None = None,
    answering: frozenset[int] = frozenset(),
) -> list[Row]:
    """Each case with why it is here, in a fixed number of statements.

    ``first`` is what a list is about: it is said before what else presses. ``answering`` are the verticals in which
    *actor* answers approvals.
    """
    known = known_of(session, actor, cases, today, answering)
    rows = []
    for case in cases:
        late = _days(case, known, working=True)
        why = (first(case, known) if first else None) or _why(case, known)
        rows.append(
            Row(case, known.clients.get(case.id, []), *why, late is not None and late < 0, case.id in known.unmapped)
        )
    return rows


def _why(case: Case, known: Known) -> Said:
    """The first thing that presses; then the next step; then honestly that there is nothing special."""
    for reason in _PRESSING:
        said = reason(case, known)
        if said is not None:
            return said
    return _ordinary(case, known)


def _over(case: Case, _known: Known) -> Said | None:
    return (Why.STATE, {}) if case.lifecycle_status in (Status.CLOSED, Status.ARCHIVED) else None


def _escalated(case: Case, known: Known) -> Said | None:
    if not case.escalated or case.escalated_to_id is None:
        return None
    return Why.ESCALATED, {"to": case.escalated_to, "mine": case.escalated_to_id == known.actor.user_id}


def _asked(case: Case, known: Known) -> Said | None:
    return (Why.APPROVAL, {}) if case.id in known.asked else None


def _replied(case: Case, known: Known) -> Said | None:
    return (Why.REPLIED, {"at": known.replies[case.id]}) if case.id in known.replies else None


def _suspended(case: Case, _known: Known) -> Said | None:
    return (Why.STATE, {}) if case.lifecycle_status is Status.SUSPENDED else None


def overdue(case: Case, known: Known) -> Said | None:
    """By how many days a review is late, of a case that is worked on."""
    days = _days(case, known, working=True)
    return (Why.OVERDUE, {"days": -days}) if days is not None and days < 0 else None


def _conflict(case: Case, known: Known) -> Said | None:
    return (Why.CONFLICT, {}) if case.id in known.conflicts else None


def _consent(case: Case, known: Known) -> Said | None:
    until = known.consents.get((case.subject_person_id or 0, case.primary_vertical_id))
    if until is None or case.primary_vertical.pack.consent_mode is not ConsentMode.REQUIRED:
        return None
    left = (until - clock.now()).days
    return (Why.CONSENT_EXPIRED, {}) if until <= clock.now() else (Why.CONSENT_EXPIRES, {"days": left})


def _today(case: Case, known: Known) -> Said | None:
    return (Why.REVIEW_TODAY, {}) if _days(case, known) == 0 else None


def _triage(case: Case, _known: Known) -> Said | None:
    return (Why.TRIAGE, {}) if case.needs_triage else None


def _danger(case: Case, _known: Known) -> Said | None:
    return (Why.DANGER, {}) if case.immediate_danger is Answer.YES else None


def not_opted_in(case: Case, known: Known) -> Said | None:
    """Which vertical has not answered, and for how long."""
    if case.id not in known.waiting:
        return None
    vertical, since = known.waiting[case.id]
    return Why.NOT_OPTED_IN, {"vertical": vertical, "days": (clock.now() - since).days}


_PRESSING: tuple[Reason, ...] = (
    _over,
    _escalated,
    _asked,
    _replied,
    _suspended,
    overdue,
    _conflict,
    _consent,
    _today,
    _triage,
    _danger,
    not_opted_in,
)


def _ordinary(case: Case, known: Known) -> Said:
    """The next step of a case that nothing presses."""
    if case.lifecycle_status is not Status.ACTIVE:
        return Why.STATE, {}
    if case.owner_id is None:
        return Why.UNASSIGNED, {}
    if case.work_state is not WorkState.FOR_ACTION:
        return (Why.WAITING_REPLY if case.work_state is WorkState.WAITING_REPLY else Why.WAITING), {}
    days = _days(case, known)
    if days is None:
        return Why.NO_DATE, {}
    return (Why.REVIEW_SOON, {"days": days}) if days <= SOON else (Why.IN_WORK, {})


def _days(case: Case, known: Known, *, working: bool = False) -> int | None:
    """The days until the next date; with ``working`` only of a case that is worked on."""
    if case.review_date is None or (working and case.lifecycle_status in READ_ONLY):
        return None
    return (case.review_date - known.today).days
