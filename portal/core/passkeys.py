"""Passkeys: a device proves by a signature that it holds a key made for this portal, and that its owner is there.

A passkey opens an account alone (then the device must have verified its owner, by a finger or a PIN: two factors in
one act), or stands in for the code after a password. Attestations are neither asked for nor judged: any device will do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.core import audit, challenges, recovery_codes, sessions, turns
from portal.core.actors import Actor
from portal.core.challenges import Challenge
from portal.core.database import locked
from portal.core.errors import InvalidInput, NotFound, Refused
from portal.core.models import Passkey, SecondFactor, User

ADDING = "passkey.add"
MOST = 20  # of one account
LONGEST_NAME = 80
# What the library lets through of an answer that is not what it should be.
MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, RecursionError)


@dataclass(frozen=True)
class Party:
    """Who asks: the domain that passkeys are bound to, the origin of our pages, and what the office is called."""

    domain: str
    origin: str
    name: str


@dataclass(frozen=True)
class Added:
    """A passkey that was added; with recovery codes where it is the first of what the account signs in with beside
    the password. They are kept nowhere."""

    number: int
    codes: list[str]


def listed(session: Session, actor: Actor) -> Sequence[Passkey]:
    """The actor's own passkeys, the newest last."""
    return session.scalars(sa.select(Passkey).where(Passkey.user_id == actor.user_id).order_by(Passkey.id)).all()


def find(session: Session, actor: Actor, number: int, *, lock: bool = False) -> Passkey:
    """One of the actor's own passkeys; with ``lock`` held until commit. Raises NotFound, for somebody else's too."""
    query = sa.select(Passkey).where(Passkey.id == number, Passkey.user_id == actor.user_id)
    if lock:
        turns.take(session, actor.user_id)
        query = locked(query).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such passkey.", target="passkey")
    return found


def count(session: Session, user_id: int) -> int:
    """How many passkeys that user has."""
    return session.scalar(sa.select(sa.func.count()).where(Passkey.user_id == user_id))


def options_for_adding(session: Session, actor: Actor, party: Party, challenge: Challenge) -> str:
    """What the browser needs to make a passkey for the actor, as JSON."""
    user = session.get(User, actor.user_id)
    options = generate_registration_options(
        rp_id=party.domain,
        rp_name=party.name,
        user_id=user.uuid.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=challenge.data,
        timeout=int(challenges.LASTS.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(session, actor.user_id),
    )
    return options_to_json(options)


def options_for_proving(session: Session, party: Party, challenge: Challenge, *, user_id: int | None = None) -> str:
    """What the browser needs to prove a passkey, as JSON: any that it holds for us, or one of that user's."""
    alone = user_id is None
    options = generate_authentication_options(
        rp_id=party.domain,
        challenge=challenge.data,
        timeout=int(challenges.LASTS.total_seconds() * 1000),
        allow_credentials=None if alone else _descriptors(session, user_id),
        user_verification=UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def add(
    session: Session, actor: Actor, answer: str, *, name: str, challenge: Challenge | None, party: Party
) -> Added | None:
    """Keep the passkey that the actor's device made; None for an answer that is not right, which is an event.

    The first second factor of an account ends its other sessions. Whoever calls has checked the password. Raises
    InvalidInput for a name that is missing or too long, Refused when there are too many.
    """
    name = named(name)
    turns.take(session, actor.user_id)
    held = count(session, actor.user_id)
    if held >= MOST:
        raise Refused(f"An account can have {MOST} passkeys.", target="passkey")
    made = None
    if challenges.spend(session, challenge, ADDING):
        made = _made(session, answer, challenge, party)
    if made is None:
        _record(session, actor, "account.passkey_added", outcome="refused")
        return None
    made.user_id, made.name = actor.user_id, name
    session.add(made)
    session.flush()
    _record(session, actor, "account.passkey_added", details={"passkey": made.id}, values={"name": (None, name)})
    first = held == 0 and not _has_app(session, actor.user_id)
    if first:
        sessions.end_all(session, actor.user_id, but=actor.session_id)
        sessions.prove(session, actor, two_factors=True)
    return Added(made.id, recovery_codes.make(session, actor.user_id) if first else [])


def rename(session: Session, actor: Actor, passkey: Passkey, *, name: str) -> None:
    """Call a passkey something else. Raises InvalidInput for a name that is missing or too long."""
    before, passkey.name = passkey.name, named(name)
    if before != passkey.name:
        changed = {"name": (before, passkey.name)}
        _record(session, actor, "account.passkey_renamed", details={"passkey": passkey.id}, values=changed)


def remove(session: Session, actor: Actor, passkey: Passkey, *, required: bool) -> bool:
    """Forget a passkey, which ``find`` gave to hold, and end the actor's other sessions, which it may have opened.

    Returns whether a second factor is left. Whoever calls has checked the password. Raises Refused for the last second
    factor where the installation requires one of the actor's role.
    """
    others = count(session, actor.user_id) > 1 or _has_app(session, actor.user_id)
    if required and not others:
        raise Refused("Your role needs a second factor here.", target="second_factor")
    gone = {"name": (passkey.name, None)}
    _record(session, actor, "account.passkey_removed", details={"passkey": passkey.id}, values=gone)
    session.delete(passkey)
    if not others:
        recovery_codes.forget(session, actor.user_id)
        sessions.prove(session, actor, two_factors=False)
    sessions.end_all(session, actor.user_id, but=actor.session_id)
    return others


def forget(session: Session, user_id: int) -> int:
    """Remove all passkeys of that user; returns how many there were. Whoever calls audits it and ends the sessions."""
    return session.execute(sa.delete(Passkey).where(Passkey.user_id == user_id)).rowcount


def named(name: str) -> str:
    """The name of a passkey as it is kept. Raises InvalidInput for one that is missing or too long."""
    name = " ".join(name.split())
    if not name:
        raise InvalidInput("Enter a name for the passkey.", target="name", problem="missing")
    if len(name) > LONGEST_NAME:
        raise InvalidInput(f"The name may have {LONGEST_NAME} characters.", target="name")
    return name


def _made(session: Session, answer: str, challenge: Challenge, party: Party) -> Passkey | None:
    """The passkey of an answer that holds, unless it is somebody's already."""
    try:
        proved = verify_registration_response(
            credential=answer,
            expected_challenge=challenge.data,
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except MALFORMED:
        return None
    if session.scalar(sa.select(Passkey.id).where(Passkey.credential == proved.credential_id)) is not None:
        return None
    return Passkey(
        credential=proved.credential_id, public_key=proved.credential_public_key, sign_count=proved.sign_count
    )


def _descriptors(session: Session, user_id: int) -> list[PublicKeyCredentialDescriptor]:
    kept = session.scalars(sa.select(Passkey.credential).where(Passkey.user_id == user_id).order_by(Passkey.id))
    return [PublicKeyCredentialDescriptor(id=credential) for credential in kept]


def _has_app(session: Session, user_id: int) -> bool:
    query = sa.select(SecondFactor.id).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    return session.scalar(query) is not None


def _record(session: Session, actor: Actor, action: str, **more: object) -> None:
    audit.append(session, actor, action, chain=f"user:{actor.user_id}", **more)
