"""Duplicate support (contract 004, Conflicts)."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import mapping, records, shapes
from portal.api.interventions.fields import PageSchema, code, listed, offset, text
from portal.api.interventions.rules import READ, WRITE, room
from portal.api.units import Answer, perform, respond
from portal.core import conflict_decisions, conflicts, reasons
from portal.core.models import Household, Person
from portal.core.vocabulary import ConflictScope, ConflictStatus
from portal.extensions import db

blueprint = room("conflicts", "/cases", tag="Conflicts")

_KINDS = ("person", "household")


class CheckSchema(Strict):
    """How far to look, and why."""

    scope = ma.fields.String(required=True, validate=ma.validate.OneOf([scope.value for scope in ConflictScope]))
    reason_code = code(reasons.DUPLICATE_CHECK)


class ConflictFilterSchema(PageSchema):
    """Which conflicts to list."""

    status = ma.fields.String(
        load_default=None, validate=ma.validate.OneOf([status.value for status in ConflictStatus])
    )
    subject_type = ma.fields.String(load_default=None, validate=ma.validate.OneOf(_KINDS))
    subject_id = ma.fields.UUID(load_default=None)


class ResolveSchema(Strict):
    """How the overlap was settled."""

    resolution_code = code(reasons.RESOLUTION, required=True)
    resolution_notes = text()


class DismissSchema(Strict):
    """Why there is no duplicate support."""

    reason_code = code(reasons.DISMISSAL, required=True)
    reason_text = text(metadata={"description": "Required with OTHER."})


class ResolvedSchema(ma.Schema):
    """A conflict that was resolved."""

    conflict_id = shapes.uuid()
    status = shapes.word("resolved")
    resolved_at = shapes.moment()


class DismissedSchema(ma.Schema):
    """A conflict that was dismissed."""

    conflict_id = shapes.uuid()
    status = shapes.word("dismissed")
    dismissed_at = shapes.moment()


@blueprint.route("/<uuid:case_id>/conflicts/duplicate-check", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(CheckSchema)
@blueprint.response(200, shapes.CheckedSchema)
def check(told: dict[str, Any], case_id: UUID):
    """Look for duplicate support. What is found is one conflict, however often it is looked for."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = records.find_case(session, actor, case_id)
        found = conflicts.check(
            session, actor, case, ConflictScope(told["scope"]), reason_code=told["reason_code"] or None
        )
        body = {
            "conflict_id": str(found.conflict.uuid) if found.conflict is not None else None,
            "status": "flagged" if found.flagged else "clear",
            "checked_at": mapping.moment(found.checked_at),
        }
        return Answer(200, body)

    return perform("conflict.check", work)


@blueprint.route("/conflicts", methods=["GET"])
@needs(*READ)
@blueprint.arguments(ConflictFilterSchema, location="query")
@blueprint.response(200, shapes.ConflictListSchema)
def index(asked: dict[str, Any]):
    """List conflicts that name a case the caller may see, the newest first."""
    actor = current_actor()
    found, total = conflict_decisions.page(
        db.session,
        actor,
        status=ConflictStatus(asked["status"]) if asked["status"] else None,
        subject_kind={"person": Person, "household": Household}.get(asked["subject_type"]),
        subject=asked["subject_id"],
        limit=asked["page_size"],
        offset=offset(asked),
    )
    items = [mapping.conflict(db.session, actor, conflict) for conflict in found]
    return respond(Answer(200, listed(items, asked, total)))


@blueprint.route("/conflicts/<uuid:conflict_id>/resolve", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(ResolveSchema)
@blueprint.response(200, ResolvedSchema)
def resolve(told: dict[str, Any], conflict_id: UUID):
    """Say how an overlap was settled; final."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        found = conflict_decisions.find(session, actor, conflict_id, lock=True)
        found = conflict_decisions.resolve(
            session, actor, found, code=told["resolution_code"], notes=told["resolution_notes"]
        )
        at = mapping.moment(found.decided_at)
        return Answer(200, {"conflict_id": str(found.uuid), "status": found.status, "resolved_at": at})

    return perform("conflict.resolve", work)


@blueprint.route("/conflicts/<uuid:conflict_id>/dismiss", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(DismissSchema)
@blueprint.response(200, DismissedSchema)
def dismiss(told: dict[str, Any], conflict_id: UUID):
    """Say that there is no duplicate support; final."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        found = conflict_decisions.find(session, actor, conflict_id, lock=True)
        found = conflict_decisions.dismiss(
            session, actor, found, reason_code=told["reason_code"], text=told["reason_text"]
        )
        at = mapping.moment(found.decided_at)
        return Answer(200, {"conflict_id": str(found.uuid), "status": found.status, "dismissed_at": at})

    return perform("conflict.dismiss", work)
