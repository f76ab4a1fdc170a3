"""What merging cases would do, and what undoing it would, told before it is confirmed (merging.py does it)."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import merging
from portal.core.actors import Actor
from portal.core.errors import CannotMerge, DomainError, Forbidden, InvalidInput
from portal.core.models import Attachment, Base, Case, Conflict, Message, Note
from portal.core.permissions import Permission, require
from portal.core.vocabulary import ConflictStatus

# Not children of a case but what became of it, or what stands for others to see: no row of these is shown as content.
# A conflict is counted once for each case that it names; what search reads is written anew from what is counted.
NOT_CONTENT = frozenset(
    "cases case_merges case_splits audit_events notices message_seen conflicts search_texts restrictions "
    "break_glass_grants outbox bulk_items".split()
)


@dataclass(frozen=True)
class Kind:
    """One kind of child that a merge brings together, with how many rows the target and the sources have.

    What was merged into the target before, and is seen with it, counts with the target.
    """

    name: str  # of the table: an identifier, put into words by whoever shows it
    of_target: int
    of_sources: int


@dataclass(frozen=True)
class Preview:
    """What a merge would do: every kind of child, what should be thought about first, and why it is not possible.

    ``settled`` is the number of open conflicts that name only these cases, and are resolved by the merge.
    """

    kinds: tuple[Kind, ...]
    warnings: tuple[str, ...]
    refusal: DomainError | None
    settled: int


def preview(session: Session, actor: Actor, target: Case, sources: Sequence[Case]) -> Preview:
    """Show a merge before it is confirmed; changes nothing."""
    warnings = []
    if not all(merging.same_subject(session, target, source) for source in sources):
        warnings.append("The people of both cases are not the same; all of them are shown on one case afterwards.")
    if any(source.primary_vertical_id != target.primary_vertical_id for source in sources):
        warnings.append("The cases are led by different services; each part is shown only to those who may see it now.")
    kinds = rows(session, merging.group(session, actor, target), [source.id for source in sources])
    return Preview(
        kinds, tuple(warnings), _refusal(session, actor, target, sources), _settled(session, target, sources)
    )


def rows(session: Session, stay: Collection[int], join: Collection[int] = ()) -> tuple[Kind, ...]:
    """How many rows of every kind cases have: those that stay, and those that join them. Asks one statement.

    Kinds of which there are none are left out.
    """
    counts = [
        sa.select(
            sa.literal(table.name).label("name"),
            sa.func.count().filter(column.in_(stay)).label("of_target"),
            sa.func.count().filter(column.not_in(stay)).label("of_sources"),
        ).where(column.in_([*stay, *join]))
        for table, column in children()
    ]
    found = session.execute(sa.union_all(*counts))
    return tuple(Kind(*row) for row in found if row[1] or row[2])


def arrived(session: Session, survivor: Case, since: dt.datetime) -> tuple[Kind, ...]:
    """What came to a survivor since then, by kind: it stays there when a merge is undone."""
    counts = [
        sa.select(sa.literal(table.__tablename__), sa.func.count(), sa.literal(0)).where(
            table.case_id == survivor.id, table.created_at > since
        )
        for table in (Message, Note, Attachment)
    ]
    return tuple(Kind(*row) for row in session.execute(sa.union_all(*counts)) if row[1])


def children() -> list[tuple[sa.Table, sa.Column]]:
    """Every table whose rows belong to a case, whichever are added in time, with the column that says to which."""
    found = []
    for table in Base.metadata.sorted_tables:
        if table.name in NOT_CONTENT:
            continue
        column = next((c for c in table.c if any(k.column.table.name == "cases" for k in c.foreign_keys)), None)
        if column is not None:
            found.append((table, column))
    return found


def _refusal(session: Session, actor: Actor, target: Case, sources: Sequence[Case]) -> DomainError | None:
    """What would be raised, in the order in which it would be."""
    try:
        merging.check_names(target, [source.id for source in sources])
        for case in (target, *sources):
            require(actor, Permission.MERGE, case)
        merging.check(session, target, sources)
    except (InvalidInput, Forbidden, CannotMerge) as found:
        return found
    return None


def _settled(session: Session, target: Case, sources: Sequence[Case]) -> int:
    """How many open conflicts name nothing but what is one afterwards."""
    merged = sa.select(Case.id).where(Case.root_id == target.id)
    group = {target.id, *[source.id for source in sources], *session.scalars(merged)}
    among = merging.conflicts_among(session, group)
    return sum(_is_settled(conflict, named, group) for conflict, named in among)


def _is_settled(conflict: Conflict, named: set[int], group: set[int]) -> bool:
    return conflict.status == ConflictStatus.OPEN and named <= group
