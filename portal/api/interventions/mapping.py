"""From a case to the words of contract 004."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from portal.core import conflict_decisions, lifecycle, participants, places, timestamps, transitions
from portal.core.actors import Actor
from portal.core.models import Assignment, Case, CaseStatusHistory, Conflict, Household, Participant, Person, Program


def moment(at: dt.datetime | None) -> str | None:
    """A moment as this dialect writes it."""
    return None if at is None else timestamps.text(at)


def case_line(case: Case) -> dict[str, Any]:
    """A case in a list."""
    return {
        "case_id": str(case.uuid),
        "status": case.lifecycle_status.value,
        "primary_vertical_id": str(case.primary_vertical.uuid),
        **subject(case),
        "updated_at": moment(case.updated_at),
    }


def subject(case: Case) -> dict[str, str | None]:
    """Whom the case supports; cases of other doors may name nobody."""
    supported: Person | Household | None = case.subject_person or case.subject_household
    kind = None if supported is None else "household" if isinstance(supported, Household) else "person"
    return {"subject_type": kind, "subject_id": str(supported.uuid) if supported else None}


def case(session: Session, actor: Actor, of: Case) -> dict[str, Any]:
    """A case as a whole."""
    program = session.get(Program, of.program_id) if of.program_id is not None else None
    survivor = session.get(Case, of.merged_into_id) if of.merged_into_id is not None else None
    offers = transitions.offers(session, actor, of, composites=False)
    return {
        "case_id": str(of.uuid),
        "number": of.id,
        "reference": of.reference,
        "status": of.lifecycle_status.value,
        "status_reason": of.status_reason,
        **subject(of),
        "primary_vertical_id": str(of.primary_vertical.uuid),
        "participant_verticals": [
            {"vertical_id": str(p.vertical.uuid), "status": p.status.value} for p in participants.of_case(session, of)
        ],
        "program_id": str(program.uuid) if program else None,
        "geo_scope_ids": [str(place.uuid) for place in places.of_cases(session, [of.id])[of.id]],
        "active_from": moment(of.active_from),
        "active_until": moment(of.active_until),
        "merged_into_case_id": str(survivor.uuid) if survivor else None,
        "version_id": of.version_id,
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at),
        "allowed_actions": [offer.action.value for offer in offers if offer.allowed],
    }


def step(of: CaseStatusHistory, *, told: bool = True) -> dict[str, Any]:
    """A change of state; without its words where they are not to be read (``told``)."""
    return {
        "from_status": of.from_status.value if of.from_status else None,
        "status": of.to_status.value,
        "action": of.action,
        "reason_code": of.reason_code,
        "reason_text": of.reason_text if told else None,
        "note": of.note if told else None,
        "actor": of.actor_name,
        "at": moment(of.at),
    }


def offer(of: lifecycle.Offer, known: lifecycle.Facts) -> dict[str, Any]:
    """An action as it stands."""
    return {
        "action": of.action.value,
        "allowed": of.allowed,
        "leads_to": lifecycle.target_of(of.row, known).value if of.row else None,
        "reason": of.refusal.reason if of.refusal else None,
        "who": of.refusal.who if of.refusal else None,
    }


def participant(of_case: Case, of: Participant, *, dates: bool = False) -> dict[str, Any]:
    """A vertical's part in a case."""
    told = {"case_id": str(of_case.uuid), "vertical_id": str(of.vertical.uuid), "status": of.status.value}
    if dates:
        told |= {
            "added_at": moment(of.added_at),
            "opted_in_at": moment(of.opted_in_at),
            "removed_at": moment(of.removed_at),
            "reason_code": of.reason_code,
        }
    return told


def assignment(of_case: Case, of: Assignment, *, dates: bool = False) -> dict[str, Any]:
    """A worker assigned to a case."""
    told = {"assignment_id": str(of.uuid), "case_id": str(of_case.uuid), "user_id": str(of.user.uuid)}
    if dates:
        told |= {
            "assigned_role": of.assigned_role,
            "effective_from": moment(of.effective_from),
            "effective_until": moment(of.effective_until),
            "reason_code": of.end_reason,
        }
    return told


def conflict(session: Session, actor: Actor, of: Conflict) -> dict[str, Any]:
    """A conflict with the cases that this caller may know of."""
    told = {named.id: str(named.uuid) for named in conflict_decisions.parties(session, actor, of).told}
    return {
        "conflict_id": str(of.uuid),
        "conflict_type": of.kind,
        "status": of.status,
        "primary_case_id": told.pop(of.primary_case_id, None),
        "related_case_ids": list(told.values()),
    }
