"""Cases: the register, opening, reading and changing one (contract 004, Cases)."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import mapping, records, shapes
from portal.api.interventions.fields import Moment, PageSchema, listed, offset, page_of, version
from portal.api.interventions.rules import READ, WRITE, room
from portal.api.units import Answer, perform, respond
from portal.core import case_register, consents, participants, places, programs, transitions
from portal.core import cases as casework
from portal.core.actors import Actor
from portal.core.case_register import Wanted
from portal.core.errors import InvalidInput
from portal.core.models import Household, Person
from portal.core.unit import record_reading
from portal.core.vocabulary import Origin, Status
from portal.extensions import db

blueprint = room("cases", "/cases", tag="Cases")


class CaseFilterSchema(PageSchema):
    """What to list; filters are joined by "and"."""

    status = ma.fields.String(load_default=None, validate=ma.validate.OneOf(shapes.STATUSES))
    primary_vertical_id = ma.fields.UUID(load_default=None)
    program_id = ma.fields.UUID(load_default=None)
    geo_id = ma.fields.UUID(load_default=None, metadata={"description": "Places below it are included."})
    subject_id = ma.fields.UUID(load_default=None)


class CreateCaseSchema(Strict):
    """A new case."""

    subject_type = ma.fields.String(required=True, validate=ma.validate.OneOf(("person", "household")))
    subject_id = ma.fields.UUID(required=True)
    primary_vertical_id = ma.fields.UUID(required=True)
    participant_vertical_ids = ma.fields.List(
        ma.fields.UUID(), load_default=None, allow_none=True, validate=ma.validate.Length(max=50)
    )
    program_id = ma.fields.UUID(load_default=None, allow_none=True)
    geo_scope_ids = ma.fields.List(
        ma.fields.UUID(), load_default=None, allow_none=True, validate=ma.validate.Length(max=200)
    )
    active_from = Moment(load_default=None, allow_none=True)
    active_until = Moment(load_default=None, allow_none=True)


class UpdateCaseSchema(Strict):
    """What is to change; null clears it."""

    program_id = ma.fields.UUID(allow_none=True)
    geo_scope_ids = ma.fields.List(ma.fields.UUID(), allow_none=True, validate=ma.validate.Length(max=200))
    active_until = Moment(allow_none=True)


@blueprint.route("/", methods=["GET"])
@needs(*READ)
@blueprint.arguments(CaseFilterSchema, location="query")
@blueprint.response(200, shapes.CaseListSchema)
def index(asked: dict[str, Any]):
    """List the cases that the caller may see, the last changed first."""
    wanted = Wanted(
        status=Status(asked["status"]) if asked["status"] else None,
        vertical=asked["primary_vertical_id"],
        program=asked["program_id"],
        place=asked["geo_id"],
        subject=asked["subject_id"],
    )
    found, total = case_register.page(
        db.session, current_actor(), wanted, limit=asked["page_size"], offset=offset(asked)
    )
    return respond(Answer(200, listed([mapping.case_line(case) for case in found], asked, total)))


@blueprint.route("/", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(CreateCaseSchema)
@blueprint.response(201, shapes.CaseCreatedSchema)
def create(told: dict[str, Any]):
    """Open a case as a draft. The subject is verified and has consented for the primary vertical."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = _open(session, actor, told)
        body = {
            "case_id": str(case.uuid),
            "status": case.lifecycle_status.value,
            "created_at": mapping.moment(case.created_at),
        }
        return Answer(201, body, {"Location": f"/cases/{case.uuid}"})

    return perform("case.create", work)


def _open(session: Session, actor: Actor, told: dict[str, Any]):
    vertical = records.named_vertical(session, told["primary_vertical_id"], "primary_vertical_id")
    others = records.named_verticals(session, told["participant_vertical_ids"] or (), "participant_vertical_ids")
    if vertical in others:
        raise InvalidInput("The primary vertical is no participant.", target="participant_vertical_ids")
    program = records.named_program(session, told["program_id"])
    programs.require_of(program, vertical)
    begins, ends = told["active_from"], told["active_until"]
    if begins is not None and ends is not None and ends <= begins:
        raise InvalidInput("The end must be after the beginning.", target="active_until")
    facts = {"program_id": program.id if program else None, "active_from": begins, "active_until": ends}
    where = records.named_places(session, told["geo_scope_ids"])
    subject = _subject(session, actor, told)
    case = casework.open_case(
        session, actor, origin=Origin.INTERVENTIONS, vertical=vertical, subject=subject, facts=facts
    )
    places.put(session, case, where)
    for other in others:
        participants.add(session, actor, case, other)
    session.flush()
    return case


def _subject(session: Session, actor: Actor, told: dict[str, Any]) -> Person | Household:
    if told["subject_type"] == "household":
        return records.named_household(session, actor, told["subject_id"], "subject_id")
    return records.named_person(session, actor, told["subject_id"], "subject_id")


@blueprint.route("/<uuid:case_id>", methods=["GET"])
@needs(*READ)
@blueprint.response(200, shapes.CaseSchema)
def show(case_id: UUID):
    """Read a case, with what can be done with it now."""
    actor = current_actor()
    case = records.find_case(db.session, actor, case_id)
    record_reading(db.session, actor, "case.read", case=case.id)
    case = records.find_case(db.session, actor, case_id)
    return respond(Answer(200, mapping.case(db.session, actor, case), {"ETag": f'"{case.version_id}"'}))


@blueprint.route("/<uuid:case_id>", methods=["PATCH"])
@needs(*WRITE)
@blueprint.arguments(UpdateCaseSchema)
@blueprint.response(200, shapes.CaseUpdatedSchema)
def update(told: dict[str, Any], case_id: UUID):
    """Change the programme, the places or the end of a case; what is not named stays, null clears."""
    actor, seen = current_actor(), version()
    if not told:
        raise InvalidInput("There is nothing to change.", target="body", problem="missing")

    def work(session: Session) -> Answer:
        case = casework.find_by_uuid(session, actor, case_id, lock=True)
        changes = {name: told[name] for name in ("active_until",) if name in told}
        if "program_id" in told:
            program = records.named_program(session, told["program_id"])
            changes["program_id"] = program.id if program else None
        casework.update(session, actor, case, changes, version=seen, always="geo_scope_ids" not in told)
        if "geo_scope_ids" in told:
            wanted = records.named_places(session, told["geo_scope_ids"])
            places.change(session, actor, case, wanted, always=True)
        session.flush()
        body = {
            "case_id": str(case.uuid),
            "version_id": case.version_id,
            "updated_at": mapping.moment(case.updated_at),
        }
        return Answer(200, body, {"ETag": f'"{case.version_id}"'})

    return perform("case.update", work)


@blueprint.route("/<uuid:case_id>/history", methods=["GET"])
@needs(*READ)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, shapes.StepListSchema)
def history(asked: dict[str, Any], case_id: UUID):
    """Every change of state, oldest first: what, why, by whom and when."""
    actor = current_actor()
    case = records.find_case(db.session, actor, case_id)
    record_reading(db.session, actor, "case.history", case=case.id)
    case = records.find_case(db.session, actor, case_id)
    # What was written down is not read once consent was withdrawn; where the case stood, and why, still is.
    told = not consents.standing(db.session, case).withdrawn
    steps = [mapping.step(step, told=told) for step in transitions.history(db.session, case)]
    return respond(Answer(200, page_of(steps, asked)))


@blueprint.route("/<uuid:case_id>/transitions", methods=["GET"])
@needs(*READ)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, shapes.OfferListSchema)
def offers(asked: dict[str, Any], case_id: UUID):
    """Every action with whether it is possible now, why not, and who can lift that."""
    actor = current_actor()
    case = records.find_case(db.session, actor, case_id)
    known = transitions.facts(db.session, actor, case)
    found = transitions.offers(db.session, actor, case, composites=False)
    return respond(Answer(200, page_of([mapping.offer(offer, known) for offer in found], asked)))
