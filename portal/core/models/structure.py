"""How cases were joined, divided and handed over: merges, splits, transfers."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from portal.core.models.base import Base, Code, Id, Moment, ref


class CaseMerge(Base):
    """An edge of the merge graph; undone, never deleted."""

    __tablename__ = "case_merges"

    id: Mapped[Id]
    source_id: Mapped[int] = ref("cases.id")
    target_id: Mapped[int] = ref("cases.id")
    prior_status: Mapped[Code]
    prior_reason: Mapped[Code | None]  # what the case said of its state before, to be restored word for word
    prior_text: Mapped[str | None]
    reason_code: Mapped[Code]
    reason_text: Mapped[str | None]
    actor_id: Mapped[int | None] = ref("users.id", index=False)
    at: Mapped[Moment]
    undone_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.CheckConstraint("source_id <> target_id", name="not_itself"),
        sa.Index(
            "uq_case_merges_standing",
            "source_id",
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        ),
    )


class CaseSplit(Base):
    """A case that was made by splitting another."""

    __tablename__ = "case_splits"

    id: Mapped[Id]
    source_id: Mapped[int] = ref("cases.id")
    new_case_id: Mapped[int] = ref("cases.id", unique=True, index=False)
    reason_code: Mapped[Code]
    reason_text: Mapped[str | None]
    actor_id: Mapped[int | None] = ref("users.id", index=False)
    at: Mapped[Moment]


class CaseTransfer(Base):
    """A change of the primary vertical, with the approval it used where policy asks for one."""

    __tablename__ = "case_transfers"

    id: Mapped[Id]
    case_id: Mapped[int] = ref("cases.id")
    from_vertical_id: Mapped[int] = ref("verticals.id", index=False)
    to_vertical_id: Mapped[int] = ref("verticals.id", index=False)
    reason_code: Mapped[Code]
    reason_text: Mapped[str | None]
    approval_id: Mapped[int | None] = ref("approvals.id", unique=True, index=False)
    actor_id: Mapped[int | None] = ref("users.id", index=False)
    at: Mapped[Moment]
