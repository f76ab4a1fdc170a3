"""What a client needs to know of the office: who it is, the verticals, programmes and places."""

from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from portal.api.credentials import current_actor, needs
from portal.api.interventions.fields import PageSchema, list_schema, page_of
from portal.api.interventions.rules import READ, room
from portal.api.interventions.shapes import maybe_uuid, uuid, word
from portal.api.units import Answer, respond
from portal.core import places, programs, verticals
from portal.core.models import Place, User, UserPlace, Vertical
from portal.extensions import db

context = room("context", "/auth", tag="Office")
of_verticals = room("verticals", "/verticals", tag="Office")
of_programs = room("programs", "/programs", tag="Office")
of_places = room("geo", "/geo", tag="Office")

_STATUSES = ("active", "inactive")


class ContextSchema(ma.Schema):
    """Whose token this is, and how far it reaches."""

    user_id = maybe_uuid()
    name = word()
    role = word(allow_none=True)
    scopes = ma.fields.List(ma.fields.String(), required=True)
    vertical_ids = ma.fields.List(ma.fields.UUID(), required=True)
    geo_scope_ids = ma.fields.List(ma.fields.UUID(), required=True)


class VerticalFilterSchema(PageSchema):
    """Which verticals to list."""

    status = ma.fields.String(load_default=None, validate=ma.validate.OneOf(_STATUSES))
    type = ma.fields.String(load_default=None, validate=ma.validate.OneOf(("system", "custom")))


class VerticalSchema(ma.Schema):
    """A vertical."""

    vertical_id = uuid()
    vertical_name = word()
    vertical_code = word()
    type = word()
    status = word()
    aliases = ma.fields.List(ma.fields.String(), required=True)


class ProgramFilterSchema(PageSchema):
    """Which programmes to list."""

    status = ma.fields.String(load_default=None, validate=ma.validate.OneOf(_STATUSES))
    vertical_id = ma.fields.UUID(load_default=None)
    geo_id = ma.fields.UUID(load_default=None, metadata={"description": "Programmes are offered everywhere."})


class ProgramSchema(ma.Schema):
    """A programme."""

    program_id = uuid()
    program_name = word()
    program_code = word()
    status = word()
    primary_vertical_id = uuid()


class PlaceFilterSchema(PageSchema):
    """Below which place to look; without one, at the top."""

    parent_id = ma.fields.UUID(load_default=None)


class PlaceSchema(ma.Schema):
    """A place."""

    geo_id = uuid()
    name = word()
    parent_id = maybe_uuid()
    level = ma.fields.Integer(required=True)


@context.route("/context", methods=["GET"])
@needs(*READ)
@context.response(200, ContextSchema)
def show_context():
    """Tell the caller who they are here."""
    actor = current_actor()
    user = db.session.get(User, actor.user_id) if actor.user_id is not None else None
    mine = sa.select(Vertical.uuid).where(Vertical.id.in_(actor.vertical_ids)).order_by(Vertical.id)
    where = sa.select(Place.uuid).join(UserPlace, UserPlace.place_id == Place.id)
    where = where.where(UserPlace.user_id == actor.user_id).order_by(Place.id)
    body = {
        "user_id": str(user.uuid) if user else None,
        "name": actor.name,
        "role": actor.role.value if actor.role else None,
        "scopes": sorted(actor.scopes),
        "vertical_ids": [str(one) for one in db.session.scalars(mine)],
        "geo_scope_ids": [str(one) for one in db.session.scalars(where)],
    }
    return respond(Answer(200, body))


@of_verticals.route("/", methods=["GET"])
@needs(*READ)
@of_verticals.arguments(VerticalFilterSchema, location="query")
@of_verticals.response(200, list_schema(VerticalSchema))
def list_verticals(asked: dict[str, Any]):
    """List the verticals by name."""
    found = [
        {
            "vertical_id": str(one.uuid),
            "vertical_name": one.name,
            "vertical_code": one.code,
            "type": one.kind,
            "status": one.status,
            "aliases": [],
        }
        for one in verticals.listed(db.session, inactive=True)
        if asked["status"] in (None, one.status) and asked["type"] in (None, one.kind)
    ]
    return respond(Answer(200, page_of(found, asked)))


@of_programs.route("/", methods=["GET"])
@needs(*READ)
@of_programs.arguments(ProgramFilterSchema, location="query")
@of_programs.response(200, list_schema(ProgramSchema))
def list_programs(asked: dict[str, Any]):
    """List the programmes by name."""
    found = [
        {
            "program_id": str(one.uuid),
            "program_name": one.name,
            "program_code": one.code,
            "status": one.status,
            "primary_vertical_id": str(one.vertical.uuid),
        }
        for one in programs.listed(db.session, status=asked["status"])
        if asked["vertical_id"] in (None, one.vertical.uuid)
    ]
    return respond(Answer(200, page_of(found, asked)))


@of_places.route("/", methods=["GET"])
@needs(*READ)
@of_places.arguments(PlaceFilterSchema, location="query")
@of_places.response(200, list_schema(PlaceSchema))
def list_places(asked: dict[str, Any]):
    """List the places below another, or those at the top."""
    parent = _place(asked["parent_id"])
    if asked["parent_id"] is not None and parent is None:
        return respond(Answer(200, page_of([], asked)))
    found = [
        {
            "geo_id": str(one.uuid),
            "name": one.name,
            "parent_id": str(parent.uuid) if parent else None,
            "level": one.level,
        }
        for one in places.listed(db.session, parent=parent)
    ]
    return respond(Answer(200, page_of(found, asked)))


def _place(uuid_: UUID | None) -> Place | None:
    return db.session.scalar(sa.select(Place).where(Place.uuid == uuid_)) if uuid_ is not None else None
