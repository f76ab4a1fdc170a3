"""How often somebody may do something: counted for all processes together, outside of the cases' transactions.

On SQLite the counts lie in a file of their own, so that counting never waits for a writer of cases; on PostgreSQL in
a table. ``limiter`` limits views of the browser by decorator; ``count`` is for those who know whom to count only
after looking.
"""

import ipaddress
import logging
import math
import secrets

import sqlalchemy as sa
from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import parse
from limits.storage import Storage
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.exceptions import TooManyRequests

from portal.core import clock
from portal.core.models import RateLimit
from portal.extensions import db

logger = logging.getLogger(__name__)

_PRAGMAS = ("journal_mode=WAL", "synchronous=OFF", "busy_timeout=2000")
_SWEPT_ONCE_IN = 200  # new windows: those that are over are forgotten now and then, so that the table stays small
_TABLE = RateLimit.__table__

FREE_TRIES = 5
_SHORTEST_WAIT = 30  # seconds, after the free ones; each wait is twice the one before
_LONGEST_WAIT = 60 * 60
_TRIES_KEPT = 24 * 60 * 60


class SharedStorage(Storage):
    """Counts in a database, one upsert a hit; exact however many processes count."""

    STORAGE_SCHEME = ["portal"]

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library takes for a failure of the storage."""
        return sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, beginning a new window where the last one is over; returns the hits in the window."""
        engine, now = _engine(), clock.now().timestamp()
        insert = (postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert)(_TABLE)
        over = _TABLE.c.expires <= now
        upsert = insert.values(key=key[:255], hits=amount, expires=now + expiry).on_conflict_do_update(
            index_elements=[_TABLE.c.key],
            set_={
                "hits": sa.case((over, amount), else_=_TABLE.c.hits + amount),
                "expires": sa.case((over, now + expiry), else_=_TABLE.c.expires),
            },
        )
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")  # a count lost in a crash harms nobody
            hits = connection.scalar(upsert.returning(_TABLE.c.hits))
            if hits == amount and secrets.randbelow(_SWEPT_ONCE_IN) == 0:
                connection.execute(sa.delete(_TABLE).where(_TABLE.c.expires <= now))
        return hits

    def get(self, key: str) -> int:
        """The hits in the window that is running."""
        row = self._running(key)
        return row.hits if row else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends that is running, or now."""
        row = self._running(key)
        return row.expires if row else clock.now().timestamp()

    def check(self) -> bool:
        """Whether the storage answers."""
        with _engine().connect() as connection:
            return connection.scalar(sa.select(sa.literal(1))) == 1

    def reset(self) -> int:
        """Forget all counts."""
        with _engine().begin() as connection:
            return connection.execute(sa.delete(_TABLE)).rowcount

    def clear(self, key: str) -> None:
        """Forget one count."""
        with _engine().begin() as connection:
            connection.execute(sa.delete(_TABLE).where(_TABLE.c.key == key[:255]))

    def _running(self, key: str) -> sa.Row | None:
        query = sa.select(_TABLE).where(_TABLE.c.key == key[:255], _TABLE.c.expires > clock.now().timestamp())
        with _engine().connect() as connection:
            return connection.execute(query).first()


limiter = Limiter(get_remote_address, storage_uri="portal://", strategy="fixed-window")


def register(app: Flask) -> None:
    """Count for *app*: in ``limits.db`` beside a SQLite database, in its own database on PostgreSQL.

    The connections are not those of the requests: a request that waits for a second one while it holds its first could
    wait for ever.
    """
    limiter.init_app(app)
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() != "sqlite":
        app.extensions["limits_engine"] = sa.create_engine(url, pool_size=2, pool_pre_ping=True, hide_parameters=True)
        return
    engine = sa.create_engine(f"sqlite:///{app.extensions['settings'].data_dir / 'limits.db'}", hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(connection, _record):  # pragma: no cover - called by the pool
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    with engine.begin() as connection:
        connection.execute(sa.schema.CreateTable(_TABLE, if_not_exists=True))
    app.extensions["limits_engine"] = engine


def count(limit: str, *who: str) -> None:
    """Count a hit of *who* against a limit such as "5/hour". Raises TooManyRequests, which says when to come again.

    Where the counts cannot be kept, everybody passes: a report of harm is not lost for want of a counter.
    """
    item = parse(limit)
    try:
        if limiter.limiter.hit(item, *who):
            return
        ends = limiter.limiter.storage.get_expiry(item.key_for(*who))
    except sa.exc.SQLAlchemyError:
        logger.exception("the counts of limits cannot be kept")
        return
    raise TooManyRequests(retry_after=max(1, math.ceil(ends - clock.now().timestamp())))


def forget(limit: str, *who: str) -> None:
    """Begin to count *who* anew: what was counted were tries, and one of them was right."""
    try:
        limiter.limiter.clear(parse(limit), *who)
    except sa.exc.SQLAlchemyError:
        logger.exception("the counts of limits cannot be kept")


def hold_back(*who: str) -> None:
    """Count a try of *who* at a secret: some are free, then each has to wait longer than the one before.

    Nobody is locked: an hour is the longest wait, and a day after the first try all are forgotten. What is refused is
    not counted. Raises TooManyRequests, which says when to come again.
    """
    tries, wait = _keys_of(who)
    try:
        storage = limiter.limiter.storage
        if not storage.get(wait):
            made = storage.incr(tries, _TRIES_KEPT)
            pause = min(_SHORTEST_WAIT << min(made - FREE_TRIES - 1, 20), _LONGEST_WAIT) if made > FREE_TRIES else 0
            # Of several at the same moment one begins the pause, and is let through.
            if not pause or storage.incr(wait, pause) == 1:
                return
        ends = storage.get_expiry(wait)
    except sa.exc.SQLAlchemyError:
        logger.exception("the counts of limits cannot be kept")
        return
    raise TooManyRequests(retry_after=max(1, math.ceil(ends - clock.now().timestamp())))


def let_off(*who: str) -> None:
    """Forget the tries of *who*: one was right."""
    try:
        for key in _keys_of(who):
            limiter.limiter.storage.clear(key)
    except sa.exc.SQLAlchemyError:
        logger.exception("the counts of limits cannot be kept")


def address() -> str:
    """Where a request comes from, as it is counted: of IPv6 the network, for whoever has one has all its addresses."""
    text = request.remote_addr or "-"
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return text
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else text


def _keys_of(who: tuple[str, ...]) -> tuple[str, str]:
    return "tries:" + "/".join(who), "wait:" + "/".join(who)


def _engine() -> sa.Engine:
    return current_app.extensions["limits_engine"]
