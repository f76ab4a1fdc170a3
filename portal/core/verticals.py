"""Verticals: the lines of service of the office. Their names are no secret; their cases are."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import Vertical


def listed(session: Session, *, inactive: bool = False) -> list[Vertical]:
    """The verticals by name; with ``inactive`` also those that take no new cases."""
    query = sa.select(Vertical).order_by(Vertical.name, Vertical.id)
    return list(session.scalars(query if inactive else query.where(Vertical.status == "active")))
