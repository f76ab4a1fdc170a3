"""The dialects: documented JSON APIs over the same core, each in a room of its own."""

from flask import Flask

from portal.api import constituency, correspondence, docs, door, helpline, interventions
from portal.api.dialect import Dialect, DialectApi
from portal.extensions import csrf

# One line a dialect: a room offers DIALECT, its rules, and BLUEPRINTS, its routes.
ROOMS = (constituency, helpline, correspondence, interventions)

DIALECTS: tuple[Dialect, ...] = tuple(room.DIALECT for room in ROOMS)
_BY_PREFIX = sorted(
    ((prefix, dialect) for dialect in DIALECTS for prefix in (*dialect.prefixes, *dialect.aliases)),
    key=lambda pair: -len(pair[0]),
)


def register(app: Flask) -> None:
    """Mount every dialect with its document, outside of CSRF protection: no cookie opens anything here."""
    app.json.sort_keys = False
    door.register(app)
    apis = {}
    for room in ROOMS:
        document = DialectApi(room.DIALECT)
        document.init_app(app)
        for blueprint in room.BLUEPRINTS:
            csrf.exempt(blueprint)
            document.register_blueprint(blueprint)
            for alias in room.DIALECT.aliases:
                app.register_blueprint(
                    blueprint,
                    name=f"{blueprint.name}-{alias.strip('/').replace('/', '-')}",
                    url_prefix=alias + (blueprint.url_prefix or ""),
                )
        apis[room.DIALECT.name.value] = document
    docs.register(app, apis)


def dialect_of(path: str) -> Dialect | None:
    """The dialect that answers for *path*, or None where that is a page."""
    for prefix, dialect in _BY_PREFIX:
        if path == prefix or path.startswith(prefix + "/"):
            return dialect
    return None
