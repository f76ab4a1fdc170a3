"""Caseworkers: to whom a case can be given."""

import marshmallow as ma

from portal.api.constituency import records
from portal.api.constituency.rules import NUMBER, READ, room
from portal.api.credentials import current_actor, needs
from portal.api.units import Answer, respond
from portal.core import cases, workers
from portal.core.models import User
from portal.extensions import db

blueprint = room("caseworkers", "/caseworkers", tag="Caseworkers")

_EXAMPLE = {"ID": "2", "caseworkerName": "John Smith", "email": "caseworker@demo.example", "active": True}


class CaseworkerSchema(ma.Schema):
    """A caseworker."""

    ID = ma.fields.String(required=True, metadata={"description": "The number as a string."})
    caseworkerName = ma.fields.String(required=True)
    email = ma.fields.String(required=True)
    active = ma.fields.Boolean(required=True)


@blueprint.route("", methods=["GET"])
@needs(*READ)
@blueprint.response(200, CaseworkerSchema(many=True), example=[_EXAMPLE])
def active():
    """List the caseworkers who work here now."""
    return _respond(workers.listed(db.session, current_actor()))


@blueprint.route("/all", methods=["GET"])
@needs(*READ)
@blueprint.response(200, CaseworkerSchema(many=True), example=[_EXAMPLE])
def everybody():
    """List all caseworkers, those who left too: older cases name them."""
    return _respond(workers.listed(db.session, current_actor(), inactive=True))


@blueprint.route(f"/forCase/{NUMBER}", methods=["GET"])
@needs(*READ)
@blueprint.response(200, CaseworkerSchema(many=True), example=[_EXAMPLE])
def for_case(number: int):
    """List those to whom this case can be given."""
    case = records.find_case(db.session, current_actor(), number)
    return _respond(cases.assignable_users(db.session, case.primary_vertical_id))


def told(worker: User) -> dict[str, object]:
    """A caseworker as this dialect tells them."""
    return {"ID": str(worker.id), "caseworkerName": worker.name, "email": worker.email, "active": worker.active}


def _respond(found: list[User]):
    return respond(Answer(200, [told(worker) for worker in found]))
