"""Code lists that an installation may extend: what a value is called, and whether it is on the list."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import CodeValue


def listed(session: Session, list_name: str, *, retired: bool = False) -> list[CodeValue]:
    """The entries of a list in the office's order; with ``retired`` also those no longer offered."""
    query = sa.select(CodeValue).where(CodeValue.list_name == list_name).order_by(CodeValue.sort, CodeValue.id)
    return list(session.scalars(query if retired else query.where(CodeValue.active)))


def find(session: Session, list_name: str, value: str) -> CodeValue | None:
    """The entry with that value if it is offered now, else None. Longer values than a code can have are on no list."""
    if len(value) > 64:
        return None
    query = sa.select(CodeValue).where(CodeValue.list_name == list_name, CodeValue.value == value, CodeValue.active)
    return session.scalar(query)
