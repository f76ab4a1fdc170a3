"""What proves that somebody who knows a password holds a device, too."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, BigId, Code, EncryptedText, Id, Moment, ref


class SecondFactor(Base):
    """The secret that a user shares with an authenticator app. It counts once the first code has confirmed it.

    Apart from the user, so that the secret is decrypted where a code is checked and nowhere else.
    """

    __tablename__ = "second_factors"

    id: Mapped[Id]
    user_id: Mapped[int] = ref("users.id", index=False)
    secret: Mapped[str] = mapped_column(EncryptedText)
    created_at: Mapped[Moment]
    confirmed_at: Mapped[dt.datetime | None]
    last_step: Mapped[int] = mapped_column(
        BigId, default=0
    )  # a code of this step of time, or of an earlier one, is used

    __table_args__ = (sa.UniqueConstraint("user_id"),)


class RecoveryCode(Base):
    """A code that stands in for the device once. The row keeps a keyed digest; a code that was used stays as proof."""

    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    user_id: Mapped[int] = ref("users.id")
    digest: Mapped[Code] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    used_at: Mapped[dt.datetime | None]
