"""The documents of the dialects, and pages that show them: ``/api/docs/``. Open to everybody, like the contracts."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, render_template, send_from_directory

from portal.api import examples
from portal.api.dialect import DialectApi

# Swagger UI draws its icons from data addresses; everything else comes from here.
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
_ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js")

blueprint = Blueprint("api_docs", __name__, url_prefix="/api/docs")


def register(app: Flask, documents: Mapping[str, DialectApi]) -> None:
    """Serve these documents."""
    app.extensions["api_documents"] = dict(documents)
    app.register_blueprint(blueprint)


def document(app: Flask, dialect: str) -> dict[str, Any]:
    """The OpenAPI document of a dialect. Raises KeyError."""
    return _told(app.extensions["api_documents"][dialect])


@blueprint.get("/")
def index() -> str:
    """The dialects there are."""
    dialects = [made.dialect for made in current_app.extensions["api_documents"].values()]
    return render_template("api_docs/index.html", dialects=dialects)


@blueprint.get("/<dialect>/")
def show(dialect: str) -> Response:
    """A dialect in Swagger UI."""
    response = current_app.make_response(render_template("api_docs/show.html", dialect=_known(dialect).dialect))
    response.headers["Content-Security-Policy"] = _CSP
    return response


@blueprint.get("/<dialect>/openapi.json")
def openapi(dialect: str) -> Response:
    """A dialect as an OpenAPI document."""
    return jsonify(_told(_known(dialect)))


@blueprint.get("/assets/<name>")
def asset(name: str) -> Response:
    """A file of Swagger UI, from the installed package."""
    if name not in _ASSETS:
        abort(404)
    return send_from_directory(str(files("flask_swagger_ui") / "dist"), name, max_age=86400)


def _told(made: DialectApi) -> dict[str, Any]:
    return examples.fill(made.spec.to_dict(), made.dialect.example_values)


def _known(dialect: str) -> DialectApi:
    made = current_app.extensions["api_documents"].get(dialect)
    return made if made is not None else abort(404)
