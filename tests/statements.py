"""Counting the statements that something costs."""

import contextlib
from collections.abc import Iterator

from flask import Flask
from sqlalchemy import event

from portal.extensions import db


@contextlib.contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """``with counted(app) as statements``: the texts of all statements that the application runs meanwhile."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
