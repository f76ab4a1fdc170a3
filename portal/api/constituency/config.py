"""The code lists of this installation, which its clients must not guess."""

import marshmallow as ma

from portal.api.constituency import caseworkers, mapping
from portal.api.constituency.caseworkers import CaseworkerSchema
from portal.api.constituency.rules import READ, room
from portal.api.credentials import current_actor, needs
from portal.api.units import Answer, respond
from portal.core import codes, workers
from portal.extensions import db

blueprint = room("config", "/config", tag="Configuration")


class EntrySchema(ma.Schema):
    """An entry of a list."""

    id = ma.fields.Integer(required=True)
    name = ma.fields.String(required=True)


class StatusEntrySchema(EntrySchema):
    """A status, and whether a case in it is closed."""

    closed = ma.fields.Boolean(required=True)


class ConfigSchema(ma.Schema):
    """The lists from which ids are taken."""

    contactTypes = ma.fields.List(ma.fields.Nested(EntrySchema), required=True)
    caseTypes = ma.fields.List(ma.fields.Nested(EntrySchema), required=True)
    statuses = ma.fields.List(ma.fields.Nested(StatusEntrySchema), required=True)
    categories = ma.fields.List(ma.fields.Nested(EntrySchema), required=True)
    caseworkers = ma.fields.List(ma.fields.Nested(CaseworkerSchema), required=True)


_EXAMPLE = {
    "contactTypes": [{"id": 4, "name": "Email - Personal"}],
    "caseTypes": [{"id": 86, "name": "Housing and planning"}],
    "statuses": [{"id": 1, "name": "For Action", "closed": False}, {"id": 2, "name": "Closed", "closed": True}],
    "categories": [{"id": 1, "name": "Casework"}],
    "caseworkers": [
        {"ID": "2", "caseworkerName": "John Smith", "email": "caseworker@demo.example", "active": True},
    ],
}


@blueprint.route("", methods=["GET"])
@needs(*READ)
@blueprint.response(200, ConfigSchema, example=_EXAMPLE)
def show():
    """Read the contact types, case types, statuses, categories and caseworkers of this installation."""
    body = {
        "contactTypes": _entries("contact_type"),
        "caseTypes": _entries("case_type"),
        "statuses": [entry for entry in _entries("constituency_status", closed=True) if _is_meant(entry)],
        "categories": _entries("category"),
        "caseworkers": [caseworkers.told(worker) for worker in workers.listed(db.session, current_actor())],
    }
    return respond(Answer(200, body))


def _entries(list_name: str, *, closed: bool = False) -> list[dict[str, object]]:
    """A list; an entry whose value is no number cannot be named by this dialect's clients."""
    return [
        {"id": int(entry.value), "name": entry.label} | ({"closed": entry.closed} if closed else {})
        for entry in codes.listed(db.session, list_name)
        if entry.value.isascii() and entry.value.isdigit()
    ]


def _is_meant(entry: dict[str, object]) -> bool:
    return entry["id"] in mapping.MEANINGS
