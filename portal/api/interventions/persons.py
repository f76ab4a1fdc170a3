"""People: registering, reading, correcting, finding, verifying, archiving."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import mapping, people_shapes, records, verifying
from portal.api.interventions.fields import Day, Moment, PageSchema, ReasonSchema, Text, page_of, version
from portal.api.interventions.rules import READ, WRITE, room
from portal.api.units import Answer, perform, respond
from portal.core import clock, corrections, households, people, person_filter, verification
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.models import Person, Vertical
from portal.core.person_filter import PersonFilter
from portal.core.told import PersonTold
from portal.core.unit import record_reading
from portal.core.vocabulary import AgeUnit, Verification
from portal.extensions import db

blueprint = room("persons", "/persons", tag="Persons")

MOST_FOUND = 50
_age = ma.validate.Range(0, 130)


class ContactTellSchema(Strict):
    """A way to reach a person."""

    type = ma.fields.String(required=True, validate=ma.validate.OneOf(people_shapes.CONTACT_TYPES))
    value = Text(required=True, longest=255)


class PersonTellSchema(Strict):
    """What is told of a person."""

    full_name = Text(longest=255)
    date_of_birth = Day(allow_none=True)
    age_estimate = ma.fields.Integer(strict=True, allow_none=True, validate=_age)
    gender = Text(longest=64, allow_none=True)
    identity_type = Text(longest=64)
    identity_number = Text(longest=255)
    contacts = ma.fields.List(ma.fields.Nested(ContactTellSchema), validate=ma.validate.Length(max=20))

    @ma.validates_schema
    def _both_of_an_identity(self, told: dict[str, Any], **_: Any) -> None:
        for one, other in (("identity_type", "identity_number"), ("identity_number", "identity_type")):
            if told.get(one) and not told.get(other):
                raise ma.ValidationError("Type and number go together.", other)


class CreatePersonSchema(PersonTellSchema):
    """A new person: a name, and a date of birth or an estimated age."""

    full_name = Text(required=True, longest=255)
    household_id = ma.fields.UUID(load_default=None, allow_none=True)
    vertical_id = ma.fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "For whom they are registered; the caller's own."}
    )

    @ma.validates_schema
    def _some_age(self, told: dict[str, Any], **_: Any) -> None:
        if told.get("date_of_birth") is None and told.get("age_estimate") is None:
            raise ma.ValidationError("A date of birth or an estimated age is needed.", "date_of_birth")


class FindSchema(PageSchema):
    """By what to find people; one of the first three."""

    q = Text(longest=255, load_default=None)
    identity_number = Text(longest=255, load_default=None)
    phone = Text(longest=255, load_default=None)
    status = ma.fields.String(load_default=None, validate=ma.validate.OneOf(people_shapes.VERIFICATIONS))


class RecordVerifySchema(Strict):
    """Who verified or rejected, and when; the caller and now where it is not said."""

    verification_status = ma.fields.String(
        load_default="verified", validate=ma.validate.OneOf(("verified", "rejected"))
    )
    verified_by = ma.fields.UUID(load_default=None, allow_none=True)
    verified_at = Moment(load_default=None, allow_none=True)


@blueprint.route("/", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(CreatePersonSchema)
@blueprint.response(201, people_shapes.PersonCreatedSchema)
def create(told: dict[str, Any]):
    """Register a person, provisional until somebody else verifies them."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        person = people.register(session, actor, _told(told), vertical_id=_vertical(session, actor, told))
        for contact in told.get("contacts", ()):
            people.add_contact(session, person, contact["type"], contact["value"])
        if told["household_id"] is not None:
            household = records.named_household(session, actor, told["household_id"], "household_id")
            households.add_member(session, actor, household, person, effective_from=clock.today())
        session.flush()
        body = {
            "person_id": str(person.uuid),
            "verification_status": person.verification_status.value,
            "created_at": mapping.moment(person.created_at),
        }
        return Answer(201, body, {"Location": f"/persons/{person.uuid}"})

    return perform("person.register", work)


def _told(told: dict[str, Any]) -> PersonTold:
    age = told.get("age_estimate")
    return PersonTold(
        full_name=told["full_name"],
        dob=told.get("date_of_birth"),
        age_value=age,
        age_unit=AgeUnit.YEARS if age is not None else None,
        sex=told.get("gender"),
        national_id_type=told.get("identity_type"),
        national_id=told.get("identity_number"),
    )


def _vertical(session: Session, actor: Actor, told: dict[str, Any]) -> int | None:
    """The vertical whose people find this person: the one that is named, else the caller's first."""
    if told["vertical_id"] is None:
        return min(actor.vertical_ids, default=None)
    found: Vertical = records.named_vertical(session, told["vertical_id"], "vertical_id")
    if found.id not in actor.vertical_ids and not actor.is_administrator:
        raise InvalidInput("You do not work in this vertical.", target="vertical_id")
    return found.id


@blueprint.route("/search", methods=["GET"])
@needs(*READ)
@blueprint.arguments(FindSchema, location="query")
@blueprint.response(200, people_shapes.PersonFoundListSchema)
def search(asked: dict[str, Any]):
    """Find people among those the caller may see, by name, phone or identity number; each that is given narrows."""
    actor = current_actor()
    wanted = PersonFilter(
        text=asked["q"],
        phone=asked["phone"],
        number=asked["identity_number"],
        verification=Verification(asked["status"]) if asked["status"] else None,
    )
    if not (wanted.text or wanted.phone or wanted.number):
        raise InvalidInput("Say by what to find.", target="q", problem="missing")
    hits = person_filter.find(db.session, actor, wanted, limit=MOST_FOUND)
    items = [
        {
            "person_id": str(hit.person.uuid),
            "full_name": hit.person.display_name,
            "matched_fields": list(hit.matched),
        }
        for hit in hits
    ]
    record_reading(db.session, actor, "person.search", found=[item["person_id"] for item in items])
    return respond(Answer(200, page_of(items, asked)))


@blueprint.route("/<uuid:person_id>", methods=["GET"])
@needs(*READ)
@blueprint.response(200, people_shapes.PersonSchema)
def show(person_id: UUID):
    """Read what is recorded about a person."""
    actor = current_actor()
    record_reading(db.session, actor, "person.read", person=people.find_by_uuid(db.session, actor, person_id).id)
    person = people.find_by_uuid(db.session, actor, person_id)
    return respond(Answer(200, people_shapes.person(db.session, actor, person), {"ETag": f'"{person.version_id}"'}))


@blueprint.route("/<uuid:person_id>", methods=["PATCH"])
@needs(*WRITE)
@blueprint.arguments(PersonTellSchema)
@blueprint.response(200, people_shapes.PersonSchema)
def update(told: dict[str, Any], person_id: UUID):
    """Correct what is recorded; what is not named stays. Contacts that are named replace those there are."""
    actor, seen = current_actor(), version()
    if not told:
        raise InvalidInput("There is nothing to change.", target="body", problem="missing")

    def work(session: Session) -> Answer:
        person = people.find_by_uuid(session, actor, person_id)
        corrections.correct(session, actor, person, _changes(told), version=seen)
        if told.get("identity_number"):
            corrections.claim_identity(session, actor, person, told["identity_type"], told["identity_number"])
        if "contacts" in told:
            _replace_contacts(session, actor, person, told["contacts"])
        session.flush()
        return Answer(200, people_shapes.person(session, actor, person), {"ETag": f'"{person.version_id}"'})

    return perform("person.correct", work)


_FACTS = {"full_name": "full_name", "date_of_birth": "dob", "age_estimate": "age_value", "gender": "sex"}


def _changes(told: dict[str, Any]) -> dict[str, Any]:
    changes = {fact: told[name] for name, fact in _FACTS.items() if name in told}
    if "age_value" in changes:
        changes["age_unit"] = AgeUnit.YEARS if changes["age_value"] is not None else None
    return changes


def _replace_contacts(session: Session, actor: Actor, person: Person, wanted: list[dict[str, str]]) -> None:
    standing = {contact.value: contact for contact in corrections.contacts_of(session, person)}
    values = {contact["value"] for contact in wanted}
    for value, contact in standing.items():
        if value not in values:
            corrections.remove_contact(session, actor, contact)
    for contact in wanted:
        if contact["value"] not in standing:
            corrections.add_contact(session, actor, person, contact["value"], contact_type=contact["type"])


@blueprint.route("/<uuid:person_id>/verify", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(RecordVerifySchema)
@blueprint.response(200, people_shapes.PersonVerifiedSchema)
def verify(told: dict[str, Any], person_id: UUID):
    """Verify or reject a person, as somebody else than who registered them."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        person = people.find_by_uuid(session, actor, person_id)
        return Answer(200, {"person_id": str(person.uuid), **verifying.decide(session, actor, person, told)})

    return perform("person.verify", work)


@blueprint.route("/<uuid:person_id>/archive", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, people_shapes.ArchivedPersonSchema)
def archive(told: dict[str, Any], person_id: UUID):
    """Put a record away; nothing is deleted."""
    return _put_away(person_id, told, archived=True)


@blueprint.route("/<uuid:person_id>/restore", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, people_shapes.ArchivedPersonSchema)
def restore(told: dict[str, Any], person_id: UUID):
    """Take an archived record back into use."""
    return _put_away(person_id, told, archived=False)


def _put_away(person_id: UUID, told: dict[str, Any], *, archived: bool):
    actor = current_actor()
    change = verification.archive if archived else verification.restore

    def work(session: Session) -> Answer:
        person = people.find_by_uuid(session, actor, person_id)
        change(session, actor, person, reason_code=told["reason_code"], text=told["reason_text"])
        return Answer(200, {"person_id": str(person.uuid), "status": people_shapes.record_status(person)})

    return perform("person.archive" if archived else "person.restore", work)
