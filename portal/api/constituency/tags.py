"""Tags: labels of the office, and which case has them."""

from typing import Any

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.constituency import fields, mapping, records
from portal.api.constituency.errors import invalid
from portal.api.constituency.rules import LARGEST_NUMBER, NUMBER, PREFIX, READ, WRITE, room
from portal.api.constituency.shapes import CASE_EXAMPLE, CaseSchema, DoneSchema, PageAsked, done
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Loose
from portal.api.units import Answer, perform, respond
from portal.core import tags as labels
from portal.core.errors import NotFound
from portal.core.models import Tag
from portal.extensions import db

MOST = 200

blueprint = room("tags", "/tags", tag="Tags")
of_cases = room("case-tags", "/cases", tag="Tags")

_EXAMPLE = {"id": 7, "tag": "Housing"}


class TagTextSchema(Loose):
    """The text of a tag."""

    tag = fields.Text(required=True, longest=labels.LONGEST)


class TagSchema(ma.Schema):
    """A tag."""

    id = ma.fields.Integer(required=True)
    tag = ma.fields.String(required=True)


class TagSearchSchema(Loose, PageAsked):
    """A part of the text, whatever its case; empty for all."""

    term = fields.Text(longest=labels.LONGEST, load_default="")


class TagPageSchema(ma.Schema):
    """A page of tags."""

    tags = ma.fields.List(ma.fields.Nested(TagSchema), required=True)
    totalResults = ma.fields.Integer(required=True)
    page = ma.fields.Integer(required=True)


class TagNamedSchema(Loose):
    """A tag to put on a case."""

    tagID = fields.Id(required=True)


@blueprint.route("", methods=["GET"])
@needs(*READ)
@blueprint.response(200, TagSchema(many=True), example=[_EXAMPLE])
def listed():
    """List the tags of the office by text, at most 200; search finds the others."""
    found, _ = labels.search(db.session, limit=MOST)
    return respond(Answer(200, [_told(tag) for tag in found]))


@blueprint.route("", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(TagTextSchema, example={"tag": "Housing"})
@blueprint.response(201, TagSchema, example=_EXAMPLE)
@blueprint.alt_response(409, schema=blueprint.dialect.error_schema, description="There is a tag with this text.")
def create(told: dict[str, Any]):
    """Add a tag to the office's labels."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        tag = labels.create(session, actor, told["tag"])
        return Answer(201, _told(tag), {"Location": f"{PREFIX}/tags/{tag.id}"})

    return perform("tag.create", work)


@blueprint.route("/search", methods=["POST"])
@needs(*READ)
@blueprint.arguments(TagSearchSchema, required=False, example={"term": "hous"})
@blueprint.response(200, TagPageSchema, example={"tags": [_EXAMPLE], "totalResults": 1, "page": 1})
def search(asked: dict[str, Any]):
    """Find tags by a part of their text."""
    size = asked["resultsPerPage"]
    found, total = labels.search(db.session, asked["term"], limit=size, offset=(asked["pageNo"] - 1) * size)
    return respond(Answer(200, {"tags": [_told(tag) for tag in found], "totalResults": total, "page": asked["pageNo"]}))


@blueprint.route(f"/{NUMBER}", methods=["GET"])
@needs(*READ)
@blueprint.response(200, TagSchema, example=_EXAMPLE)
def show(number: int):
    """Read a tag."""
    return respond(Answer(200, _told(labels.find(db.session, number))))


@blueprint.route(f"/{NUMBER}", methods=["PATCH"])
@needs(*WRITE)
@blueprint.arguments(TagTextSchema, example={"tag": "Housing and planning"})
@blueprint.response(200, TagSchema, example=_EXAMPLE)
@blueprint.alt_response(409, schema=blueprint.dialect.error_schema, description="There is a tag with this text.")
def rename(told: dict[str, Any], number: int):
    """Change the text of a tag; whoever made it may, and administrators."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        return Answer(200, _told(labels.rename(session, actor, labels.find(session, number), told["tag"])))

    return perform("tag.rename", work)


@blueprint.route(f"/{NUMBER}", methods=["DELETE"])
@needs(*WRITE)
@blueprint.response(200, DoneSchema, example=done("Tag 7 deleted"))
def remove(number: int):
    """Take a tag from the office and from every case; whoever made it may, and administrators."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        labels.remove(session, actor, labels.find(session, number))
        return Answer(200, done(f"Tag {number} deleted"))

    return perform("tag.remove", work)


@of_cases.route(f"/{NUMBER}/tags", methods=["POST"])
@needs(*WRITE)
@of_cases.arguments(TagNamedSchema, example={"tagID": 7})
@of_cases.response(200, CaseSchema, example={**CASE_EXAMPLE, "tagged": "7"})
def put_on(told: dict[str, Any], number: int):
    """Put a tag on a case; one that is there already stays."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = records.find_case(session, actor, number, lock=True)
        labels.put_on(session, actor, case, _named(session, told["tagID"]))
        session.flush()
        return Answer(200, mapping.case(session, actor, case))

    return perform("case.tag", work)


@of_cases.route(f"/{NUMBER}/tags/<int(max={LARGEST_NUMBER}):tag_number>", methods=["DELETE"])
@needs(*WRITE)
@of_cases.response(200, CaseSchema, example=CASE_EXAMPLE)
def take_off(number: int, tag_number: int):
    """Take a tag off a case."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = records.find_case(session, actor, number, lock=True)
        labels.take_off(session, actor, case, labels.find(session, tag_number))
        session.flush()
        return Answer(200, mapping.case(session, actor, case))

    return perform("case.untag", work)


def _named(session: Session, number: int) -> Tag:
    try:
        return labels.find(session, number)
    except NotFound as absent:
        raise invalid("tagID") from absent


def _told(tag: Tag) -> dict[str, Any]:
    return {"id": tag.id, "tag": tag.text}
