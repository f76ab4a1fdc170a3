"""The caseworker portal: one case model behind a browser and four documented API dialects."""

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import answers, api, bodies, cli, limits, presence, storage, web
from portal.config import Settings, load_settings
from portal.core import clock, database, erasure_sweep, indexing, keys
from portal.core.installation import refuse_wrong_environment
from portal.extensions import babel, csrf, db, htmx, login_manager, migrate
from portal.logs import configure_logging

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application: settings, then extensions, then the browser, then the dialects, then the command line.

    Raises ConfigurationError when a live installation lacks a setting, and refuses a database of another environment.
    """
    settings = settings or load_settings()
    app = Flask(
        __name__, template_folder=ROOT / "templates", static_folder=ROOT / "static", instance_path=settings.data_dir
    )
    app.config.from_mapping(_flask_config(settings))
    app.extensions["settings"] = settings
    configure_logging(settings)
    keys.configure(settings.data_keys, settings.index_key, settings.audit_key, settings.token_keys)
    erasure_sweep.configure(settings.data_dir)
    clock.allow_moving(settings.data_dir if settings.is_rehearsal else None)
    indexing.listen()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _set_up_extensions(app, settings)
    bodies.register(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_port=hops)
    web.register(app)
    api.register(app)
    answers.register(app)
    cli.register(app)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": not settings.database_url.startswith("sqlite"),
            "hide_parameters": True,  # an error that reaches the log must not carry what was said
        },
        "SESSION_COOKIE_NAME": "portal",
        "SESSION_COOKIE_PATH": "/app",  # the cookie never reaches a JSON path, so those need no CSRF token
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.is_secure,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a case page left open for an hour can still be saved
        "MAX_CONTENT_LENGTH": 20 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "BABEL_DEFAULT_LOCALE": settings.languages[0],
        "BABEL_TRANSLATION_DIRECTORIES": str(settings.translations_dir),
        "PREFERRED_URL_SCHEME": "https" if settings.is_secure else "http",
    }


def _set_up_extensions(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    with app.app_context():
        database.tune(db.engine)
        refuse_wrong_environment(db.engine, settings.environment)
    migrate.init_app(app, db, directory=str(ROOT / "portal" / "migrations"), compare_type=True, render_as_batch=True)
    htmx.init_app(app)
    login_manager.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=web.choose_locale)
    limits.register(app)
    presence.register(app)
    storage.register(app)
