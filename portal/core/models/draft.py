"""Drafts: what somebody is typing, kept on the server while they type."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, EncryptedText, Id, Moment, Name, ref


class Draft(Base):
    """The unsent text of one user in one form. ``key`` tells which: a new intake, or a case and what is written."""

    __tablename__ = "drafts"

    id: Mapped[Id]
    user_id: Mapped[int] = ref("users.id", index=False)
    form: Mapped[Code]  # intake, message, note, transition
    key: Mapped[Name]
    title: Mapped[str] = mapped_column(EncryptedText, default="")
    body: Mapped[str] = mapped_column(EncryptedText)  # the form's fields as JSON
    revision: Mapped[int] = mapped_column(default=1)
    page: Mapped[str | None] = mapped_column(sa.String(32))  # in which it was typed, and which edit of it this is:
    edit: Mapped[int | None]  # what arrives late from the same page must not take the place of what came after it
    created_at: Mapped[Moment]
    saved_at: Mapped[Moment]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)

    __table_args__ = (sa.UniqueConstraint("user_id", "form", "key"),)
