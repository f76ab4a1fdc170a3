"""Organisations: this installation itself (number 1) and the partners that report to it."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Name, PublicId, Stamped


class Organisation(Stamped, Base):
    """Every user and every token belongs to one; external identifiers are unique within one."""

    __tablename__ = "organisations"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    name: Mapped[Name]
    email: Mapped[Name] = mapped_column(default="")
    kind: Mapped[Code] = mapped_column(default="partner")  # installation, partner, service
    status: Mapped[Code] = mapped_column(default="active")  # pending, active, inactive
    # What the digits of ``priority`` mean to this partner: upstream installations disagree.
    priority_map: Mapped[dict[str, Any]] = mapped_column(default=dict)
    priority_confirmed: Mapped[bool] = mapped_column(default=False)
    defaults: Mapped[dict[str, Any]] = mapped_column(default=dict)
    time_zone: Mapped[Code] = mapped_column(default="Africa/Nairobi")
    armed_until: Mapped[dt.datetime | None]
    armed_address: Mapped[Code | None]

    __table_args__ = (
        sa.Index("uq_organisations_name_ci", sa.func.lower(sa.literal_column("name")), unique=True),
        sa.CheckConstraint("kind IN ('installation', 'partner', 'service')", name="kind"),
        sa.CheckConstraint("status IN ('pending', 'active', 'inactive')", name="status"),
    )
