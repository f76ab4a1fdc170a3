"""Code lists that an installation may extend, and codes that arrived without being on any list."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Moment, Name, ref


class CodeValue(Base):
    """One entry of a code list; ``value`` is what goes over the wire, ``label`` what people read."""

    __tablename__ = "codes"

    id: Mapped[Id]
    list_name: Mapped[Code]
    value: Mapped[Code]
    label: Mapped[Name]
    active: Mapped[bool] = mapped_column(default=True)
    closed: Mapped[bool] = mapped_column(default=False)  # statuses of contract 000
    review_in_days: Mapped[int | None]
    sort: Mapped[int] = mapped_column(default=0)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version_id: Mapped[int] = mapped_column(sa.Integer, default=1, server_default="1")

    __table_args__ = (sa.UniqueConstraint("list_name", "value"),)


class CodeMapping(Base):
    """A partner's own code, mapped once for all to one of ours."""

    __tablename__ = "code_mappings"

    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisations.id")
    list_name: Mapped[Code]
    raw: Mapped[Code]
    value: Mapped[Code]
    created_at: Mapped[Moment]

    __table_args__ = (sa.UniqueConstraint("organisation_id", "list_name", "raw"),)


class UnmappedCode(Base):
    """A code that a report carried and that no list knows: kept as it came and flagged, never a reason to refuse."""

    __tablename__ = "unmapped_codes"

    id: Mapped[Id]
    case_id: Mapped[int] = ref("cases.id")
    list_name: Mapped[Code]
    field: Mapped[Name]  # path in the report, such as reporter.sex_id
    raw: Mapped[Name]
    note: Mapped[Name] = mapped_column(default="")  # what was doubtful, where it was not simply unknown
    created_at: Mapped[Moment]

    __table_args__ = (sa.Index("ix_unmapped_codes_list_name_raw", "list_name", "raw"),)
