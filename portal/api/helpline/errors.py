"""How the helpline dialect tells failures: two shapes, as its contracts have them (contracts 001 and 002).

400, 409, 413 and 415 are ``{"error"}``; 401, 403, 404, 405 and 429 are ``{"status": "error", "message"}``.
"""

import marshmallow as ma
from werkzeug.exceptions import HTTPException

from portal.api.bodies import Problem, is_not_json, problems
from portal.core import errors as domain

INVALID_TOKEN = "Invalid or expired authentication token"  # noqa: S105 - the contract's words
NOT_AUTHORISED = "Organization not authorized to access this resource"

STATUS = {
    domain.NotFound: 404,
    domain.InvalidInput: 400,
    domain.HolderInactive: 403,
    domain.NotAuthenticated: 401,
    domain.Forbidden: 403,
    domain.ConsentRequired: 403,
    domain.ConsentExpired: 403,
}

_PLAIN = {404: "Not found", 405: "Method not allowed", 413: "Request body too large", 429: "Too many requests"}
_SPOKEN = (401, 403, 404, 405, 429)

Body = tuple[dict[str, str], int]


class ErrorSchema(ma.Schema):
    """What is wrong: ``error`` for the request itself, ``status`` and ``message`` for who may and what there is."""

    error = ma.fields.String(metadata={"description": "With 400, 409, 413, 415 and 500."})
    status = ma.fields.Constant("error", metadata={"description": "With 401, 403, 404, 405 and 429."})
    message = ma.fields.String(metadata={"description": "With 401, 403, 404, 405 and 429."})


def http_failure(error: HTTPException) -> Body:
    """A failure of the request itself."""
    status = error.code or 500
    found = problems(error)
    if found and getattr(_schema(error), "says_required", False):
        return {"status": "error", "message": f"{found[0].path} is required"}, status
    if found:
        return told(_first(found), status)
    if is_not_json(error):
        return told("Invalid JSON", status)
    if status >= 500:
        return told("Internal server error", status)
    return told(_PLAIN.get(status) or error.description or error.name, status)


def domain_failure(error: domain.DomainError) -> Body:
    """A refusal by core; what has no row of its own is a conflict with the rules."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)
    if status == 401:
        return told(INVALID_TOKEN, status)
    if isinstance(error, domain.HolderInactive) or (status == 403 and error.target in ("webform", "organization_name")):
        return told(NOT_AUTHORISED, status)
    if isinstance(error, domain.NotFound):
        return told(_PLAIN[404], status)
    if isinstance(error, domain.InvalidInput):
        return told(_in_contract_words(error.target or "", error.problem), status)
    return told(error.message, status)


def told(text: str, status: int) -> Body:
    """A sentence in the shape that this status has."""
    return ({"status": "error", "message": text}, status) if status in _SPOKEN else ({"error": text}, status)


def _schema(error: HTTPException) -> ma.Schema | None:
    return (getattr(error, "data", None) or {}).get("schema")


def _first(found: list[Problem]) -> str:
    """The first missing field in the order of the shape, else the first that is not right."""
    problem = next((p for p in found if p.kind == "missing"), found[0])
    if problem.message.startswith("Invalid timestamp"):
        return problem.message
    return _in_contract_words(problem.path, problem.kind)


def _in_contract_words(path: str, kind: str) -> str:
    if kind == "missing":
        return f"Missing required field: {path}"
    return f"Invalid value for field: {path}" if path else "Invalid value"
