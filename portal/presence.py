"""Who has a case open now and whether they are writing: told to those who see it beside them, and soon forgotten.

Kept where limits are counted, outside of the cases' transactions: being somewhere never makes a writer of cases wait,
and nothing of it is history. Whoever asks here has been let into the case before.
"""

import logging
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.dialects import postgresql, sqlite

from portal.core import clock
from portal.core.actors import Actor
from portal.core.models import Presence

logger = logging.getLogger(__name__)

LASTS = 35.0  # seconds after which somebody who was not heard of is gone; pages tell of themselves every ten
_SWEPT_ONCE_IN = 50
_TABLE = Presence.__table__


@dataclass(frozen=True)
class Here:
    """Somebody else who has the case open. ``writing`` is "message", "note" or empty."""

    name: str
    writing: str = ""


def register(app: Flask) -> None:
    """Keep presence beside the counts of limits; to be registered after them."""
    engine = app.extensions["limits_engine"]
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.execute(sa.schema.CreateTable(_TABLE, if_not_exists=True))


def tell(actor: Actor, case_id: int, *, writing: str = "") -> list[Here]:
    """Say that *actor* has the case open; tells who else has. Where that cannot be kept, nobody is told of anybody."""
    engine, now = current_app.extensions["limits_engine"], clock.now().timestamp()
    mine = {"name": actor.name[:255], "writing": writing, "expires": now + LASTS}
    insert = (postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert)(_TABLE)
    upsert = insert.values(case_id=case_id, user_id=actor.user_id, **mine)
    others = sa.select(_TABLE.c.name, _TABLE.c.writing).where(
        _TABLE.c.case_id == case_id, _TABLE.c.user_id != actor.user_id, _TABLE.c.expires > now
    )
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")  # nobody misses it after a crash
            connection.execute(upsert.on_conflict_do_update(index_elements=["case_id", "user_id"], set_=mine))
            if secrets.randbelow(_SWEPT_ONCE_IN) == 0:
                connection.execute(sa.delete(_TABLE).where(_TABLE.c.expires <= now))
            return [Here(*row) for row in connection.execute(others.order_by(_TABLE.c.name, _TABLE.c.user_id))]
    except sa.exc.SQLAlchemyError:
        logger.exception("who is at a case cannot be kept")
        return []
