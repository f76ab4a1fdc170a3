"""Two who do the same thing at the same moment: just before either writes, each waits a little for the other.

Where a rule holds, the second has to wait for the first to end, and they do not meet. Where it is only looked up and
not held, both have looked when they meet, and both write.
"""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from portal.core.errors import DomainError
from portal.extensions import db

PATIENCE = 0.4  # seconds; who waits for a lock of the other is not met


@contextlib.contextmanager
def meeting(app: Flask, *tables: str) -> Iterator[None]:
    """Let the first two who write in one of these tables meet before they do."""
    writes = re.compile(rf'\s*(INSERT INTO|UPDATE|DELETE FROM) "?({"|".join(tables)})\b', re.IGNORECASE)
    met, barrier = threading.local(), threading.Barrier(2)

    def wait(_connection, _cursor, statement, *_more) -> None:
        if writes.match(statement) and not getattr(met, "was", False):
            met.was = True
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(PATIENCE)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", wait)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", wait)


def both(app: Flask, *deeds: Callable[[], Any]) -> list[Any]:
    """Do these at the same moment, each in a thread and a context of its own; what each gave, or how it failed."""
    ready = threading.Barrier(len(deeds))

    def one(deed: Callable[[], Any]) -> Any:
        with app.app_context():
            try:
                ready.wait(20)
                return deed()
            except (DomainError, DBAPIError) as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(one, deeds, timeout=60))
