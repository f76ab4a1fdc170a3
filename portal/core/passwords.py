"""Passwords: which ones will do, and how somebody who forgot theirs chooses a new one.

One rule for every door at which a password is chosen: at least twelve characters of any kind, none of the words by
which its owner is known, and nothing that a guesser with the lists of breached passwords comes to soon. The lists are
those of zxcvbn and lie on this machine: nobody outside is asked about a password.
"""

import datetime as dt
import re
import secrets
from collections.abc import Collection, Iterable
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session
from zxcvbn import zxcvbn

from portal.core import audit, clock, notices, sessions, turns
from portal.core.actors import Actor, from_user
from portal.core.database import held
from portal.core.errors import Forbidden, InvalidInput, NotFound, Refused
from portal.core.keys import digest
from portal.core.models import ApiToken, PasswordReset, User
from portal.core.permissions import Permission, can

SHORTEST = 12
LASTS = dt.timedelta(hours=1)  # of a link
_GUESSES = 10  # as a power of ten: with fewer a password is one of those that are tried first
_LOOKED_AT = 72  # characters; zxcvbn takes no more, and what follows them makes no password weaker
_SHORTEST_WORD = 4  # of a name: shorter ones stand in too many other words
_KEPT = dt.timedelta(days=30)  # of the row of a link that is over


class Weakness(StrEnum):
    """Why a password will not do."""

    SHORT = "short"
    COMMON = "common"
    PERSONAL = "personal"
    GUESSABLE = "guessable"


_SAID = {
    Weakness.SHORT: f"The password needs at least {SHORTEST} characters; several words are good.",
    Weakness.COMMON: "This password, or a part of it, is on lists of passwords that were stolen. Choose another.",
    Weakness.PERSONAL: "The password must not contain a name, the e-mail address or the name of the office.",
    Weakness.GUESSABLE: "This password is easy to guess. Several words that do not belong together are good.",
}


class WeakPassword(InvalidInput):
    """A password that will not do; ``weakness`` says why."""

    code = "ERR_WEAK_PASSWORD"

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(_SAID[weakness], target="password", weakness=weakness)
        self.weakness = weakness


def require_strong(password: str, *, about: Iterable[str]) -> None:
    """Refuse a password that is weak or known from breaches; ``about`` is what a guesser knows of its owner.

    It takes some milliseconds: call it outside a unit of work. Raises WeakPassword.
    """
    found = weakness(password, about=about)
    if found is not None:
        raise WeakPassword(found)


def weakness(password: str, *, about: Iterable[str]) -> Weakness | None:
    """What is wrong with a password; None where it will do. ``about``: name, e-mail, names of the office."""
    if len(password) < SHORTEST:
        return Weakness.SHORT
    known = _words(about)
    if any(word in password.casefold() for word in known):
        return Weakness.PERSONAL
    judged = zxcvbn(password[:_LOOKED_AT], user_inputs=sorted(known))
    if judged["guesses_log10"] >= _GUESSES:
        return None
    listed = {match.get("dictionary_name") for match in judged["sequence"]}
    return Weakness.COMMON if "passwords" in listed else Weakness.GUESSABLE


def about(user: User, *more: str) -> tuple[str, ...]:
    """What a guesser knows of a user; ``more`` is what the office is called."""
    return user.name, user.email, user.organisation.name, *more


def issue_reset(session: Session, actor: Actor, user: User) -> str:
    """Make a link by which *user* chooses a new password, once and within an hour; links made before stop working.

    Returns the secret part of its address (``/app/reset/…``), which is kept nowhere: whoever calls shows it once, to
    be passed on by a way that the administrator trusts. Raises Forbidden unless the actor administers, Refused for an
    account that is closed, that is a service's, or the actor's own: who sits at it need not be its owner.
    """
    if not can(actor, Permission.ADMINISTER):
        raise Forbidden("You may not make a link for a new password.", target=Permission.ADMINISTER.value)
    if not user.active:
        raise Refused("This account is closed. Open it first.", target="user")
    if user.kind != "person":
        raise Refused("A service has no password. It calls with a token.", target="user")
    if user.id == actor.user_id:
        raise Refused("Nobody makes a link for themselves. Ask another administrator.", target="user")
    before = forget_links(session, user)
    text, now = secrets.token_urlsafe(32), clock.now()
    session.add(PasswordReset(digest=digest(text), user_id=user.id, created_at=now, expires_at=now + LASTS))
    session.flush()
    notices.of_account(session, actor, user.id, notices.LINK)
    values = {"links": (str(before), "1")}
    audit.append(session, actor, "user.reset_link", chain=f"user:{user.id}", values=values)
    return text


def holder(session: Session, link_digest: str) -> User | None:
    """Whose link has this digest, while it works; None for one that was used, is over, or never was."""
    found = _working(session, link_digest)
    return found.user if found else None


def reset(session: Session, link_digest: str, *, password_hash: str, correlation_id: str = "") -> User:
    """Give the owner of a link the new password, and end all their sessions in browsers and sign-ins at dialects.

    Whoever calls has judged the password and made its hash. Raises NotFound for a link that does not work.
    """
    link = _working(session, link_digest)
    if link is not None:
        turns.take(session, link.user_id)
        link = _working(session, link_digest, lock=True)
    if link is None:
        raise NotFound("This link does not work any more.", target="link")
    user, link.used_at = link.user, clock.now()
    session.flush()  # it stays, as proof; whatever else there is goes
    user.password_hash = password_hash
    end_everything(session, user)
    actor = from_user(session, user, correlation_id=correlation_id)
    audit.append(session, actor, "account.reset_password", chain=f"user:{user.id}")
    return user


def end_everything(session: Session, user: User, *, but: int | None = None) -> None:
    """End what a password opened, sessions in browsers (*but* one) and tokens of signing in at a dialect, and links
    for another password, which somebody else may have got hold of."""
    sessions.end_all(session, user.id, but=but)
    forget_links(session, user)
    # Tokens that were issued to be kept stay: they came by no password.
    mine = sa.update(ApiToken).where(ApiToken.user_id == user.id, ApiToken.family_expires_at.is_not(None))
    ended = mine.where(ApiToken.revoked_at.is_(None)).values(revoked_at=clock.now())
    session.execute(ended.execution_options(synchronize_session=False))


def forget_links(session: Session, user: User) -> int:
    """Let every link that was made for *user* and not used stop working; returns how many there were."""
    unused = sa.delete(PasswordReset).where(PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
    return session.execute(unused.execution_options(synchronize_session=False)).rowcount


def forget(session: Session) -> int:
    """Remove rows of links that have been over for thirty days; returns how many. For the periodic job."""
    old = sa.delete(PasswordReset).where(PasswordReset.expires_at < clock.now() - _KEPT)
    return session.execute(old.execution_options(synchronize_session=False)).rowcount


def _working(session: Session, link_digest: str, *, lock: bool = False) -> PasswordReset | None:
    query = sa.select(PasswordReset).where(
        PasswordReset.digest == link_digest, PasswordReset.used_at.is_(None), PasswordReset.expires_at > clock.now()
    )
    found = session.scalar(held(query) if lock else query)
    return found if found is not None and found.user.active else None


def _words(about: Iterable[str]) -> Collection[str]:
    parts = (part for text in about for part in re.split(r"[\W_]+", text.casefold()))
    return {part for part in parts if len(part) >= _SHORTEST_WORD}
