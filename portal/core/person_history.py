"""What was changed about a person, by whom and when; and, for those who check identities, from what to what."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import closed_people, relations, same_people
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.models import AuditEvent, AuditValue, Person
from portal.core.paging import Cursor
from portal.core.permissions import Permission, can

PAGE = 30


@dataclass(frozen=True)
class Change:
    """One event. ``values`` has each field before and after, or None for both where the reader may not see them."""

    number: int
    at: dt.datetime
    who: str
    action: str
    details: dict[str, Any]
    values: dict[str, tuple[str | None, str | None] | None]
    other: Person | None = None  # whom a relation is to, unless it is an alleged perpetrator


@dataclass(frozen=True)
class Page:
    """Changes, newest first, and where the next page begins."""

    changes: list[Change]
    older: Cursor | None


def page(session: Session, actor: Actor, person: Person, *, cursor: Cursor | None = None, limit: int = PAGE) -> Page:
    """What was changed about a person whom *actor* may see, in every record that stands for them.

    Values stay hidden from those who neither check identities nor read the audit. Raises InvalidInput for a foreign
    cursor.
    """
    if cursor is not None and type(cursor.key) is not int:
        raise InvalidInput("There is no such page of the list.", target="cursor")
    records = same_people.records(session, [person.id])[person.id]
    chains = [f"person:{number}" for number in records]
    query = sa.select(AuditEvent).where(AuditEvent.chain_key.in_(chains), AuditEvent.outcome == "done")
    if not can(actor, Permission.VIEW_AUDIT):
        query = query.where(AuditEvent.action.not_in(closed_people.EVENTS))
    query = query.where(relations.told_events(actor))
    if cursor is not None:
        query = query.where(AuditEvent.id < cursor.id)
    found = list(session.scalars(query.order_by(AuditEvent.id.desc()).limit(limit + 1)))
    events, more = found[:limit], len(found) > limit
    values, others = _values(session, actor, events), _others(session, actor, events)
    changes = [
        Change(
            number=event.id,
            at=event.at,
            who=event.actor_name,
            action=event.action,
            details=event.details,
            values=values[event.id],
            other=others.get(event.details.get("related_to")),
        )
        for event in events
    ]
    return Page(changes, Cursor(events[-1].id, events[-1].id) if more else None)


def _others(session: Session, actor: Actor, events: list[AuditEvent]) -> dict[int, Person]:
    """Those to whom relations are; that the reader sees them was asked with the events."""
    numbers = {event.details["related_to"] for event in events if event.action in relations.EVENTS}
    if not numbers:
        return {}
    numbers -= relations.accused_among(session, actor, numbers)
    return {person.id: person for person in session.scalars(sa.select(Person).where(Person.id.in_(numbers)))}


def _values(session: Session, actor: Actor, events: list[AuditEvent]) -> dict[int, dict]:
    found: dict[int, dict] = {event.id: dict.fromkeys(event.details.get("values", {})) for event in events}
    if can(actor, Permission.VERIFY_PERSON) or can(actor, Permission.VIEW_AUDIT):
        for kept in session.scalars(sa.select(AuditValue).where(AuditValue.event_id.in_(found))):
            found[kept.event_id][kept.field] = (kept.before, kept.after)
    return found
