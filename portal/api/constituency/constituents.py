"""Constituents: registering, reading, correcting and finding people."""

from typing import Any

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.constituency import fields, mapping
from portal.api.constituency.errors import no_update
from portal.api.constituency.rules import NUMBER, PREFIX, READ, WRITE, room
from portal.api.constituency.shapes import PageAsked, office_time
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Loose
from portal.api.units import Answer, perform, respond
from portal.core import cases, corrections, people
from portal.core.models import Person
from portal.core.told import PersonTold
from portal.core.unit import record_reading
from portal.core.vocabulary import Origin
from portal.extensions import db

MOST_FOUND = 200

blueprint = room("constituents", "/constituents", tag="Constituents")

_EXAMPLE = {
    "id": 5,
    "firstname": "Eva",
    "surname": "Garcia",
    "organisationName": "XYZ Ltd",
    "address": "1 Mill Lane, Riverbend",
    "dateOfBirth": "1984-06-02",
    "created": "2024-01-10 09:00:00",
}


class NewConstituentSchema(Loose):
    """A constituent to register."""

    firstname = fields.Text(required=True, longest=255)
    surname = fields.Text(required=True, longest=255)
    organisationName = fields.Text(longest=255, load_default="", allow_none=True)
    address = fields.Text(longest=2_000, load_default="", allow_none=True)
    dateOfBirth = fields.Day(load_default=None)


class ConstituentChangesSchema(Loose):
    """What is to be corrected."""

    firstname = fields.Text(longest=255, blank=False)
    surname = fields.Text(longest=255, blank=False)
    organisationName = fields.Text(longest=255, allow_none=True)
    address = fields.Text(longest=2_000, allow_none=True)
    dateOfBirth = fields.Day()


class ConstituentSchema(ma.Schema):
    """A constituent."""

    id = ma.fields.Integer(required=True)
    firstname = ma.fields.String(required=True)
    surname = ma.fields.String(required=True)
    organisationName = ma.fields.String(required=True)
    address = ma.fields.String(required=True)
    dateOfBirth = ma.fields.String(required=True, metadata={"description": "YYYY-MM-DD, or empty."})
    created = office_time()


class ConstituentSearchSchema(Loose, PageAsked):
    """Words of a name in any order, the end of a phone number, or the number of a case."""

    term = fields.Text(required=True, longest=255)


class ConstituentPageSchema(ma.Schema):
    """A page of constituents."""

    constituents = ma.fields.List(ma.fields.Nested(ConstituentSchema), required=True)
    totalResults = ma.fields.Integer(required=True)
    page = ma.fields.Integer(required=True)


@blueprint.route("", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(NewConstituentSchema, example={"firstname": "Eva", "surname": "Garcia"})
@blueprint.response(201, ConstituentSchema, example=_EXAMPLE)
def register(told: dict[str, Any]):
    """Register a constituent. One of the same name is not looked for: search first."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        vertical = cases.default_vertical(session, Origin.CONSTITUENCY)
        person = PersonTold(
            full_name=f"{told['firstname']} {told['surname']}",
            given_name=told["firstname"],
            family_name=told["surname"],
            organisation_name=told["organisationName"] or None,
            address=told["address"] or None,
            dob=told["dateOfBirth"],
        )
        made = people.register(session, actor, person, vertical_id=vertical.id)
        session.flush()
        return Answer(201, told_of(made), {"Location": f"{PREFIX}/constituents/{made.id}"})

    return perform("person.register", work)


@blueprint.route(f"/{NUMBER}", methods=["GET"])
@needs(*READ)
@blueprint.response(200, ConstituentSchema, example=_EXAMPLE)
def show(number: int):
    """Read a constituent."""
    actor = current_actor()
    record_reading(db.session, actor, "person.read", person=number)
    return respond(Answer(200, told_of(people.find(db.session, actor, number))))


@blueprint.route(f"/{NUMBER}", methods=["PATCH"])
@needs(*WRITE)
@blueprint.arguments(ConstituentChangesSchema, example={"surname": "Garcia-Moreno"})
@blueprint.response(200, ConstituentSchema, example=_EXAMPLE)
def correct(told: dict[str, Any], number: int):
    """Correct what is recorded. Names and birth of a verified person take somebody who may verify."""
    actor = current_actor()
    if not told:
        raise no_update()

    def work(session: Session) -> Answer:
        person = people.find(session, actor, number)
        corrections.correct(session, actor, person, _changes(person, told))
        session.flush()
        return Answer(200, told_of(person))

    return perform("person.correct", work)


@blueprint.route("/search", methods=["POST"])
@needs(*READ)
@blueprint.arguments(ConstituentSearchSchema, example={"term": "garcia", "pageNo": 1, "resultsPerPage": 25})
@blueprint.response(200, ConstituentPageSchema, example={"constituents": [_EXAMPLE], "totalResults": 1, "page": 1})
def search(asked: dict[str, Any]):
    """Find constituents whom the caller may see; at most the 200 best matches are told, a page at a time."""
    actor = current_actor()
    hits = people.search(db.session, actor, asked["term"], limit=MOST_FOUND)
    first = (asked["pageNo"] - 1) * asked["resultsPerPage"]
    shown = [told_of(hit.person) for hit in hits[first : first + asked["resultsPerPage"]]]
    record_reading(db.session, actor, "person.search", people=[person["id"] for person in shown])
    return respond(Answer(200, {"constituents": shown, "totalResults": len(hits), "page": asked["pageNo"]}))


def told_of(person: Person) -> dict[str, Any]:
    """A constituent as this dialect tells them."""
    return {
        **mapping.constituent(person),
        "address": person.address or "",
        "dateOfBirth": mapping.day(person.dob),
        "created": mapping.told(person.created_at),
    }


def _changes(person: Person, told: dict[str, Any]) -> dict[str, Any]:
    """The columns to change. A name known only as a whole is divided as it was shown, when one part is corrected."""
    changes: dict[str, Any] = {}
    if told.keys() & {"firstname", "surname"}:
        firstname, surname = mapping.names(person)
        changes["given_name"] = told.get("firstname", firstname)
        changes["family_name"] = told.get("surname", surname)
    plain = {"organisationName": "organisation_name", "address": "address", "dateOfBirth": "dob"}
    return changes | {column: told[field] or None for field, column in plain.items() if field in told}
