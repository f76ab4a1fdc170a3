"""Pairs of people who may be one and the same: found when a person is written, decided by people, remembered."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.models.base import Base, Id, PublicId, Stamped, ref
from portal.core.models.person import Person
from portal.core.vocabulary import PairState


class PersonPair(Stamped, Base):
    """Two people who may be the same one: each two people make one pair at most, whichever was written first.

    ``score`` is in points, tenths of a bit of evidence; ``explanation`` names for each field that was compared how
    it agrees and the points that this adds, which together make the score.
    """

    __tablename__ = "person_pairs"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    low_id: Mapped[int] = ref("people.id", index=False)
    high_id: Mapped[int] = ref("people.id")
    score: Mapped[int]
    explanation: Mapped[dict[str, Any]] = mapped_column(default=dict)  # field → {"agreement": word, "points": number}
    state: Mapped[PairState] = mapped_column(default=PairState.OPEN)
    decided_by_id: Mapped[int | None] = ref("users.id", index=False)
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None]

    low: Mapped[Person] = relationship(foreign_keys=low_id)
    high: Mapped[Person] = relationship(foreign_keys=high_id)

    __table_args__ = (
        sa.UniqueConstraint("low_id", "high_id"),
        sa.CheckConstraint("low_id < high_id", name="in_order"),
        sa.CheckConstraint("state IN ('open', 'same', 'different')", name="state"),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_when"),
        # The queue, the likeliest first.
        sa.Index("ix_person_pairs_state_score", "state", "score", "id"),
    )
