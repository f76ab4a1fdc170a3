"""Verticals (lines of service) with their policy packs, programmes and places; and who belongs to them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, BigId, Code, Id, Moment, Name, PublicId, Stamped, ref
from portal.core.vocabulary import ConsentMode, Origin


class Vertical(Stamped, Base):
    """A line of service such as health or the helpline. Every case has exactly one primary vertical."""

    __tablename__ = "verticals"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    kind: Mapped[Code] = mapped_column(default="custom")  # system, custom
    status: Mapped[Code] = mapped_column(default="active")
    reference_prefix: Mapped[Code]
    time_zone: Mapped[Code] = mapped_column(default="Europe/London")
    default_for: Mapped[Origin | None] = mapped_column(unique=True)

    pack: Mapped["PolicyPack"] = relationship(
        primaryjoin="and_(Vertical.id == PolicyPack.vertical_id, PolicyPack.current)", viewonly=True, lazy="joined"
    )


class PolicyPack(Base):
    """What the law and the office ask of a vertical. A new version replaces the current one; old ones stay."""

    __tablename__ = "policy_packs"

    id: Mapped[Id]
    vertical_id: Mapped[int] = ref("verticals.id")
    version: Mapped[int] = mapped_column(default=1)
    current: Mapped[bool] = mapped_column(default=True)
    consent_mode: Mapped[ConsentMode]
    lawful_basis: Mapped[str] = mapped_column(default="")
    auto_intake: Mapped[bool] = mapped_column(default=False)
    grace_days: Mapped[int] = mapped_column(default=0)
    transfer_requires_approval: Mapped[bool] = mapped_column(default=False)
    every_adult_consents: Mapped[bool] = mapped_column(default=False)
    # permission → roles, where this vertical differs from the matrix in permissions.py
    role_matrix: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[Moment]

    __table_args__ = (
        sa.UniqueConstraint("vertical_id", "version"),
        sa.Index(
            "uq_policy_packs_current",
            "vertical_id",
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        ),
        sa.CheckConstraint("consent_mode IN ('required', 'not_required')", name="consent_mode"),
        sa.CheckConstraint("consent_mode = 'required' OR lawful_basis <> ''", name="lawful_basis_without_consent"),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 90", name="grace_days"),
    )


class VerticalMember(Base):
    """A user who works in a vertical and so sees its cases."""

    __tablename__ = "vertical_members"

    user_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("users.id"), primary_key=True)
    vertical_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("verticals.id"), primary_key=True, index=True)
    since: Mapped[Moment]

    user: Mapped["User"] = relationship(back_populates="memberships")  # noqa: F821 - resolved by name
    vertical: Mapped[Vertical] = relationship(lazy="joined")


class Program(Stamped, Base):
    """A programme of a vertical, which a case may belong to."""

    __tablename__ = "programs"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    vertical_id: Mapped[int] = ref("verticals.id")
    status: Mapped[Code] = mapped_column(default="active")

    vertical: Mapped[Vertical] = relationship()


class Place(Base):
    """A place in the tree of places; ``path`` is the ids from the root, so that descendants share a prefix."""

    __tablename__ = "places"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    name: Mapped[Name]
    parent_id: Mapped[int | None] = ref("places.id")
    path: Mapped[Name] = mapped_column(default="", index=True)
    level: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None] = mapped_column(sa.String(64), unique=True)  # location_id of the helpline dialect
    active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())  # whether it is offered
    version_id: Mapped[int] = mapped_column(sa.Integer, default=1, server_default="1")


class UserPlace(Base):
    """A place to which a user's work is limited, with all that lies in it; without any they work everywhere."""

    __tablename__ = "user_places"

    user_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("users.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("places.id"), primary_key=True, index=True)


class UserProgram(Base):
    """A programme to which a user's work is limited within its vertical; without any they work in all of them."""

    __tablename__ = "user_programs"

    user_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("users.id"), primary_key=True)
    program_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("programs.id"), primary_key=True, index=True)
