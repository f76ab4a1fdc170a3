"""Accounts: passwords and signing in. The answer takes the same path whether or not an account exists."""

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from portal.core import audit, clock, passwords, sessions
from portal.core.actors import ANONYMOUS, Actor, from_user
from portal.core.errors import InvalidInput
from portal.core.models import Organisation, User, Vertical, VerticalMember
from portal.core.vocabulary import Role

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Verified against when there is no such account, so that the time and the path are the same.
_NOBODY = _hasher.hash("there is no such account")


def has_address(email: str) -> sa.ColumnElement[bool]:
    """Users whose e-mail address this is, in whatever case it is written.

    A sign from beyond ASCII never stands for a letter of ASCII, as the Kelvin sign would for a k: whoever owns that
    other address is somebody else.
    """
    given = [(sign, sign.lower()) for sign in email.strip()]
    folded = "".join(low if low.isascii() == sign.isascii() else sign for sign, low in given)
    return sa.func.lower(User.email) == folded


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Slow on purpose: call it outside a unit of work."""
    return _hasher.hash(password)


def has_password(session: Session, actor: Actor) -> bool:
    """Whether the actor's own account has a password; without one it opens through a provider or by passkey alone."""
    return session.get(User, actor.user_id).password_hash is not None


def check_password(session: Session, email: str, password: str) -> User | None:
    """The active user whose password this is, or None; one hash verification whatever the outcome."""
    user = recognise(session, email, password)
    return user if user is not None and user.active else None


def recognise(session: Session, email: str, password: str) -> User | None:
    """The user whose password this is, even one who has been locked out, for doors that tell only them so."""
    user = session.scalar(sa.select(User).where(has_address(email)))
    stored = user.password_hash if user is not None and user.password_hash else _NOBODY
    try:
        _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    return user if stored is not _NOBODY else None


def change_password(session: Session, actor: Actor, *, password_hash: str) -> User:
    """Give the actor's own account a new password, and end all its sessions but the one in which they act.

    Whoever calls has checked the present password and made the hash, both outside the unit: they are slow.
    """
    user = session.get(User, actor.user_id)
    user.password_hash = password_hash
    passwords.end_everything(session, user, but=actor.session_id)
    audit.append(session, actor, "account.change_password", chain=f"user:{user.id}")
    return user


def end_sessions(session: Session, actor: Actor) -> None:
    """End all sessions of the actor's own account in browsers but the one in which they act."""
    sessions.end_all(session, actor.user_id, but=actor.session_id)
    audit.append(session, actor, "account.end_sessions", chain=f"user:{actor.user_id}")


def set_shortcuts(session: Session, actor: Actor, *, on: bool) -> User:
    """Let single keys do something in the actor's browser, or nothing."""
    user = session.get(User, actor.user_id)
    if user.shortcuts != on:
        details = {"from": user.shortcuts, "to": on}
        user.shortcuts = on
        audit.append(session, actor, "account.shortcuts", chain=f"user:{user.id}", details=details)
    return user


def set_guided_intake(session: Session, actor: Actor, *, on: bool) -> User:
    """Let a new intake of the actor's begin one question a page, or all on one page."""
    user = session.get(User, actor.user_id)
    if user.guided_intake != on:
        details = {"from": user.guided_intake, "to": on}
        user.guided_intake = on
        audit.append(session, actor, "account.guided_intake", chain=f"user:{user.id}", details=details)
    return user


def choose_language(session: Session, actor: Actor, language: str) -> User:
    """Set the language in which the portal speaks to *actor*; which there are is a matter of the installation."""
    user = session.get(User, actor.user_id)
    details = {"from": user.locale, "to": language}
    audit.append(session, actor, "account.choose_language", chain=f"user:{user.id}", details=details)
    user.locale = language
    return user


def record_wrong_password(session: Session, actor: Actor, *, intent: str = "account.change_password") -> None:
    """Note that somebody signed in as *actor* tried what only who knows the present password may do."""
    audit.append(session, actor, intent, chain=f"user:{actor.user_id}", outcome="refused")


def record_sign_in(session: Session, user: User, *, correlation_id: str = "") -> None:
    """Note in the user's own chain that they signed in at a dialect; in a browser ``sessions.open_session`` does."""
    user.last_activity_at = clock.now()
    audit.append(session, from_user(session, user, correlation_id=correlation_id), "account.sign_in")


def record_failed_sign_in(session: Session, *, correlation_id: str = "") -> None:
    """Note that somebody failed to sign in; neither what they typed nor whom they meant is kept."""
    anonymous = Actor(kind=ANONYMOUS.kind, name=ANONYMOUS.name, correlation_id=correlation_id)
    audit.append(session, anonymous, "account.sign_in", outcome="refused")


def record_sign_out(session: Session, actor: Actor) -> None:
    """Note in the actor's own chain that they signed out."""
    audit.append(session, actor, "account.sign_out")


def create_user(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    role: Role,
    password_hash: str | None,
    vertical_codes: tuple[str, ...] = (),
    organisation: Organisation | None = None,
    agent_code: str | None = None,
) -> User:
    """Register a user with their verticals. Raises InvalidInput for a taken e-mail or an unknown vertical."""
    if session.scalar(sa.select(User.id).where(has_address(email))) is not None:
        raise InvalidInput("There is a user with this e-mail already.", target="email")
    user = User(email=email, name=name, role=role, password_hash=password_hash, agent_code=agent_code)
    user.organisation_id = organisation.id if organisation else 1
    session.add(user)
    session.flush()
    for code in vertical_codes:
        vertical_id = session.scalar(sa.select(Vertical.id).where(Vertical.code == code))
        if vertical_id is None:
            raise InvalidInput(f"There is no vertical {code}.", target="vertical")
        session.add(VerticalMember(user_id=user.id, vertical_id=vertical_id))
    details = {"role": role, "verticals": list(vertical_codes)}
    said = {"name": name, "email": email, "agent_code": agent_code}
    values = {field: (None, value) for field, value in said.items() if value is not None}
    audit.append(session, actor, "user.create", chain=f"user:{user.id}", details=details, values=values)
    return user
