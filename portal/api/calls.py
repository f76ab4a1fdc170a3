"""Every call of a dialect is logged (contract 004): a line at once, a row for the screen a moment later.

Rows are written in batches so that cheap reads do not take the writer's place once each.
"""

import atexit
import collections
import logging
import threading
import time

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request

from portal.api import credentials
from portal.core import call_log, clock
from portal.extensions import db

logger = logging.getLogger(__name__)

_FULL = 500


class Batch:
    """Calls that wait to be written, of one process. ``delay`` seconds at most; without delay each at once."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._waiting: collections.deque[tuple[call_log.Call, int | None]] = collections.deque(maxlen=10_000)
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def add(self, engine: sa.Engine, call: call_log.Call, token_id: int | None) -> None:
        """Take a call, and see to it that it gets written."""
        self._waiting.append((call, token_id))
        if not self._delay:
            self.flush(engine)
            return
        with self._lock:
            if self._timer is None:
                self._timer = threading.Timer(self._delay, self.flush, (engine,))
                self._timer.daemon = True
                self._timer.start()

    def flush(self, engine: sa.Engine) -> None:
        """Write what waits. What cannot be written is dropped: its line is in the log."""
        with self._lock:
            self._timer = None
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(_FULL, len(self._waiting)))]
            try:
                call_log.keep(engine, [call for call, _ in taken], [token for _, token in taken if token])
            except sa.exc.SQLAlchemyError:
                logger.exception("%s rows of API calls cannot be written", len(taken))
                return


def register(app: Flask) -> None:
    """Begin a batch for this process. Rehearsals of tests write each call at once, so that they can look."""
    batch = Batch(0 if app.extensions["settings"].environment == "test" else 1.0)
    app.extensions["api_calls"] = batch
    with app.app_context():
        atexit.register(batch.flush, db.engine)


def begin() -> None:
    """Note when the call began."""
    g.api_began = time.perf_counter()


def end(response: Response, dialect: str) -> None:
    """Log the call and queue its row."""
    actor = credentials.current_actor()
    call = call_log.Call(
        at=clock.now(),
        dialect=dialect,
        method=request.method[:64],
        route=(request.url_rule.rule if request.url_rule else "-")[:255],
        status=response.status_code,
        duration_ms=round((time.perf_counter() - g.get("api_began", time.perf_counter())) * 1000),
        principal=actor.principal,
        correlation_id=g.get("correlation_id", ""),
    )
    logger.info(
        "api call",
        extra={
            "dialect": call.dialect,
            "method": call.method,
            "route": call.route,
            "status": call.status,
            "duration_ms": call.duration_ms,
            "principal": call.principal,
            "correlation_id": call.correlation_id,
        },
    )
    current_app.extensions["api_calls"].add(db.engine, call, actor.token_id)
