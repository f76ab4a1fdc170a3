"""Counting the statements that something costs."""

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Flask

from portal.extensions import db


@contextlib.contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """``with counted(app) as statements``: the texts of all statements that the application runs meanwhile."""
    with app.app_context():
        engine = db.engine
    with _noted(engine) as statements:
        yield statements


@contextlib.contextmanager
def counted_in(session: sa.orm.Session) -> Iterator[list[str]]:
    """The same of one session's connection."""
    with _noted(session.connection()) as statements:
        yield statements


@contextlib.contextmanager
def _noted(where: sa.Engine | sa.Connection) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        statements.append(statement)

    sa.event.listen(where, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(where, "before_cursor_execute", note)
