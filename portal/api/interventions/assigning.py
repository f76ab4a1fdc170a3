"""Workers assigned to a case (contract 004, Assignments)."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import mapping, records, shapes
from portal.api.interventions.fields import MomentOrDay, PageSchema, Text, code, page_of
from portal.api.interventions.rules import READ, WRITE, room
from portal.api.units import Answer, perform, respond
from portal.core import assignments, reasons
from portal.core import cases as casework
from portal.extensions import db

blueprint = room("assignments", "/cases", tag="Assignments")


class AssignSchema(Strict):
    """Who, as what, from when until when."""

    user_id = ma.fields.UUID(required=True)
    assigned_role = Text(longest=64, load_default=None, allow_none=True)
    effective_from = MomentOrDay(required=True)
    effective_until = MomentOrDay(load_default=None, allow_none=True)


class EndSchema(Strict):
    """Until when, and why it ends."""

    effective_until = MomentOrDay(required=True)
    reason_code = code(reasons.END_ASSIGNMENT, required=True)


@blueprint.route("/<uuid:case_id>/assignments", methods=["GET"])
@needs(*READ)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, shapes.AssignmentListSchema)
def index(asked: dict[str, Any], case_id: UUID):
    """List the assignments of a case, the newest first."""
    case = records.find_case(db.session, current_actor(), case_id)
    found = assignments.listed(db.session, case)
    return respond(Answer(200, page_of([mapping.assignment(case, a, dates=True) for a in found], asked)))


@blueprint.route("/<uuid:case_id>/assignments", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(AssignSchema)
@blueprint.response(201, shapes.AssignmentSchema)
def add(told: dict[str, Any], case_id: UUID):
    """Assign somebody to a case; they see it while the assignment is in effect."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = records.survivor(session, actor, case_id)
        case = casework.find(session, actor, case.id, lock=True)
        made = assignments.add(
            session,
            actor,
            case,
            records.named_user(session, told["user_id"], "user_id"),
            role=told["assigned_role"] or "caseworker",
            effective_from=told["effective_from"],
            effective_until=told["effective_until"],
        )
        return Answer(201, mapping.assignment(case, made))

    return perform("case.assign", work)


@blueprint.route("/<uuid:case_id>/assignments/<uuid:assignment_id>/end", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(EndSchema)
@blueprint.response(200, shapes.AssignmentEndedSchema)
def end(told: dict[str, Any], case_id: UUID, assignment_id: UUID):
    """End an assignment."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = casework.find_by_uuid(session, actor, case_id, lock=True)
        made = records.find_assignment(session, case, assignment_id)
        made = assignments.end(
            session, actor, case, made, until=told["effective_until"], reason_code=told["reason_code"]
        )
        body = {"assignment_id": str(made.uuid), "effective_until": mapping.moment(made.effective_until)}
        return Answer(200, body)

    return perform("case.assignment_end", work)
