"""Review dates and appointments."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Id, Moment, PublicId, ref

_OPEN = sa.text("done_at IS NULL")


class Review(Base):
    """A date on which a case is looked at again; with a time it is an appointment."""

    __tablename__ = "reviews"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    case_id: Mapped[int] = ref("cases.id")
    date: Mapped[dt.date]
    time: Mapped[dt.time | None]
    note: Mapped[str] = mapped_column(default="")
    assigned_to_id: Mapped[int | None] = ref("users.id", index=False)
    created_by_id: Mapped[int | None] = ref("users.id", index=False)
    created_at: Mapped[Moment]
    done_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.Index("ix_reviews_assigned_to_id_date", "assigned_to_id", "date"),
        # For the calendar: what is still to be done, by date.
        sa.Index("ix_reviews_open", "date", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
