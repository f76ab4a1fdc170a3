"""For how long and why a case was restricted; who may see it meanwhile is in ``case_restrictions``."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Moment, ref


class Restriction(Base):
    """A time in which a case is seen by those on its list alone; open until it is lifted."""

    __tablename__ = "restrictions"

    id: Mapped[Id]
    case_id: Mapped[int] = ref("cases.id")
    reason_code: Mapped[Code]
    reason_text: Mapped[str | None] = mapped_column(sa.Text)
    at: Mapped[Moment]
    by_id: Mapped[int | None] = ref("users.id", index=False)
    lifted_at: Mapped[dt.datetime | None]
    lifted_by_id: Mapped[int | None] = ref("users.id", index=False)
    lift_text: Mapped[str | None] = mapped_column(sa.Text)
