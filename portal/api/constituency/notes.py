"""Notes of cases: staff only, written, listed, put right and taken back."""

from typing import Any

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.constituency import fields, mapping, records
from portal.api.constituency.rules import NUMBER, READ, WRITE, room
from portal.api.constituency.shapes import DoneSchema, done, office_time
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Loose
from portal.api.units import Answer, perform, respond
from portal.core import cases, merging
from portal.core import notes as casework
from portal.core.models import Note
from portal.core.unit import record_reading
from portal.extensions import db

LONGEST_NOTE = 64 * 1024
MOST = 200

of_cases = room("case-notes", "/cases", tag="Case notes")
blueprint = room("notes", "/casenotes", tag="Case notes")

_EXAMPLE = {
    "id": 12,
    "note": "Rang the council; they call back on Monday.",
    "created": "2024-01-15 10:45:00",
    "createdBy": 2,
    "createdByName": "John Smith",
}
_DIRECTIONS = ("newest", "oldest", "desc", "asc")


class NoteWrittenSchema(Loose):
    """What to write down."""

    note = fields.Text(required=True, longest=LONGEST_NOTE)


class NoteSchema(ma.Schema):
    """A note."""

    id = ma.fields.Integer(required=True)
    note = ma.fields.String(required=True)
    created = office_time()
    createdBy = ma.fields.Integer(required=True, allow_none=True)
    createdByName = ma.fields.String(required=True)


class CaseNoteSchema(NoteSchema):
    """A note, and the case that it is of."""

    caseID = ma.fields.Integer(required=True)


class CaseNotesAskedSchema(Loose):
    """Which page of the notes."""

    page = fields.Whole(load_default=1, most=1_000_000)
    limit = fields.Whole(load_default=25, most=MOST)
    orderBy = ma.fields.String(load_default="newest", validate=ma.validate.OneOf(_DIRECTIONS))


class CaseNotesSchema(ma.Schema):
    """A page of notes."""

    casenotes = ma.fields.List(ma.fields.Nested(NoteSchema), required=True)
    totalResults = ma.fields.Integer(required=True)
    page = ma.fields.Integer(required=True)


@of_cases.route(f"/{NUMBER}/notes", methods=["POST"])
@needs(*WRITE)
@of_cases.arguments(NoteWrittenSchema, example={"note": _EXAMPLE["note"]})
@of_cases.response(201, NoteSchema, example=_EXAMPLE)
def write(told: dict[str, Any], number: int):
    """Write a note. It is for the staff alone: notes are never sent."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = records.find_case(session, actor, number, lock=True)
        return Answer(201, _told(casework.write(session, actor, case, told["note"])))

    return perform("note.write", work)


@of_cases.route(f"/{NUMBER}/notes", methods=["GET"])
@needs(*READ)
@of_cases.response(200, NoteSchema(many=True), example=[_EXAMPLE])
def listed(number: int):
    """List the newest notes of a case, at most 200."""
    return respond(Answer(200, _page(number, MOST, 0)[0]))


@of_cases.route(f"/{NUMBER}/casenotes", methods=["GET"])
@needs(*READ)
@of_cases.arguments(CaseNotesAskedSchema, location="query")
@of_cases.response(200, CaseNotesSchema, example={"casenotes": [_EXAMPLE], "totalResults": 1, "page": 1})
def paged(asked: dict[str, Any], number: int):
    """List the notes of a case a page at a time, the newest first unless asked otherwise."""
    oldest_first = asked["orderBy"] in ("oldest", "asc")
    offset = (asked["page"] - 1) * asked["limit"]
    shown, total = _page(number, asked["limit"], offset, oldest_first=oldest_first)
    return respond(Answer(200, {"casenotes": shown, "totalResults": total, "page": asked["page"]}))


@blueprint.route(f"/{NUMBER}", methods=["GET"])
@needs(*READ)
@blueprint.response(200, CaseNoteSchema, example={**_EXAMPLE, "caseID": 51})
def show(number: int):
    """Read a note."""
    actor = current_actor()
    note = casework.find(db.session, actor, number)
    cases.require_readable(db.session, cases.find(db.session, actor, note.case_id))
    body = {**_told(note), "caseID": note.case_id}
    record_reading(db.session, actor, "case.read", case=body["caseID"], note=number)
    return respond(Answer(200, body))


@blueprint.route(f"/{NUMBER}", methods=["PATCH"])
@needs(*WRITE)
@blueprint.arguments(NoteWrittenSchema, example={"note": "Rang the council; they call back on Tuesday."})
@blueprint.response(200, CaseNoteSchema, example={**_EXAMPLE, "caseID": 51})
def rewrite(told: dict[str, Any], number: int):
    """Put a note right; only whoever wrote it may. What it said before is kept in the record."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        note = casework.rewrite(session, actor, casework.find(session, actor, number), told["note"])
        return Answer(200, {**_told(note), "caseID": note.case_id})

    return perform("note.rewrite", work)


@blueprint.route(f"/{NUMBER}", methods=["DELETE"])
@needs(*WRITE)
@blueprint.response(200, DoneSchema, example=done("Case note 12 deleted"))
def take_back(number: int):
    """Take a note back; only whoever wrote it may. The record keeps it."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        casework.take_back(session, actor, casework.find(session, actor, number))
        return Answer(200, done(f"Case note {number} deleted"))

    return perform("note.take_back", work)


def _page(number: int, limit: int, offset: int, *, oldest_first: bool = False) -> tuple[list[dict[str, Any]], int]:
    actor = current_actor()
    record_reading(db.session, actor, "case.read", case=number)
    group = merging.readable(db.session, actor, records.find_case(db.session, actor, number))
    found, total = casework.page(db.session, group, limit=limit, offset=offset, oldest_first=oldest_first)
    return [_told(note) for note in found], total


def _told(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "note": note.text,
        "created": mapping.told(note.at),
        "createdBy": note.author_id,
        "createdByName": note.author_name,
    }
