"""What people ask about their own data, and what became of it."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Name, PublicId, Versioned, ref


class SubjectRequest(Versioned, Base):
    """Something that a person asked for by right: when, through whom, by when it is due, and what was answered and why.

    A refused one is kept like a granted one: the office must be able to say why.
    """

    __tablename__ = "subject_requests"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    person_id: Mapped[int] = ref("people.id")
    kind: Mapped[Code]
    asked_on: Mapped[dt.date]
    asked_by: Mapped[Name]  # the person, or who speaks for them
    details: Mapped[str] = mapped_column(default="")
    due_on: Mapped[dt.date]
    state: Mapped[Code] = mapped_column(default="open")
    recorded_by_id: Mapped[int | None] = ref("users.id", index=False)
    decided_by_id: Mapped[int | None] = ref("users.id", index=False)
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        sa.CheckConstraint("kind IN ('export', 'rectification', 'restriction', 'erasure')", name="kind"),
        sa.CheckConstraint("state IN ('open', 'granted', 'refused')", name="state"),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_when"),
        sa.Index(
            "ix_subject_requests_open",
            "due_on",
            "id",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )
