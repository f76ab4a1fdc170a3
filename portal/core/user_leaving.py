"""Deactivating a user, and letting them in again: what they still have in hand is shown first, what they hold ends."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, passwords, search, sessions, tokens, user_register
from portal.core.actors import Actor
from portal.core.errors import Refused
from portal.core.models import ApiToken, User
from portal.core.permissions import Permission, require
from portal.core.search import ListFilter

MOST_CASES = 1000


@dataclass(frozen=True)
class Holding:
    """What a user has in hand now: open cases that the reader may see (1001 means more than 1000), and live tokens."""

    cases: int
    tokens: int


def holding(session: Session, actor: Actor, user: User) -> Holding:
    """What *user* has in hand. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    owned = ListFilter(owners=frozenset({user.id}))
    cases = search.counts(session, actor, {"owned": owned}, most=MOST_CASES)["owned"]
    number = sa.select(sa.func.count()).select_from(_live_tokens(user).subquery())
    return Holding(cases, session.scalar(number))


def deactivate(session: Session, actor: Actor, user: User, *, version: int) -> User:
    """Close the door to a user whom ``user_register.hold`` gave: sessions end, tokens are revoked, cases stay theirs.

    Once more changes nothing. Raises Forbidden; StaleVersion; Refused for oneself and for the last administrator.
    """
    require(actor, Permission.ADMINISTER)
    if not user.active:
        return user
    user_register.require_version(user, version)
    if user.id == actor.user_id:
        raise Refused("Nobody deactivates themselves. Ask another administrator.", target="user")
    user_register.require_another_administrator(session, user, target="user")
    names = list(session.scalars(_live_tokens(user)))
    sessions.end_all(session, user.id)
    passwords.forget_links(session, user)
    user.active = False
    user.version_id += 1
    for jti in names:
        tokens.revoke(session, actor, jti)
    _note(session, actor, user, "user.deactivate", before=True, tokens=len(names))
    return user


def activate(session: Session, actor: Actor, user: User) -> User:
    """Let a user in again, with the password they had; tokens that were revoked stay so. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    if user.active:
        return user
    user.active = True
    user.version_id += 1
    _note(session, actor, user, "user.activate", before=False)
    return user


def _live_tokens(user: User) -> sa.Select:
    live = ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now()
    return sa.select(ApiToken.jti).where(ApiToken.user_id == user.id, *live).order_by(ApiToken.id)


def _note(session: Session, actor: Actor, user: User, action: str, *, before: bool, **details: object) -> None:
    states = {True: "active", False: "inactive"}
    values = {"state": (states[before], states[not before])}
    audit.append(session, actor, action, chain=f"user:{user.id}", details=details, values=values)
