"""Who of our users somebody is whom an identity provider vouches for.

The first time they are matched by an e-mail address that the provider has verified, then by its own number for them.
Nobody is taken in here, and no role is given: whom we do not know stays outside.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import accounts, audit, clock, notices
from portal.core.actors import ANONYMOUS, Actor, from_user
from portal.core.database import locked
from portal.core.errors import Forbidden
from portal.core.models import OutsideIdentity, User
from portal.core.permissions import Permission, can

LONGEST = 255


@dataclass(frozen=True)
class Vouched:
    """What a provider says of somebody; ``email`` only where it has verified the address."""

    issuer: str
    subject: str
    email: str | None


def recognise(session: Session, vouched: Vouched, *, correlation_id: str = "") -> User | None:
    """The active user who that is, or None, which is an event with its reason. The caller commits.

    Reasons: unverified, unknown, inactive, another_identity (the user is somebody else at this provider already).
    """
    found = session.scalar(_query(OutsideIdentity.issuer == vouched.issuer, OutsideIdentity.subject == vouched.subject))
    user, why = (session.get(User, found.user_id), "") if found else _by_email(session, vouched)
    if user is not None and not (user.active and user.kind == "person"):
        user, why = None, "inactive"
    if user is not None and found is None:
        found, why = _remember(session, user, vouched, correlation_id)
    if user is None or found is None:
        record_refusal(session, why, correlation_id=correlation_id)
        return None
    found.last_used_at = clock.now()
    return user


def listed(session: Session, actor: Actor) -> list[OutsideIdentity]:
    """Who the actor is at providers, in the order in which it became known."""
    query = sa.select(OutsideIdentity).where(OutsideIdentity.user_id == actor.user_id)
    return list(session.scalars(query.order_by(OutsideIdentity.id)))


def forget(session: Session, actor: Actor, user: User) -> int:
    """Forget who a user is at providers, so that the verified address counts once more; returns how many.

    For an account that was made anew there. Whoever calls has made sure who is asking. Raises Forbidden unless the
    actor administers.
    """
    if not can(actor, Permission.ADMINISTER):
        raise Forbidden("You may not forget somebody's outside identity.", target=Permission.ADMINISTER.value)
    kept = session.scalars(_query(OutsideIdentity.user_id == user.id)).all()
    for one in kept:
        gone = {"issuer": (one.issuer, None), "subject": (one.subject, None)}
        told = {"identity": one.id}
        audit.append(session, actor, "user.forget_identity", chain=f"user:{user.id}", details=told, values=gone)
        session.delete(one)
    if kept:
        notices.of_account(session, actor, user.id, notices.IDENTITY)
    return len(kept)


def record_refusal(session: Session, why: str, *, correlation_id: str = "") -> None:
    """Note that a provider's word opened nothing; neither whom it meant nor what it said is kept."""
    anonymous = Actor(kind=ANONYMOUS.kind, name=ANONYMOUS.name, correlation_id=correlation_id)
    audit.append(session, anonymous, "account.sign_in", outcome="refused", details={"way": "openid", "why": why})


def _query(*conditions: sa.ColumnElement[bool]) -> sa.Select:
    return locked(sa.select(OutsideIdentity).where(*conditions))


def _by_email(session: Session, vouched: Vouched) -> tuple[User | None, str]:
    if vouched.email is None:
        return None, "unverified"
    user = session.scalar(locked(sa.select(User).where(accounts.has_address(vouched.email))))
    return user, "unknown"


def _remember(
    session: Session, user: User, vouched: Vouched, correlation_id: str
) -> tuple[OutsideIdentity | None, str]:
    # Looked at again now that the user is held: the same sign-in may have been first in another window.
    kept = session.scalar(_query(OutsideIdentity.user_id == user.id, OutsideIdentity.issuer == vouched.issuer))
    if kept is not None:
        return (kept, "") if kept.subject == vouched.subject else (None, "another_identity")
    made = OutsideIdentity(user_id=user.id, issuer=vouched.issuer, subject=vouched.subject)
    session.add(made)
    session.flush()
    actor = from_user(session, user, correlation_id=correlation_id)
    told = {"identity": made.id}
    said = {"issuer": (None, vouched.issuer), "subject": (None, vouched.subject)}
    audit.append(session, actor, "account.outside_identity", chain=f"user:{user.id}", details=told, values=said)
    return made, ""
