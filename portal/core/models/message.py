"""Messages: what left the office or came in. Notes are another table, so that no note can ever be sent."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, BigId, Code, EncryptedText, Id, Moment, Name, PublicId, ref
from portal.core.vocabulary import Delivery, Direction


class Message(Base):
    """One message of a case's thread. ``delivery`` says what became of it; ``recorded`` is final and never sent."""

    __tablename__ = "messages"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    case_id: Mapped[int] = ref("cases.id", index=False)
    correspondence_id: Mapped[int | None] = ref("correspondence_cases.id", index=False)
    message_uid: Mapped[Name | None]
    direction: Mapped[Direction]
    channel: Mapped[Code | None]
    kind: Mapped[Name] = mapped_column(default="")  # the sender's word for the type
    sender: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recipients: Mapped[list[Any]] = mapped_column(default=list)
    recipient_id: Mapped[int | None] = ref("people.id")
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    raw: Mapped[str | None] = mapped_column(EncryptedText)  # as received, before HTML was stripped
    attachment_refs: Mapped[list[Any]] = mapped_column(default=list)  # opaque names from outside, never dereferenced
    delivery: Mapped[Delivery]
    author_id: Mapped[int | None] = ref("users.id", index=False)
    sent_at: Mapped[Moment]  # by which the thread is ordered
    created_at: Mapped[Moment]
    withdrawn_at: Mapped[dt.datetime | None]  # taken back by the sender; shown struck, never deleted

    __table_args__ = (
        sa.Index("ix_messages_case_id_sent_at", "case_id", "sent_at", "id"),
        sa.UniqueConstraint("correspondence_id", "message_uid"),
    )


class MessageVersion(Base):
    """The text a message had before its sender replaced it."""

    __tablename__ = "message_versions"

    id: Mapped[Id]
    message_id: Mapped[int] = ref("messages.id")
    subject: Mapped[str]
    text: Mapped[str]
    replaced_at: Mapped[Moment]


class MessageSeen(Base):
    """Up to which message a user has seen the thread of a case."""

    __tablename__ = "message_seen"

    user_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("users.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("cases.id"), primary_key=True, index=True)
    up_to: Mapped[dt.datetime]
