"""Creating, reading, changing and deleting cases (contract 000 and the operations beside it)."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from portal.api.constituency import fields, mapping, records
from portal.api.constituency.changes import change
from portal.api.constituency.errors import invalid, no_update
from portal.api.constituency.rules import NUMBER, PREFIX, READ, WRITE, room
from portal.api.constituency.shapes import (
    CASE_EXAMPLE,
    CREATE_EXAMPLE,
    DONE_EXAMPLE,
    CaseSchema,
    DoneSchema,
    done,
)
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Loose
from portal.api.units import Answer, perform, respond
from portal.core import cases as casework
from portal.core import clients, clock, codes, words
from portal.core.actors import Actor
from portal.core.models import Case, CodeValue
from portal.core.permissions import Permission, require
from portal.core.unit import record_reading
from portal.core.vocabulary import Origin, WorkState
from portal.core.words import Meaning
from portal.extensions import db

LONGEST_SUMMARY = 4_000

blueprint = room("cases", "/cases", tag="Cases")


class CreateCaseSchema(Loose):
    """A new case. The order is that of the contract: the first missing field is the one that is told."""

    reviewDate = fields.Day(load_default=None, metadata={"description": "YYYY-MM-DD."})
    contactTypeID = fields.Id(required=True, metadata={"description": "How the constituent contacted the office."})
    constituentID = fields.Id(required=True)
    caseTypeID = fields.Id(required=True, metadata={"description": "As `GET /api/ajax/config` lists them."})
    statusID = fields.Id(required=True, metadata={"description": "1 For Action, 2 Closed, 3 Waiting Reply, 4 Waiting."})
    categoryTypeID = fields.Id(required=True)
    assignedToID = fields.Id(required=True, metadata={"description": "The caseworker who gets the case."})
    summary = fields.Text(required=True, longest=LONGEST_SUMMARY)
    customFields = fields.CustomFields(
        load_default=None, allow_none=True, metadata={"description": "Stored and given back; at most 100, 32 KiB."}
    )


class UpdateCaseSchema(Loose):
    """What is to change. The names of creating are taken as well."""

    status = fields.Id()
    statusID = fields.Id()
    caseType = fields.Id()
    caseTypeID = fields.Id()
    category = fields.Id()
    categoryTypeID = fields.Id()
    contactType = fields.Id()
    contactTypeID = fields.Id()
    assignedTo = fields.Id()
    assignedToID = fields.Id()
    summary = fields.Text(longest=LONGEST_SUMMARY, blank=False)
    reviewDate = fields.Day(metadata={"description": "YYYY-MM-DD; empty or null clears it."})
    customFields = fields.CustomFields()


@blueprint.route("", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(CreateCaseSchema, example=CREATE_EXAMPLE)
@blueprint.response(201, CaseSchema, example=CASE_EXAMPLE, headers={"Location": {"schema": {"type": "string"}}})
@blueprint.alt_response(403, schema=blueprint.dialect.error_schema, description="The right to create cases is missing.")
def create(told: dict[str, Any]):
    """Create a case of a constituent and give it to a caseworker.

    A case created as Closed is opened and closed in one go, with its history. `createdBy`, `restrictions`,
    `userPermissions` and `id` are the portal's own and ignored when sent. With `Idempotency-Key` a repeated request
    gets the first answer for 24 hours.
    """
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = _open(session, actor, told)
        location = f"{PREFIX}/cases/{case.id}"
        session.flush()
        return Answer(201, mapping.case(session, actor, case), {"Location": location})

    return perform("case.create", work)


@blueprint.route(f"/{NUMBER}", methods=["GET"])
@needs(*READ)
@blueprint.response(200, CaseSchema, example=CASE_EXAMPLE)
def show(number: int):
    """Read a case. One that was merged is answered by its survivor."""
    actor = current_actor()
    record_reading(db.session, actor, "case.read", case=number)
    return respond(Answer(200, mapping.case(db.session, actor, records.find_case(db.session, actor, number))))


@blueprint.route(f"/{NUMBER}", methods=["PATCH"])
@needs(*WRITE)
@blueprint.arguments(UpdateCaseSchema, example={"status": 3, "summary": "Waiting for the council"})
@blueprint.response(200, CaseSchema, example=CASE_EXAMPLE)
@blueprint.alt_response(409, schema=blueprint.dialect.error_schema, description="The case takes no change now.")
def update(told: dict[str, Any], number: int):
    """Change what is named and leave the rest. A closed case is brought back by a status other than Closed."""
    actor = current_actor()
    if not told:
        raise no_update()

    def work(session: Session) -> Answer:
        case = change(session, actor, records.find_case(session, actor, number, lock=True), told)
        session.flush()
        return Answer(200, mapping.case(session, actor, case))

    return perform("case.update", work)


@blueprint.route(f"/{NUMBER}", methods=["DELETE"])
@needs(*WRITE)
@blueprint.response(200, DoneSchema, example=DONE_EXAMPLE)
@blueprint.alt_response(409, schema=blueprint.dialect.error_schema, description="The case takes no change now.")
def delete(number: int):
    """Delete a case: it is closed and archived as opened in error, and absent here from then on.

    The record itself is kept, with its history, for those who may see what is archived.
    """
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = words.archive_as_error(session, actor, records.find_case(session, actor, number, lock=True))
        return Answer(200, done(f"Case {case.id} deleted"))

    return perform("case.delete", work)


# Each list of codes, and the field that names an entry of it.
_LISTS = {
    "contactTypeID": "contact_type",
    "caseTypeID": "case_type",
    "statusID": "constituency_status",
    "categoryTypeID": "category",
}


def _open(session: Session, actor: Actor, told: dict[str, Any]) -> Case:
    require(actor, Permission.CREATE)
    offered = codes.find_several(session, [(name, str(told[field])) for field, name in _LISTS.items()])

    def code(field: str) -> CodeValue:
        entry = offered.get((_LISTS[field], str(told[field])))
        if entry is None:
            raise invalid(field)
        return entry

    contact_type = code("contactTypeID")
    client = records.named_constituent(session, actor, told["constituentID"])
    case_type = code("caseTypeID")
    meaning, work_state = mapping.MEANINGS.get(int(code("statusID").value), (None, None))
    if meaning is None:
        raise invalid("statusID")
    category = code("categoryTypeID")
    owner = records.named_worker(session, actor, told["assignedToID"], "assignedToID")
    facts = {
        "summary": told["summary"],
        "contact_type": contact_type.value,
        "case_type": case_type.value,
        "category": category.value,
        "custom_fields": told["customFields"] or {},
        "work_state": work_state or WorkState.FOR_ACTION,
        "review_date": told["reviewDate"] or _usual_review(category),
    }
    vertical = casework.default_vertical(session, Origin.CONSTITUENCY)
    case = clients.open_case(
        session, actor, client, origin=Origin.CONSTITUENCY, vertical=vertical, owner=owner, facts=facts
    )
    return words.bring(session, actor, case, Meaning.CLOSED) if meaning is Meaning.CLOSED else case


def _usual_review(category: CodeValue) -> dt.date | None:
    """The review date that the office gives cases of this category where none is told; most have none."""
    if category.review_in_days is None:
        return None
    return clock.today(mapping.office_zone()) + dt.timedelta(days=category.review_in_days)
