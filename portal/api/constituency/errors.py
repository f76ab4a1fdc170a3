"""How this dialect tells failures: always ``{"error": "<text>"}``, always JSON (contract 000)."""

import marshmallow as ma
from flask import g, request
from werkzeug.exceptions import HTTPException

from portal.api.bodies import Problem, is_not_json, problems
from portal.core import errors as domain

UNAUTHORIZED = "Unauthorized - Invalid or missing JWT token"
NO_DATA = "No data provided"
NO_UPDATE = "No update data provided"

# 401 makes the client sign its user out, so it is told of the token alone; a missing right is 403.
STATUS: dict[type[domain.DomainError], int] = {
    domain.NotFound: 404,
    domain.InvalidInput: 400,
    domain.NotAuthenticated: 401,
    domain.HolderInactive: 403,
    domain.Forbidden: 403,
    domain.ConsentRequired: 403,
    domain.ConsentExpired: 403,
    domain.SubjectUnverified: 403,
}

_PLAIN = {404: "Not found", 405: "Method not allowed", 413: "Request body too large", 429: "Too many requests"}

# What core calls a record, and this dialect's client.
_RECORDS = {
    "case": "Case",
    "case_type": "Case type",
    "note": "Case note",
    "person": "Constituent",
    "contact": "Contact detail",
    "review": "Review date",
    "tag": "Tag",
    "user": "Caseworker",
    "attachment_id": "Case file",
}
_FIELDS = {"assigned_to": "assignedToID", "text": "note", "merge_case_ids": "mergeCaseID"}

Body = tuple[dict[str, str], int]


class ErrorSchema(ma.Schema):
    """What went wrong, in a sentence for the user."""

    error = ma.fields.String(required=True, metadata={"example": "Missing required field: contactTypeID"})


def http_failure(error: HTTPException) -> Body:
    """A failure of the request itself."""
    status = error.code or 500
    if status == 401:
        return {"error": UNAUTHORIZED}, status
    if status >= 500:
        return {"error": "Internal server error"}, status
    return {"error": _request_fault(error, status)}, status


def domain_failure(error: domain.DomainError) -> Body:
    """A refusal by core; what has no row of its own is a conflict with the rules."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)
    if status == 401:
        return {"error": UNAUTHORIZED}, status
    if isinstance(error, domain.Forbidden | domain.HolderInactive):
        return {"error": "Forbidden"}, status
    if isinstance(error, domain.NotFound):
        return {"error": f"{_RECORDS.get(error.target or '', 'Record')} not found"}, status
    if isinstance(error, domain.InvalidInput):
        field = _FIELDS.get(error.target or "", error.target or "")
        return {"error": _of_field(field, error.problem)}, status
    return {"error": error.message}, status


def no_update() -> domain.InvalidInput:
    """A change that changes nothing that can be changed."""
    return domain.InvalidInput("There is nothing to change.", target="", problem="empty")


def invalid(field: str) -> domain.InvalidInput:
    """A value that is of the right type and means nothing here, or nothing to this caller."""
    return domain.InvalidInput("This is not on the list.", target=field)


def _request_fault(error: HTTPException, status: int) -> str:
    if _has_no_data(error):
        return NO_UPDATE if request.method == "PATCH" else NO_DATA
    if is_not_json(error):
        return "Invalid JSON"
    if found := problems(error):
        problem = _first(found)
        return _of_field(problem.path, problem.kind) if problem.path else "Invalid JSON"
    return _PLAIN.get(status) or error.description or error.name


def _has_no_data(error: HTTPException) -> bool:
    """Whether a body that was needed is absent, or an object without anything in it."""
    return error.code == 400 and not is_not_json(error) and g.get("api_body", "-") in (None, {})


def _first(found: list[Problem]) -> Problem:
    """The first missing field in the order of the contract's table, else the first that is not right."""
    return next((problem for problem in found if problem.kind == "missing"), found[0])


def _of_field(field: str, kind: str) -> str:
    if kind == "empty":
        return NO_UPDATE
    words = {"missing": "Missing required field", "unknown": "Unknown field"}
    return f"{words.get(kind, 'Invalid value for field')}: {field}"
