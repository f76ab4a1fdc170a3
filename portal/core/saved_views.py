"""Saved views: a view of the work-list with its filters under a name, one's own or shared with colleagues.

A saved view is what an address asks for and nothing more: whoever uses it sees by it of their own cases. What looks for
a name or a number is not shared, for whoever reads it would learn the name.
"""

import enum
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import audit, turns
from portal.core.actors import Actor
from portal.core.errors import Forbidden, InvalidInput, NotFound, StaleVersion
from portal.core.models import SavedView, User, Vertical

FIELDS = ("view", "q", "status", "vertical", "owner", "worker", "priority", "origin", "only", "sort")
LONGEST = 60  # characters of a name
MOST = 30  # of one owner
SHOWN = 60
_LONGEST_QUERY = 2000


class Sharing(enum.StrEnum):
    """Who finds a saved view beside its owner."""

    NOBODY = "nobody"
    VERTICAL = "vertical"
    OFFICE = "office"


def listed(session: Session, actor: Actor) -> list[SavedView]:
    """One's own by name, then by name what colleagues who still work here share; at most SHOWN."""
    own = SavedView.owner_id == actor.user_id
    query = _seen(actor).order_by(own.desc(), sa.func.lower(SavedView.name), SavedView.id).limit(SHOWN)
    return list(session.scalars(query))


def find(session: Session, actor: Actor, number: int) -> SavedView:
    """The saved view with that number, one's own or shared with one. Raises NotFound."""
    found = session.scalar(_seen(actor).where(SavedView.id == number))
    if found is None:
        raise NotFound("There is no such saved view.", target="saved_view")
    return found


def asked(saved: SavedView) -> dict[str, list[str]]:
    """What it asks for, in the words of an address."""
    return {name: values for name, values in parse_qs(saved.query).items() if name in FIELDS}


def save(
    session: Session,
    actor: Actor,
    name: str,
    wanted: Mapping[str, Sequence[str]],
    *,
    sharing: Sharing = Sharing.NOBODY,
    vertical: Vertical | None = None,
) -> SavedView:
    """Keep what is wanted under a name. Raises InvalidInput."""
    if unknown := wanted.keys() - set(FIELDS):
        raise TypeError(f"not part of a saved view: {sorted(unknown)}")
    query = urlencode({field: list(wanted[field]) for field in FIELDS if wanted.get(field)}, doseq=True)
    if len(query) > _LONGEST_QUERY:
        raise InvalidInput("There are too many filters to keep.", target="name")
    turns.take(session, actor.user_id)
    count = sa.select(sa.func.count()).where(SavedView.owner_id == actor.user_id)
    if session.scalar(count) >= MOST:
        raise InvalidInput(f"You have {MOST} saved views. Delete one first.", target="name")
    name = _name(session, actor, name, besides=None)
    shared = _shared(actor, query, sharing, vertical)
    made = SavedView(owner_id=actor.user_id, name=name, query=query, **shared)
    session.add(made)
    session.flush()
    _record(session, actor, "saved_view.save", made, {})
    return made


def change(
    session: Session,
    actor: Actor,
    saved: SavedView,
    *,
    name: str,
    sharing: Sharing,
    vertical: Vertical | None = None,
    version: int | None = None,
) -> SavedView:
    """Rename one's own view, or share it otherwise. Raises Forbidden, StaleVersion, InvalidInput."""
    _require_own(actor, saved)
    if version is not None and version != saved.version_id:
        raise StaleVersion("This view was changed meanwhile.", current_version=saved.version_id)
    before = _state(saved)
    name = _name(session, actor, name, besides=saved.id)
    for field, value in (_shared(actor, saved.query, sharing, vertical) | {"name": name}).items():
        setattr(saved, field, value)
    session.flush()
    _record(session, actor, "saved_view.change", saved, before)
    return saved


def remove(session: Session, actor: Actor, saved: SavedView) -> None:
    """Delete one's own view. Raises Forbidden."""
    _require_own(actor, saved)
    _record(session, actor, "saved_view.remove", saved, _state(saved))
    session.delete(saved)
    session.flush()


def _seen(actor: Actor) -> sa.Select:
    """One's own, and those of active colleagues that are shared with the office or with one's verticals."""
    by_vertical = sa.and_(SavedView.shared_with == Sharing.VERTICAL, SavedView.vertical_id.in_(actor.vertical_ids))
    shared = sa.and_(
        sa.or_(SavedView.shared_with == Sharing.OFFICE, by_vertical),
        User.active,
        User.organisation_id == actor.organisation_id,
    )
    query = sa.select(SavedView).join(User, User.id == SavedView.owner_id)
    query = query.where(sa.or_(SavedView.owner_id == actor.user_id, shared))
    return query.options(joinedload(SavedView.owner), joinedload(SavedView.vertical))


def _require_own(actor: Actor, saved: SavedView) -> None:
    if saved.owner_id != actor.user_id:
        raise Forbidden("Only who saved this view can change it.", target="saved_view")


def _name(session: Session, actor: Actor, name: str, *, besides: int | None) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST:
        raise InvalidInput(f"A name has 1 to {LONGEST} characters.", target="name")
    same = sa.select(SavedView.id).where(
        SavedView.owner_id == actor.user_id,
        sa.func.lower(SavedView.name) == name.lower(),
        SavedView.id != (besides or 0),
    )
    if session.scalar(same.limit(1)) is not None:
        raise InvalidInput("You have a saved view of this name already.", target="name")
    return name


def _shared(actor: Actor, query: str, sharing: Sharing, vertical: Vertical | None) -> dict[str, object]:
    if sharing is not Sharing.NOBODY and "q" in parse_qs(query):
        raise InvalidInput(
            "A view that looks for a name or number is not shared: whoever reads it would learn the name.",
            target="sharing",
        )
    if sharing is Sharing.VERTICAL and (vertical is None or vertical.id not in actor.vertical_ids):
        raise InvalidInput("Choose one of your verticals.", target="sharing")
    return {"shared_with": sharing.value, "vertical_id": vertical.id if sharing is Sharing.VERTICAL else None}


def _state(saved: SavedView) -> dict[str, str | None]:
    vertical = str(saved.vertical_id) if saved.vertical_id is not None else None
    return {"name": saved.name, "shared_with": saved.shared_with, "vertical": vertical}


def _record(session: Session, actor: Actor, action: str, saved: SavedView, before: dict[str, str | None]) -> None:
    """Note what a view is called and who finds it, before and after."""
    after = {} if action == "saved_view.remove" else _state(saved)
    values = {field: (before.get(field), after.get(field)) for field in _state(saved)}
    values = {field: both for field, both in values.items() if both[0] != both[1]}
    details = {"view": saved.id, "shared_with": saved.shared_with, "vertical": saved.vertical_id}
    audit.append(session, actor, action, chain=audit.actor_chain(actor), details=details, values=values)
