"""Contacts: a call, a visit or a letter at the door, which need not become a case."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, EncryptedText, Id, Moment, PublicId, ref
from portal.core.models.user import User
from portal.core.models.vertical import Vertical
from portal.core.vocabulary import Outcome


class Contact(Base):
    """One contact with the office and how it ended. With ``case_created`` it names its case."""

    __tablename__ = "contacts"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    channel: Mapped[Code] = mapped_column(default="walkin")  # walkin, phone, chat, letter …
    outcome: Mapped[Outcome]
    summary: Mapped[str] = mapped_column(EncryptedText, default="")
    details: Mapped[str] = mapped_column(EncryptedText, default="{}")  # the form as it was typed, as JSON
    phone_blind: Mapped[Code | None] = mapped_column(index=True)
    person_id: Mapped[int | None] = ref("people.id")
    case_id: Mapped[int | None] = ref("cases.id")
    vertical_id: Mapped[int] = ref("verticals.id")
    agent_id: Mapped[int] = ref("users.id")
    started_at: Mapped[Moment]
    ended_at: Mapped[dt.datetime]
    draft_key: Mapped[Code | None]  # of the form it was typed in: sent twice, it is one contact

    agent: Mapped[User] = relationship()
    vertical: Mapped[Vertical] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("agent_id", "draft_key"),
        sa.CheckConstraint("(outcome = 'case_created') = (case_id IS NOT NULL)", name="case_when_created"),
    )
