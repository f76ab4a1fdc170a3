"""The browser: blueprints, forms and pages over the same core that the dialects use."""

from flask import Flask, request
from flask_babel import get_locale
from werkzeug.routing import IntegerConverter, Map

from portal.web import access, compression, context, health
from portal.web.pages import BLUEPRINTS

LARGEST_NUMBER = 2**63 - 1
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")


class RowNumber(IntegerConverter):
    """A number in an address. Beyond what a row can have there is nothing: 404, and no failure of the database."""

    def __init__(self, url_map: Map, *args: int, max: int = LARGEST_NUMBER, **more: bool) -> None:
        super().__init__(url_map, *args, max=max, **more)


def register(app: Flask) -> None:
    """Put every page under ``/app``, closed unless declared public."""
    app.url_map.converters["int"] = RowNumber
    compression.register(app)
    access.register(app)
    context.register(app)
    app.register_blueprint(health.blueprint)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def choose_locale() -> str:
    """The language of this request: the user's own, else the browser's wish among those there are."""
    user = access.signed_in()
    return user.locale if user else (request.accept_languages.best_match(["en"]) or "en")


def direction() -> str:
    """Which way the page reads."""
    return "rtl" if get_locale() and get_locale().language in RIGHT_TO_LEFT else "ltr"
