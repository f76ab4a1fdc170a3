"""What the installation keeps for its own running: settings, API calls, notices, job leases."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, BigId, Code, Id, Moment, Name, ref
from portal.core.models.user import User


def _ended(how: str, words: str) -> sa.Index:
    """An index over the calls alone that ended in a certain way."""
    where = sa.text(words)
    return sa.Index(f"ix_api_calls_{how}", "at", sqlite_where=where, postgresql_where=where)


class Setting(Base):
    """A fact about this installation, such as the environment it was loaded as."""

    __tablename__ = "settings"

    key: Mapped[Name] = mapped_column(primary_key=True)
    value: Mapped[str]


class ApiCall(Base):
    """One call of a JSON dialect: who, what, how it ended and how long it took; never bodies, tokens or names."""

    __tablename__ = "api_calls"

    id: Mapped[Id]
    at: Mapped[Moment] = mapped_column(index=True)
    dialect: Mapped[Code]
    method: Mapped[Code]
    route: Mapped[Name]
    status: Mapped[int]
    duration_ms: Mapped[int]
    principal: Mapped[Code]
    correlation_id: Mapped[Code]

    # One for each thing by which calls are looked for: without it a page of what is rare reads the whole table.
    __table_args__ = (
        *(
            sa.Index(f"ix_api_calls_{name}_at", name, "at")
            for name in ("dialect", "method", "route", "status", "principal")
        ),
        sa.Index("ix_api_calls_correlation_id", "correlation_id"),
        _ended("refused", "status >= 400 AND status < 500"),
        _ended("failed", "status >= 500"),
    )


class RateLimit(Base):
    """How often something was done in the window that is running. On SQLite this table lives in a file of its own."""

    __tablename__ = "rate_limits"

    key: Mapped[Name] = mapped_column(primary_key=True)
    hits: Mapped[int]
    expires: Mapped[float]


class Presence(Base):
    """Who has a case open, believed for a while. On SQLite in the file of the limits, so that it names no table."""

    __tablename__ = "presence"

    case_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[Name]
    writing: Mapped[Code] = mapped_column(default="")
    expires: Mapped[float]


_NO_CASE = sa.text("case_id IS NULL")


class Notice(Base):
    """Something a user should know; acting on it clears it."""

    __tablename__ = "notices"

    id: Mapped[Id]
    user_id: Mapped[int] = ref("users.id", index=False)
    kind: Mapped[Code]
    case_id: Mapped[int | None] = ref("cases.id")
    text: Mapped[str]
    by_id: Mapped[int | None] = ref("users.id", index=False)  # who did it, where that is told
    covered_id: Mapped[int | None] = ref("users.id", index=False)  # whom the user covers for, who is told it, too
    created_at: Mapped[Moment]
    cleared_at: Mapped[dt.datetime | None]

    by: Mapped[User | None] = relationship(foreign_keys=[by_id])

    __table_args__ = (
        sa.Index("ix_notices_user_id_cleared_at", "user_id", "cleared_at", "created_at"),
        sa.Index("ix_notices_of_no_case", "user_id", "id", sqlite_where=_NO_CASE, postgresql_where=_NO_CASE),
    )

    @hybrid_property
    def rank(self) -> int:
        """Where it stands in the list: what is new comes before what was read."""
        return int(self.cleared_at is None)

    @rank.inplace.expression
    @classmethod
    def _rank(cls) -> sa.ColumnElement[int]:
        return sa.case((cls.cleared_at.is_(None), 1), else_=0)


class JobLease(Base):
    """Which process runs a periodic job, until when, and when it ran last."""

    __tablename__ = "job_leases"

    name: Mapped[Code] = mapped_column(primary_key=True)
    holder: Mapped[Code] = mapped_column(default="")
    until: Mapped[dt.datetime | None]
    last_run_at: Mapped[dt.datetime | None]
