"""What people said about being called or written to, for wherever somebody could do so."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import PersonContact


@dataclass(frozen=True)
class Care:
    """What to mind with one way to reach a person: whether it is unsafe, and the wish in their words."""

    kind: str
    unsafe: bool
    wish: str


def to_mind(session: Session, person_ids: Collection[int]) -> dict[int, list[Care]]:
    """What to mind before these people are called or written to; one statement. Whom one may see is asked before."""
    found: dict[int, list[Care]] = defaultdict(list)
    if person_ids:
        minded = sa.or_(PersonContact.safe == "no", PersonContact.wish != "")
        query = sa.select(PersonContact).where(PersonContact.person_id.in_(person_ids), minded)
        for one in session.scalars(query.order_by(PersonContact.id)):
            care = Care(one.kind, one.safe == "no", one.wish or "")
            if care not in found[one.person_id]:
                found[one.person_id].append(care)
    return dict(found)
