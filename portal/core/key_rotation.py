"""Rotating the data keys: everything encrypted is read with any key and written again with the newest.

Afterwards the older keys can be taken out of PORTAL_DATA_KEYS. Index and audit keys do not rotate: see keys.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.orm import Session

from portal.core import audit
from portal.core.actors import SYSTEM
from portal.core.keys import keyring
from portal.core.models import Base
from portal.core.models.base import EncryptedText
from portal.core.unit import unit_of_work

_AT_ONCE = 500


@dataclass(frozen=True)
class Step:
    """How far the rotation has come in one table."""

    table: str
    read: int
    rewritten: int


def rotate(session: Session, newest_key: str) -> Iterator[Step]:
    """Encrypt every encrypted column anew with *newest_key*, in units of 500 rows; yields after each.

    What the newest key wrote already is left alone, so an interrupted run goes on where it stopped. A row that no key
    in use can read raises InvalidToken: nothing of that unit is changed.
    """
    newest = Fernet(newest_key)
    done: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        encrypted = [column.name for column in table.columns if isinstance(column.type, EncryptedText)]
        if not encrypted:
            continue
        for step in _rotate_table(session, table, encrypted, newest):
            done[table.name] = step.rewritten
            yield step
    with unit_of_work(session, SYSTEM, intent="keys.rotate"):
        audit.append(session, SYSTEM, "keys.rotate", details={"rewritten": done})


def _rotate_table(session: Session, table: sa.Table, encrypted: list[str], newest: Fernet) -> Iterator[Step]:
    # A plain table of raw columns: no decryption on the way, and no column that changes by itself (updated_at).
    key = [column.name for column in table.primary_key]
    raw = sa.table(table.name, *[sa.column(name, table.c[name].type) for name in key], *map(sa.column, encrypted))
    keys = [raw.c[name] for name in key]
    read = rewritten = 0
    last: tuple | None = None
    while True:
        with unit_of_work(session, SYSTEM, intent="keys.rotate"):
            rows = _next_rows(session, raw, keys, last)
            changes = [change for row in rows if (change := _change(row, key, encrypted, newest))]
            if changes:
                statement = sa.update(raw).where(*[raw.c[name] == sa.bindparam(f"key_{name}") for name in key])
                session.connection().execute(
                    statement.values({name: sa.bindparam(f"new_{name}") for name in encrypted}), changes
                )
        read, rewritten = read + len(rows), rewritten + len(changes)
        yield Step(table.name, read, rewritten)
        if len(rows) < _AT_ONCE:
            return
        last = tuple(rows[-1][name] for name in key)


def _next_rows(session: Session, raw: sa.TableClause, keys: list[sa.ColumnClause], last: tuple | None) -> list:
    query = sa.select(raw).order_by(*keys).limit(_AT_ONCE).with_for_update()
    if last is not None:
        query = query.where(sa.tuple_(*keys) > last)
    return session.execute(query).mappings().all()


def _change(row: sa.RowMapping, key: list[str], encrypted: list[str], newest: Fernet) -> dict | None:
    tokens = {name: bytes(row[name]) for name in encrypted if row[name] is not None}
    if all(_is_by(newest, token) for token in tokens.values()):
        return None
    ring = keyring().data
    renewed = {f"new_{name}": ring.rotate(tokens[name]) if name in tokens else None for name in encrypted}
    return renewed | {f"key_{name}": row[name] for name in key}


def _is_by(newest: Fernet, token: bytes) -> bool:
    try:
        newest.decrypt(token)
    except InvalidToken:
        return False
    return True
