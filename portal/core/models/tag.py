"""Labels of the office for cases."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, BigId, Id, Moment, Name, ref


class Tag(Base):
    """A label of the office for cases."""

    __tablename__ = "tags"

    id: Mapped[Id]
    text: Mapped[Name]
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = ref("users.id", index=False)

    __table_args__ = (sa.Index("uq_tags_text_ci", sa.func.lower(sa.literal_column("text")), unique=True),)


class CaseTag(Base):
    """A tag on a case."""

    __tablename__ = "case_tags"

    case_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("cases.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("tags.id"), primary_key=True, index=True)
