"""Marks: words that stand nowhere else, one for each column of free text, so that one in an answer is a leak."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from portal.core.models import Base
from portal.core.models.base import EncryptedText

LONG = 255  # from this length on a column holds words and not codes

# What everybody who works here may read, or nobody reads through the portal at all.
UNMARKED = {
    "api_calls": "routes as they are declared",
    "audit_chains": "keys of chains",
    "audit_checkpoint_heads": "keys of chains",
    "audit_checkpoints": "digests",
    "codes": "lists of the office",
    "inboxes": "addresses of the office",
    "organisations": "partners; who may read of them is declared in tests/web/doors.py",
    "places": "lists of the office",
    "policy_packs": "rules of the office",
    "presence": "names of colleagues; who is told of whom is asked in tests/web/test_conversation.py",
    "programs": "lists of the office",
    "rate_limits": "counters",
    "settings": "settings of the office",
    "tags": "words of the office",
    "users": "colleagues",
    "verticals": "lists of the office",
    "person_keys": "digests and folded names, never shown",
    "search_texts": "words of the marked texts, folded; never shown",
}
# Columns of marked tables that hold keys and not words.
_KEYS = {
    ("audit_events", "chain_key"),
    ("outside_identities", "issuer"),
    ("outside_identities", "subject"),
    ("audit_events", "actor_name"),
    ("case_status_history", "actor_name"),
    ("conflicts", "set_key"),
    ("attachments", "content_type"),
    ("idempotency_keys", "route"),
    ("people", "name_key"),
    ("intake_receipts", "retry_key"),
}
_MARK = re.compile(r"zq\d+canary|hidden-\d{6}")  # what marks look like, so that a text is read through once


@dataclass
class World:
    """Who walks through the doors, what they must not read, and by which names it could be asked for."""

    hidden: dict[str, int] = field(default_factory=dict)  # the number of the hidden row of each table
    others: dict[str, int] = field(default_factory=dict)  # of a second one, where a row names two
    visible_case: int = 0
    stubs: list[int] = field(default_factory=list)  # of what is seen without what is written there
    restricted_case: int = 0  # in the vertical of those who walk
    elsewhere: int = 0  # the vertical of those who walk
    relative: int = 0  # somebody whose record is closed to all of them
    walkers: dict[str, int] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)  # mark → "table.column"
    uuids_of: dict[str, list[str]] = field(default_factory=dict)  # table → the ids of its rows

    def uuids(self, table: str | None) -> list[str]:
        """The ids of a table's rows, and one of something else."""
        other = next(ids[0] for name, ids in self.uuids_of.items() if ids and name != table)
        return [*self.uuids_of.get(table, ()), other]

    def found_in(self, text: str) -> set[str]:
        """The columns whose marks stand in a text."""
        whole = text.casefold().replace("<mark>", "").replace("</mark>", "")  # what was looked for is marked, too
        return {self.marks[mark] for mark in _MARK.findall(whole) if mark in self.marks}


def holds_words(table: sa.Table, column: sa.Column) -> bool:
    if (table.name, column.name) in _KEYS or column.foreign_keys:
        return False
    kind = column.type
    long_text = isinstance(kind, sa.String) and not isinstance(kind, sa.Enum) and (kind.length or LONG) >= LONG
    return isinstance(kind, EncryptedText) or long_text


def marked_columns() -> Iterator[tuple[sa.Table, sa.Column]]:
    """Every column that must bear a mark."""
    for table in Base.metadata.sorted_tables:
        if table.name not in UNMARKED:
            yield from ((table, column) for column in table.columns if holds_words(table, column))


def wanted_tables() -> Iterator[sa.Table]:
    """Tables of which a hidden row is wanted: those with words, and those to which they can point."""
    marked = {table.name for table, _column in marked_columns()}
    named = {key.column.table.name for table in Base.metadata.sorted_tables for key in table.foreign_keys}
    return (table for table in Base.metadata.sorted_tables if table.name in (marked | named) - UNMARKED.keys())


def mark(number: int) -> tuple[str, str]:
    """A mark, and a text that bears it."""
    made = f"zq{number}canary"
    return made, f"Amina {made} Garcia"
