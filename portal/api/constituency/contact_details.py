"""Contact details: how constituents are reached, and how they must not be."""

from typing import Any

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.constituency import fields, mapping, records
from portal.api.constituency.errors import no_update
from portal.api.constituency.rules import NUMBER, PREFIX, READ, WRITE, room
from portal.api.constituency.shapes import DoneSchema, done
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Loose
from portal.api.units import Answer, perform, respond
from portal.core import corrections, people
from portal.core.models import PersonContact
from portal.core.unit import record_reading
from portal.extensions import db

blueprint = room("contact-details", "/contactDetails", tag="Contact details")
of_constituents = room("constituent-contacts", "/constituents", tag="Contact details")

_EXAMPLE = {
    "id": 9,
    "contactTypeID": 4,
    "constituentID": 5,
    "value": "eva@garcia.example",
    "source": "surgery",
    "doNotContact": False,
}


class NewContactDetailSchema(Loose):
    """A way to reach a constituent."""

    contactTypeID = fields.Id(required=True)
    constituentID = fields.Id(required=True)
    value = fields.Text(required=True, longest=255)
    source = fields.Text(longest=255, load_default="", allow_none=True)


class ContactDetailChangesSchema(Loose):
    """What is to be corrected."""

    contactTypeID = fields.Id()
    value = fields.Text(longest=255, blank=False)
    source = fields.Text(longest=255)


class ContactDetailSchema(ma.Schema):
    """A contact detail. Where `doNotContact` is true, somebody may be harmed by a message or call."""

    id = ma.fields.Integer(required=True)
    contactTypeID = ma.fields.Integer(required=True, allow_none=True)
    constituentID = ma.fields.Integer(required=True)
    value = ma.fields.String(required=True)
    source = ma.fields.String(required=True)
    doNotContact = ma.fields.Boolean(required=True)


@blueprint.route("", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(
    NewContactDetailSchema, example={"contactTypeID": 4, "constituentID": 5, "value": "eva@garcia.example"}
)
@blueprint.response(201, ContactDetailSchema, example=_EXAMPLE)
def add(told: dict[str, Any]):
    """Add a contact detail to a constituent."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        contact_type = records.listed_code(session, "contact_type", told["contactTypeID"], "contactTypeID")
        person = records.named_constituent(session, actor, told["constituentID"])
        made = corrections.add_contact(
            session, actor, person, told["value"], contact_type=contact_type, source=told["source"] or ""
        )
        return Answer(201, _told(made), {"Location": f"{PREFIX}/contactDetails/{made.id}"})

    return perform("person.contact_add", work)


@of_constituents.route(f"/{NUMBER}/contactDetails", methods=["GET"])
@needs(*READ)
@of_constituents.response(200, ContactDetailSchema(many=True), example=[_EXAMPLE])
def listed(number: int):
    """List the contact details of a constituent."""
    actor = current_actor()
    record_reading(db.session, actor, "person.read", person=number)
    person = people.find(db.session, actor, number)
    return respond(Answer(200, [_told(each) for each in corrections.contacts_of(db.session, person)]))


@blueprint.route(f"/{NUMBER}", methods=["GET"])
@needs(*READ)
@blueprint.response(200, ContactDetailSchema, example=_EXAMPLE)
def show(number: int):
    """Read a contact detail."""
    actor = current_actor()
    body = _told(corrections.find_contact(db.session, actor, number))
    record_reading(db.session, actor, "person.read", person=body["constituentID"])
    return respond(Answer(200, body))


@blueprint.route(f"/{NUMBER}", methods=["PATCH"])
@needs(*WRITE)
@blueprint.arguments(ContactDetailChangesSchema, example={"value": "eva.garcia@home.example"})
@blueprint.response(200, ContactDetailSchema, example=_EXAMPLE)
def change(told: dict[str, Any], number: int):
    """Correct a contact detail."""
    actor = current_actor()
    if not told:
        raise no_update()

    def work(session: Session) -> Answer:
        changes = {name: told[name] for name in ("value", "source") if name in told}
        if "contactTypeID" in told:
            field = "contactTypeID"
            changes["contact_type"] = records.listed_code(session, "contact_type", told[field], field)
        contact = corrections.find_contact(session, actor, number)
        return Answer(200, _told(corrections.change_contact(session, actor, contact, changes)))

    return perform("person.contact_change", work)


@blueprint.route(f"/{NUMBER}", methods=["DELETE"])
@needs(*WRITE)
@blueprint.response(200, DoneSchema, example=done("Contact detail 9 deleted"))
def remove(number: int):
    """Take a contact detail away, so that nobody uses it again."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        corrections.remove_contact(session, actor, corrections.find_contact(session, actor, number))
        return Answer(200, done(f"Contact detail {number} deleted"))

    return perform("person.contact_remove", work)


def _told(contact: PersonContact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "contactTypeID": mapping.number(contact.contact_type),
        "constituentID": contact.person_id,
        "value": contact.value,
        "source": contact.source,
        "doNotContact": contact.safe == "no",
    }
