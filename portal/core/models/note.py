"""Notes: staff only. They share no table with messages, so that none can ever be sent."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from portal.core.models.base import Base, Id, Moment, Name, PublicId, Versioned, ref


class Note(Versioned, Base):
    """What a worker wrote down for the team."""

    __tablename__ = "notes"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    case_id: Mapped[int] = ref("cases.id", index=False)
    author_id: Mapped[int | None] = ref("users.id", index=False)
    author_name: Mapped[Name]
    text: Mapped[str]
    at: Mapped[Moment]
    deleted_at: Mapped[dt.datetime | None]

    __table_args__ = (sa.Index("ix_notes_case_id_at", "case_id", "at", "id"),)
