"""Attachments: what is known of a file. The bytes lie in a storage under their checksum, written once."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Moment, Name, PublicId, ref


class Attachment(Base):
    """A file of a case, a message, a person, a household or a consent; ``pending`` until its bytes are stored."""

    __tablename__ = "attachments"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisations.id", default=1)
    case_id: Mapped[int | None] = ref("cases.id")
    message_id: Mapped[int | None] = ref("messages.id")
    person_id: Mapped[int | None] = ref("people.id")
    household_id: Mapped[int | None] = ref("households.id")
    target_type: Mapped[Code] = mapped_column(default="case")
    file_name: Mapped[Name]
    content_type: Mapped[Name]
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    checksum: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    classification: Mapped[Code] = mapped_column(default="general")
    description: Mapped[str] = mapped_column(default="")
    state: Mapped[Code] = mapped_column(default="pending")  # pending, stored, quarantined, removed
    uploaded_by_id: Mapped[int | None] = ref("users.id", index=False)
    created_at: Mapped[Moment]

    __table_args__ = (
        sa.CheckConstraint("state IN ('pending', 'stored', 'quarantined', 'removed')", name="state"),
        sa.CheckConstraint("state <> 'stored' OR checksum IS NOT NULL", name="stored_has_checksum"),
        sa.CheckConstraint("size_bytes >= 0", name="size"),
    )
