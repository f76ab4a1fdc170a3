"""Workers assigned to a case, with dates."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, Id, Moment, PublicId, ref
from portal.core.models.user import User


class Assignment(Base):
    """A worker assigned to a case, from and until; the row gives access only while it is in effect."""

    __tablename__ = "case_assignments"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    case_id: Mapped[int] = ref("cases.id")
    user_id: Mapped[int] = ref("users.id", index=False)
    assigned_role: Mapped[Code] = mapped_column(default="caseworker")
    effective_from: Mapped[dt.datetime]
    effective_until: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    end_reason: Mapped[Code | None]
    assigned_by_id: Mapped[int | None] = ref("users.id", index=False)
    created_at: Mapped[Moment]

    user: Mapped[User] = relationship(foreign_keys=[user_id])

    __table_args__ = (
        sa.Index("ix_case_assignments_user_id_until", "user_id", "effective_until", "case_id"),
        sa.CheckConstraint("effective_until IS NULL OR effective_until >= effective_from", name="ends_after_start"),
    )
