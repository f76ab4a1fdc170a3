"""The verticals as an administrator keeps them: opening a line of service, and changing what it is called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, policy_packs
from portal.core.actors import Actor
from portal.core.database import locked
from portal.core.errors import InvalidInput, NotFound, Refused, StaleVersion
from portal.core.models import User, Vertical, VerticalMember
from portal.core.permissions import Permission, require
from portal.core.policy_packs import PackTold

LONGEST_NAME, LONGEST_CODE = 255, 20
_CODE = re.compile(r"[A-Z][A-Z0-9_-]*")
_ACTIVE, _INACTIVE = "active", "inactive"


@dataclass(frozen=True)
class VerticalTold:
    """What is said of a vertical. ``prefix`` begins the references of its new cases; ``active``: it takes new cases."""

    name: str
    prefix: str
    time_zone: str
    active: bool = True


def listed(session: Session, actor: Actor) -> list[tuple[Vertical, int]]:
    """All verticals by name with how many active users work in each, in one statement. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    members = sa.select(VerticalMember.vertical_id, sa.func.count().label("number"))
    members = members.join(User, User.id == VerticalMember.user_id).where(User.active)
    members = members.group_by(VerticalMember.vertical_id).subquery()
    query = sa.select(Vertical, sa.func.coalesce(members.c.number, 0))
    query = query.outerjoin(members, members.c.vertical_id == Vertical.id)
    return [tuple(row) for row in session.execute(query.order_by(Vertical.name, Vertical.id))]


def find(session: Session, actor: Actor, number: int) -> Vertical:
    """The vertical with that number, and its pack. Raises Forbidden, NotFound."""
    require(actor, Permission.ADMINISTER)
    return _found(session.scalar(sa.select(Vertical).where(Vertical.id == number)))


def hold(session: Session, actor: Actor, number: int) -> Vertical:
    """The vertical that is to be changed, held until commit. Raises Forbidden, NotFound."""
    require(actor, Permission.ADMINISTER)
    query = locked(sa.select(Vertical.id).where(Vertical.id == number))
    _found(session.scalar(query))
    fresh = sa.select(Vertical).where(Vertical.id == number).execution_options(populate_existing=True)
    return session.scalars(fresh).one()


def create(session: Session, actor: Actor, told: VerticalTold, rules: PackTold, *, code: str) -> Vertical:
    """Open a line of service with its first rules.

    Raises Forbidden; InvalidInput for a code that is taken or no code, a prefix or name that is missing, a time zone
    that does not exist, and what ``policy_packs.put`` raises it for.
    """
    require(actor, Permission.ADMINISTER)
    code = code.strip().upper()
    _require_code(code, "code")
    if session.scalar(sa.select(Vertical.id).where(Vertical.code == code)) is not None:
        raise InvalidInput("There is a vertical with this code already.", target="code")
    vertical = Vertical(code=code, **_columns(told))
    session.add(vertical)
    session.flush()
    values = {name: (None, str(value)) for name, value in _columns(told).items()}
    _note(session, actor, vertical, "vertical.create", values, code=code)
    policy_packs.put(session, actor, vertical, rules, version=0)
    return vertical


def change(session: Session, actor: Actor, vertical: Vertical, told: VerticalTold, *, version: int) -> Vertical:
    """Change what a vertical, which ``hold`` gave, is called. References that were given stay as they are.

    Raises Forbidden; StaleVersion; InvalidInput as ``create`` does; Refused for closing one that reports from outside
    come in by.
    """
    require(actor, Permission.ADMINISTER)
    if vertical.version_id != version:
        raise StaleVersion("Somebody else changed this vertical meanwhile.", version=vertical.version_id)
    wanted = _columns(told)
    if wanted["status"] != _ACTIVE and vertical.default_for is not None:
        raise Refused("Reports from outside come in by this vertical: it stays open.", target="active")
    values = {
        name: (str(getattr(vertical, name)), str(value))
        for name, value in wanted.items()
        if getattr(vertical, name) != value
    }
    if values:
        for name in values:
            setattr(vertical, name, wanted[name])
        vertical.version_id += 1
        _note(session, actor, vertical, "vertical.change", values, fields=sorted(values))
    return vertical


def zone(name: str) -> str:
    """A time zone by its name. Raises InvalidInput for one that does not exist."""
    try:
        return ZoneInfo(name.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput("There is no such time zone.", target="time_zone") from error


def _columns(told: VerticalTold) -> dict[str, str]:
    name, prefix = " ".join(told.name.split()), told.prefix.strip().upper()
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("Give the vertical a name.", target="name", problem="missing")
    _require_code(prefix, "prefix")
    status = _ACTIVE if told.active else _INACTIVE
    return {"name": name, "reference_prefix": prefix, "time_zone": zone(told.time_zone), "status": status}


def _require_code(code: str, target: str) -> None:
    if not _CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        message = f"Use letters A to Z, digits and hyphens, a letter first, at most {LONGEST_CODE} of them."
        raise InvalidInput(message, target=target)


def _found(found):
    if found is None:
        raise NotFound("There is no such vertical.", target="vertical")
    return found


def _note(
    session: Session,
    actor: Actor,
    vertical: Vertical,
    action: str,
    values: dict[str, tuple[str | None, str | None]],
    **details: str | Sequence[str],
) -> None:
    audit.append(session, actor, action, chain=f"vertical:{vertical.id}", details=details, values=values)
