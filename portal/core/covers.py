"""Cover while somebody is away: a colleague is told what they would be told, and is led to what they have in hand.

A cover never widens what anybody sees or may do: the colleague is shown of it what they see anyway. It ends by the
clock, or before by either of the two or by whoever oversees the one who is away.
"""

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import audit, clock
from portal.core.actors import Actor
from portal.core.database import locked
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound
from portal.core.models import Cover, User, VerticalMember
from portal.core.models.cover import running
from portal.core.permissions import Permission, can, require
from portal.core.vocabulary import Role

LONGEST = dt.timedelta(days=366)


def person(session: Session, actor: Actor, number: int) -> User:
    """Somebody for whom *actor* may say who covers: themself, or one whom they oversee. Raises Forbidden, NotFound."""
    require(actor, Permission.UPDATE)
    user = session.get(User, number)
    if user is None or user.kind != "person" or not (user.id == actor.user_id or _oversees(session, actor, user)):
        raise NotFound("There is no such worker.", target="user")
    return user


def choices(session: Session, user: User) -> list[User]:
    """Who can cover for *user*, by name: those who work in a vertical of theirs, for others see nothing of it."""
    theirs = sa.select(VerticalMember.vertical_id).where(VerticalMember.user_id == user.id)
    colleague = sa.select(VerticalMember.user_id).where(VerticalMember.vertical_id.in_(theirs))
    able = User.active, User.kind == "person", User.role != Role.AUDITOR, User.id != user.id
    return list(session.scalars(sa.select(User).where(User.id.in_(colleague), *able).order_by(User.name, User.id)))


def arrange(
    session: Session, actor: Actor, user: User, by: User, *, begins_at: dt.datetime, ends_at: dt.datetime
) -> Cover:
    """Let *by* cover for *user* from and until. Raises Forbidden, NotFound, InvalidInput, and AlreadyDone where
    somebody covers for them in that time."""
    user = person(session, actor, user.id)
    session.execute(locked(sa.select(User.id).where(User.id.in_([user.id, by.id])).order_by(User.id)))
    _check_time(begins_at, ends_at)
    if by not in choices(session, user):
        raise InvalidInput("This person works in none of the same verticals.", target="by")
    if _overlapping(session, user, begins_at, ends_at):
        raise AlreadyDone(f"Somebody covers for {user.name} in that time already.", target="begins_at")
    if _overlapping(session, by, begins_at, ends_at):
        raise InvalidInput(f"{by.name} is away in that time.", target="by")
    made = Cover(user_id=user.id, by_id=by.id, begins_at=begins_at, ends_at=ends_at, made_by_id=actor.user_id)
    session.add(made)
    session.flush()
    times = {"begins": (None, begins_at.isoformat()), "ends": (None, ends_at.isoformat())}
    _note(session, actor, "cover.arrange", made, times)
    return made


def find(session: Session, actor: Actor, number: int) -> Cover:
    """The cover with that number, of somebody whom *actor* works with. Raises NotFound."""
    found = session.get(Cover, number)
    involved = found is not None and actor.user_id in (found.user_id, found.by_id)
    if found is None or not (involved or can(actor, Permission.VIEW_AUDIT) or _colleagues(session, actor, found.user)):
        raise NotFound("There is no such cover.", target="cover")
    return found


def end(session: Session, actor: Actor, number: int) -> Cover:
    """End a cover before its time, or before it begins. Raises NotFound, Forbidden, and AlreadyDone once it is over."""
    cover = find(session, actor, number)
    if not may_end(session, actor, cover):
        raise Forbidden("You may not do this.", target=Permission.OVERSEE.value)
    at = clock.now()
    if cover.ended_at is not None or cover.ends_at <= at:
        raise AlreadyDone("This cover is over.", target="cover")
    cover.ended_at, cover.ended_by_id = at, actor.user_id
    _note(session, actor, "cover.end", cover, {"ends": (cover.ends_at.isoformat(), at.isoformat())})
    return cover


def may_end(session: Session, actor: Actor, cover: Cover) -> bool:
    """Whether *actor* may end it: either of the two, or who oversees the one who is away."""
    involved = actor.user_id in (cover.user_id, cover.by_id) and can(actor, Permission.UPDATE)
    return involved or _oversees(session, actor, cover.user)


def standing(session: Session, numbers: Collection[int]) -> list[Cover]:
    """The covers for or by these users that run or are to come, soonest first."""
    query = sa.select(Cover).where(Cover.ended_at.is_(None), Cover.ends_at > clock.now())
    query = query.where(sa.or_(Cover.user_id.in_(numbers), Cover.by_id.in_(numbers)))
    return list(session.scalars(query.options(*_NAMED).order_by(Cover.begins_at, Cover.id)))


def covering(session: Session, actor: Actor) -> list[Cover]:
    """The covers that *actor* does now."""
    query = sa.select(Cover).where(Cover.by_id == actor.user_id, running()).options(*_NAMED)
    return list(session.scalars(query.order_by(Cover.ends_at, Cover.id)))


def stand_ins(session: Session, numbers: Collection[int]) -> dict[int, int]:
    """Who covers now for any of these users, each with one for whom they do."""
    query = sa.select(Cover.by_id, Cover.user_id).where(Cover.user_id.in_(numbers), running())
    return dict(session.execute(query.order_by(Cover.id.desc())).all()) if numbers else {}


_NAMED = (joinedload(Cover.user), joinedload(Cover.by))


def _oversees(session: Session, actor: Actor, user: User) -> bool:
    if not can(actor, Permission.OVERSEE):
        return False
    return actor.is_administrator or _colleagues(session, actor, user)


def _colleagues(session: Session, actor: Actor, user: User) -> bool:
    mine = VerticalMember.vertical_id.in_(sorted(actor.vertical_ids))
    return session.scalar(sa.select(1).where(VerticalMember.user_id == user.id, mine).limit(1)) is not None


def _check_time(begins_at: dt.datetime, ends_at: dt.datetime) -> None:
    if ends_at <= begins_at:
        raise InvalidInput("The last day must not be before the first.", target="ends_at")
    if ends_at <= clock.now():
        raise InvalidInput("The last day must not be in the past.", target="ends_at")
    if ends_at - begins_at > LONGEST:
        raise InvalidInput("A cover lasts a year at most.", target="ends_at")


def _overlapping(session: Session, user: User, begins_at: dt.datetime, ends_at: dt.datetime) -> bool:
    query = sa.select(1).where(Cover.user_id == user.id, Cover.ended_at.is_(None))
    return session.scalar(query.where(Cover.begins_at < ends_at, Cover.ends_at > begins_at).limit(1)) is not None


def _note(session: Session, actor: Actor, action: str, cover: Cover, times: dict) -> None:
    details = {"cover": cover.id, "user": cover.user_id, "by": cover.by_id}
    audit.append(session, actor, action, chain=f"user:{cover.user_id}", details=details, values=times)
