"""Handing over, merging and splitting cases (contract 004, Ownership and Structure)."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.bodies import MISSING
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import mapping, records, shapes
from portal.api.interventions.fields import ReasonSchema, code, text, version
from portal.api.interventions.rules import WRITE, room
from portal.api.units import Answer, perform
from portal.core import conflicts, merging, reasons, splitting, transfers
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.models import Case
from portal.core.splitting import Part
from portal.extensions import db

blueprint = room("structure", "/cases", tag="Ownership and structure")

_some_ids = ma.validate.Length(max=200)


class TransferSchema(Strict):
    """Where the case goes, and why."""

    new_primary_vertical_id = ma.fields.UUID(required=True)
    reason_code = code(reasons.TRANSFER, required=True)
    reason_text = text()
    approval_id = ma.fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Where the policy asks for an approval."}
    )


class TransferredSchema(ma.Schema):
    """A case that was handed over."""

    case_id = shapes.uuid()
    primary_vertical_id = shapes.uuid()
    transferred_at = shapes.moment()


class MergeSchema(Strict):
    """The case that stays, and those that become part of it."""

    primary_case_id = ma.fields.UUID(required=True)
    merge_case_ids = ma.fields.List(ma.fields.UUID(), required=True, validate=ma.validate.Length(min=1, max=50))
    reason_code = code(reasons.MERGE, required=True)
    reason_text = text(metadata={"description": "Required with OTHER."})


class MergedSchema(ma.Schema):
    """Cases that are one now."""

    case_id = shapes.uuid()
    merged_case_ids = ma.fields.List(ma.fields.UUID(), required=True)
    merged_at = shapes.moment()


class UnmergedSchema(ma.Schema):
    """A case that stands for itself again."""

    case_id = shapes.uuid()
    status = shapes.word(*shapes.STATUSES)
    unmerged_at = shapes.moment()


class PartSchema(Strict):
    """One new case: what differs from the source, and what it takes along."""

    primary_vertical_id = ma.fields.UUID(load_default=None, allow_none=True)
    program_id = ma.fields.UUID(load_default=None, allow_none=True)
    geo_scope_ids = ma.fields.List(ma.fields.UUID(), load_default=list, validate=_some_ids)
    participant_vertical_ids = ma.fields.List(ma.fields.UUID(), load_default=list, validate=_some_ids)
    subject_id = ma.fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "A member of the household of the source."}
    )
    summary = text()
    note_ids = ma.fields.List(ma.fields.UUID(), load_default=list, validate=_some_ids)
    message_ids = ma.fields.List(ma.fields.UUID(), load_default=list, validate=_some_ids)
    attachment_ids = ma.fields.List(ma.fields.UUID(), load_default=list, validate=_some_ids)
    assignment_ids = ma.fields.List(ma.fields.UUID(), load_default=list, validate=_some_ids)


class SplitDefinition(ma.fields.Field):
    """A list of parts, or ``{"cases": [parts]}``."""

    def __init__(self, **options: Any) -> None:
        described = {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": splitting.MOST}
        super().__init__(**options, metadata=described)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> list[dict[str, Any]]:
        parts = value.get("cases") if isinstance(value, dict) and set(value) == {"cases"} else value
        if not isinstance(parts, list):
            raise ma.ValidationError("Not a list of parts.")
        if not parts:
            raise ma.ValidationError(MISSING)
        return PartSchema(many=True).load(parts)


class SplitSchema(ReasonSchema):
    """Into what the case is split, and why."""

    reason_code = code(reasons.SPLIT, required=True)
    split_definition = SplitDefinition(required=True)


class SplitDoneSchema(ma.Schema):
    """A case that was split."""

    source_case_id = shapes.uuid()
    new_case_ids = ma.fields.List(ma.fields.UUID(), required=True)
    split_at = shapes.moment()


@blueprint.route("/<uuid:case_id>/transfer-owner", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(TransferSchema)
@blueprint.response(200, TransferredSchema)
def transfer_owner(told: dict[str, Any], case_id: UUID):
    """Hand the case to another vertical, whose consent must stand. Duplicate support there is looked for first."""
    actor, seen = current_actor(), version()
    to_id = told["new_primary_vertical_id"]
    _look_for_duplicates(actor, case_id, to_id)

    def work(session: Session) -> Answer:
        made = transfers.transfer(
            session,
            actor,
            records.find_case(session, actor, case_id),
            records.named_vertical(session, to_id, "new_primary_vertical_id"),
            reason_code=told["reason_code"],
            text=told["reason_text"],
            approval_uuid=told["approval_id"],
            version=seen,
        )
        session.flush()
        body = {"case_id": str(case_id), "primary_vertical_id": str(to_id), "transferred_at": mapping.moment(made.at)}
        return Answer(200, body)

    return perform("case.transfer", work)


@blueprint.route("/merge", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(MergeSchema)
@blueprint.response(200, MergedSchema)
def merge(told: dict[str, Any]):
    """Make cases part of another. They are archived and point at it; nothing moves, and it can be undone."""
    actor, seen = current_actor(), version()

    def work(session: Session) -> Answer:
        target = _named_case(session, actor, told["primary_case_id"], "primary_case_id")
        sources = [_named_case(session, actor, uuid, "merge_case_ids") for uuid in told["merge_case_ids"]]
        merged = merging.merge(
            session,
            actor,
            target,
            sources,
            reason_code=told["reason_code"],
            text=told["reason_text"],
            version=seen,
        )
        body = {
            "case_id": str(merged.uuid),
            "merged_case_ids": [str(uuid) for uuid in told["merge_case_ids"]],
            "merged_at": mapping.moment(merged.last_actioned_at),
        }
        return Answer(200, body)

    return perform("case.merge", work)


@blueprint.route("/<uuid:case_id>/unmerge", methods=["POST"])
@needs(*WRITE)
@blueprint.response(200, UnmergedSchema)
def unmerge(case_id: UUID):
    """Undo the merge of this case: it is again what it was, and has what it had."""
    actor, seen = current_actor(), version()

    def work(session: Session) -> Answer:
        case = merging.unmerge(session, actor, records.find_case(session, actor, case_id), version=seen)
        body = {
            "case_id": str(case.uuid),
            "status": case.lifecycle_status.value,
            "unmerged_at": mapping.moment(case.last_actioned_at),
        }
        return Answer(200, body)

    return perform("case.unmerge", work)


@blueprint.route("/<uuid:case_id>/split", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(SplitSchema)
@blueprint.response(200, SplitDoneSchema)
def split(told: dict[str, Any], case_id: UUID):
    """Make new drafts of parts of a case. What is named moves with them, the rest stays."""
    actor, seen = current_actor(), version()

    def work(session: Session) -> Answer:
        case = records.find_case(session, actor, case_id)
        parts = [
            _part(session, actor, part, f"split_definition.{number}")
            for number, part in enumerate(told["split_definition"])
        ]
        made = splitting.split(
            session, actor, case, parts, reason_code=told["reason_code"], text=told["reason_text"], version=seen
        )
        session.flush()
        body = {
            "source_case_id": str(case.uuid),
            "new_case_ids": [str(new.uuid) for new in made],
            "split_at": mapping.moment(case.last_actioned_at),
        }
        return Answer(200, body)

    return perform("case.split", work)


def _look_for_duplicates(actor: Actor, case_id: UUID, to_id: UUID) -> None:
    """Look for duplicate support in the new vertical. A case that is absent may have gone there by this very request,
    which is then asked for again and gets its first answer; else the step itself says that it is absent."""
    try:
        case = records.find_case(db.session, actor, case_id)
    except NotFound:
        return
    vertical = records.named_vertical(db.session, to_id, "new_primary_vertical_id")
    conflicts.check_first(db.session, actor, case.id, reason_code="TRANSFER", vertical=vertical)


def _named_case(session: Session, actor: Actor, uuid: UUID, field: str) -> Case:
    try:
        return records.find_case(session, actor, uuid)
    except NotFound as absent:
        raise NotFound(absent.message, target=field) from absent


def _part(session: Session, actor: Actor, told: dict[str, Any], where: str) -> Part:
    vertical, subject = told["primary_vertical_id"], told["subject_id"]
    verticals = records.named_verticals(session, told["participant_vertical_ids"], f"{where}.participant_vertical_ids")
    return Part(
        vertical=records.named_vertical(session, vertical, f"{where}.primary_vertical_id") if vertical else None,
        program=records.named_program(session, told["program_id"], f"{where}.program_id"),
        places=records.named_places(session, told["geo_scope_ids"], f"{where}.geo_scope_ids"),
        participants=verticals,
        subject=records.named_person(session, actor, subject, f"{where}.subject_id") if subject else None,
        summary=told["summary"],
        **{name: told[name] for name in ("note_ids", "message_ids", "attachment_ids", "assignment_ids")},
    )
