"""API tokens: one store for all dialects, an audience each, never the token itself."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, Id, Moment, ref
from portal.core.models.organisation import Organisation
from portal.core.models.user import User
from portal.core.vocabulary import Dialect


class ApiToken(Base):
    """A credential of exactly one user or one organisation, for one dialect. Revoked rows stay as proof."""

    __tablename__ = "api_tokens"

    id: Mapped[Id]
    jti: Mapped[Code] = mapped_column(unique=True)
    family: Mapped[Code] = mapped_column(index=True)  # tokens renewed from one sign-in share it
    digest: Mapped[Code] = mapped_column(unique=True)
    audience: Mapped[Dialect]
    scopes: Mapped[list[Any]] = mapped_column(default=list)
    user_id: Mapped[int | None] = ref("users.id")
    issued_by_id: Mapped[int | None] = ref("users.id", index=False)  # none: on the command line, or by itself
    organisation_id: Mapped[int | None] = ref("organisations.id")
    created_at: Mapped[Moment]
    expires_at: Mapped[dt.datetime]
    family_expires_at: Mapped[dt.datetime | None]
    slides: Mapped[bool] = mapped_column(default=False)
    revoked_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    issued_by: Mapped[User | None] = relationship(foreign_keys=[issued_by_id])
    organisation: Mapped[Organisation | None] = relationship()

    __table_args__ = (
        sa.CheckConstraint("(user_id IS NULL) <> (organisation_id IS NULL)", name="one_holder"),
        sa.CheckConstraint("expires_at > created_at", name="expires_after_creation"),
    )
