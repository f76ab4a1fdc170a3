"""What made a version of a case stale: who changed what since then, as the audit knows it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import consents
from portal.core.models import AuditEvent, AuditValue, Case

MOST = 50
# These make nobody's open form stale.
_KEEP_NO_VERSION = (
    *("note.write", "note.rewrite", "note.take_back"),
    *("message.write", "message.receive", "message.replace", "message.withdraw"),
    *("correspondence.change", "correspondence.stamp"),
)


@dataclass(frozen=True)
class Change:
    """What somebody changed: who, when, what, and the values of each field before and after."""

    at: dt.datetime
    who: str
    action: str
    details: dict[str, Any]
    values: dict[str, tuple[str | None, str | None]]


def changes_since(session: Session, case: Case, version: int) -> list[Change]:
    """What made *version* of the case stale, oldest first, so that theirs is shown beside mine.

    Once consent was withdrawn it is told who changed something, and no longer what it says.
    """
    query = sa.select(AuditEvent).where(AuditEvent.chain_key == f"case:{case.id}", AuditEvent.outcome == "done")
    query = query.where(AuditEvent.action.not_in(_KEEP_NO_VERSION))
    newest = session.scalars(query.order_by(AuditEvent.seq.desc()).limit(MOST)).all()
    events = [event for event in reversed(newest) if event.details.get("version", 0) > version]
    values: dict[int, dict[str, tuple[str | None, str | None]]] = {event.id: {} for event in events}
    told = [] if consents.standing(session, case).withdrawn else list(values)
    for kept in session.scalars(sa.select(AuditValue).where(AuditValue.event_id.in_(told))):
        values[kept.event_id][kept.field] = (kept.before, kept.after)
    return [Change(event.at, event.actor_name, event.action, event.details, values[event.id]) for event in events]
