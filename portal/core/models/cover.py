"""Covers: a colleague minds what somebody has in hand while they are away."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, column_property, relationship

from portal.core import clock
from portal.core.models.base import Base, Id, Moment, UtcDateTime, ref
from portal.core.models.user import User


class Cover(Base):
    """``by`` covers for ``user``, from and until. It tells who is told and where to look, and opens nothing."""

    __tablename__ = "covers"

    id: Mapped[Id]
    user_id: Mapped[int] = ref("users.id", index=False)
    by_id: Mapped[int] = ref("users.id", index=False)
    begins_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]  # before its time
    made_by_id: Mapped[int | None] = ref("users.id", index=False)
    ended_by_id: Mapped[int | None] = ref("users.id", index=False)
    created_at: Mapped[Moment]

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])

    __table_args__ = (
        sa.Index("ix_covers_user_id_ends_at", "user_id", "ends_at"),
        sa.Index("ix_covers_by_id_ends_at", "by_id", "ends_at"),
        sa.CheckConstraint("ends_at > begins_at", name="ends_after_start"),
        sa.CheckConstraint("user_id <> by_id", name="not_oneself"),
    )


def running() -> sa.ColumnElement[bool]:
    """Covers that run when the statement is executed, by somebody who works here."""
    at = sa.bindparam("at", callable_=clock.now, type_=UtcDateTime, unique=True)
    working = sa.select(1).where(_covering.id == Cover.by_id, _covering.active).correlate(Cover).exists()
    return sa.and_(Cover.begins_at <= at, Cover.ends_at > at, Cover.ended_at.is_(None), working)


_covering = aliased(User)
_now = sa.select(Cover).where(Cover.user_id == User.id, running()).correlate_except(Cover)

# Loaded with an owner where the page of a case says who covers for them.
User.covered_until = column_property(_now.with_only_columns(Cover.ends_at).limit(1).scalar_subquery(), deferred=True)
User.covered_by = column_property(
    _now.with_only_columns(sa.select(_covering.name).where(_covering.id == Cover.by_id).scalar_subquery())
    .limit(1)
    .scalar_subquery(),
    deferred=True,
)
