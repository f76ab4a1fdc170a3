"""What every page knows, and the headers every answer of the browser carries."""

import functools
import hashlib
from pathlib import Path

from flask import Flask, Response, current_app, request
from flask_babel import get_locale

from portal import web
from portal.web import access, formats, fragments

_WARNED_BEFORE = 120  # seconds before a session ends
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)


def register(app: Flask) -> None:
    """Give templates their common names and filters, and answers their headers."""
    fragments.register(app)
    app.context_processor(_names)
    formats.register(app)
    app.after_request(_headers)
    app.url_defaults(_name_by_content)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _names() -> dict[str, object]:
    settings, me = current_app.extensions["settings"], access.signed_in()
    return {
        "installation_name": settings.installation_name,
        "current_actor": me,
        "session_ends": _end_of_session() if me else None,
        "shortcuts": me.shortcuts if me else True,
        "lang": str(get_locale() or "en").replace("_", "-"),
        "dir": web.direction(),
        "openid_label": settings.openid.label if settings.openid else None,
        "theme": None,
    }


def _end_of_session() -> dict[str, int | str]:
    """What the script needs that warns before a session ends: seconds left, when to warn, and where to come back to."""
    seconds = int(access.idle_limit().total_seconds())
    back = "" if request.method == "GET" else access.page_around()
    return {"left": access.standing().seconds_left, "warn": min(_WARNED_BEFORE, seconds // 2), "back": back}


def _name_by_content(endpoint: str, values: dict[str, object]) -> None:
    """Put the content's digest into the address of a static file, so that it can be kept until it changes."""
    if endpoint == "static" and "v" not in values:
        path = Path(current_app.static_folder) / str(values.get("filename", ""))
        if path.is_file():
            values["v"] = _digest(path, path.stat().st_mtime_ns)


@functools.cache
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Content-Security-Policy", CSP)
    if current_app.extensions["settings"].is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    if request.path.startswith("/app"):
        headers["Cache-Control"] = "no-store"
    elif request.endpoint == "static" and "v" in request.args:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
