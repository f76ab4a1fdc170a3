"""What happens before and after every call of a dialect: its name, its preflight, its headers, its record."""

import re

from flask import Flask, Response, current_app, g, request

from portal import api
from portal.api import calls

_CALLER_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")

_ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-ID"
_EXPOSED_HEADERS = "Authorization, ETag, Idempotency-Replayed, Location, Retry-After, X-Request-ID"


def register(app: Flask) -> None:
    """Stand at the door of every dialect's paths."""
    calls.register(app)
    app.before_request(_enter)
    app.after_request(_leave)


def _enter() -> Response | None:
    dialect = api.dialect_of(request.path)
    if dialect is None:
        return None
    g.api_dialect = dialect
    calls.begin()
    given = request.headers.get("X-Request-ID", "")
    if _CALLER_ID.fullmatch(given):
        g.correlation_id = given
    if request.method == "OPTIONS" and request.routing_exception is None:
        return _preflight()
    return None


def _preflight() -> Response:
    """Answered before authentication: a browser sends no token with it."""
    response = current_app.make_default_options_response()
    response.status_code = 204
    del response.headers["Content-Type"]
    if _origin_is_allowed():
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
        response.headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = "600"
    return response


def _leave(response: Response) -> Response:
    dialect = g.get("api_dialect")
    if dialect is None:
        return response
    response.headers["X-Request-ID"] = g.get("correlation_id", "")
    response.headers.setdefault("Cache-Control", "no-store")
    if current_app.extensions["settings"].cors_origins:
        response.vary.add("Origin")
    if _origin_is_allowed():
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED_HEADERS
    calls.end(response, dialect.name.value)
    return response


def _origin_is_allowed() -> bool:
    return request.headers.get("Origin") in current_app.extensions["settings"].cors_origins
