"""Engines and transactions: what SQLite needs to behave, and the gate its writers pass one at a time.

Lock order, everywhere: user(s) by id, then person(s) by id, then case(s) by id, then conflict, then audit chain heads
by key.
"""

import contextlib
import contextvars
import fcntl
import threading
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event

_begin_mode = contextvars.ContextVar("sqlite_begin", default="DEFERRED")
_writing = contextvars.ContextVar("writing", default=False)
_thread_gates: dict[str, threading.Lock] = {}

# What ends by itself when tried again. PostgreSQL: serialization failure, deadlock, unique violation by a twin that
# committed first; SQLite says it in words.
_PASSING_STATES = frozenset(("40001", "40P01", "23505"))
_PASSING_WORDS = ("database is locked", "UNIQUE constraint failed")

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "temp_store=MEMORY",
    "secure_delete=ON",  # what is erased is overwritten, and not merely forgotten
)


def tune(engine: sa.Engine) -> None:
    """Give SQLite real transactions (BEGIN from SQLAlchemy, not from the driver), WAL and foreign keys."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection, _record):  # pragma: no cover - called by the pool
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection):
        connection.exec_driver_sql(f"BEGIN {_begin_mode.get()}")


class Busy(RuntimeError):
    """Somebody else is writing, and the caller did not want to wait."""


@contextlib.contextmanager
def writing(engine: sa.Engine, *, wait: bool = True) -> Iterator[None]:
    """Make transactions begun inside take the write lock before their first read.

    Upgrading a read snapshot fails at once on SQLite ("database is locked", whatever the timeout), and its busy
    handler starves waiting processes; so writers queue at a gate: a lock within the process, a file lock between
    processes. On PostgreSQL row locks do this and the gate stays open. Nesting raises RuntimeError; without
    *wait*, Busy is raised where another writer is inside.
    """
    if _writing.get():
        raise RuntimeError("A unit of work is already open; units do not nest.")
    mark = _writing.set(True)
    mode = _begin_mode.set("IMMEDIATE")
    try:
        with _gate(engine, wait=wait):
            yield
    finally:
        _begin_mode.reset(mode)
        _writing.reset(mark)


@contextlib.contextmanager
def _gate(engine: sa.Engine, *, wait: bool) -> Iterator[None]:
    path = engine.url.database if engine.dialect.name == "sqlite" else None
    if not path or path == ":memory:":
        yield
        return
    # The file is opened anew each time: a descriptor inherited over fork would share its lock and exclude nobody.
    with _thread_gate(path, wait=wait), Path(path + ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as taken:
            raise Busy from taken
        yield


@contextlib.contextmanager
def _thread_gate(path: str, *, wait: bool) -> Iterator[None]:
    gate = _thread_gates.setdefault(path, threading.Lock())
    if not gate.acquire(blocking=wait):
        raise Busy
    try:
        yield
    finally:
        gate.release()


def forget_log(engine: sa.Engine) -> None:
    """Empty SQLite's log of what was written, in which pages from before an erasure still stand.

    While somebody reads it stays until next time; nothing else waits for it.
    """
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()


def is_passing(error: sa.exc.DBAPIError) -> bool:
    """Whether trying again can help: another transaction was at the same rows, and has ended."""
    state = getattr(error.orig, "sqlstate", None)
    return state in _PASSING_STATES or any(words in str(error.orig) for words in _PASSING_WORDS)


def locked(statement: sa.Select) -> sa.Select:
    """Lock the selected rows until commit (PostgreSQL); SQLite holds the whole database already."""
    return statement.with_for_update()


def held(statement: sa.Select) -> sa.Select:
    """Lock the selected rows as ``locked`` does, and read them as they are then, whatever the session knew of them."""
    return locked(statement).execution_options(populate_existing=True)
