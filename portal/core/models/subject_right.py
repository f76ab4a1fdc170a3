"""What people ask about their own data, and what became of it."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Moment, Name, PublicId, Versioned, ref


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


class Erasure(Base):
    """The proof that a person was erased: when, by whom, what was emptied and removed, and what is kept and why.

    It names nobody: the person is the pseudonym by now. ``uuids`` are the public ids of the records, by which the
    erasure is done again after a backup from before it was restored; ``files`` and ``swept_at`` say whether bytes and
    the remains of the index are gone, too.
    """

    __tablename__ = "erasures"

    id: Mapped[Id]
    person_id: Mapped[int] = ref("people.id")
    request_id: Mapped[int | None] = ref("subject_requests.id", index=False)
    rule_id: Mapped[int | None] = ref("retention_rules.id", index=False)  # where nobody asked: by which rule
    pseudonym: Mapped[Code]
    uuids: Mapped[list[Any]] = mapped_column(default=list)
    at: Mapped[Moment]
    by_id: Mapped[int | None] = ref("users.id", index=False)
    removed: Mapped[dict[str, Any]] = mapped_column(default=dict)  # table → rows
    emptied: Mapped[dict[str, Any]] = mapped_column(default=dict)  # table → rows
    kept: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what → how many
    files: Mapped[list[Any]] = mapped_column(default=list)  # checksums whose bytes still lie there
    swept_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.Index(
            "ix_erasures_to_sweep",
            "id",
            sqlite_where=sa.text("swept_at IS NULL"),
            postgresql_where=sa.text("swept_at IS NULL"),
        ),
    )
