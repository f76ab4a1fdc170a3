"""The tree of places as the office keeps it."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import Place


@dataclass(frozen=True)
class Branch:
    """A place in the tree: how deep it stands, and the names on the way to it."""

    place: Place
    depth: int
    way: tuple[str, ...]


def tree(session: Session) -> list[Branch]:
    """All places, each below the one it belongs to, those beside one another by name; in one statement."""
    below: dict[int | None, list[Place]] = {}
    for place in session.scalars(sa.select(Place).order_by(Place.name, Place.id)):
        below.setdefault(place.parent_id, []).append(place)
    found: list[Branch] = []
    waiting = [Branch(place, 0, (place.name,)) for place in reversed(below.get(None, []))]
    while waiting:
        branch = waiting.pop()
        found.append(branch)
        children = reversed(below.get(branch.place.id, []))
        waiting += [Branch(child, branch.depth + 1, (*branch.way, child.name)) for child in children]
    return found
