"""Duplicate-support conflicts and the cases they name."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Moment, Name, PublicId, ref


class Conflict(Base):
    """Duplicate support: the same subject helped twice. One conflict for one set of cases, remembered when closed."""

    __tablename__ = "conflicts"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    kind: Mapped[Code] = mapped_column(default="duplicate_support")
    scope: Mapped[Code]
    status: Mapped[Code] = mapped_column(default="open", index=True)
    set_key: Mapped[Name] = mapped_column(unique=True)  # scope and the sorted case ids
    primary_case_id: Mapped[int] = ref("cases.id")
    opened_at: Mapped[Moment]
    reason_code: Mapped[Code | None]
    resolution_code: Mapped[Code | None]
    notes: Mapped[str | None]
    decided_by_id: Mapped[int | None] = ref("users.id", index=False)
    decided_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.CheckConstraint("status IN ('open', 'resolved', 'dismissed')", name="status"),
        sa.CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_when"),
    )

    @hybrid_property
    def rank(self) -> int:
        """Where it stands in the queue: what is open comes before what was decided."""
        return int(self.status == "open")

    @rank.inplace.expression
    @classmethod
    def _rank(cls) -> sa.ColumnElement[int]:
        return sa.case((cls.status == "open", 1), else_=0)


class ConflictCase(Base):
    """A case that a conflict names."""

    __tablename__ = "conflict_cases"

    conflict_id: Mapped[int] = ref("conflicts.id", primary_key=True, index=False)
    case_id: Mapped[int] = ref("cases.id", primary_key=True)
