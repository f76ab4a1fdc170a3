"""The second factor: a code from a device that shares a secret with us, a passkey, or a recovery code kept on paper.

Here are the codes of the device, and what holds for all three; a passkey is proved in ``passkey_proof``.

A code counts within one step of time (30 seconds) of our clock, and once: a code of a step that was used, or of an
earlier one, is refused. A recovery code counts once. Whoever calls limits the tries by ``TRIES``.
"""

import datetime as dt
import hmac
from dataclasses import dataclass

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, notices, passkeys, recovery_codes, sessions, turns
from portal.core.actors import Actor
from portal.core.database import locked
from portal.core.errors import AlreadyDone, Forbidden, NotFound, Refused
from portal.core.models import SecondFactor, User
from portal.core.permissions import Permission, can

TRIES = "10/hour"  # of one account, by all doors together; three codes in a million are right at any moment
LASTS = dt.timedelta(minutes=30)  # of a secret that was shown and not confirmed
_STEP = 30
_WINDOW = 1


@dataclass(frozen=True)
class State:
    """How somebody's authenticator app stands, ``begun`` when a secret waits for its first code; and what else they
    have: recovery codes and passkeys."""

    on: bool
    since: dt.datetime | None
    begun: bool
    codes_left: int
    passkeys: int = 0


@dataclass(frozen=True)
class Offer:
    """A secret that waits to be confirmed: as text to type in, and as the address that a QR code holds."""

    secret: str
    address: str


def is_on(session: Session, user_id: int) -> bool:
    """Whether that user signs in with a second factor: an authenticator app or a passkey."""
    return has_app(session, user_id) or passkeys.count(session, user_id) > 0


def has_app(session: Session, user_id: int) -> bool:
    """Whether that user's authenticator app is on."""
    query = sa.select(SecondFactor.id).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    return session.scalar(query) is not None


def state(session: Session, actor: Actor) -> State:
    """How the actor's own second factor stands."""
    query = sa.select(SecondFactor.confirmed_at, SecondFactor.created_at)
    kept = session.execute(query.where(SecondFactor.user_id == actor.user_id)).one_or_none()
    since = kept.confirmed_at if kept else None
    begun = kept is not None and since is None and kept.created_at > clock.now() - LASTS
    codes, keys = recovery_codes.left(session, actor.user_id), passkeys.count(session, actor.user_id)
    return State(since is not None, since, begun, codes, keys)


def begin(session: Session, actor: Actor) -> None:
    """Make a secret for the actor's own account; it counts for nothing until ``confirm``. An earlier one is forgotten.

    Whoever calls has checked the password. Raises AlreadyDone where a second factor is on.
    """
    turns.take(session, actor.user_id)
    kept = _kept(session, actor.user_id)
    if kept is None:
        kept = SecondFactor(user_id=actor.user_id)
        session.add(kept)
    elif kept.confirmed_at is not None:
        raise AlreadyDone("Your account has a second factor already.", target="second_factor")
    kept.secret, kept.created_at, kept.last_step = pyotp.random_base32(), clock.now(), 0
    session.flush()


def offer(session: Session, actor: Actor, *, issuer: str) -> Offer | None:
    """The actor's own secret while it waits to be confirmed, never after; ``issuer`` is what the app will call us."""
    query = sa.select(SecondFactor.secret).where(SecondFactor.user_id == actor.user_id)
    waits = SecondFactor.confirmed_at.is_(None), SecondFactor.created_at > clock.now() - LASTS
    secret = session.scalar(query.where(*waits))
    if secret is None:
        return None
    address = pyotp.TOTP(secret, interval=_STEP).provisioning_uri(name=actor.email, issuer_name=issuer)
    return Offer(secret, address)


def confirm(session: Session, actor: Actor, code: str) -> list[str] | None:
    """Turn the actor's own second factor on by its first code, and end their sessions but the one in which they act.

    Returns the recovery codes, which are kept nowhere, or None for a code that is not right. Raises NotFound where no
    secret waits, AlreadyDone where it was confirmed before.
    """
    turns.take(session, actor.user_id)
    kept = _kept(session, actor.user_id)
    if kept is None:
        raise NotFound("No second factor is being set up.", target="second_factor")
    if kept.confirmed_at is not None:
        raise AlreadyDone("Your account has a second factor already.", target="second_factor")
    if kept.created_at <= clock.now() - LASTS:
        raise NotFound("No second factor is being set up.", target="second_factor")
    if not _fits(kept, code):
        _record(session, actor, "account.second_factor_on", outcome="refused")
        return None
    kept.confirmed_at = clock.now()
    sessions.end_all(session, actor.user_id, but=actor.session_id)
    sessions.prove(session, actor, two_factors=True)
    _record(session, actor, "account.second_factor_on")
    return recovery_codes.make(session, actor.user_id)


def accept(session: Session, actor: Actor, code: str) -> bool:
    """Whether *code* proves the actor's second factor: a code of the device or a recovery code, each only once.

    False without a second factor. Who has passkeys alone has recovery codes, too. A code that is refused is an event,
    and so is a recovery code that is used up; the caller commits both.
    """
    turns.take(session, actor.user_id)
    kept = _kept(session, actor.user_id)
    on = kept is not None and kept.confirmed_at is not None
    if not on and passkeys.count(session, actor.user_id) == 0:
        return False
    if on and _fits(kept, code):
        return True
    if recovery_codes.use_up(session, actor, code):
        return True
    _record(session, actor, "account.second_factor", outcome="refused")
    return False


def renew_codes(session: Session, actor: Actor, code: str) -> list[str] | None:
    """New recovery codes in place of all earlier ones; None for a code that is not right. They are kept nowhere.

    Whoever calls has checked the password.
    """
    if not accept(session, actor, code):
        return None
    _record(session, actor, "account.recovery_codes")
    return recovery_codes.make(session, actor.user_id)


def turn_off(session: Session, actor: Actor, code: str, *, required: bool) -> bool:
    """Forget the actor's own authenticator app, and end their sessions but the one in which they act.

    Returns False for a code that is not right. Recovery codes stay while there are passkeys. Whoever calls has checked
    the password. Raises Refused where the installation requires a second factor of the actor's role and there is no
    passkey.
    """
    turns.take(session, actor.user_id)
    if required and passkeys.count(session, actor.user_id) == 0:
        raise Refused("Your role needs a second factor here.", target="second_factor")
    if not accept(session, actor, code):
        return False
    session.execute(sa.delete(SecondFactor).where(SecondFactor.user_id == actor.user_id))
    sessions.end_all(session, actor.user_id, but=actor.session_id)
    if passkeys.count(session, actor.user_id) == 0:
        recovery_codes.forget(session, actor.user_id)
        sessions.prove(session, actor, two_factors=False)
    _record(session, actor, "account.second_factor_off")
    return True


def reset(session: Session, actor: Actor, user: User) -> None:
    """Forget app, passkeys and codes of somebody who lost the device and the recovery codes, and end their sessions.

    Whoever calls has made sure who is asking. Raises Forbidden unless the actor administers, NotFound without one.
    """
    if not can(actor, Permission.ADMINISTER):
        raise Forbidden("You may not reset somebody's second factor.", target=Permission.ADMINISTER.value)
    turns.take(session, user.id)
    had_app, gone = has_app(session, user.id), passkeys.forget(session, user.id)
    if _kept(session, user.id) is None and gone == 0:
        raise NotFound(f"{user.email} has no second factor.", target="second_factor")
    session.execute(sa.delete(SecondFactor).where(SecondFactor.user_id == user.id))
    recovery_codes.forget(session, user.id)
    sessions.end_all(session, user.id)
    notices.of_account(session, actor, user.id, notices.SECOND_FACTOR)
    values = {"app": ("on", None)} if had_app else {}
    values |= {"passkeys": (str(gone), "0")} if gone else {}
    details = {"passkeys": gone}
    audit.append(session, actor, "user.reset_second_factor", chain=f"user:{user.id}", details=details, values=values)


def _kept(session: Session, user_id: int) -> SecondFactor | None:
    return session.scalar(locked(sa.select(SecondFactor).where(SecondFactor.user_id == user_id)))


def _fits(kept: SecondFactor, code: str) -> bool:
    """Whether it is the code of a step of time near ours that was not used; uses that step up."""
    given = "".join(code.split())
    made, now = pyotp.TOTP(kept.secret, interval=_STEP), int(clock.now().timestamp()) // _STEP
    for step in range(now - _WINDOW, now + _WINDOW + 1):
        if hmac.compare_digest(made.generate_otp(step).encode(), given.encode()) and step > kept.last_step:
            kept.last_step = step
            return True
    return False


def _record(session: Session, actor: Actor, action: str, **more: object) -> None:
    audit.append(session, actor, action, chain=f"user:{actor.user_id}", **more)
