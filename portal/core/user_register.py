"""The users of the installation as an administrator keeps them: who there is, taking one in, changing what they are.

Nobody changes their own role, and the last administrator who can sign in stays one: an office must not lock itself out.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.core import accounts, audit, paging
from portal.core.actors import Actor
from portal.core.database import held
from portal.core.errors import Forbidden, InvalidInput, NotFound, Refused, StaleVersion
from portal.core.models import (
    Passkey,
    Place,
    Program,
    SecondFactor,
    User,
    UserPlace,
    UserProgram,
    Vertical,
    VerticalMember,
)
from portal.core.permissions import Permission, require
from portal.core.vocabulary import Role

PAGE = 50
LONGEST_NAME, LONGEST_CODE = 255, 32
_MEMBERSHIPS = selectinload(User.memberships).joinedload(VerticalMember.vertical).lazyload(Vertical.pack)
_ADMINISTERS = (User.role == Role.ADMINISTRATOR, User.active, User.kind == "person")


@dataclass(frozen=True)
class Wanted:
    """Which users are wanted; None and an empty text mean all."""

    text: str = ""
    role: Role | None = None
    active: bool | None = None
    vertical: int | None = None


@dataclass(frozen=True)
class Told:
    """What an administrator says of a user: what they are, and where they work (ids of verticals, and what in them
    their work is limited to)."""

    name: str
    role: Role
    agent_code: str = ""
    verticals: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()
    programs: frozenset[int] = frozenset()


def page(
    session: Session, actor: Actor, wanted: Wanted, *, cursor: paging.Cursor | None = None, limit: int = PAGE
) -> paging.Page[User]:
    """The users who are wanted, by name, with their verticals. Raises Forbidden, InvalidInput for a foreign cursor."""
    require(actor, Permission.ADMINISTER)
    query = sa.select(User).where(*_filters(wanted)).options(_MEMBERSHIPS)
    return paging.newest_first(session, query, User.name, User.id, cursor=cursor, limit=limit, kind=str, rising=True)


def with_second_factor(session: Session, numbers: Collection[int]) -> set[int]:
    """Which of these users sign in with a second factor: an authenticator app or a passkey."""
    apps = sa.select(SecondFactor.user_id).where(SecondFactor.user_id.in_(numbers))
    apps = apps.where(SecondFactor.confirmed_at.is_not(None))
    return set(session.scalars(apps.union(sa.select(Passkey.user_id).where(Passkey.user_id.in_(numbers)))))


def find(session: Session, actor: Actor, number: int) -> User:
    """The user with that number, with their verticals. Raises Forbidden, NotFound."""
    require(actor, Permission.ADMINISTER)
    user = session.scalar(sa.select(User).where(User.id == number).options(_MEMBERSHIPS, joinedload(User.organisation)))
    if user is None:
        raise NotFound("There is no such user.", target="user")
    return user


def hold(session: Session, actor: Actor, number: int) -> User:
    """The user who is to be changed, held until commit. Raises Forbidden, NotFound.

    All who administer are held with them, in one order: of two who demote each other, the second administers no more.
    """
    require(actor, Permission.ADMINISTER)
    query = sa.select(User).where(sa.or_(User.id == number, sa.and_(*_ADMINISTERS))).order_by(User.id)
    found = {user.id: user for user in session.scalars(held(query))}
    me = found.get(actor.user_id) if actor.user_id is not None else None
    if actor.user_id is not None and (me is None or me.role is not Role.ADMINISTRATOR or not me.active):
        raise Forbidden("You do not administer any more.", target=Permission.ADMINISTER.value)
    if number not in found:
        raise NotFound("There is no such user.", target="user")
    return found[number]


def places_of(session: Session, user: User) -> list[Place]:
    """The places to which a user's work is limited, by name; none means everywhere."""
    query = sa.select(Place).join(UserPlace, UserPlace.place_id == Place.id).where(UserPlace.user_id == user.id)
    return list(session.scalars(query.order_by(Place.name, Place.id)))


def programs_of(session: Session, user: User) -> list[Program]:
    """The programmes to which a user's work is limited in their verticals, by name; none of one means all of it."""
    query = sa.select(Program).join(UserProgram, UserProgram.program_id == Program.id)
    query = query.where(UserProgram.user_id == user.id).options(joinedload(Program.vertical))
    return list(session.scalars(query.order_by(Program.name, Program.id)))


def create(session: Session, actor: Actor, told: Told, *, email: str) -> User:
    """Take somebody into this installation, without a password: they choose one by a link (``passwords.issue_reset``).

    Raises Forbidden, InvalidInput for a missing name, an e-mail or agent code that is taken, a place that is none, and
    a programme of a vertical that is not theirs.
    """
    require(actor, Permission.ADMINISTER)
    email = email.strip()
    if not _is_address(email):
        raise InvalidInput("Give the e-mail address of the user.", target="email")
    name, code = _name(told.name), _agent_code(session, told.agent_code)
    verticals = _known(session, Vertical.id, told.verticals, "verticals")
    user = accounts.create_user(
        session,
        actor,
        email=email,
        name=name,
        role=told.role,
        password_hash=None,
        vertical_codes=tuple(session.scalars(sa.select(Vertical.code).where(Vertical.id.in_(verticals)))),
        agent_code=code,
    )
    _limit(session, actor, user, told, verticals)
    return user


def change(session: Session, actor: Actor, user: User, told: Told, *, version: int) -> User:
    """Let the user, whom ``hold`` gave, be what is told. Their next request is judged by it; no session ends.

    Raises Forbidden; StaleVersion where somebody else changed them since *version*; Refused for one's own role and for
    demoting the last administrator; InvalidInput as ``create`` does.
    """
    require(actor, Permission.ADMINISTER)
    require_version(user, version)
    if told.role is not user.role:
        if user.id == actor.user_id:
            raise Refused("Nobody changes their own role. Ask another administrator.", target="role")
        require_another_administrator(session, user, target="role")
    name, code = _name(told.name), _agent_code(session, told.agent_code, user)
    wanted = {"name": name, "role": told.role, "agent_code": code}
    changed = {field: (getattr(user, field), value) for field, value in wanted.items() if getattr(user, field) != value}
    for field, (_before, after) in changed.items():
        setattr(user, field, after)
    verticals = _known(session, Vertical.id, told.verticals, "verticals")
    joined, left = _belong_to(session, user, verticals)
    if changed or joined or left:
        details: dict[str, object] = {"fields": sorted(changed), "joined": sorted(joined), "left": sorted(left)}
        if "role" in changed:
            details["role"] = {"from": changed["role"][0], "to": changed["role"][1]}
        values = {field: (before, after) for field, (before, after) in changed.items()}
        audit.append(session, actor, "user.change", chain=f"user:{user.id}", details=details, values=values)
    if _limit(session, actor, user, told, verticals) or changed or joined or left:
        user.version_id += 1
    return user


def require_version(user: User, version: int) -> None:
    """Raise StaleVersion where somebody else changed the user since *version* was read."""
    if user.version_id != version:
        raise StaleVersion("Somebody else changed this user meanwhile.", version=user.version_id)


def require_another_administrator(session: Session, user: User, *, target: str) -> None:
    """Raise Refused where *user* is the last one who administers; ``hold`` keeps that from changing meanwhile."""
    if user.role is not Role.ADMINISTRATOR or not user.active:
        return
    others = sa.select(User.id).where(*_ADMINISTERS, User.id != user.id).limit(1)
    if session.scalar(others) is None:
        raise Refused("This is the last active administrator. Name another one first.", target=target)


def _filters(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    for word in wanted.text.split():
        fields = User.name, User.email, User.agent_code
        found.append(sa.or_(*[field.icontains(word, autoescape=True) for field in fields]))
    if wanted.role is not None:
        found.append(User.role == wanted.role)
    if wanted.active is not None:
        found.append(User.active if wanted.active else ~User.active)
    if wanted.vertical is not None:
        members = sa.select(VerticalMember.user_id).where(VerticalMember.vertical_id == wanted.vertical)
        found.append(User.id.in_(members))
    return found


def _is_address(text: str) -> bool:
    """Whether it can be an e-mail address: something, one @ and something, without a space, and not too long."""
    before, _at, after = text.partition("@")
    return bool(before and after) and "@" not in after and not re.search(r"\s", text) and len(text) <= LONGEST_NAME


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise InvalidInput("Give the user a name.", target="name", problem="missing")
    if len(name) > LONGEST_NAME:
        raise InvalidInput("This name is too long.", target="name")
    return name


def _agent_code(session: Session, text: str, user: User | None = None) -> str | None:
    code = text.strip()
    if len(code) > LONGEST_CODE:
        raise InvalidInput(f"An agent code has at most {LONGEST_CODE} characters.", target="agent_code")
    taken = session.scalar(sa.select(User.id).where(User.agent_code == code)) if code else None
    if taken is not None and (user is None or taken != user.id):
        raise InvalidInput("Another user has this agent code.", target="agent_code")
    return code or None


def _known(session: Session, column, numbers: Collection[int], target: str) -> set[int]:
    """The ids as they are in the database. Raises InvalidInput where one of them is none."""
    found = set(session.scalars(sa.select(column).where(column.in_(sorted(numbers))))) if numbers else set()
    if found != set(numbers):
        raise InvalidInput("Choose one of the list.", target=target)
    return found


def _belong_to(session: Session, user: User, wanted: set[int]) -> tuple[set[int], set[int]]:
    """Make the user a member of these verticals alone; which they joined and which they left."""
    query = sa.select(VerticalMember.vertical_id).where(VerticalMember.user_id == user.id)
    now = set(session.scalars(query))
    joined, left = wanted - now, now - wanted
    gone = sa.delete(VerticalMember).where(VerticalMember.user_id == user.id, VerticalMember.vertical_id.in_(left))
    session.execute(gone)
    session.add_all(VerticalMember(user_id=user.id, vertical_id=number) for number in sorted(joined))
    session.flush()
    session.expire(user, ["memberships"])
    return joined, left


def _limit(session: Session, actor: Actor, user: User, told: Told, verticals: Collection[int]) -> bool:
    """Limit the user's work to the places and programmes that were told; whether that changed anything."""
    places = _known(session, Place.id, told.places, "places")
    programs = _known(session, Program.id, told.programs, "programs")
    other = sa.select(Program.id).where(Program.id.in_(programs), Program.vertical_id.not_in(verticals)).limit(1)
    if programs and session.scalar(other) is not None:
        raise InvalidInput("They do not work in the vertical of one of these programmes.", target="programs")
    moved = _keep(session, actor, user, UserPlace.place_id, places, "user.places")
    return _keep(session, actor, user, UserProgram.program_id, programs, "user.programs") or moved


def _keep(session: Session, actor: Actor, user: User, column, wanted: set[int], action: str) -> bool:
    """Make the user's rows of that table name these alone, and say so in the audit where that changes anything."""
    row, mine = column.class_, column.class_.user_id == user.id
    now = set(session.scalars(sa.select(column).where(mine)))
    if wanted == now:
        return False
    session.execute(sa.delete(row).where(mine, column.in_(now - wanted)))
    session.add_all(row(user_id=user.id, **{column.key: number}) for number in sorted(wanted - now))
    details = {"from": sorted(now), "to": sorted(wanted)}
    audit.append(session, actor, action, chain=f"user:{user.id}", details=details)
    return True
