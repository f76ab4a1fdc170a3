"""One place that answers failures, by the door they came through: a dialect's own shape, or a page."""

import sqlalchemy as sa
from flask import Flask, request
from werkzeug.exceptions import HTTPException

from portal import api
from portal.core.errors import DomainError
from portal.web import again, errors


def register(app: Flask) -> None:
    """Register class-based handlers alone: a handler for a status code would take precedence over the dialects'."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(sa.exc.DBAPIError, _database)


def _http(error: HTTPException):
    dialect = api.dialect_of(request.path)
    return dialect.http_failure(error) if dialect else errors.http_page(error)


def _domain(error: DomainError):
    dialect = api.dialect_of(request.path)
    return dialect.domain_failure(error) if dialect else errors.domain_page(error)


def _database(error: sa.exc.DBAPIError):
    if request.endpoint is None or api.dialect_of(request.path):
        raise error  # the dialects have tried again already
    return again.take_again(error)
