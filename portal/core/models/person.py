"""People, with what identifies them, how to reach them, and what other systems call them."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from portal.core.models.base import Base, BigId, Code, EncryptedText, Id, Moment, Name, PublicId, Versioned, ref
from portal.core.reasons import RECORDED_IN_ERROR
from portal.core.vocabulary import AgeUnit, NameKnown, Verification

# Whom nothing keeps, by the record that leads theirs. Queries repeat these words, or the index is not used.
UNKEPT = "unkept_since IS NOT NULL AND erased_at IS NULL AND root_id IS NULL"
_UNKEPT = sa.text(UNKEPT)


class Person(Versioned, Base):
    """A person known to the installation, in whatever role. Nothing here is overwritten by a report.

    Codes are kept as told (``sex``, ``nationality`` …) with the label that came with them: lists differ between
    installations, and an unknown code must not be lost.
    """

    __tablename__ = "people"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    kind: Mapped[Code] = mapped_column(default="person")  # person, organisation
    full_name: Mapped[Name] = mapped_column(default="")
    given_name: Mapped[Name | None]
    family_name: Mapped[Name | None]
    organisation_name: Mapped[Name | None]
    name_known: Mapped[NameKnown] = mapped_column(default=NameKnown.GIVEN)
    name_key: Mapped[Name] = mapped_column(default="")  # folded name, for search without accents or case
    dob: Mapped[dt.date | None]
    dob_raw: Mapped[Code | None]
    age_value: Mapped[int | None]
    age_unit: Mapped[AgeUnit | None]
    age_at: Mapped[dt.date | None]
    age_group: Mapped[Code | None]
    age_group_label: Mapped[Name | None]
    sex: Mapped[Code | None]
    sex_label: Mapped[Name | None]
    nationality: Mapped[Code | None]
    language: Mapped[Code | None]
    tribe: Mapped[Code | None]
    location: Mapped[Code | None]
    landmark: Mapped[str | None] = mapped_column(EncryptedText)
    address: Mapped[str | None] = mapped_column(EncryptedText)
    blanks: Mapped[dict[str, Any]] = mapped_column(default=dict)  # fact → why it is empty: declined, not_known
    verification_status: Mapped[Verification] = mapped_column(default=Verification.PROVISIONAL)
    verified_by_id: Mapped[int | None] = ref("users.id", index=False)
    verified_at: Mapped[dt.datetime | None]
    registered_by_id: Mapped[int | None] = ref("users.id", index=False)
    registered_vertical_id: Mapped[int | None] = ref("verticals.id")
    organisation_id: Mapped[int | None] = ref("organisations.id")
    root_id: Mapped[int | None] = ref("people.id")  # the record this one was merged into
    archived_at: Mapped[dt.datetime | None]
    restricted_at: Mapped[dt.datetime | None]  # kept and read, neither changed nor used
    erased_at: Mapped[dt.datetime | None]  # by law; the name is a pseudonym since
    unkept_since: Mapped[dt.datetime | None]  # when the last thing that kept the record was over, as last looked at
    compared_at: Mapped[dt.datetime | None]  # with everybody else; None after a change, until the job has been there

    identifiers: Mapped[list["PersonIdentifier"]] = relationship(cascade="all, delete-orphan")
    contacts: Mapped[list["PersonContact"]] = relationship(cascade="all, delete-orphan")

    __table_args__ = (
        sa.CheckConstraint("verification_status <> 'verified' OR verified_at IS NOT NULL", name="verified_when"),
        sa.CheckConstraint("kind IN ('person', 'organisation')", name="kind"),
        sa.Index("ix_people_name_key", "name_key"),
        sa.Index(
            "ix_people_to_compare",
            "id",
            sqlite_where=sa.text("compared_at IS NULL"),
            postgresql_where=sa.text("compared_at IS NULL"),
        ),
        sa.Index("ix_people_unkept", "unkept_since", "id", sqlite_where=_UNKEPT, postgresql_where=_UNKEPT),
        {"sqlite_autoincrement": True},
    )

    @property
    def display_name(self) -> str:
        """The name, or an empty string where none is known; pages say why instead."""
        return self.full_name or self.organisation_name or ""


# Loaded where what was said to another record of the person counts, so that for most it costs nothing more.
_joined = Person.__table__.alias("joined")
Person.has_other_records = column_property(
    sa.or_(
        Person.__table__.c.root_id.is_not(None),
        sa.exists().where(_joined.c.root_id == Person.__table__.c.id).correlate_except(_joined),
    ),
    deferred=True,
)


class PersonIdentifier(Base):
    """An identity number: claimed until verified, and unique among the verified alone."""

    __tablename__ = "person_identifiers"

    id: Mapped[Id]
    person_id: Mapped[int] = ref("people.id")
    kind: Mapped[Code] = mapped_column(default="")
    value: Mapped[str] = mapped_column(EncryptedText)
    blind: Mapped[Code] = mapped_column(index=True)
    verified_at: Mapped[dt.datetime | None]
    created_at: Mapped[Moment]

    __table_args__ = (
        sa.Index(
            "uq_person_identifiers_verified",
            "kind",
            "blind",
            unique=True,
            sqlite_where=sa.text("verified_at IS NOT NULL"),
            postgresql_where=sa.text("verified_at IS NOT NULL"),
        ),
    )


class PersonContact(Base):
    """A way to reach a person, and whether it is safe to use."""

    __tablename__ = "person_contacts"

    id: Mapped[Id]
    person_id: Mapped[int] = ref("people.id")
    kind: Mapped[Code] = mapped_column(default="phone")  # phone, email, other
    contact_type: Mapped[Code | None]  # contactTypeID of the constituency dialect
    value: Mapped[str] = mapped_column(EncryptedText)  # as told
    blind: Mapped[Code | None] = mapped_column(index=True)  # of the normalised value
    blind_suffix: Mapped[Code | None] = mapped_column(index=True)  # of the last seven digits of a phone
    safe: Mapped[Code] = mapped_column(default="not_asked")  # yes, no, not_asked
    wish: Mapped[Name] = mapped_column(default="")  # "not after 17:00"
    source: Mapped[Name] = mapped_column(default="")
    created_at: Mapped[Moment]


class PersonKey(Base):
    """A word of a person's name, folded, by which they are found; and what they share with those who may be them.

    Keys of the kind ``block`` hold no phone or identity number itself, only keyed digests.
    """

    __tablename__ = "person_keys"

    person_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("people.id"), primary_key=True)
    kind: Mapped[Code] = mapped_column(primary_key=True)  # name, block
    # Compared by byte order on every engine, so that a prefix is a range of the index.
    key: Mapped[str] = mapped_column(
        sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql"), primary_key=True
    )

    __table_args__ = (sa.Index("ix_person_keys_kind_key", "kind", "key", "person_id"),)


class PersonExternalId(Base):
    """What another organisation calls a person. Not unique: one client sends the same constant for everybody."""

    __tablename__ = "person_external_ids"

    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisations.id", index=False)
    value: Mapped[Name]
    person_id: Mapped[int] = ref("people.id")
    created_at: Mapped[Moment]

    __table_args__ = (sa.Index("ix_person_external_ids_organisation_id_value", "organisation_id", "value"),)


class Relation(Versioned, Base):
    """How two people are related: ``other`` is the *kind* of ``person``, who has the lower number of the two.

    One row for both directions, so that a twin cannot be recorded from the other side. An ended one stays.
    """

    __tablename__ = "relations"

    id: Mapped[Id]
    person_id: Mapped[int] = ref("people.id")
    other_id: Mapped[int] = ref("people.id")
    kind: Mapped[Code]
    note: Mapped[str | None] = mapped_column(EncryptedText)
    ended_at: Mapped[dt.datetime | None]
    end_reason: Mapped[Code | None]
    reason_text: Mapped[str | None] = mapped_column(EncryptedText)  # why it ended, in words

    __table_args__ = (
        sa.CheckConstraint("person_id < other_id", name="in_order"),  # so nobody is related to themself, either
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_why"),
        sa.Index(
            "uq_relations_standing",
            "person_id",
            "other_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    @hybrid_property
    def was_true(self) -> bool:
        """Whether it is so, or was once: all but what was recorded in error."""
        return self.end_reason != RECORDED_IN_ERROR

    @was_true.inplace.expression
    @classmethod
    def _was_true(cls) -> sa.ColumnElement[bool]:
        return sa.or_(cls.end_reason.is_(None), cls.end_reason != RECORDED_IN_ERROR)


class OwnRecord(Base):
    """A record that is closed to a worker, with the cases about it: their own (``self``), or a ``relative``'s.

    Of their own record, the records of those whom ``relations`` names as theirs are closed, too.
    """

    __tablename__ = "own_records"

    user_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("users.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("people.id"), primary_key=True, index=True)
    tie: Mapped[Code] = mapped_column(default="self")
    at: Mapped[Moment]
    declared_by_id: Mapped[int | None] = ref("users.id", index=False)


class Household(Versioned, Base):
    """People who live together; a case may support the household as a whole."""

    __tablename__ = "households"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    name: Mapped[Name]
    leader_id: Mapped[int] = ref("people.id")
    place_id: Mapped[int | None] = ref("places.id")
    address: Mapped[str | None] = mapped_column(EncryptedText)
    status: Mapped[Code] = mapped_column(default="active")
    verification_status: Mapped[Verification] = mapped_column(default=Verification.PROVISIONAL)
    verified_by_id: Mapped[int | None] = ref("users.id", index=False)
    verified_at: Mapped[dt.datetime | None]
    registered_by_id: Mapped[int | None] = ref("users.id", index=False)

    leader: Mapped[Person] = relationship()

    __table_args__ = (
        sa.CheckConstraint("verification_status <> 'verified' OR verified_at IS NOT NULL", name="verified_when"),
    )


class HouseholdMember(Base):
    """A person's membership of a household, with dates."""

    __tablename__ = "household_members"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    household_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("households.id"), index=True)
    person_id: Mapped[int] = ref("people.id")
    relationship_type: Mapped[Code] = mapped_column(default="")
    effective_from: Mapped[dt.date]
    effective_until: Mapped[dt.date | None]
    end_reason: Mapped[Code | None]

    __table_args__ = (
        sa.CheckConstraint("effective_until IS NULL OR effective_until >= effective_from", name="ends_after_start"),
        sa.Index(
            "uq_household_members_current",
            "household_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("effective_until IS NULL"),
            postgresql_where=sa.text("effective_until IS NULL"),
        ),
    )
