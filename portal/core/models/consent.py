"""Consents of a person for a vertical, in immutable versions, with their evidence."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, Id, Moment, PublicId, Versioned, ref
from portal.core.models.person import Person
from portal.core.models.vertical import Vertical
from portal.core.vocabulary import ConsentStatus


class Consent(Versioned, Base):
    """One person's consent for one vertical. Guards read the dates; the status is a label a job keeps fresh."""

    __tablename__ = "consents"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    person_id: Mapped[int] = ref("people.id")
    vertical_id: Mapped[int] = ref("verticals.id")
    status: Mapped[ConsentStatus] = mapped_column(default=ConsentStatus.PENDING)
    active_from: Mapped[dt.datetime]
    active_until: Mapped[dt.datetime | None]
    grace_until: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    rejected_at: Mapped[dt.datetime | None]
    verified_at: Mapped[dt.datetime | None]
    verified_by_id: Mapped[int | None] = ref("users.id", index=False)
    captured_by_id: Mapped[int | None] = ref("users.id", index=False)
    capture_mode: Mapped[Code] = mapped_column(default="online")
    reason_code: Mapped[Code | None]
    reason_text: Mapped[str | None]
    # Since when every case it bears on has followed its beginning or ending; null while some may still have to.
    settled_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship()
    vertical: Mapped[Vertical] = relationship()

    __table_args__ = (
        sa.Index(
            "uq_consents_active",
            "person_id",
            "vertical_id",
            unique=True,
            sqlite_where=sa.text("status = 'active'"),
            postgresql_where=sa.text("status = 'active'"),
        ),
        sa.Index("ix_consents_status_active_until", "status", "active_until"),
        sa.Index(
            "ix_consents_unsettled",
            "id",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
        sa.CheckConstraint("active_until IS NULL OR active_until > active_from", name="ends_after_start"),
        sa.CheckConstraint("status <> 'withdrawn' OR withdrawn_at IS NOT NULL", name="withdrawn_when"),
    )


class ConsentVersion(Base):
    """What the consent said at a moment; never changed afterwards."""

    __tablename__ = "consent_versions"

    id: Mapped[Id]
    consent_id: Mapped[int] = ref("consents.id")
    version: Mapped[int]
    status: Mapped[ConsentStatus]
    active_from: Mapped[dt.datetime]
    active_until: Mapped[dt.datetime | None]
    reason_code: Mapped[Code | None]
    reason_text: Mapped[str | None]
    actor_id: Mapped[int | None] = ref("users.id", index=False)
    at: Mapped[Moment]

    __table_args__ = (sa.UniqueConstraint("consent_id", "version"),)


class ConsentEvidence(Base):
    """A document, or a described spoken act, by which the consent was given."""

    __tablename__ = "consent_evidence"

    id: Mapped[Id]
    consent_id: Mapped[int] = ref("consents.id")
    attachment_id: Mapped[int | None] = ref("attachments.id")
    method: Mapped[Code] = mapped_column(default="document")  # document, spoken, signed_paper, guardian
    description: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Moment]
