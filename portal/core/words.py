"""Moving a case as a whole by a word of another system: "closed", "resolved", "waiting", "open".

A word may stand for several steps of the lifecycle. They are taken with the same guards and permissions as single
steps, all of them or none; each leaves its own history row, with the reason DIALECT_STATUS or DIALECT_CLOSED.
"""

import enum

from sqlalchemy.orm import Session

from portal.core import audit, cases, transitions
from portal.core.actors import Actor
from portal.core.errors import ReadOnly
from portal.core.models import Case
from portal.core.permissions import Permission, require
from portal.core.vocabulary import Action, Status, WorkState


class Meaning(enum.StrEnum):
    """What a word of another system says of a case."""

    LIVE = "live"
    STABILIZED = "stabilized"
    CLOSED = "closed"


DIALECT_STATUS = "DIALECT_STATUS"
DIALECT_CLOSED = "DIALECT_CLOSED"
OPENED_IN_ERROR = "OPENED_IN_ERROR"

_A = Action
_TO_LIVE = {
    Status.STABILIZED: (_A.CLOSE, _A.REOPEN, _A.ACTIVATE),  # the table has no shorter way back
    Status.CLOSED: (_A.REOPEN, _A.ACTIVATE),
}
_TO_STABILIZED = {
    Status.ACTIVE: (_A.STABILIZE,),
    Status.REOPENED: (_A.ACTIVATE, _A.STABILIZE),
}
_TO_CLOSED = {
    Status.ACTIVE: (_A.STABILIZE, _A.CLOSE),
    Status.STABILIZED: (_A.CLOSE,),
    Status.REOPENED: (_A.ACTIVATE, _A.STABILIZE, _A.CLOSE),
}
_WAYS = {Meaning.LIVE: _TO_LIVE, Meaning.STABILIZED: _TO_STABILIZED, Meaning.CLOSED: _TO_CLOSED}

# Somebody still has to look at these: a word is kept and queued, never obeyed.
_NOT_YET_ACCEPTED = frozenset({Status.DRAFT, Status.SUBMITTED, Status.VERIFIED})


def meaning_of(case: Case) -> Meaning:
    """What the present state of the case says in the terms of other systems; a suspended case is still live."""
    if case.lifecycle_status in (Status.CLOSED, Status.ARCHIVED):
        return Meaning.CLOSED
    return Meaning.STABILIZED if case.lifecycle_status is Status.STABILIZED else Meaning.LIVE


def steps(case: Case, meaning: Meaning) -> tuple[Action, ...]:
    """The steps that lead from the case's present state to *meaning*; none where it is there or must wait."""
    return _WAYS[meaning].get(case.lifecycle_status, ())


def bring(
    session: Session, actor: Actor, case: Case, meaning: Meaning, *, work_state: WorkState | None = None, said: str = ""
) -> Case:
    """Bring the case to what a word means, as a whole or not at all.

    ``work_state`` goes with LIVE; ``said`` is the word itself. On a case that nobody has accepted yet (draft,
    submitted, verified) "closed" and "resolved" are recorded and queued for a caseworker, not obeyed. "resolved" on a
    closed case moves nothing. Raises ReadOnly on a suspended or archived case, and all that a single step raises;
    the case is unchanged then, even when the caller goes on.
    """
    if case.lifecycle_status in (Status.SUSPENDED, Status.ARCHIVED):
        raise ReadOnly(
            f"The case is {case.lifecycle_status.value} and cannot be changed.", current_status=case.lifecycle_status
        )
    if meaning is not Meaning.LIVE and case.lifecycle_status in _NOT_YET_ACCEPTED:
        return queue(session, actor, case, said or meaning.value)
    reason = DIALECT_CLOSED if meaning is Meaning.CLOSED else DIALECT_STATUS
    with session.begin_nested():
        for action in steps(case, meaning):
            case = transitions.change_status(
                session, actor, case, action, system_reason=reason, text_demanded=False, composites=False
            )
        if meaning is Meaning.LIVE and work_state is not None and case.work_state is not work_state:
            cases.update(session, actor, case, {"work_state": work_state})
    return case


_TO_ARCHIVED = {
    Status.ACTIVE: (_A.STABILIZE, _A.CLOSE, _A.ARCHIVE),
    Status.STABILIZED: (_A.CLOSE, _A.ARCHIVE),
    Status.REOPENED: (_A.ACTIVATE, _A.STABILIZE, _A.CLOSE, _A.ARCHIVE),
    Status.CLOSED: (_A.ARCHIVE,),
    Status.DRAFT: (_A.ARCHIVE,),
    Status.SUBMITTED: (_A.ARCHIVE,),
    Status.VERIFIED: (_A.ARCHIVE,),
}


def archive_as_error(session: Session, actor: Actor, case: Case) -> Case:
    """What "delete" of another system means here: the case is archived as opened in error, and nothing is lost.

    Needs ``case.archive`` beside the permission of each step. Raises Forbidden, ReadOnly on a
    suspended or archived case, and all that a single step raises.
    """
    require(actor, Permission.ARCHIVE, case)
    way = _TO_ARCHIVED.get(case.lifecycle_status)
    if way is None:
        raise ReadOnly(
            f"The case is {case.lifecycle_status.value} and cannot be changed.", current_status=case.lifecycle_status
        )
    with session.begin_nested():
        for action in way:
            case = transitions.change_status(
                session, actor, case, action, system_reason=OPENED_IN_ERROR, text_demanded=False, composites=False
            )
    return case


def was_opened_in_error(case: Case) -> bool:
    """Whether another system deleted this case: absent at its door, still in the record."""
    return case.lifecycle_status is Status.ARCHIVED and case.status_reason == OPENED_IN_ERROR


def queue(session: Session, actor: Actor, case: Case, said: str) -> Case:
    """Record a word that is not obeyed, and put the case before a caseworker. Raises Forbidden."""
    require(actor, Permission.UPDATE, case, participating=cases.opted_in(session, case))
    case.reported_status, case.needs_triage = said[:64], True
    audit.append(session, actor, "case.word_queued", case=case, details={"word": case.reported_status})
    return case
