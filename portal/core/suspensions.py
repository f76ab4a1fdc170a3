"""Suspending cases when consent ends, and restoring them when it returns: acts of the portal itself.

Reasons of a suspension are never edited; they are added and lifted. A case goes on when none is left.
"""

import dataclasses
from collections.abc import Collection

from sqlalchemy.orm import Session

from portal.core import audit, cases, clock, consents, notices, transitions
from portal.core.actors import SYSTEM, Actor
from portal.core.models import Case, CaseSuspension
from portal.core.vocabulary import LIVE, Action, Status

CONSENT_REASONS = ("CONSENT_WITHDRAWN", "CONSENT_EXPIRED")
OF_A_PARTICIPANT = "Consent of a participating service"  # which one is not for the primary's staff


def suspend(session: Session, actor: Actor, number: int, reason: str, *, vertical_id: int) -> bool:
    """Suspend the case because the consent for that vertical ended; one that is suspended gets a further reason.

    Tells the owners. Returns whether anything changed: closed cases stay as they are.
    """
    portal = _portal(actor)
    case = cases.find(session, portal, number, lock=True)
    text = None if vertical_id == case.primary_vertical_id else OF_A_PARTICIPANT
    if case.lifecycle_status in LIVE:
        transitions.change_status(
            session, portal, case, Action.SUSPEND, reason=reason, text=text, source_vertical_id=vertical_id
        )
    elif case.lifecycle_status is Status.SUSPENDED and not _stands(session, case, vertical_id):
        session.add(
            CaseSuspension(
                case_id=case.id, reason_code=reason, reason_text=text, source_vertical_id=vertical_id, by_system=True
            )
        )
        case.last_actioned_at = clock.now()
        audit.append(session, portal, "case.suspension_add", case=case, details={"reason_code": reason})
    else:
        return False
    notices.tell_owners(session, case, "case.suspended", f"{case.reference} is suspended: {_words(reason)}.")
    return True


def catch_up(session: Session, actor: Actor, case: Case) -> bool:
    """Suspend a case that comes back to life after its consent ended. Returns whether anything changed."""
    found = consents.standing(session, case)
    if case.lifecycle_status not in LIVE or not found.problem or found.in_grace or found.vertical_id is None:
        return False
    reason = "CONSENT_EXPIRED" if found.expired else "CONSENT_WITHDRAWN"
    return suspend(session, actor, case.id, reason, vertical_id=found.vertical_id)


def restore(session: Session, actor: Actor, number: int) -> bool:
    """Lift what stood for missing consent, if consent is in order again; the case goes on when nothing else stands.

    Returns whether anything changed.
    """
    portal = _portal(actor)
    case = cases.find(session, portal, number, lock=True)
    if case.lifecycle_status is not Status.SUSPENDED or consents.standing(session, case).problem:
        return False
    lifted = [s for s in transitions.open_suspensions(session, case) if s.reason_code in CONSENT_REASONS]
    return _lift(session, actor, case, lifted)


def lift_of_vertical(session: Session, actor: Actor, case: Case, vertical_id: int) -> bool:
    """Lift what stood for the consent for one vertical: it left the case, so its consent is no longer asked for."""
    if case.lifecycle_status is not Status.SUSPENDED:
        return False
    standing = transitions.open_suspensions(session, case)
    lifted = [s for s in standing if s.by_system and s.source_vertical_id == vertical_id]
    if len(lifted) == len(standing) and consents.standing(session, case).problem:
        return False  # the last reason stays until the consent that is still missing returns
    return _lift(session, actor, case, lifted)


def _lift(session: Session, actor: Actor, case: Case, lifted: Collection[CaseSuspension]) -> bool:
    """Lift these reasons; with the last one the case returns to where it was, and the owners are told."""
    if not lifted:
        return False
    portal = _portal(actor)
    for suspension in lifted:
        suspension.lifted_at = clock.now()
    session.flush()
    left = transitions.open_suspensions(session, case)
    if left:
        case.status_reason, case.status_text = left[0].reason_code, left[0].reason_text
        case.last_actioned_at = clock.now()
        details = {"reasons": sorted({s.reason_code for s in lifted}), "left": sorted({s.reason_code for s in left})}
        audit.append(session, portal, "case.suspension_lift", case=case, details=details)
        return True
    transitions.change_status(session, portal, case, Action.RESUME, system_reason="CONSENT_RESTORED")
    notices.tell_owners(session, case, "case.restored", f"{case.reference} goes on: consent was given again.")
    return True


def _stands(session: Session, case: Case, vertical_id: int) -> bool:
    """Whether the end of this vertical's consent is a reason already."""
    return any(
        s.by_system and s.source_vertical_id == vertical_id and s.reason_code in CONSENT_REASONS
        for s in transitions.open_suspensions(session, case)
    )


def _words(reason: str) -> str:
    return "consent was withdrawn" if reason == "CONSENT_WITHDRAWN" else "consent has expired"


def _portal(actor: Actor) -> Actor:
    """The portal itself, within the request of whoever set this off."""
    return dataclasses.replace(SYSTEM, correlation_id=actor.correlation_id)
