"""The browser: blueprints, forms and pages over the same core that the dialects use."""

from babel import negotiate_locale
from flask import Flask, current_app, request
from flask_babel import get_locale
from werkzeug.routing import IntegerConverter, Map

from portal.web import access, compression, context, health
from portal.web.fields import LARGEST_NUMBER
from portal.web.pages import BLUEPRINTS


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
    """The language of this request: the user's own, else the browser's wish among those there are, else the first."""
    languages, user = current_app.extensions["settings"].languages, access.signed_in()
    if user:
        return user.locale if user.locale in languages else languages[0]
    wishes = [wish.replace("-", "_") for wish in request.accept_languages.values()]
    return negotiate_locale(wishes, languages) or languages[0]


def direction() -> str:
    """Which way the page reads."""
    return "rtl" if get_locale() and get_locale().character_order == "right-to-left" else "ltr"
