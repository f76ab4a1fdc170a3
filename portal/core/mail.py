"""Messages that a sender brings (contract 003), into the same thread as everything else that was written.

A message is known by its sender's ``messageUid``: sent twice it is one message, sent changed it is the same message
with its earlier text kept, left out of an overwrite it is withdrawn and shown struck. Who wrote it is
kept with it as a way to reach them. It becomes nobody's login, and no person on record until a caseworker says so.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, cases, clock, notices
from portal.core.actors import Actor
from portal.core.facets import Held, call_attention
from portal.core.models import CorrespondenceCase, Message, MessageVersion
from portal.core.vocabulary import Delivery, Direction, Status

CHANNEL = "email"
_DELIVERY = {Direction.INBOUND: Delivery.RECEIVED, Direction.OUTBOUND: Delivery.SENT}
_QUIET = (Status.CLOSED, Status.SUSPENDED, Status.ARCHIVED)


@dataclass(frozen=True, kw_only=True)
class MessageTold:
    """A message as its sender tells it. ``raw`` is the text as received where stripping changed it."""

    uid: str
    sent_at: dt.datetime
    direction: Direction
    sender: dict[str, Any]
    recipients: list[Any]
    text: str
    kind: str = CHANNEL
    subject: str = ""
    raw: str | None = None
    attachments: list[Any] = field(default_factory=list)

    def columns(self) -> dict[str, Any]:
        """What of a message the sender decides."""
        return {
            "sent_at": self.sent_at,
            "direction": self.direction,
            "delivery": _DELIVERY[self.direction],
            "kind": self.kind,
            "sender": self.sender,
            "recipients": self.recipients,
            "subject": self.subject,
            "text": self.text,
            "raw": self.raw,
            "attachment_refs": self.attachments,
            "withdrawn_at": None,
        }


def of_sender(session: Session, facet: CorrespondenceCase) -> list[Message]:
    """The messages that a sender brought and has not withdrawn, in the order in which they were written."""
    query = sa.select(Message).where(Message.correspondence_id == facet.id, Message.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(Message.sent_at, Message.id)))


def take(session: Session, actor: Actor, held: Held, told: Sequence[MessageTold], *, late: bool) -> None:
    """Store messages, each once. ``late`` says that the case was at rest, so that somebody must look at new ones."""
    query = sa.select(Message).where(
        Message.correspondence_id == held.facet.id, Message.message_uid.in_([message.uid for message in told])
    )
    known = {message.message_uid: message for message in session.scalars(query)}
    added = [_new(held, message) for message in told if message.uid not in known]
    session.add_all(added)
    changed = [known[message.uid] for message in told if message.uid in known and _replace(session, known, message)]
    session.flush()
    if added:
        details = {"messages": [message.id for message in added], "correspondence": held.facet.id}
        late = late and held.case.lifecycle_status in _QUIET
        if late:
            details["status"] = held.case.lifecycle_status
        audit.append(session, actor, "message.receive", case=held.case, details=details)
        if late:
            call_attention(session, held.case)
        if any(message.direction is Direction.INBOUND for message in added):
            notices.of_message(session, actor, held.case)
    if changed:
        _tell(session, actor, held, "message.replace", changed)
    if added or changed:
        cases.touch(session, held.case)


def is_at_rest(held: Held) -> bool:
    """Whether nobody expects mail on this case: closed, suspended or archived."""
    return held.case.lifecycle_status in _QUIET


def left_out(session: Session, facet: CorrespondenceCase, uids: Iterable[str]) -> list[Message]:
    """The sender's messages that are not among *uids*."""
    given = set(uids)
    return [message for message in of_sender(session, facet) if message.message_uid not in given]


def withdraw(session: Session, actor: Actor, held: Held, messages: Sequence[Message]) -> None:
    """Mark messages as withdrawn by their sender. They stay in the record and in the thread."""
    if not messages:
        return
    at = clock.now()
    for message in messages:
        message.withdrawn_at = at
    _tell(session, actor, held, "message.withdraw", messages)
    cases.touch(session, held.case)


def _new(held: Held, told: MessageTold) -> Message:
    return Message(
        case_id=held.case.id,
        correspondence_id=held.facet.id,
        message_uid=told.uid,
        channel=CHANNEL,
        **told.columns(),
    )


def _replace(session: Session, known: dict[str, Message], told: MessageTold) -> bool:
    """Let a known message say what is told of it now; False where nothing is new."""
    message = known[told.uid]
    changes = {name: value for name, value in told.columns().items() if getattr(message, name) != value}
    if "text" in changes or "subject" in changes:
        session.add(MessageVersion(message_id=message.id, subject=message.subject, text=message.text))
    for name, value in changes.items():
        setattr(message, name, value)
    return bool(changes)


def _tell(session: Session, actor: Actor, held: Held, action: str, messages: Sequence[Message]) -> None:
    details = {"messages": [message.id for message in messages], "correspondence": held.facet.id}
    audit.append(session, actor, action, case=held.case, details=details)
