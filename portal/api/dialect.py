"""What every dialect is made of, on flask-smorest: its rules, its blueprints, its document, its shapes of failure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import marshmallow as ma
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint as FlaskBlueprint
from flask import Flask, Response, g, request
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from werkzeug.exceptions import HTTPException

from portal.api import credentials, limits
from portal.api.bodies import BodyParser
from portal.api.units import Answer, respond
from portal.core.errors import DomainError
from portal.core.vocabulary import Dialect as Name

MEBIBYTE = 1024 * 1024
OR = "or"  # in the metadata of a nested field: what may stand there instead, as JSON Schema


class Loose(ma.Schema):
    """A shape that ignores keys it does not know."""

    class Meta:
        """What marshmallow reads."""

        unknown = ma.EXCLUDE


class Strict(ma.Schema):
    """A shape that refuses keys it does not know (dialect 4)."""

    class Meta:
        """What marshmallow reads."""

        unknown = ma.RAISE


Failure = tuple[Mapping[str, Any], int]  # body and status


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The rules of one dialect. ``prefixes`` are the paths whose failures it answers; the longest match wins."""

    name: Name
    title: str
    description: str
    prefixes: tuple[str, ...]
    tell_http: Callable[[HTTPException], Failure]
    tell_domain: Callable[[DomainError], Failure]
    error_schema: type[ma.Schema]
    max_body: int = MEBIBYTE
    any_content_type: bool = False  # take any body for JSON
    bare_token: bool = False  # `Authorization: <token>` beside `Bearer <token>`
    query_token: str | None = None  # name of a query parameter, where the installation allows one
    aliases: tuple[str, ...] = ()  # further prefixes under which the same routes answer
    version: str = "1"
    example_values: Mapping[str, Any] = field(default_factory=dict)  # of fields, for bodies without an example

    def http_failure(self, error: HTTPException) -> Response:
        """The answer to a failure of the request itself, with the headers that belong to it."""
        body, status = self.tell_http(error)
        return self._failure(body, status, dict(error.get_headers()))

    def domain_failure(self, error: DomainError) -> Response:
        """The answer to a refusal by core."""
        body, status = self.tell_domain(error)
        return self._failure(body, status, {})

    def _failure(self, body: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> Response:
        kept = {name: value for name, value in headers.items() if name.lower() not in _OWN_HEADERS}
        if status == 401:
            kept.setdefault("WWW-Authenticate", "Bearer")
        return respond(Answer(status, body, kept))


_OWN_HEADERS = ("content-type", "content-length")


class Blueprint(SmorestBlueprint):
    """Routes of a dialect. The door stands before every route: the limit of the address, the token, its own limit.

    ``public`` leaves the token out. Scopes are checked by ``credentials.needs`` above ``@blueprint.arguments``, so
    that 403 comes before 415 and 400.
    """

    def __init__(
        self,
        dialect: Dialect,
        name: str,
        *,
        url_prefix: str,
        tag: str,
        public: bool = False,
        max_body: int | None = None,
        description: str = "",
    ) -> None:
        self.dialect, self.tag, self.public = dialect, tag, public
        self.max_body = max_body or dialect.max_body
        parser = BodyParser(any_content_type=dialect.any_content_type)
        self.ARGUMENTS_PARSER = self.PAGINATION_ARGUMENTS_PARSER = parser
        super().__init__(f"{dialect.name.value}-{name}", __name__, url_prefix=url_prefix, description=description)
        self.before_request(self._enter)

    def add_url_rule(self, rule, endpoint=None, view_func=None, provide_automatic_options=None, **options):
        """Register a route under the blueprint's tag; with or without slash at its end it is the same route."""
        options["tags"] = options.get("tags") or [self.tag]
        options.setdefault("strict_slashes", False)
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)
        if rule.endswith("/"):
            # A rule of its own, not a redirect (clients drop the body or the header), and one that knows its methods:
            # a wrong one is 405 without the slash, too.
            methods = options.get("methods") or getattr(view_func, "methods", None)
            FlaskBlueprint.add_url_rule(self, rule.rstrip("/"), self._endpoints[-1], None, methods=methods)

    def _enter(self) -> None:
        request.max_content_length = self.max_body
        limits.count_address()
        if not self.public:
            g.api_actor = credentials.authenticate(self.dialect)
            limits.count_principal(g.api_actor)


class DialectApi(Api):
    """The OpenAPI document of a dialect. It registers no error handler: that would answer for the whole portal."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(config_prefix=dialect.name.value.upper())
        self.dialect = dialect
        self._tags: set[str] = set()
        self.ERROR_SCHEMA = dialect.error_schema

    def init_app(self, app: Flask, *, spec_kwargs: Mapping[str, Any] | None = None) -> None:
        """Begin the document; blueprints add themselves to it when they are registered."""
        scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        document = {
            "title": self.dialect.title,
            "version": self.dialect.version,
            "openapi_version": "3.1.0",
            "info": {"description": self.dialect.description},
            "servers": [{"url": "/"}],
            "components": {"securitySchemes": {"token": scheme}},
            "security": [{"token": []}],
            "marshmallow_plugin": (shapes := MarshmallowPlugin(schema_name_resolver=_schema_name)),
        }
        super().init_app(app, spec_kwargs={**document, **(spec_kwargs or {})})
        shapes.converter.add_attribute_function(_alternatives)

    def register_blueprint(self, blp: Blueprint, *, parameters: Any = None, **options: Any) -> None:
        """Mount a blueprint and document it under its tag, which several may share."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=parameters)
        if blp.tag not in self._tags:
            self._tags.add(blp.tag)
            self.spec.tag({"name": blp.tag, "description": blp.description})

    def _register_error_handlers(self) -> None:
        """Leave failures to portal.answers, which knows whose path it was."""


def _alternatives(_converter: Any, told: ma.fields.Field, ret: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Document what a nested field takes beside its shape."""
    other = told.metadata.get(OR)
    return {"anyOf": [{"$ref": ret.pop("$ref")}, other]} if other and "$ref" in ret else {}


def _schema_name(schema: Any) -> str:
    """The name of a shape in the document: its class without "Schema"."""
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema") or kind.__name__
