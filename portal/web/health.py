"""Health for operators and load balancers: no sign-in, and nothing told but the answer."""

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app

from portal.extensions import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive():
    """The process serves."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready():
    """The database answers and is at the newest migration; 503 otherwise."""
    try:
        with db.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.SQLAlchemyError:
        return {"status": "unavailable"}, 503
    newest = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    return ({"status": "ok"}, 200) if current == newest else ({"status": "unavailable"}, 503)
