"""How migrations run: in one transaction, and without SQLite's foreign keys deleting what a rebuilt table owned."""

import warnings

from alembic import context
from flask import current_app
from sqlalchemy.exc import SAWarning

from portal.core.models import Base
from portal.core.models.base import EncryptedText, UtcDateTime


def render_type(kind, item, autogen_context):
    """Write plain column types into revisions: a revision must not depend on what the models become later."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, EncryptedText):
        return "sa.LargeBinary()"
    name = type(item).__name__
    if name == "Enum":
        return f"sa.String(length={item.length})"
    if name == "JSON":
        return "JSON"
    if name == "BigInteger" and "sqlite" in item._variant_mapping:
        return "BIG_ID"
    return False


def is_ours(name, kind, _parents):
    """Whether a table is one of the models': what SQLite keeps for full-text search is its own business."""
    return kind != "table" or not name.startswith("search_words")


def run() -> None:
    """Upgrade or downgrade over the application's own engine."""
    connectable = current_app.extensions["migrate"].db.engine
    arguments = {
        **current_app.extensions["migrate"].configure_args,
        "render_item": render_type,
        "include_name": is_ours,
    }
    with connectable.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # Outside any transaction, or it does nothing: rebuilding a table drops it, and dropping cascades.
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True, **arguments)
        with context.begin_transaction(), warnings.catch_warnings():
            # Rebuilding a table on SQLite reads what it refers to; their indexes on expressions stay as they are.
            warnings.filterwarnings("ignore", ".*expression-based index", SAWarning)
            context.run_migrations()
            if sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration broke foreign keys: {broken[:5]}")
        if sqlite:
            connection.invalidate()  # a connection without foreign keys must not go back to the pool


run()
