"""Sessions of people in browsers."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, Id, Moment, PublicId, ref
from portal.core.models.user import User
from portal.core.vocabulary import SignInWay


class UserSession(Base):
    """Somebody who is signed in with a browser. The browser holds a key, the row its digest; no address is kept."""

    __tablename__ = "sessions"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    digest: Mapped[Code] = mapped_column(unique=True)
    user_id: Mapped[int] = ref("users.id", index=False)
    # The user's own number when the session began: raising that ends all sessions, also those not written down here.
    epoch: Mapped[int]
    way: Mapped[SignInWay]
    two_factors: Mapped[bool] = mapped_column(default=False)
    device: Mapped[Code] = mapped_column(default="")
    created_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship()

    __table_args__ = (
        sa.Index("ix_sessions_user_id_last_seen_at", "user_id", "last_seen_at"),
        sa.CheckConstraint("expires_at > created_at", name="expires_after_creation"),
    )
