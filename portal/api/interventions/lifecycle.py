"""The steps of the lifecycle (contract 004, Lifecycle Transitions): one route each, one function for all."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import mapping, records
from portal.api.interventions.fields import Moment, code, text, version
from portal.api.interventions.rules import WRITE, room
from portal.api.interventions.shapes import STATUSES, moment, uuid, word
from portal.api.units import Answer, perform
from portal.core import claims, conflicts, reasons, timestamps, transitions
from portal.core.actors import Actor
from portal.core.models import Case
from portal.core.vocabulary import Action
from portal.extensions import db

blueprint = room("lifecycle", "/cases", tag="Lifecycle")

_MOMENTS = {
    Action.SUBMIT: "submitted_at",
    Action.VERIFY: "verified_at",
    Action.ACTIVATE: "activated_at",
    Action.SUSPEND: "suspended_at",
    Action.RESUME: "resumed_at",
    Action.STABILIZE: "stabilized_at",
    Action.CLOSE: "closed_at",
    Action.ARCHIVE: "archived_at",
    Action.REOPEN: "reopened_at",
}


class SubmitSchema(Strict):
    """Submitting."""

    submission_notes = text()


class VerifySchema(Strict):
    """Verifying: who did, and when. The one who verifies is not the one who submitted."""

    verified_by = ma.fields.UUID(required=True, metadata={"description": "The caller, as `GET /auth/context` tells."})
    verified_at = Moment(required=True)


class ActivateSchema(Strict):
    """Activating, for a period."""

    active_from = Moment(load_default=None, allow_none=True)
    active_until = Moment(load_default=None, allow_none=True)


class SuspendSchema(Strict):
    """Suspending."""

    suspension_reason = code(reasons.SUSPENSION, required=True)
    reason_text = text(metadata={"description": "Required with OTHER."})


class ResumeSchema(Strict):
    """Resuming."""

    reason_code = code(reasons.RESUME)


class StabilizeSchema(Strict):
    """Stabilizing."""

    stabilization_notes = text()


class CloseSchema(Strict):
    """Closing."""

    closure_reason = code(reasons.CLOSURE, required=True)
    closure_notes = text()


class ArchiveSchema(Strict):
    """Archiving: ABANDONED before a case is closed, the other codes afterwards."""

    reason_code = code({**reasons.ARCHIVE, **reasons.ABANDON}, required=True)
    reason_text = text(metadata={"description": "Required with OTHER."})


class ReopenSchema(Strict):
    """Reopening."""

    reason_code = code(reasons.REOPEN, required=True)
    reason_text = text(metadata={"description": "Required with OTHER."})


def _moved(action: Action) -> type[ma.Schema]:
    members = {"case_id": uuid(), "status": word(*STATUSES), _MOMENTS[action]: moment()}
    return type(f"Case{action.value.title()}Schema", (ma.Schema,), members)


def _step(action: Action, case_id: UUID, **given: Any):
    """Take a step and answer where the case is."""
    actor, seen = current_actor(), version()

    def work(session: Session) -> Answer:
        case = records.find_case(session, actor, case_id)
        said = {**given, "claims": _claims(session, actor, case, given.get("claims") or {})}
        case = transitions.change_status(
            session, actor, case, action, version=seen, composites=False, text_demanded=False, **said
        )
        at = _MOMENTS[action]
        body = {
            "case_id": str(case.uuid),
            "status": case.lifecycle_status.value,
            at: mapping.moment(getattr(case, at)),
        }
        return Answer(200, body, {"ETag": f'"{case.version_id}"'})

    return perform(f"case.{action.value}", work)


def _claims(session: Session, actor: Actor, case: Case, told: dict[str, Any]) -> dict[str, Any]:
    """Who is said to have verified, and when: checked, and kept beside the one who really did."""
    if not told:
        return {}
    claims.somebody(session, actor, told["verified_by"], target="verified_by")
    claims.moment(told["verified_at"], not_before=case.submitted_at, target="verified_at")
    return {"verified_by": str(told["verified_by"]), "verified_at": timestamps.text(told["verified_at"])}


@blueprint.route("/<uuid:case_id>/submit", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(SubmitSchema)
@blueprint.response(200, _moved(Action.SUBMIT))
def submit(told: dict[str, Any], case_id: UUID):
    """Submit a draft."""
    return _step(Action.SUBMIT, case_id, note=told["submission_notes"])


@blueprint.route("/<uuid:case_id>/verify", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(VerifySchema)
@blueprint.response(200, _moved(Action.VERIFY))
def verify(told: dict[str, Any], case_id: UUID):
    """Verify a submitted case, as somebody else than who submitted it."""
    return _step(Action.VERIFY, case_id, claims=told)


@blueprint.route("/<uuid:case_id>/activate", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(ActivateSchema)
@blueprint.response(200, _moved(Action.ACTIVATE))
def activate(told: dict[str, Any], case_id: UUID):
    """Activate a verified or reopened case. Duplicate support is looked for first, and recorded when it is found."""
    actor = current_actor()
    case = records.find_case(db.session, actor, case_id)
    conflicts.check_first(db.session, actor, case.id, reason_code="BEFORE_ACTIVATION")
    return _step(Action.ACTIVATE, case_id, **told)


@blueprint.route("/<uuid:case_id>/suspend", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(SuspendSchema)
@blueprint.response(200, _moved(Action.SUSPEND))
def suspend(told: dict[str, Any], case_id: UUID):
    """Suspend an active, stabilized or reopened case. The reason stays as it is."""
    return _step(Action.SUSPEND, case_id, reason=told["suspension_reason"], text=told["reason_text"])


@blueprint.route("/<uuid:case_id>/resume", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(ResumeSchema)
@blueprint.response(200, _moved(Action.RESUME))
def resume(told: dict[str, Any], case_id: UUID):
    """Resume a suspended case; it returns to the state it was in."""
    return _step(Action.RESUME, case_id, reason=told["reason_code"])


@blueprint.route("/<uuid:case_id>/stabilize", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(StabilizeSchema)
@blueprint.response(200, _moved(Action.STABILIZE))
def stabilize(told: dict[str, Any], case_id: UUID):
    """Mark the aims of an active case as met."""
    return _step(Action.STABILIZE, case_id, note=told["stabilization_notes"])


@blueprint.route("/<uuid:case_id>/close", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(CloseSchema)
@blueprint.response(200, _moved(Action.CLOSE))
def close(told: dict[str, Any], case_id: UUID):
    """Close a stabilized case."""
    return _step(Action.CLOSE, case_id, reason=told["closure_reason"], note=told["closure_notes"])


@blueprint.route("/<uuid:case_id>/archive", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(ArchiveSchema)
@blueprint.response(200, _moved(Action.ARCHIVE))
def archive(told: dict[str, Any], case_id: UUID):
    """Archive a closed case, or abandon one that will not go on."""
    return _step(Action.ARCHIVE, case_id, reason=told["reason_code"], text=told["reason_text"])


@blueprint.route("/<uuid:case_id>/reopen", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(ReopenSchema)
@blueprint.response(200, _moved(Action.REOPEN))
def reopen(told: dict[str, Any], case_id: UUID):
    """Reopen a closed case; activating it brings it back to work."""
    return _step(Action.REOPEN, case_id, reason=told["reason_code"], text=told["reason_text"])
