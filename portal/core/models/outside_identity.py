"""Who somebody is at an identity provider outside."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Id, Moment, Name, ref


class OutsideIdentity(Base):
    """A user at a provider, one account at each. Its own number counts: e-mail addresses change hands."""

    __tablename__ = "outside_identities"

    id: Mapped[Id]
    user_id: Mapped[int] = ref("users.id", index=False)
    issuer: Mapped[Name]
    subject: Mapped[Name]
    created_at: Mapped[Moment]
    last_used_at: Mapped[dt.datetime | None] = mapped_column()

    __table_args__ = (sa.UniqueConstraint("issuer", "subject"), sa.UniqueConstraint("user_id", "issuer"))
