"""People on a case, each in a role."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Code, EncryptedText, Id, Moment, ref
from portal.core.models.person import Person


class CasePerson(Base):
    """A person's part in a case, with what was said of them in that part (contract 001, reporter to perpetrators)."""

    __tablename__ = "case_people"

    id: Mapped[Id]
    case_id: Mapped[int] = ref("cases.id", index=False)
    person_id: Mapped[int] = ref("people.id")
    role: Mapped[Code]
    position: Mapped[int] = mapped_column(default=0)
    concerning_id: Mapped[int | None] = ref("case_people.id")  # the client a relationship refers to; null: all of them
    relationship_code: Mapped[Code | None]
    shares_home: Mapped[Code | None]
    health: Mapped[str | None] = mapped_column(EncryptedText)
    employment: Mapped[Code | None]
    marital: Mapped[Code | None]
    guardian_name: Mapped[str | None] = mapped_column(EncryptedText)
    notes: Mapped[str | None] = mapped_column(EncryptedText)
    created_at: Mapped[Moment]

    person: Mapped[Person] = relationship()

    __table_args__ = (
        sa.Index("ix_case_people_case_id_role", "case_id", "role", "position"),
        sa.UniqueConstraint("case_id", "role", "person_id"),
        sa.CheckConstraint("role IN ('reporter', 'client', 'perpetrator', 'other')", name="role"),
    )
