"""What this database was loaded as: a rehearsal must never be mistaken for the real thing."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import Setting

ENVIRONMENT = "installation.environment"


class WrongEnvironment(RuntimeError):
    """The database belongs to another kind of installation."""


def stamp(session: Session, environment: str) -> None:
    """Remember what this database was loaded as."""
    session.merge(Setting(key=ENVIRONMENT, value=environment))


def refuse_wrong_environment(engine: sa.Engine, environment: str) -> None:
    """Raise WrongEnvironment when a database of invented data is opened as live or staging."""
    if environment not in ("live", "staging"):
        return
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(Setting.__tablename__):
            return
        stamped = connection.scalar(sa.select(Setting.value).where(Setting.key == ENVIRONMENT))
    if stamped in ("demo", "test"):
        raise WrongEnvironment(
            f"This database holds {stamped} data and cannot be opened as {environment}. "
            "Use a new database, or set PORTAL_ENVIRONMENT to what it is."
        )
