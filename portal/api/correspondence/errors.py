"""How the correspondence dialect tells failures: ``{"error": …}``, and for a body that does not fit, every detail."""

import re
from typing import Any, NoReturn

import marshmallow as ma
from flask import g
from werkzeug.exceptions import BadRequest, HTTPException

from portal.api.bodies import NotJson, is_not_json, problems
from portal.api.correspondence.mapping import WIRE_NAMES
from portal.core import errors as domain

INVALID = "Validation failed"
NOT_JSON = "Invalid JSON"

STATUS = {
    domain.NotFound: 404,
    domain.InvalidInput: 400,
    domain.HolderInactive: 403,
    domain.NotAuthenticated: 401,
    domain.Forbidden: 403,
    domain.ConsentRequired: 403,
    domain.ConsentExpired: 403,
}
_PLAIN = {401: "Unauthorized", 404: "Not found", 405: "Method not allowed", 429: "Too many requests"}

Body = tuple[dict[str, Any], int]


class DetailSchema(ma.Schema):
    """One thing that is wrong with a body."""

    field = ma.fields.String(required=True, metadata={"example": "tags[1]"})
    message = ma.fields.String(required=True, metadata={"example": "Missing data: it is blank."})


class ErrorSchema(ma.Schema):
    """What is wrong; ``details`` with a body that does not fit."""

    error = ma.fields.String(required=True, metadata={"example": INVALID})
    details = ma.fields.List(ma.fields.Nested(DetailSchema))


def http_failure(error: HTTPException) -> Body:
    """A failure of the request itself."""
    status = error.code or 500
    if found := problems(error):
        return _details([(problem.path, problem.message) for problem in found]), status
    if is_not_json(error):
        return {"error": NOT_JSON}, status
    if status >= 500:
        return {"error": "Internal server error"}, status
    return {"error": _PLAIN.get(status) or error.description or error.name}, status


def domain_failure(error: domain.DomainError) -> Body:
    """A refusal by core; what has no row of its own is a conflict with the rules."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)
    if isinstance(error, domain.InvalidInput):
        target = error.target or ""
        return _details([(WIRE_NAMES.get(target, target), error.message)]), status
    if isinstance(error, domain.NotFound):
        return {"error": "Case not found"}, status
    return {"error": _PLAIN.get(status) or error.message}, status


def require_body() -> None:
    """Refuse a request without a body, where everything in a body may be missing."""
    if g.get("api_body") is None:
        _not_json()


def _not_json() -> NoReturn:
    refusal = BadRequest()
    refusal.exc = NotJson("no body")
    raise refusal


def _details(found: list[tuple[str, str]]) -> dict[str, Any]:
    """Paths are written as the sender would: ``messages[0].from.id``."""
    details = [{"field": re.sub(r"(^|\.)(\d+)(?=\.|$)", r"[\2]", path), "message": message} for path, message in found]
    return {"error": INVALID, "details": details}
