"""What staff may change of a case through this door."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.api.helpline import mapping, reports
from portal.api.helpline.people import code_given, given
from portal.core import assignments, cases, code_mapping, intake, words
from portal.core.actors import Actor
from portal.core.models import Case, Organisation
from portal.core.told import Doubt
from portal.core.vocabulary import Priority

_CODED = ("justice_id", "assessment_id", "disposition_id")
_NOBODY = "0"


def apply(session: Session, actor: Actor, case: Case, told: Mapping[str, Any]) -> Case:
    """Change what is told, leave what is blank. Raises Forbidden, ReadOnly, and what a step of the lifecycle raises.

    A case is opened again before it is changed, and closed after, so that one call can do both.
    """
    doubts: list[Doubt] = []
    status = given(told, "status")
    if status in (mapping.OPEN, mapping.ESCALATED):
        case = words.bring(session, actor, case, words.Meaning.LIVE, said=status)
    elif status and status != mapping.CLOSED:
        doubts.append(Doubt("status", "status", status))
    facts = _facts(session, actor, case, told, doubts)
    if facts:
        cases.update(session, actor, case, facts)
    chosen = reports.worker(session, _escalated_to(told), case.primary_vertical_id)
    if chosen is not None and case.owner_id != chosen.id:
        assignments.give(session, actor, case, chosen, reason="ESCALATED")
    intake.keep_doubts(session, case, doubts)
    if status == mapping.CLOSED:
        case = words.bring(session, actor, case, words.Meaning.CLOSED, said=status)
    session.flush()
    return case


def _facts(session: Session, actor: Actor, case: Case, told: Mapping[str, Any], doubts: list[Doubt]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if given(told, "plan"):
        facts["plan"] = given(told, "plan")
    if given(told, "priority"):
        facts |= _priority(session.get_one(Organisation, actor.organisation_id), given(told, "priority"), doubts)
    known = code_mapping.known(session, actor.organisation_id, mapping.codes(told))
    for key in _CODED:
        list_name, fact = mapping.CODED[key]
        raw = code_given(told, key)
        if raw:
            meaning = known.meaning(list_name, raw)
            facts[fact] = meaning or raw[: code_mapping.LONGEST]
            if meaning is None:
                doubts.append(Doubt(list_name, key, raw))
    return facts | _escalation(session, case, told, doubts)


def _priority(organisation: Organisation, raw: str, doubts: list[Doubt]) -> dict[str, Any]:
    meaning = mapping.priority(raw, organisation)
    if meaning is Priority.UNKNOWN:
        doubts.append(Doubt("priority", "priority", raw, "worked as high until somebody knows"))
    return {"priority": meaning, "priority_raw": raw[: code_mapping.LONGEST]}


def _escalation(session: Session, case: Case, told: Mapping[str, Any], doubts: list[Doubt]) -> dict[str, Any]:
    """Escalated by status 3 or by a name; a status of open without a name, or the name "0", ends it."""
    status, to = given(told, "status"), _escalated_to(told)
    if to:
        chosen = reports.worker(session, to, case.primary_vertical_id)
        if chosen is None:
            doubts.append(Doubt("escalation", "escalated_to_id", to, "nobody here is known by this"))
        return {"escalated": True, "escalated_to_id": chosen.id if chosen else None}
    if status == mapping.ESCALATED:
        return {"escalated": True}
    if given(told, "escalated_to_id") == _NOBODY or (status == mapping.OPEN and case.escalated):
        return {"escalated": False, "escalated_to_id": None}
    return {}


def _escalated_to(told: Mapping[str, Any]) -> str:
    raw = given(told, "escalated_to_id")
    return "" if raw in ("", _NOBODY, "-1") else raw
