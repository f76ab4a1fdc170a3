"""What this database was loaded as: a rehearsal must never be mistaken for the real thing."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import Setting

ENVIRONMENT = "installation.environment"


class WrongEnvironment(RuntimeError):
    """The database belongs to another kind of installation."""


def stamp(session: Session, environment: str) -> None:
    """Remember what this database was loaded as; what it was loaded as first stands.

    Raises WrongEnvironment when it belongs to a real installation and a rehearsal is about to write into it.
    """
    stamped = session.get(Setting, ENVIRONMENT)
    if stamped is None:
        session.add(Setting(key=ENVIRONMENT, value=environment))
    elif environment in ("demo", "test") and stamped.value in ("live", "staging"):
        raise WrongEnvironment(
            f"This database belongs to a {stamped.value} installation and takes no {environment} data. "
            "Set PORTAL_DATA_DIR or PORTAL_DATABASE_URL to another one."
        )


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
