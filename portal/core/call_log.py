"""The record of API calls for the screen: rows in batches, outside of every unit of work.

The log line of each call is written at once, elsewhere; a row lost in a crash loses nothing that must be kept.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from portal.core.database import writing
from portal.core.models import ApiCall, ApiToken

_USED_ONCE_A = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Call:
    """One call: who, what, how it ended; never a body, a token or a name."""

    at: dt.datetime
    dialect: str
    method: str
    route: str
    status: int
    duration_ms: int
    principal: str
    correlation_id: str


def keep(engine: sa.Engine, calls: Iterable[Call], tokens_used: Iterable[int]) -> None:
    """Write calls, and when tokens were last used (at most once a minute), in one short transaction of its own."""
    rows = [asdict(call) for call in calls]
    if not rows:
        return
    at = rows[-1]["at"]
    stale = sa.or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at < at - _USED_ONCE_A)
    used = sorted(set(tokens_used))
    with writing(engine), engine.begin() as connection:
        connection.execute(sa.insert(ApiCall), rows)
        if used:
            connection.execute(sa.update(ApiToken).where(ApiToken.id.in_(used), stale).values(last_used_at=at))
