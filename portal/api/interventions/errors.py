"""How the interventions dialect tells failures: one envelope, the codes of the domain."""

import enum
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import g
from werkzeug.exceptions import HTTPException

from portal.api.bodies import is_not_json, problems
from portal.core import errors as domain

STATUS = {
    domain.NotFound: 404,
    domain.InvalidInput: 400,
    domain.NotAuthenticated: 401,
    domain.Forbidden: 403,
    domain.ConsentRequired: 403,
    domain.ConsentExpired: 403,
}
_CODES = {
    400: "ERR_VAL_INVALID",
    401: "ERR_AUTH_INVALID_TOKEN",
    403: "ERR_AUTH_FORBIDDEN",
    404: "ERR_NOT_FOUND",
    405: "ERR_SYS_METHOD_NOT_ALLOWED",
    413: "ERR_VAL_TOO_LARGE",
    415: "ERR_VAL_CONTENT_TYPE",
    429: "ERR_SYS_TOO_MANY_REQUESTS",
}
# What a client can act on; ids of rows and words of our own stay inside.
_TOLD = frozenset("allowed allowed_actions current_status current_version problem status who why".split())

Failure = tuple[dict[str, Any], int]


class FailureSchema(ma.Schema):
    """What went wrong."""

    code = ma.fields.String(required=True, metadata={"description": "Stable; it begins with ERR_."})
    message = ma.fields.String(required=True, metadata={"description": "A sentence for a person."})
    target = ma.fields.String(required=True, allow_none=True, metadata={"description": "The field or rule."})
    traceId = ma.fields.String(required=True, metadata={"description": "As in the header `X-Request-ID`."})
    details = ma.fields.Dict(keys=ma.fields.String(), required=True)


class ErrorSchema(ma.Schema):
    """The envelope of every failure."""

    error = ma.fields.Nested(FailureSchema, required=True)


def http_failure(error: HTTPException) -> Failure:
    """A failure of the request itself."""
    status = error.code or 500
    found = problems(error)
    if found:
        details = {problem.path or "body": problem.message for problem in found}
        return _envelope("ERR_VAL_INVALID", "Some fields are not right.", found[0].path or None, details), status
    code = _CODES.get(status, "ERR_SYS_INTERNAL" if status >= 500 else "ERR_VAL_INVALID")
    if is_not_json(error):
        return _envelope(code, "The body is not JSON.", None, {}), status
    message = "Something went wrong." if status >= 500 else error.description or error.name
    return _envelope(code, message, None, {}), status


def domain_failure(error: domain.DomainError) -> Failure:
    """A refusal by core; what has no row of its own is a conflict with the rules."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)
    details = {name: _plain(value) for name, value in error.details.items() if name in _TOLD and value is not None}
    return _envelope(error.code, error.message, error.target, details), status


def _envelope(code: str, message: str, target: str | None, details: dict[str, Any]) -> dict[str, Any]:
    trace = g.get("correlation_id", "")
    return {"error": {"code": code, "message": message, "target": target, "traceId": trace, "details": details}}


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value
