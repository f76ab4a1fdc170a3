"""Passkeys: keys that a device keeps and proves without showing them."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, BigId, Code, Id, Moment, Name, ref


class Passkey(Base):
    """The public half of a key pair that a user's device made for this portal alone. There is nothing secret in it."""

    __tablename__ = "webauthn_credentials"

    id: Mapped[Id]
    user_id: Mapped[int] = ref("users.id")
    credential: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)  # by which the device knows it
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigId, default=0)  # how often it signed, for devices that count
    name: Mapped[Name]
    created_at: Mapped[Moment]
    last_used_at: Mapped[dt.datetime | None]


class SpentChallenge(Base):
    """A challenge that was answered, kept until it would have run out: a second answer to it counts for nothing."""

    __tablename__ = "spent_challenges"

    digest: Mapped[Code] = mapped_column(primary_key=True)
    runs_out_at: Mapped[dt.datetime] = mapped_column(index=True)
