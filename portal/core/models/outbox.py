"""The outbox: what was written to somebody and can still be taken back, before it is a message of the case."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, EncryptedText, Id, Moment, ref

_HELD = sa.text("state = 'held'")


class HeldMessage(Base):
    """A message that its author sent and may take back until ``run_at``; nobody else reads it before.

    ``held`` becomes ``ready`` or ``cancelled``, once, by one UPDATE. The text is forgotten with that: it is the
    message's then, or the draft's.
    """

    __tablename__ = "outbox"

    id: Mapped[Id]
    case_id: Mapped[int] = ref("cases.id")
    author_id: Mapped[int] = ref("users.id", index=False)
    recipient_id: Mapped[int | None] = ref("people.id", index=False)
    text: Mapped[str | None] = mapped_column(EncryptedText)
    files: Mapped[str | None] = mapped_column(
        EncryptedText
    )  # a line each: the name of an attachment, a tab, its number
    state: Mapped[Code] = mapped_column(default="held")
    created_at: Mapped[Moment]
    run_at: Mapped[dt.datetime]
    message_id: Mapped[int | None] = ref("messages.id", index=False)

    __table_args__ = (
        sa.CheckConstraint("state IN ('held', 'ready', 'cancelled')", name="state"),
        sa.CheckConstraint("(state = 'ready') = (message_id IS NOT NULL)", name="ready_is_a_message"),
        sa.Index("ix_outbox_held", "run_at", sqlite_where=_HELD, postgresql_where=_HELD),
    )
