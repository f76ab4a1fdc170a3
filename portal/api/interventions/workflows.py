"""Approvals: a question put to somebody else, and the answer."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import mapping, records
from portal.api.interventions.fields import Text, text
from portal.api.interventions.rules import WRITE, room
from portal.api.interventions.shapes import moment, uuid, word
from portal.api.units import Answer, perform
from portal.core import approvals
from portal.core.errors import InvalidInput, NotFound

blueprint = room("workflows", "/workflows", tag="Approvals")

_DECISIONS = (approvals.APPROVED, approvals.REJECTED)


class AskSchema(Strict):
    """What is asked for, and on what."""

    target_type = ma.fields.String(required=True, validate=ma.validate.OneOf(("case",)))
    target_id = ma.fields.UUID(required=True)
    purpose = ma.fields.String(required=True, validate=ma.validate.OneOf(approvals.PURPOSES))
    new_primary_vertical_id = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Where the case would go, and nowhere else."},
    )


class AnswerSchema(Strict):
    """What is decided, and why."""

    decision = ma.fields.String(required=True, validate=ma.validate.OneOf(_DECISIONS))
    decision_reason_code = Text(longest=64, load_default=None, allow_none=True)
    decision_reason_text = text()


class AskedSchema(ma.Schema):
    """A question that waits for its answer."""

    workflow_instance_id = uuid()
    status = word("pending", *_DECISIONS)


class AnsweredSchema(ma.Schema):
    """An answer."""

    approval_id = uuid()
    status = word(*_DECISIONS)
    decided_at = moment()


@blueprint.route("/instances", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(AskSchema)
@blueprint.response(201, AskedSchema)
def ask(told: dict[str, Any]):
    """Ask for an approval on a case."""
    actor, to = current_actor(), told["new_primary_vertical_id"]

    def work(session: Session) -> Answer:
        try:
            case = records.find_case(session, actor, told["target_id"])
        except NotFound as absent:
            raise InvalidInput("There is no such case.", target="target_id") from absent
        vertical = records.named_vertical(session, to, "new_primary_vertical_id") if to else None
        made = approvals.ask(session, actor, case, purpose=told["purpose"], to_vertical=vertical)
        return Answer(201, {"workflow_instance_id": str(made.uuid), "status": made.status})

    return perform("approval.ask", work)


@blueprint.route("/instances/<uuid:workflow_instance_id>/approvals", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(AnswerSchema)
@blueprint.response(201, AnsweredSchema)
def decide(told: dict[str, Any], workflow_instance_id: UUID):
    """Approve or reject, as somebody else than who asked."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        asked = approvals.find(session, actor, workflow_instance_id, lock=True)
        made = approvals.decide(
            session,
            actor,
            asked,
            approved=told["decision"] == approvals.APPROVED,
            reason_code=told["decision_reason_code"],
            text=told["decision_reason_text"],
        )
        body = {
            "approval_id": str(made.uuid),
            "status": made.decision,
            "decided_at": mapping.moment(made.decided_at),
        }
        return Answer(201, body)

    return perform("approval.decide", work)
