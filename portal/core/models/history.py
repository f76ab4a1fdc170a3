"""What happened to the state of a case: every step, and every reason it was suspended for."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, EncryptedText, Id, Moment, Name, ref
from portal.core.vocabulary import Status


class CaseStatusHistory(Base):
    """One step of the lifecycle, immutable: from, to, why, who, when."""

    __tablename__ = "case_status_history"

    id: Mapped[Id]
    case_id: Mapped[int] = ref("cases.id", index=False)
    from_status: Mapped[Status | None]
    to_status: Mapped[Status]
    action: Mapped[Code]
    reason_code: Mapped[Code | None]
    reason_text: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(EncryptedText)
    actor_id: Mapped[int | None] = ref("users.id", index=False)
    actor_name: Mapped[Name]
    claims: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the caller claimed: verified_by, verified_at
    at: Mapped[Moment]

    __table_args__ = (sa.Index("ix_case_status_history_case_id_id", "case_id", "id"),)


class CaseSuspension(Base):
    """A reason for which a case is suspended. Immutable; lifted, never edited. A case resumes when none is left."""

    __tablename__ = "case_suspensions"

    id: Mapped[Id]
    case_id: Mapped[int] = ref("cases.id")
    reason_code: Mapped[Code]
    reason_text: Mapped[str | None]
    source_vertical_id: Mapped[int | None] = ref("verticals.id", index=False)
    by_system: Mapped[bool] = mapped_column(default=False)
    actor_id: Mapped[int | None] = ref("users.id", index=False)
    at: Mapped[Moment]
    lifted_at: Mapped[dt.datetime | None]
