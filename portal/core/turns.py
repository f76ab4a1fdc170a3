"""Turns: what one user does twice at the same moment happens one after the other.

Whoever counts rows of a user before adding one, or looks what is left before taking one away, takes a turn first;
else two at once would both see the old number. On SQLite units follow one another anyway.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import Organisation, User


def take(session: Session, user_id: int) -> None:
    """Wait for what else is done as this user under a turn, and hold it up until commit.

    It comes before every other lock of the unit. Rows that point to the user are added meanwhile as ever.
    """
    session.execute(sa.select(User.id).where(User.id == user_id).with_for_update(key_share=True))


def take_office(session: Session) -> None:
    """Wait for what else is done under the turn of the whole office, and hold it up until commit: seldom, and short."""
    session.execute(sa.select(Organisation.id).where(Organisation.id == 1).with_for_update(key_share=True))
