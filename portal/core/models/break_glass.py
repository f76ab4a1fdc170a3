"""Asking to read what is closed: each request, and what it opened."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Moment, ref


class BreakGlassGrant(Base):
    """One request to read a case that is closed to its reader. ``case_id`` is empty where it opened nothing.

    ``beyond`` says that the case was not there at all for them; otherwise what is written in it was hidden.
    """

    __tablename__ = "break_glass_grants"

    id: Mapped[Id]
    user_id: Mapped[int] = ref("users.id", index=False)
    case_id: Mapped[int | None] = ref("cases.id")
    reason_code: Mapped[Code]
    reason_text: Mapped[str]
    beyond: Mapped[bool] = mapped_column(default=False)
    at: Mapped[Moment]
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    notified_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.Index("ix_break_glass_grants_user_id_expires_at", "user_id", "expires_at"),
        sa.Index("ix_break_glass_grants_user_id_at", "user_id", "at"),
    )
