"""Verticals that take part in a case (contract 004, Participant Verticals)."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import mapping, records, shapes
from portal.api.interventions.fields import PageSchema, code, page_of, text
from portal.api.interventions.rules import READ, WRITE, room
from portal.api.units import Answer, perform, respond
from portal.core import cases as casework
from portal.core import participants, reasons
from portal.extensions import db

blueprint = room("participants", "/cases", tag="Participants")


class AddParticipantSchema(Strict):
    """A vertical that is asked to take part."""

    vertical_id = ma.fields.UUID(required=True)


class OptInSchema(Strict):
    """Taking part."""

    consent_confirmation_id = ma.fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "The consent relied upon; looked up when absent."}
    )


class RemoveSchema(Strict):
    """Why a vertical takes part no longer."""

    reason_code = code(reasons.PARTICIPANT_REMOVAL, required=True)
    reason_text = text(metadata={"description": "Required with OTHER."})


@blueprint.route("/<uuid:case_id>/participants", methods=["GET"])
@needs(*READ)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, shapes.CaseParticipantListSchema)
def index(asked: dict[str, Any], case_id: UUID):
    """List every vertical that takes or took part."""
    case = records.find_case(db.session, current_actor(), case_id)
    found = participants.of_case(db.session, case, removed=True)
    return respond(Answer(200, page_of([mapping.participant(case, p, dates=True) for p in found], asked)))


@blueprint.route("/<uuid:case_id>/participants", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(AddParticipantSchema)
@blueprint.response(201, shapes.CaseParticipantSchema)
def add(told: dict[str, Any], case_id: UUID):
    """Ask a vertical to take part. It sees the case when it has opted in."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = records.survivor(session, actor, case_id)
        case = casework.find(session, actor, case.id, lock=True)
        vertical = records.named_vertical(session, told["vertical_id"], "vertical_id")
        made = participants.add(session, actor, case, vertical)
        return Answer(201, mapping.participant(case, made))

    return perform("participant.add", work)


@blueprint.route("/<uuid:case_id>/participants/<uuid:vertical_id>/opt-in", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(OptInSchema)
@blueprint.response(200, shapes.CaseParticipantSchema)
def opt_in(told: dict[str, Any], case_id: UUID, vertical_id: UUID):
    """Take part, as a member of that vertical, with the subject's consent for it."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = participants.find_case(session, actor, case_id)
        made = participants.opt_in(
            session,
            actor,
            case,
            records.find_vertical(session, vertical_id),
            consent_uuid=told["consent_confirmation_id"],
        )
        return Answer(200, mapping.participant(case, made))

    return perform("participant.opt_in", work)


@blueprint.route("/<uuid:case_id>/participants/<uuid:vertical_id>/remove", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(RemoveSchema)
@blueprint.response(200, shapes.CaseParticipantSchema)
def remove(told: dict[str, Any], case_id: UUID, vertical_id: UUID):
    """End a vertical's part; its access ends at once. Possible while the case is suspended."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = participants.find_case(session, actor, case_id)
        vertical = records.find_vertical(session, vertical_id)
        made = participants.remove(
            session, actor, case, vertical, reason_code=told["reason_code"], text=told["reason_text"]
        )
        return Answer(200, mapping.participant(case, made))

    return perform("participant.remove", work)
