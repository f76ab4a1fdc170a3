"""Services and referrals of a case."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Moment, Name, PublicId, ref


class Service(Base):
    """A service or referral named in a report or arranged by a caseworker; a bare label is kept as it came."""

    __tablename__ = "services"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    case_id: Mapped[int] = ref("cases.id")
    kind: Mapped[Code] = mapped_column(default="service")  # service, referral
    code: Mapped[Code | None]
    label: Mapped[Name] = mapped_column(default="")
    status: Mapped[Code] = mapped_column(default="planned")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[Moment]
