"""How records of one person were joined."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from portal.core.models.base import Base, Id, Moment, ref


class PersonMerge(Base):
    """A decision that ``source`` and ``target`` are one person, who is led by ``target``; undone, never deleted.

    The standing ones make a forest. ``people.root_id`` is where the branches of a record end, kept with the record.
    """

    __tablename__ = "person_merges"

    id: Mapped[Id]
    source_id: Mapped[int] = ref("people.id")
    target_id: Mapped[int] = ref("people.id")
    reason: Mapped[str]
    actor_id: Mapped[int | None] = ref("users.id", index=False)
    at: Mapped[Moment]
    undone_at: Mapped[dt.datetime | None]
    undone_by_id: Mapped[int | None] = ref("users.id", index=False)
    undone_reason: Mapped[str | None]

    __table_args__ = (
        sa.CheckConstraint("source_id <> target_id", name="not_itself"),
        sa.Index(
            "uq_person_merges_standing",
            "source_id",
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        ),
    )
