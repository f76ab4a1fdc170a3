"""Verticals that take part in a case beside its primary one."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, Id, Moment, ref
from portal.core.models.vertical import Vertical
from portal.core.vocabulary import ParticipantStatus

# What was asked and not answered is little among all there ever was; queries repeat these words exactly.
PENDING = "status = 'pending_opt_in'"


class Participant(Base):
    """A vertical beside the primary one. Removed is final for the row; adding it again makes a new row."""

    __tablename__ = "case_participants"

    id: Mapped[Id]
    case_id: Mapped[int] = ref("cases.id")
    vertical_id: Mapped[int] = ref("verticals.id", index=False)
    status: Mapped[ParticipantStatus] = mapped_column(default=ParticipantStatus.PENDING_OPT_IN)
    added_by_id: Mapped[int | None] = ref("users.id", index=False)
    added_at: Mapped[Moment]
    opted_in_by_id: Mapped[int | None] = ref("users.id", index=False)
    opted_in_at: Mapped[dt.datetime | None]
    consent_id: Mapped[int | None] = ref("consents.id", index=False)
    removed_at: Mapped[dt.datetime | None]
    reason_code: Mapped[Code | None]
    reason_text: Mapped[str | None]

    vertical: Mapped[Vertical] = relationship()

    __table_args__ = (
        sa.Index(
            "uq_case_participants_live",
            "case_id",
            "vertical_id",
            unique=True,
            sqlite_where=sa.text("status <> 'removed'"),
            postgresql_where=sa.text("status <> 'removed'"),
        ),
        sa.Index("ix_case_participants_vertical_id_status", "vertical_id", "status", "case_id"),
        sa.Index(
            "ix_case_participants_pending",
            "case_id",
            sqlite_where=sa.text(PENDING),
            postgresql_where=sa.text(PENDING),
        ),
        sa.CheckConstraint("status <> 'removed' OR removed_at IS NOT NULL", name="removed_when"),
    )
