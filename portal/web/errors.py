"""Errors as pages: what happened, what to do, and a reference to quote. Never a stack trace."""

import logging
import uuid

from flask import g, make_response, render_template
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException

from portal.core import errors as domain
from portal.web.fragments import wants_fragment

logger = logging.getLogger(__name__)

STATUS = {
    domain.NotFound: 404,
    domain.InvalidInput: 422,
    domain.Forbidden: 403,
    domain.ConsentRequired: 403,
    domain.ConsentExpired: 403,
    domain.StaleVersion: 409,
}

_TITLES = {
    400: (_l("This did not arrive in order"), _l("Go back, reload the page and try again.")),
    403: (_l("You may not do this"), _l("If you need to, ask a supervisor or an administrator.")),
    404: (_l("There is nothing here"), _l("It may not exist, or it is not yours to see. Check the number, or search.")),
    405: (_l("This page cannot be used in that way"), _l("Go back and use the buttons of the page.")),
    409: (_l("This is not possible now"), _l("Reload the page to see how things stand.")),
    410: (_l("This is not there any more"), _l("It was taken away, or its time is over. Ask whoever sent you here.")),
    413: (_l("This is too large"), _l("Send a smaller file or a shorter text.")),
    415: (_l("This cannot be read here"), _l("Send it as the page offers it, or as another kind of file.")),
    422: (_l("Something is missing or not right"), _l("Go back and look at the fields again.")),
    429: (_l("Too many requests"), _l("Wait a minute and try again.")),
    500: (_l("Something went wrong on our side"), _l("What you typed is kept in your drafts. Try again in a moment.")),
    503: (_l("The portal cannot answer now"), _l("It is busy or being looked after. Wait a minute and try again.")),
}


def status_of(error: domain.DomainError) -> int:
    """The HTTP status of a domain error in the browser; what has no row of its own is a conflict with the rules."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)


def domain_page(error: domain.DomainError):
    """A refusal that no view turned into a message beside a field."""
    return _page(status_of(error), None if isinstance(error, domain.NotFound) else error.message)


def http_page(error: HTTPException):
    """A failure of the request itself."""
    status = error.code or 500
    if status >= 500:
        logger.error("request failed", extra={"reference": g.get("correlation_id", ""), "status": status})
    described = error.description if status == 400 and type(error).description != error.description else None
    return _page(status, described, error)


def _page(status: int, message: str | None, error: HTTPException | None = None):
    title, advice = _TITLES.get(status, _TITLES[500 if status >= 500 else 400])
    message = None if message == f"{title}." else message  # it is said once
    g.setdefault("correlation_id", uuid.uuid4().hex)  # what failed before the request got its own
    page = "_error.html" if wants_fragment() else "error.html"
    body = render_template(
        page, status=status, title=title, message=message, advice=advice, error_reference=g.correlation_id
    )
    response = make_response(body, status)
    if error is not None:
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                response.headers.setdefault(name, value)
    return response
