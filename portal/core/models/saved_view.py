"""Views of the work-list that somebody keeps under a name."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, EncryptedText, Id, Name, Versioned, ref
from portal.core.models.user import User
from portal.core.models.vertical import Vertical


class SavedView(Versioned, Base):
    """A view with its filters and order, as an address asks for them: every reader sees their own cases by it.

    What it looks for can be somebody's name, which is why it is encrypted.
    """

    __tablename__ = "saved_views"

    id: Mapped[Id]
    owner_id: Mapped[int] = ref("users.id", index=False)
    name: Mapped[Name]
    query: Mapped[str] = mapped_column(EncryptedText)
    shared_with: Mapped[Code] = mapped_column(default="nobody")  # nobody, vertical, office
    vertical_id: Mapped[int | None] = ref("verticals.id", index=False)

    owner: Mapped[User] = relationship()
    vertical: Mapped[Vertical | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("owner_id", "name"),
        sa.CheckConstraint("shared_with IN ('nobody', 'vertical', 'office')", name="shared_with"),
        sa.CheckConstraint("(shared_with = 'vertical') = (vertical_id IS NOT NULL)", name="vertical_where_shared"),
        sa.Index("ix_saved_views_shared_with_vertical_id", "shared_with", "vertical_id"),
    )
