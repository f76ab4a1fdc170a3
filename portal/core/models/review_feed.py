"""The secret addresses under which people's own calendars read their review dates."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Moment, ref


class ReviewFeed(Base):
    """The address of one user's feed, of which a keyed digest alone is kept; gone when they close it."""

    __tablename__ = "review_feeds"

    id: Mapped[Id]
    user_id: Mapped[int] = ref("users.id", index=False)
    digest: Mapped[Code] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    read_at: Mapped[dt.datetime | None]

    __table_args__ = (sa.UniqueConstraint("user_id"),)
