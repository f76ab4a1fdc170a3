"""Reading the audit: newest events first, a page at a time, for those who may; and that it was read is an event too."""

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, paging
from portal.core.actors import Actor
from portal.core.impartiality import impartial
from portal.core.models import AuditEvent, Case
from portal.core.paging import Cursor, Page
from portal.core.permissions import Permission, require

PAGE = 50
OUTCOMES = ("done", "refused")


@dataclass(frozen=True)
class Wanted:
    """Which events are wanted; None and "" mean all. ``action`` is how the action's name begins.

    With a case, wanted are what happened to it and who read it.
    """

    case_id: int | None = None
    actor_kind: str = ""
    actor_id: int | None = None
    action: str = ""
    outcome: str = ""


def record_look(session: Session, actor: Actor, wanted: Wanted) -> None:
    """Note in the actor's own chain that they look into the audit, and at what. Raises Forbidden."""
    require(actor, Permission.VIEW_AUDIT)
    asked = {name: value for name, value in asdict(wanted).items() if value not in (None, "")}
    audit.append(session, actor, "audit.read", details=asked)


def page(
    session: Session, actor: Actor, wanted: Wanted, *, cursor: Cursor | None = None, limit: int = PAGE
) -> Page[AuditEvent]:
    """The newest events that are wanted, from *cursor* on. Raises Forbidden, and InvalidInput for a foreign cursor."""
    require(actor, Permission.VIEW_AUDIT)
    query = sa.select(AuditEvent).where(*_filters(session, wanted), *_impartial(session, actor))
    return paging.newest_first(session, query, AuditEvent.id, AuditEvent.id, cursor=cursor, limit=limit)


def case_number(text: str) -> int | None:
    """The number in a case's number or reference as people write it, if there is one."""
    found = re.fullmatch(r"\s*(?:[A-Za-z][\w-]*-)?0*([0-9]{1,18})\s*", text)
    return int(found[1]) if found else None


def _impartial(session: Session, actor: Actor) -> list[sa.ColumnElement[bool]]:
    """Events neither of a person whose record is closed to *actor*, nor of a case about one, nor of who read them."""
    if not actor.closed_people:
        return []
    closed = session.scalars(sa.select(Case.id).where(sa.not_(impartial(actor)))).all()
    people = [f"person:{number}" for number in sorted(actor.closed_people)]
    related_to = AuditEvent.details["related_to"].as_integer()
    return [
        AuditEvent.chain_key.not_in(people),
        sa.or_(related_to.is_(None), related_to.not_in(sorted(actor.closed_people))),
        sa.or_(AuditEvent.case_id.is_(None), AuditEvent.case_id.not_in(closed)),
        sa.not_(naming(session, "person", actor.closed_people)),
        sa.not_(naming(session, "case", closed)),
    ]


def _filters(session: Session, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = []
    if wanted.case_id is not None:
        # Two indexes know them; joined so, neither engine walks through all events for a case that has few.
        happened = sa.select(AuditEvent.id).where(AuditEvent.case_id == wanted.case_id)
        read = sa.select(AuditEvent.id).where(naming(session, "case", [wanted.case_id]))
        found.append(AuditEvent.id.in_(sa.union(happened, read)))
    if wanted.actor_kind:
        found.append(AuditEvent.actor_kind == wanted.actor_kind)
    if wanted.actor_id is not None:
        found.append(AuditEvent.actor_id == wanted.actor_id)
    if wanted.action:
        found += [AuditEvent.action >= wanted.action, AuditEvent.action < wanted.action + "\U0010ffff"]
    if wanted.outcome:
        found.append(AuditEvent.outcome == wanted.outcome)
        if wanted.outcome != "done":
            found.append(sa.text("audit_events.outcome <> 'done'"))  # the words of the index over the few that are not
    return found


# Of each kind of row that a reading names, as the indexes ix_audit_events_names_… hold it, to the letter.
_NAMED = {
    "sqlite": "CAST(json_extract(audit_events.details, '$.{}') AS TEXT)",
    "postgresql": "(audit_events.details ->> '{}')",
}


def naming(session: Session, kind: str, numbers: Collection[int]) -> sa.ColumnElement[bool]:
    """Events whose details name one of these rows of a *kind*, person or case: found by an index, however many more
    events there are."""
    if kind not in ("person", "case"):
        raise ValueError(f"no index holds which {kind} an event names")
    named = sa.literal_column(_NAMED[session.get_bind().dialect.name].format(kind), sa.Text())
    return sa.and_(named.is_not(None), named.in_([str(number) for number in sorted(numbers)]))
