"""Links by which somebody who forgot their password chooses a new one."""

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, Id, Moment, ref
from portal.core.models.user import User


class PasswordReset(Base):
    """A link that works once, for an hour. The row keeps its digest; one that was used stays for a while as proof."""

    __tablename__ = "password_resets"

    id: Mapped[Id]
    digest: Mapped[Code] = mapped_column(unique=True)
    user_id: Mapped[int] = ref("users.id")
    created_at: Mapped[Moment]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    used_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship()
