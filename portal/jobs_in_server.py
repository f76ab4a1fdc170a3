"""The periodic work inside the server: one thread in each worker, of which the leases let one work.

Started in each worker after the fork, from gunicorn's hook ``post_worker_init``: a thread does not survive a fork.
"""

import logging
import threading

import sqlalchemy as sa
from flask import Flask

from portal.core import jobs
from portal.extensions import db

logger = logging.getLogger(__name__)

EVERY_SECONDS = 30.0


def start(app: Flask, *, stop: threading.Event | None = None) -> threading.Thread:
    """Look for due jobs now and every half minute, until *stop* is set or the process ends."""
    stop = stop or threading.Event()
    thread = threading.Thread(target=_work, args=(app, stop), name="jobs", daemon=True)
    thread.start()
    return thread


def _work(app: Flask, stop: threading.Event) -> None:
    while not stop.is_set():
        with app.app_context():
            try:
                for _ in jobs.run_due(db.session):
                    if stop.is_set():
                        break
            except sa.exc.SQLAlchemyError:
                # A database that is away or not migrated yet: /readyz tells; the next round tries again.
                logger.exception("the periodic work failed and is tried again")
        stop.wait(EVERY_SECONDS)
