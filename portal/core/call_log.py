"""The record of API calls for the screen: rows in batches, outside of every unit of work, and read a page at a time.

The log line of each call is written at once, elsewhere; a row lost in a crash loses nothing that must be kept.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, paging
from portal.core.actors import Actor
from portal.core.database import writing
from portal.core.models import ApiCall, ApiToken, Organisation, User
from portal.core.permissions import Permission, require

PAGE = 50
MOST_COUNTED = 1000

# How a call ended, as words of the few partial indexes over what is looked for most: refusals and failures.
_ENDED = {
    "done": sa.text("api_calls.status < 400"),
    "refused": sa.text("api_calls.status >= 400 AND api_calls.status < 500"),
    "failed": sa.text("api_calls.status >= 500"),
}
OUTCOMES = tuple(_ENDED)
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


@dataclass(frozen=True)
class Wanted:
    """Which calls are wanted; None and "" mean all. ``principal`` is as ``Actor.principal``, such as ``user:3``."""

    dialect: str = ""
    method: str = ""
    route: str = ""
    outcome: str = ""
    status: int | None = None
    principal: str = ""
    correlation_id: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def record_look(session: Session, actor: Actor, wanted: Wanted) -> None:
    """Note in the actor's own chain that they look into the calls, and at which. Raises Forbidden."""
    require(actor, Permission.VIEW_AUDIT)
    asked = {name: value for name, value in asdict(wanted).items() if value not in (None, "")}
    audit.append(session, actor, "call_log.read", details=asked)


def page(
    session: Session, actor: Actor, wanted: Wanted, *, cursor: paging.Cursor | None = None, limit: int = PAGE
) -> paging.Page[ApiCall]:
    """The newest calls that are wanted, from *cursor* on. Raises Forbidden, and InvalidInput for a foreign cursor."""
    require(actor, Permission.VIEW_AUDIT)
    query = sa.select(ApiCall).where(*_filters(wanted))
    return paging.newest_first(session, query, ApiCall.at, ApiCall.id, cursor=cursor, limit=limit, kind=dt.datetime)


def count(session: Session, actor: Actor, wanted: Wanted) -> int:
    """How many calls are wanted, counted up to ``MOST_COUNTED`` and one more. Raises Forbidden."""
    require(actor, Permission.VIEW_AUDIT)
    some = sa.select(ApiCall.id).where(*_filters(wanted)).order_by(ApiCall.at.desc()).limit(MOST_COUNTED + 1)
    return session.scalar(sa.select(sa.func.count()).select_from(some.subquery()))


def callers(session: Session, actor: Actor) -> tuple[list[Organisation], list[User]]:
    """Who may have called: partners and users, those who are gone too, each by name. Raises Forbidden."""
    require(actor, Permission.VIEW_AUDIT)
    partners = sa.select(Organisation).where(Organisation.kind != "installation")
    return (
        list(session.scalars(partners.order_by(Organisation.name, Organisation.id))),
        list(session.scalars(sa.select(User).order_by(User.name, User.id))),
    )


def names(session: Session, calls: Iterable[ApiCall]) -> dict[str, str]:
    """What the users and organisations that called are called, by principal."""
    found: dict[str, str] = {}
    callers = {call.principal for call in calls}
    for kind, model in (("user", User), ("organisation", Organisation)):
        numbers = [int(who.partition(":")[2]) for who in callers if who.startswith(f"{kind}:")]
        rows = session.execute(sa.select(model.id, model.name).where(model.id.in_(numbers))) if numbers else ()
        found.update({f"{kind}:{number}": name for number, name in rows})
    return found


def _filters(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    same = ("dialect", "method", "route", "status", "principal", "correlation_id")
    asked = {name: getattr(wanted, name) for name in same}
    found = [getattr(ApiCall, name) == value for name, value in asked.items() if value not in (None, "")]
    if wanted.outcome:
        found.append(_ENDED[wanted.outcome])
    if wanted.since is not None:
        found.append(ApiCall.at >= wanted.since)
    if wanted.until is not None:
        found.append(ApiCall.at < wanted.until)
    return found
