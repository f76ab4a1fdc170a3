"""Numbering after rows were put in with numbers of their own."""

import sqlalchemy as sa
from sqlalchemy.orm import Session


def catch_up(session: Session, *models: type) -> None:
    """Let each model's numbers go on after the highest in use, and at 1 where there are no rows.

    PostgreSQL keeps the next number apart from the rows: without this, the first row made in the usual way would take
    a number that exists already. SQLite looks at the rows themselves.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for model in models:
        table = model.__table__
        following = sa.func.coalesce(sa.func.max(table.c.id), 0) + 1
        session.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), following, False)))
