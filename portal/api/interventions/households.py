"""Households: registering, reading, members, verifying."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import people_shapes, records, verifying
from portal.api.interventions.fields import Day, Text, code, text
from portal.api.interventions.persons import RecordVerifySchema
from portal.api.interventions.rules import READ, WRITE, room
from portal.api.interventions.shapes import uuid
from portal.api.units import Answer, perform, respond
from portal.core import households as households_core
from portal.core import people, reasons
from portal.core.unit import record_reading
from portal.extensions import db

blueprint = room("households", "/households", tag="Households")


class CreateHouseholdSchema(Strict):
    """A new household."""

    household_name = Text(required=True, longest=255)
    leader_id = ma.fields.UUID(required=True)
    geo_id = ma.fields.UUID(load_default=None, allow_none=True)
    address = text(longest=1000)


class AddMemberSchema(Strict):
    """Who belongs to the household, as what, from when until when."""

    person_id = ma.fields.UUID(required=True)
    relationship_type = Text(required=True, longest=64)
    effective_from = Day(required=True)
    effective_until = Day(load_default=None, allow_none=True)


class EndMemberSchema(Strict):
    """Until when somebody belonged, and why no longer."""

    effective_until = Day(required=True)
    reason_code = code(reasons.MEMBERSHIP_END, required=True)


class MemberAddedSchema(ma.Schema):
    """A new membership."""

    membership_id = uuid()
    household_id = uuid()
    person_id = uuid()


class MemberEndedSchema(ma.Schema):
    """A membership that has an end."""

    membership_id = uuid()
    effective_until = Day(required=True)


@blueprint.route("/", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(CreateHouseholdSchema)
@blueprint.response(201, people_shapes.HouseholdCreatedSchema)
def create(told: dict[str, Any]):
    """Register a household, provisional until somebody else verifies it."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        leader = records.named_person(session, actor, told["leader_id"], "leader_id")
        places = records.named_places(session, [told["geo_id"]] if told["geo_id"] else [], "geo_id")
        made = households_core.register(
            session,
            actor,
            told["household_name"],
            leader,
            place=places[0] if places else None,
            address=told["address"],
        )
        return Answer(201, people_shapes.household_line(made), {"Location": f"/households/{made.uuid}"})

    return perform("household.register", work)


@blueprint.route("/<uuid:household_id>", methods=["GET"])
@needs(*READ)
@blueprint.response(200, people_shapes.HouseholdSchema)
def show(household_id: UUID):
    """Read a household with its members."""
    actor = current_actor()
    number = households_core.find(db.session, actor, household_id).id
    record_reading(db.session, actor, "household.read", household=number)
    found = households_core.find(db.session, actor, household_id)
    members = households_core.members(db.session, found)
    return respond(Answer(200, people_shapes.household(db.session, actor, found, members)))


@blueprint.route("/<uuid:household_id>/members", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(AddMemberSchema)
@blueprint.response(201, MemberAddedSchema)
def add_member(told: dict[str, Any], household_id: UUID):
    """Record that somebody belongs to a household."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        household = households_core.find(session, actor, household_id)
        person = records.named_person(session, actor, told["person_id"], "person_id")
        made = households_core.add_member(
            session,
            actor,
            household,
            person,
            relationship_type=told["relationship_type"],
            effective_from=told["effective_from"],
            effective_until=told["effective_until"],
        )
        body = {
            "membership_id": str(made.uuid),
            "household_id": str(household.uuid),
            "person_id": str(person.uuid),
        }
        return Answer(201, body)

    return perform("household.member_add", work)


@blueprint.route("/<uuid:household_id>/members/<uuid:person_id>/end", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(EndMemberSchema)
@blueprint.response(200, MemberEndedSchema)
def end_member(told: dict[str, Any], household_id: UUID, person_id: UUID):
    """Record until when somebody belonged to a household."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        household = households_core.find(session, actor, household_id)
        person = people.find_by_uuid(session, actor, person_id)
        ended = households_core.end_membership(
            session,
            actor,
            household,
            person,
            effective_until=told["effective_until"],
            reason_code=told["reason_code"],
        )
        body = {"membership_id": str(ended.uuid), "effective_until": ended.effective_until.isoformat()}
        return Answer(200, body)

    return perform("household.member_end", work)


@blueprint.route("/<uuid:household_id>/verify", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(RecordVerifySchema)
@blueprint.response(200, people_shapes.HouseholdVerifiedSchema)
def verify(told: dict[str, Any], household_id: UUID):
    """Verify or reject a household, as somebody else than who registered it."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        household = households_core.find(session, actor, household_id)
        return Answer(200, {"household_id": str(household.uuid), **verifying.decide(session, actor, household, told)})

    return perform("household.verify", work)
