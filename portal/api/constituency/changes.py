"""Changing a case as PATCH asks: its facts, its owner, its review date and its status, in an order that can work."""

from typing import Any

from sqlalchemy.orm import Session

from portal.api.constituency import mapping, records
from portal.api.constituency.errors import invalid
from portal.core import assignments, cases, words
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.models import Case
from portal.core.words import Meaning

_CODES = {
    "case_type": ("case_type", ("caseType", "caseTypeID")),
    "category": ("category", ("category", "categoryTypeID")),
    "contact_type": ("contact_type", ("contactType", "contactTypeID")),
}


def change(session: Session, actor: Actor, case: Case, told: dict[str, Any]) -> Case:
    """Do what *told* asks, all of it or nothing.

    A case is brought back to work before its facts change and closed after, so that one request can do both.
    Values that stand already change nothing: clients send back whole cases.
    """
    meaning, work_state = _status(told)
    facts = _facts(session, case, told)
    if meaning is Meaning.LIVE:
        case = words.bring(session, actor, case, meaning, work_state=work_state)
    if facts:
        case = cases.update(session, actor, case, facts)
    _assign(session, actor, case, told)
    if "reviewDate" in told and told["reviewDate"] != case.review_date:
        cases.set_review(session, actor, case, told["reviewDate"])
    if meaning is Meaning.CLOSED:
        case = words.bring(session, actor, case, meaning, said="closed")
    return case


def _status(told: dict[str, Any]):
    field = records.first_given(told, ("status", "statusID"))
    if field is None:
        return None, None
    if told[field] not in mapping.MEANINGS:
        raise invalid(field)
    return mapping.MEANINGS[told[field]]


def _facts(session: Session, case: Case, told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, (list_name, names) in _CODES.items():
        field = records.first_given(told, names)
        if field is not None and str(told[field]) != getattr(case, column):
            found[column] = records.listed_code(session, list_name, told[field], field)
    if "summary" in told:
        found["summary"] = told["summary"]
    if "customFields" in told:
        found["custom_fields"] = told["customFields"]
    return {name: value for name, value in found.items() if getattr(case, name) != value}


def _assign(session: Session, actor: Actor, case: Case, told: dict[str, Any]) -> None:
    field = records.first_given(told, ("assignedTo", "assignedToID"))
    if field is None or told[field] == case.owner_id:
        return
    worker = records.named_worker(session, actor, told[field], field)
    try:
        assignments.give(session, actor, case, worker)
    except InvalidInput as refused:
        raise invalid(field) from refused
