"""The browser: blueprints, forms and pages over the same core that the dialects use."""

from flask import Flask, request
from flask_babel import get_locale

from portal.web import access, context, health
from portal.web.pages import BLUEPRINTS

RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")


def register(app: Flask) -> None:
    """Put every page under ``/app``, closed unless declared public."""
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
