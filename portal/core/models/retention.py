"""For how long cases are kept, what keeps one longer, and the proof of what was erased when the time was over."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, Id, Moment, Stamped, ref
from portal.core.models.vertical import Vertical

PEOPLE = "people"
_OPEN = sa.text("lifted_at IS NULL")
_TO_SWEEP = sa.text("swept_at IS NULL")


class RetentionRule(Stamped, Base):
    """After how many months closed cases are archived, and after how many more what they tell is erased.

    ``vertical_id`` None: of every vertical that has no rule of its own. Months None: that step is never taken by it.
    The rule for people says with ``erase_months`` when they are erased: so long after nothing keeps them.
    """

    __tablename__ = "retention_rules"

    id: Mapped[Id]
    scope: Mapped[Code] = mapped_column(unique=True)  # "all", "people" or the number of a vertical: one rule for each
    vertical_id: Mapped[int | None] = ref("verticals.id")
    archive_months: Mapped[int | None] = mapped_column(sa.Integer)
    erase_months: Mapped[int | None] = mapped_column(sa.Integer)
    active: Mapped[bool] = mapped_column(default=False)

    vertical: Mapped[Vertical | None] = relationship()

    @property
    def is_of_people(self) -> bool:
        """Whether it erases people whom nothing keeps any more, and not cases."""
        return self.scope == PEOPLE

    __table_args__ = (
        sa.CheckConstraint("archive_months IS NULL OR archive_months > 0", name="archive_months"),
        sa.CheckConstraint("erase_months IS NULL OR erase_months > 0", name="erase_months"),
        sa.CheckConstraint("archive_months IS NOT NULL OR erase_months IS NOT NULL", name="does_something"),
    )


class LegalHold(Base):
    """A time in which nothing of a case is archived or erased by rule; open until it is lifted."""

    __tablename__ = "legal_holds"

    id: Mapped[Id]
    case_id: Mapped[int] = ref("cases.id")
    reason_text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[Moment]
    by_id: Mapped[int | None] = ref("users.id", index=False)
    lifted_at: Mapped[dt.datetime | None]
    lifted_by_id: Mapped[int | None] = ref("users.id", index=False)
    lift_text: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = (
        sa.Index("ix_legal_holds_open", "case_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )


class CaseErasure(Base):
    """The proof that what cases told was erased by rule: which cases, by which rule, what was emptied and removed.

    ``files`` and ``swept_at`` say whether the bytes and the remains of the index are gone, too.
    """

    __tablename__ = "case_erasures"

    id: Mapped[Id]
    rule_id: Mapped[int] = ref("retention_rules.id")
    cases: Mapped[list[Any]] = mapped_column(default=list)  # numbers
    at: Mapped[Moment]
    removed: Mapped[dict[str, Any]] = mapped_column(default=dict)  # table → rows
    emptied: Mapped[dict[str, Any]] = mapped_column(default=dict)  # table → rows
    files: Mapped[list[Any]] = mapped_column(default=list)  # checksums whose bytes still lie there
    swept_at: Mapped[dt.datetime | None]

    __table_args__ = (sa.Index("ix_case_erasures_to_sweep", "id", sqlite_where=_TO_SWEEP, postgresql_where=_TO_SWEEP),)
