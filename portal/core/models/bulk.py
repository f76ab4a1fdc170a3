"""One change of several cases: what was wanted, and what became of each."""

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, Id, Moment, ref
from portal.core.models.user import User


class BulkRun(Base):
    """A change that one user confirmed for several cases. ``key`` comes with the form: sent twice, it is one run."""

    __tablename__ = "bulk_runs"

    id: Mapped[Id]
    user_id: Mapped[int] = ref("users.id", index=False)
    key: Mapped[uuid.UUID]
    act: Mapped[Code]  # assign, review
    to_user_id: Mapped[int | None] = ref("users.id", index=False)
    date: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Moment]

    to: Mapped[User | None] = relationship(foreign_keys=[to_user_id])

    __table_args__ = (sa.UniqueConstraint("user_id", "key"),)


class BulkItem(Base):
    """A case of the run with the version that was looked at, and what became of it."""

    __tablename__ = "bulk_items"

    id: Mapped[Id]
    run_id: Mapped[int] = ref("bulk_runs.id", index=False)
    case_id: Mapped[int] = ref("cases.id")
    version: Mapped[int]
    outcome: Mapped[Code] = mapped_column(default="waiting")
    why: Mapped[str] = mapped_column(default="")  # the refusal, in a sentence

    __table_args__ = (
        sa.UniqueConstraint("run_id", "case_id"),
        sa.CheckConstraint("outcome IN ('waiting', 'done', 'refused')", name="outcome"),
    )
