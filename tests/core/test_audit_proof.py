"""Whoever edits, removes, adds or reorders a row of the audit straight in the database is found out."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, keys
from portal.core.actors import SYSTEM
from portal.core.models import AuditChain, AuditCheckpoint, AuditCheckpointHead, AuditEvent, AuditValue
from portal.extensions import db
from tests.factories import committed

TABLES = [model.__table__ for model in (AuditChain, AuditEvent, AuditValue, AuditCheckpoint, AuditCheckpointHead)]
# Numbers that nothing but the order of rows hangs on: see the test that moves an event.
NUMBERS = {AuditEvent.__table__.c.id, AuditValue.__table__.c.id}


@pytest.fixture
def past(session) -> Session:
    """Three chains with kept values, one of them erased by law; a checkpoint over the first half, then one more."""
    for half in range(2):
        with committed(session):
            for number in range(3):
                changed = {"name": (None, "Amina") if number else ("Amina", "Amira"), "phone": ("1", "2")}
                audit.append(session, SYSTEM, "person.correct", chain="person:1", values=changed)
                audit.append(session, SYSTEM, "case.read", chain=f"user:{half}", details={"case": number})
        with committed(session):
            one = session.scalars(sa.select(AuditValue).where(AuditValue.field == "phone")).all()[half]
            audit.erase_values(session, SYSTEM, [one], chain="person:1")
            audit.checkpoint(session)
    with committed(session):
        audit.append(session, SYSTEM, "case.read", chain="user:0")
    return session


@pytest.fixture
def tampered(past, engine_name) -> Iterator[Callable[[sa.Executable], list]]:
    """What ``verify`` finds once a statement was run straight in the database, which is then as it was."""
    past.rollback()
    db.session.remove()
    with db.engine.connect() as connection:

        def after(*statements: sa.Executable) -> list:
            lax = (
                "PRAGMA defer_foreign_keys = ON"
                if engine_name == "sqlite"
                else "SET session_replication_role = replica"
            )
            connection.execute(sa.text(lax))
            try:
                for statement in statements:
                    assert connection.execute(statement).rowcount != 0
                return list(audit.verify(Session(connection)))
            finally:
                connection.rollback()

        yield after


def test_the_past_is_whole_also_where_values_were_erased_by_law(past):
    assert list(audit.verify(past)) == []
    assert past.scalar(sa.select(sa.func.count()).where(AuditValue.erased_at.is_not(None))) == 2


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_edit_of_one_row_is_found(tampered, table):
    unseen = []
    for row in _rows(table):
        for column in table.columns:
            for value in _others(column, row[column.name]) if column not in NUMBERS else ():
                edit = table.update().where(*_this(table, row)).values({column: value})
                if not tampered(edit):
                    unseen.append((row, column.name, value))
    assert unseen == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_that_is_removed_is_missed(tampered, table):
    assert [row for row in _rows(table) if not tampered(table.delete().where(*_this(table, row)))] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_that_is_added_is_found(tampered, table):
    elsewhere = {
        "audit_chains": {"key": "case:99"},
        "audit_events": {"id": 9001, "seq": 9001},
        "audit_values": {"id": 9001},
        "audit_checkpoints": {"id": 9001},
        "audit_checkpoint_heads": {"chain_key": "case:99"},
    }[table.name]
    assert [row for row in _rows(table) if not tampered(table.insert().values(_raw({**row, **elsewhere})))] == []
    if table.name == "audit_events":
        first = {**_rows(table)[0], "id": 9001, "seq": 1, "chain_key": "case:99"}
        assert tampered(table.insert().values(first)), "an event of a chain of its own"
    if table.name == "audit_chains":
        assert tampered(table.insert().values(key="case:99", seq=0, hash="", sealed_seq=0)), "an empty chain"


def test_two_events_that_change_places_are_found(tampered):
    events = AuditEvent.__table__
    chain = [row for row in _rows(events) if row["chain_key"] == "person:1"]
    for one, other in zip(chain, chain[1:], strict=False):
        names = set(one) - {"id"}
        contents = [_content(one, names, 99), _content(other, names, one["seq"]), _content(one, names, other["seq"])]
        edits = zip((one, other, one), contents, strict=True)
        assert tampered(*[events.update().where(events.c.id == row["id"]).values(told) for row, told in edits])
        numbers = ((one["id"], 99_999), (other["id"], one["id"]), (99_999, other["id"]))
        assert tampered(*[events.update().where(events.c.id == old).values(id=new) for old, new in numbers])


def test_a_past_that_was_rewritten_with_plain_hashes_is_found(past, monkeypatch):
    """Whoever holds the database and this program, but not the audit key, cannot make a changed past verify."""
    with committed(past), monkeypatch.context() as without_key:
        without_key.setattr(audit, "audit_digest", lambda payload: hashlib.sha256(payload).hexdigest())
        events = past.scalars(sa.select(AuditEvent).where(AuditEvent.chain_key == "user:0").order_by(AuditEvent.seq))
        previous = ""
        for event in events:
            event.actor_name, event.previous_hash = "Somebody Else", previous
            previous = event.hash = audit._hash(event)
        past.get(AuditChain, "user:0").hash = previous
        past.execute(sa.update(AuditCheckpointHead).where(AuditCheckpointHead.chain_key == "user:0").values(seq=1))
    assert [found.where for found in audit.verify(past)][0] == "user:0 #1"


def _rows(table: sa.Table) -> list[dict]:
    """Every row as the database holds it, encrypted values still encrypted."""
    raw = [sa.type_coerce(column, sa.LargeBinary) if _sealed(column) else column for column in table.columns]
    with db.engine.connect() as connection:
        found = connection.execute(sa.select(*raw).order_by(*table.primary_key))
        return [dict(zip(table.columns.keys(), row, strict=True)) for row in found]


def _this(table: sa.Table, row: dict) -> list:
    return [column == row[column.name] for column in table.primary_key]


def _raw(row: dict) -> dict:
    """A row to insert as it is: bytes are not encrypted again."""
    return {name: sa.type_coerce(v, sa.LargeBinary) if isinstance(v, bytes) else v for name, v in row.items()}


def _sealed(column: sa.Column) -> bool:
    return type(column.type).__name__ == "EncryptedText"


def _others(column: sa.Column, value) -> list:
    """Values of a column's kind that are not *value*."""
    if _sealed(column):
        others = [
            sa.type_coerce(keys.keyring().data.encrypt(b"Somebody"), sa.LargeBinary),
            sa.type_coerce(b"\x01", sa.LargeBinary),
        ]
        return others if value is None else [*others, None]
    if isinstance(value, dict):
        return [{**value, "more": 1}, {}] if value else [{"more": 1}]
    if isinstance(value, dt.datetime):
        return [value + dt.timedelta(seconds=1)]
    if isinstance(value, int):
        return [value + 7777]
    if isinstance(value, str):
        return [value[:-1] + ("y" if value[-1] == "x" else "x"), value[:-1]] if value else ["0"]
    return [dt.datetime(2020, 1, 1, tzinfo=dt.UTC)] if column.name == "erased_at" else [1]


def _content(row: dict, names: set[str], seq: int) -> dict:
    return {**{name: row[name] for name in names}, "seq": seq}
