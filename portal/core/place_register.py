"""The tree of places as an administrator keeps it: adding, renaming, moving, and no longer offering one."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, turns
from portal.core.actors import Actor
from portal.core.database import held
from portal.core.errors import InvalidInput, NotFound, Refused, StaleVersion
from portal.core.models import Place, User, UserPlace
from portal.core.permissions import Permission, require
from portal.core.reference.codes import LOCATIONS

LONGEST_NAME, LONGEST_CODE = 255, 64
LEVELS = 12  # so that the way to the deepest place fits into its column
MOST_PEOPLE = 200
_OF_CONTRACT = frozenset(code for code, _label in LOCATIONS)


@dataclass(frozen=True)
class Branch:
    """A place in the tree: how deep it stands, and the names on the way to it."""

    place: Place
    depth: int
    way: tuple[str, ...]


@dataclass(frozen=True)
class PlaceTold:
    """What is said of a place; ``parent`` is the number of the place it lies in, None at the top."""

    name: str
    parent: int | None = None
    active: bool = True


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


def placed(session: Session, actor: Actor) -> dict[int, int]:
    """To each place how many active users' work is limited to it. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    query = sa.select(UserPlace.place_id, sa.func.count()).join(User, User.id == UserPlace.user_id)
    return {number: count for number, count in session.execute(query.where(User.active).group_by(UserPlace.place_id))}


def people_in(session: Session, actor: Actor, place: Place) -> list[User]:
    """The active users whose work is limited to this place, by name, at most two hundred. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    query = sa.select(User).join(UserPlace, UserPlace.user_id == User.id).where(UserPlace.place_id == place.id)
    return list(session.scalars(query.where(User.active).order_by(User.name, User.id).limit(MOST_PEOPLE)))


def find(session: Session, actor: Actor, number: int) -> Place:
    """The place with that number. Raises Forbidden, NotFound."""
    require(actor, Permission.ADMINISTER)
    place = session.get(Place, number)
    if place is None:
        raise NotFound("There is no such place.", target="place")
    return place


def hold(session: Session, actor: Actor, number: int) -> Place:
    """The place that is to be changed. The whole tree is held until commit, so that two moves make no circle.

    Raises Forbidden, NotFound.
    """
    require(actor, Permission.ADMINISTER)
    turns.take_office(session)
    found = {place.id: place for place in session.scalars(held(sa.select(Place).order_by(Place.id)))}
    if number not in found:
        raise NotFound("There is no such place.", target="place")
    return found[number]


def create(session: Session, actor: Actor, told: PlaceTold, *, code: str = "") -> Place:
    """Add a place. ``code`` is what reports from outside call it. Raises Forbidden, InvalidInput beside its field."""
    require(actor, Permission.ADMINISTER)
    turns.take_office(session)  # of two who add the same one the second finds it, and the tree stays where it is
    code = code.strip()
    if len(code) > LONGEST_CODE:
        raise InvalidInput(f"A code has at most {LONGEST_CODE} characters.", target="code")
    if code and session.scalar(sa.select(Place.id).where(Place.code == code)) is not None:
        raise InvalidInput("Another place has this code.", target="code")
    parent = _parent(session, told.parent)
    name = _name(session, told.name, parent, None)
    place = Place(name=name, code=code or None, parent_id=told.parent, level=parent.level + 1 if parent else 0)
    session.add(place)
    session.flush()
    place.path = f"{parent.path if parent else ''}/{place.id}"
    values = {"name": (None, name), "parent": (None, _text(told.parent)), "code": (None, code or None)}
    _note(session, actor, place, "place.create", values)
    return place


def change(session: Session, actor: Actor, place: Place, told: PlaceTold, *, version: int) -> Place:
    """Rename, move or retire a place, which ``hold`` gave; what lies in it moves along.

    Raises Forbidden; StaleVersion; InvalidInput for a name that is missing or taken there, and for a place that would
    lie in itself, in one that is retired, or too deep; Refused for retiring one that reports name by contract, or in
    which others lie that are offered.
    """
    require(actor, Permission.ADMINISTER)
    if place.version_id != version:
        raise StaleVersion("Somebody else changed this place meanwhile.", version=place.version_id)
    parent = _parent(session, told.parent) if told.parent != place.parent_id else _present(session, place)
    name = _name(session, told.name, parent, place)
    values = {
        "name": (place.name, name),
        "parent": (_text(place.parent_id), _text(told.parent)),
        "active": (_text(place.active), _text(told.active)),
    }
    values = {field: (before, after) for field, (before, after) in values.items() if before != after}
    if "active" in values:
        _require_retirable(session, place, parent, told.active)
    if "parent" in values:
        _move(session, place, parent)
    place.name, place.active = name, told.active
    if values:
        place.version_id += 1
        _note(session, actor, place, "place.change", values, fields=sorted(values))
    return place


def _parent(session: Session, number: int | None) -> Place | None:
    """The place in which another is to lie."""
    if number is None:
        return None
    parent = session.get(Place, number)
    if parent is None or not parent.active:
        raise InvalidInput("Choose one of the list.", target="parent")
    if parent.level + 1 >= LEVELS:
        raise InvalidInput(f"The tree has at most {LEVELS} levels.", target="parent")
    return parent


def _present(session: Session, place: Place) -> Place | None:
    return session.get(Place, place.parent_id) if place.parent_id is not None else None


def _name(session: Session, text: str, parent: Place | None, place: Place | None) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("Give the place a name.", target="name", problem="missing")
    query = sa.select(Place.id).where(Place.parent_id == (parent.id if parent else None))
    same = session.scalars(query.where(sa.func.lower(Place.name) == name.lower())).all()
    if set(same) - {place.id if place else None}:
        raise InvalidInput("There is a place of this name there already.", target="name")
    return name


def _require_retirable(session: Session, place: Place, parent: Place | None, active: bool) -> None:
    if active:
        if parent is not None and not parent.active:
            raise Refused("The place it lies in is not offered. Offer that one first.", target="active")
        return
    if place.code in _OF_CONTRACT:
        raise Refused("Reports from outside name this place by contract: it stays offered.", target="active")
    inside = sa.select(Place.id).where(Place.parent_id == place.id, Place.active).limit(1)
    if session.scalar(inside) is not None:
        raise Refused("Places lie in it that are offered. Move or retire those first.", target="active")


def _move(session: Session, place: Place, parent: Place | None) -> None:
    """Hang the place, and with it all that lies in it, below another."""
    before, level = place.path, place.level
    if parent is not None and f"{parent.path}/".startswith(f"{before}/"):
        raise InvalidInput("A place cannot lie in itself.", target="parent")
    shift = (parent.level + 1 if parent else 0) - level
    inside = Place.path.startswith(f"{before}/", autoescape=True)
    if (session.scalar(sa.select(sa.func.max(Place.level)).where(inside)) or level) + shift >= LEVELS:
        raise InvalidInput(f"The tree has at most {LEVELS} levels.", target="parent")
    after = f"{parent.path if parent else ''}/{place.id}"
    moved = {"path": after + sa.func.substr(Place.path, len(before) + 1), "level": Place.level + shift}
    session.execute(sa.update(Place).where(inside).values(moved).execution_options(synchronize_session=False))
    place.parent_id, place.path, place.level = parent.id if parent else None, after, level + shift
    session.flush()


def _text(value: object) -> str | None:
    return None if value is None else str(value).lower()


def _note(session: Session, actor: Actor, place: Place, action: str, values: Mapping, **details: object) -> None:
    audit.append(session, actor, action, chain=f"place:{place.id}", details=details, values=values)
