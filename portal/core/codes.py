"""Code lists that an installation may extend: what a value is called, and whether it is on the list."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import Case, CodeValue, UnmappedCode


def listed(session: Session, list_name: str, *, retired: bool = False) -> list[CodeValue]:
    """The entries of a list in the office's order; with ``retired`` also those no longer offered."""
    query = sa.select(CodeValue).where(CodeValue.list_name == list_name).order_by(CodeValue.sort, CodeValue.id)
    return list(session.scalars(query if retired else query.where(CodeValue.active)))


def by_list(session: Session, names: Collection[str]) -> dict[str, list[CodeValue]]:
    """Several lists at once, each in the office's order; a list without entries is there and empty."""
    query = sa.select(CodeValue).where(CodeValue.list_name.in_(names), CodeValue.active)
    lists: dict[str, list[CodeValue]] = {name: [] for name in names}
    for entry in session.scalars(query.order_by(CodeValue.sort, CodeValue.id)):
        lists[entry.list_name].append(entry)
    return lists


def find(session: Session, list_name: str, value: str) -> CodeValue | None:
    """The entry with that value if it is offered now, else None. Longer values than a code can have are on no list."""
    if len(value) > 64:
        return None
    query = sa.select(CodeValue).where(CodeValue.list_name == list_name, CodeValue.value == value, CodeValue.active)
    return session.scalar(query)


def labels(session: Session, wanted: Iterable[tuple[str, str | None]]) -> dict[tuple[str, str], str]:
    """The labels of these (list, code) pairs, in one statement; a code that no list knows is left out."""
    pairs = {(name, value) for name, value in wanted if value}
    if not pairs:
        return {}
    query = sa.select(CodeValue.list_name, CodeValue.value, CodeValue.label)
    rows = session.execute(query.where(sa.tuple_(CodeValue.list_name, CodeValue.value).in_(pairs)))
    return {(name, value): label for name, value, label in rows}


def unmapped(session: Session, case: Case) -> list[UnmappedCode]:
    """What the report of this case carried that no list knows, or that was doubtful, in the order of the report."""
    query = sa.select(UnmappedCode).where(UnmappedCode.case_id == case.id)
    return list(session.scalars(query.order_by(UnmappedCode.id)))


def find_several(session: Session, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], CodeValue]:
    """The entries that are offered now of several lists at once, by (list, value); those that are not are left out."""
    named = [sa.and_(CodeValue.list_name == name, CodeValue.value == value) for name, value in wanted]
    found = session.scalars(sa.select(CodeValue).where(sa.or_(*named), CodeValue.active)) if named else ()
    return {(entry.list_name, entry.value): entry for entry in found}
