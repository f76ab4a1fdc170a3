"""The case: one record for every door, with the facts that all of them share."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, query_expression, relationship

from portal.core.models.base import Base, BigId, Code, Id, Moment, PublicId, Versioned, ref
from portal.core.models.organisation import Organisation
from portal.core.models.person import Household, Person
from portal.core.models.user import User
from portal.core.models.vertical import Program, Vertical
from portal.core.vocabulary import Answer, Origin, Priority, Status, WorkState

_STATUSES = ", ".join(f"'{status.value}'" for status in Status)

# Work-lists show open cases unless asked otherwise, and those are few among all: an index over them alone stays small.
# Queries repeat these words exactly, for a partial index is used only by a query that says what it says.
OPEN = "lifecycle_status NOT IN ('closed', 'archived')"
UNASSIGNED = "owner_id IS NULL"
TRIAGE = "needs_triage"
ESCALATED = "escalated"
# What retention looks for: closed cases, and archived ones that lead and still tell something.
CLOSED = "lifecycle_status = 'closed'"
TELLING = "lifecycle_status = 'archived' AND merged_into_id IS NULL AND erased_at IS NULL"


def _open_index(name: str, *columns: str, also: str = "") -> sa.Index:
    """An index over open cases, for one order of the work-list."""
    where = sa.text(f"{OPEN} AND {also}" if also else OPEN)
    return sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)


def _waiting_index(name: str, where: str, since: str) -> sa.Index:
    """An index over the cases of a vertical that wait for their time to be over."""
    told = sa.text(where)
    return sa.Index(name, "primary_vertical_id", since, "id", sqlite_where=told, postgresql_where=told)


class Case(Versioned, Base):
    """A case of one primary vertical. Its number is its integer id; ``reference`` is what people quote.

    ``root_id`` points at the case that this one was merged into (itself otherwise): merging is a pointer, so that
    every row keeps the case it came with and unmerging restores exactly.
    """

    __tablename__ = "cases"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    reference: Mapped[str | None] = mapped_column(sa.String(64), unique=True)  # set in the unit that creates the row
    origin: Mapped[Origin]
    organisation_id: Mapped[int] = ref("organisations.id", default=1)
    created_by_id: Mapped[int | None] = ref("users.id", index=False)

    lifecycle_status: Mapped[Status]
    prior_status: Mapped[Status | None]
    status_reason: Mapped[Code | None]
    status_text: Mapped[str | None]
    work_state: Mapped[WorkState] = mapped_column(default=WorkState.FOR_ACTION)
    external_status: Mapped[Code | None]
    reported_status: Mapped[Code | None]  # what a partner claimed, shown in triage, never obeyed
    escalated: Mapped[bool] = mapped_column(default=False)
    escalated_to_id: Mapped[int | None] = ref("users.id", index=False)
    needs_triage: Mapped[bool] = mapped_column(default=False)

    priority: Mapped[Priority] = mapped_column(default=Priority.MEDIUM)
    priority_raw: Mapped[Code | None]
    immediate_danger: Mapped[Answer] = mapped_column(default=Answer.NOT_ASKED)
    gbv: Mapped[Answer] = mapped_column(default=Answer.NOT_ASKED)
    primary_vertical_id: Mapped[int] = ref("verticals.id", index=False)
    program_id: Mapped[int | None] = ref("programs.id")
    subject_person_id: Mapped[int | None] = ref("people.id")
    subject_household_id: Mapped[int | None] = ref("households.id")

    summary: Mapped[str] = mapped_column(default="")
    narrative: Mapped[str] = mapped_column(default="")
    plan: Mapped[str] = mapped_column(default="")
    category: Mapped[Code | None]  # case_category_id of the helpline, categoryTypeID of the constituency
    case_type: Mapped[Code | None]
    contact_type: Mapped[Code | None]
    justice: Mapped[Code | None]
    assessment: Mapped[Code | None]
    know_about: Mapped[Code | None]
    disposition: Mapped[Code | None]
    custom_fields: Mapped[dict[str, Any]] = mapped_column(default=dict)

    active_from: Mapped[dt.datetime | None]
    active_until: Mapped[dt.datetime | None]
    submitted_at: Mapped[dt.datetime | None]
    submitted_by_id: Mapped[int | None] = ref("users.id", index=False)
    verified_at: Mapped[dt.datetime | None]
    verified_by_id: Mapped[int | None] = ref("users.id", index=False)
    activated_at: Mapped[dt.datetime | None]
    suspended_at: Mapped[dt.datetime | None]
    resumed_at: Mapped[dt.datetime | None]
    stabilized_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    reopened_at: Mapped[dt.datetime | None]
    archived_at: Mapped[dt.datetime | None]
    erased_at: Mapped[dt.datetime | None]  # what was told in it was erased when its time was over

    owner_id: Mapped[int | None] = ref("users.id", index=False)
    review_date: Mapped[dt.date | None]
    restricted: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[int | None] = ref("cases.id")
    root_id: Mapped[int | None] = ref("cases.id")
    last_actioned_at: Mapped[Moment]

    organisation: Mapped[Organisation] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    created_by: Mapped[User | None] = relationship(foreign_keys=[created_by_id])
    escalated_to: Mapped[User | None] = relationship(foreign_keys=[escalated_to_id])
    primary_vertical: Mapped[Vertical] = relationship()
    program: Mapped[Program | None] = relationship()
    subject_person: Mapped[Person | None] = relationship()
    subject_household: Mapped[Household | None] = relationship()

    __table_args__ = (
        sa.CheckConstraint(f"lifecycle_status IN ({_STATUSES})", name="lifecycle_status"),
        sa.CheckConstraint(
            "(lifecycle_status = 'suspended') = (prior_status IS NOT NULL)", name="suspended_remembers_prior"
        ),
        sa.CheckConstraint(
            "prior_status IS NULL OR prior_status NOT IN ('suspended', 'closed', 'archived')", name="prior"
        ),
        sa.CheckConstraint("lifecycle_status <> 'archived' OR archived_at IS NOT NULL", name="archived_when"),
        sa.CheckConstraint("lifecycle_status <> 'closed' OR closed_at IS NOT NULL", name="closed_when"),
        sa.CheckConstraint("merged_into_id IS NULL OR lifecycle_status = 'archived'", name="merged_is_archived"),
        sa.CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_merged_into_itself"),
        sa.CheckConstraint("subject_person_id IS NULL OR subject_household_id IS NULL", name="one_subject"),
        sa.CheckConstraint(
            "active_until IS NULL OR active_from IS NULL OR active_until > active_from", name="ends_after_start"
        ),
        sa.Index("ix_cases_vertical_actioned", "primary_vertical_id", "last_actioned_at", "id"),
        sa.Index("ix_cases_actioned", "last_actioned_at", "id"),
        sa.Index("ix_cases_updated", "updated_at", "id"),
        sa.Index("ix_cases_owner_actioned", "owner_id", "last_actioned_at", "id"),
        sa.Index("ix_cases_owner_review", "owner_id", "review_date"),
        _waiting_index("ix_cases_closed_vertical", CLOSED, "closed_at"),
        _waiting_index("ix_cases_archived_vertical", TELLING, "archived_at"),
        sa.Index("ix_cases_status_vertical", "lifecycle_status", "primary_vertical_id", "last_actioned_at"),
        _open_index("ix_cases_open_actioned", "last_actioned_at", "id"),
        _open_index("ix_cases_open_escalated", "escalated_to_id", also=ESCALATED),
        _open_index("ix_cases_open_number", "id"),
        _open_index("ix_cases_open_priority", "priority", "last_actioned_at", "id"),
        _open_index("ix_cases_open_review", "review_date", "id"),
        _open_index("ix_cases_open_triage", "priority", "last_actioned_at", "id", also=TRIAGE),
        _open_index("ix_cases_open_vertical_actioned", "primary_vertical_id", "last_actioned_at", "id"),
        _open_index("ix_cases_open_vertical_number", "primary_vertical_id", "id"),
        _open_index("ix_cases_open_vertical_priority", "primary_vertical_id", "priority", "last_actioned_at", "id"),
        _open_index("ix_cases_open_vertical_review", "primary_vertical_id", "review_date", "id"),
        _open_index(
            "ix_cases_unassigned", "primary_vertical_id", "priority", "last_actioned_at", "id", also=UNASSIGNED
        ),
        {"sqlite_autoincrement": True},
    )

    @property
    def number(self) -> int:
        """The number in the address of the case page."""
        return self.id


# How much of the thread one reader has not seen; it has a value only where a query says whose (messages.unread_by).
Case.unread = query_expression()

# Loaded with the case where its pages show what was merged into it, so that a case that never was costs nothing more.
_other = Case.__table__.alias("other")
Case.holds_others = column_property(
    sa.exists().where(_other.c.merged_into_id == Case.__table__.c.id).correlate_except(_other), deferred=True
)
_split = sa.table("case_splits", sa.column("source_id"), sa.column("new_case_id"))
Case.was_split = column_property(
    sa.or_(
        sa.exists().where(_split.c.source_id == Case.__table__.c.id).correlate_except(_split),
        sa.exists().where(_split.c.new_case_id == Case.__table__.c.id).correlate_except(_split),
    ),
    deferred=True,
)


_hold = sa.table("legal_holds", sa.column("case_id"), sa.column("lifted_at"))
Case.held = column_property(
    sa.exists().where(_hold.c.case_id == Case.__table__.c.id, _hold.c.lifted_at.is_(None)).correlate_except(_hold),
    deferred=True,
)

_lies = sa.table("case_places", sa.column("case_id"), sa.column("place_id"))
_place = sa.table("places", sa.column("id"), sa.column("name", sa.String))
# The names of its places, each on a line; None where it has none.
Case.place_names = column_property(
    sa.select(sa.func.aggregate_strings(_place.c.name, "\n"))
    .join_from(_lies, _place, _place.c.id == _lies.c.place_id)
    .where(_lies.c.case_id == Case.__table__.c.id)
    .correlate_except(_lies, _place)
    .scalar_subquery(),
    deferred=True,
)


class CasePlace(Base):
    """A place a case concerns (``geo_scope_ids`` of contract 004)."""

    __tablename__ = "case_places"

    case_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("cases.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("places.id"), primary_key=True, index=True)


class CaseRestriction(Base):
    """A user on the list of those who may see a restricted case."""

    __tablename__ = "case_restrictions"

    case_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("cases.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("users.id"), primary_key=True, index=True)
    added_by_id: Mapped[int | None] = ref("users.id", index=False)
    at: Mapped[Moment]
