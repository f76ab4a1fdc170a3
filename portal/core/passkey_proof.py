"""Whether a device proves one of the passkeys that are kept, and whose it is. Refusals are events with their reason.

Checked are: the challenge (made for this, not run out, not spent), the origin and the domain, the presence of the owner
and, where a passkey opens an account alone, that the device verified them; the signature; whose passkey it is; and the
count of signatures of devices that count. A count that does not rise is the mark of a copied device.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from webauthn import verify_authentication_response
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.structs import AuthenticationCredential

from portal.core import audit, challenges, clock, recovery_codes
from portal.core.actors import ANONYMOUS, Actor, from_user
from portal.core.challenges import Challenge
from portal.core.database import locked
from portal.core.models import Passkey, User
from portal.core.passkeys import MALFORMED, Party

SIGNING_IN = "passkey.sign_in"
SECOND = "passkey.second_factor"
COPIED = "copied"


@dataclass(frozen=True)
class Proof:
    """Who was proved, or why nobody was: challenge, malformed, unknown, someone_else, invalid, copied, inactive."""

    user: User | None
    why: str = ""


class _NotProved(Exception):
    def __init__(self, why: str, kept: Passkey | None = None) -> None:
        super().__init__(why)
        self.why, self.kept = why, kept


def prove_alone(
    session: Session, answer: str, *, challenge: Challenge | None, party: Party, correlation_id: str = ""
) -> Proof:
    """Whose account a passkey opens by itself; the device has verified its owner. The caller commits."""
    anonymous = Actor(kind=ANONYMOUS.kind, name=ANONYMOUS.name, correlation_id=correlation_id)
    try:
        given = _read(session, answer, challenge, SIGNING_IN)
        kept, user = _owner(session, given)
        if given.response.user_handle != user.uuid.bytes:
            raise _NotProved("someone_else", kept)
        _verify(given, kept, challenge, party, alone=True)
        if not user.active:
            raise _NotProved("inactive", kept)
    except _NotProved as refused:
        return _refusal(session, anonymous, refused)
    return _used(session, from_user(session, user, correlation_id=correlation_id), kept, user)


def prove_second(session: Session, actor: Actor, answer: str, *, challenge: Challenge | None, party: Party) -> Proof:
    """Whether the actor, who gave the first factor, holds one of their own passkeys. The caller commits."""
    try:
        given = _read(session, answer, challenge, SECOND)
        kept, user = _owner(session, given)
        if user.id != actor.user_id or given.response.user_handle not in (None, user.uuid.bytes):
            raise _NotProved("someone_else")
        _verify(given, kept, challenge, party, alone=False)
    except _NotProved as refused:
        return _refusal(session, actor, refused)
    return _used(session, actor, kept, user)


def renew_codes(
    session: Session, actor: Actor, answer: str, *, challenge: Challenge | None, party: Party
) -> list[str] | None:
    """New recovery codes in place of all earlier ones, for who proves a passkey; else None. They are kept nowhere."""
    if prove_second(session, actor, answer, challenge=challenge, party=party).user is None:
        return None
    audit.append(session, actor, "account.recovery_codes", chain=f"user:{actor.user_id}")
    return recovery_codes.make(session, actor.user_id)


def _read(session: Session, answer: str, challenge: Challenge | None, purpose: str) -> AuthenticationCredential:
    if not challenges.spend(session, challenge, purpose):
        raise _NotProved("challenge")
    try:
        return parse_authentication_credential_json(answer)
    except MALFORMED as error:
        raise _NotProved("malformed") from error


def _owner(session: Session, given: AuthenticationCredential) -> tuple[Passkey, User]:
    kept = session.scalar(locked(sa.select(Passkey).where(Passkey.credential == given.raw_id)))
    if kept is None:
        raise _NotProved("unknown")
    return kept, session.get(User, kept.user_id)


def _verify(given: AuthenticationCredential, kept: Passkey, challenge: Challenge, party: Party, *, alone: bool) -> None:
    """Check the signature and what it is about, then the count; keeps the new one."""
    try:
        proved = verify_authentication_response(
            credential=given,
            expected_challenge=challenge.data,
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            credential_public_key=kept.public_key,
            # The library looks at the count before the signature: here a wrong signature must not look like a copy.
            credential_current_sign_count=0,
            require_user_verification=alone,
        )
    except MALFORMED as error:
        raise _NotProved("invalid", kept) from error
    if proved.new_sign_count <= kept.sign_count and (proved.new_sign_count or kept.sign_count):
        raise _NotProved(COPIED, kept)
    kept.sign_count = proved.new_sign_count


def _used(session: Session, actor: Actor, kept: Passkey, user: User) -> Proof:
    kept.last_used_at = clock.now()
    audit.append(session, actor, "account.passkey_used", chain=f"user:{user.id}", details={"passkey": kept.id})
    return Proof(user)


def _refusal(session: Session, actor: Actor, refused: _NotProved) -> Proof:
    """Note the refusal in the chain of the passkey's owner where that is known, else in that of whoever tried."""
    kept = refused.kept
    chain = f"user:{kept.user_id}" if kept is not None else audit.actor_chain(actor)
    details = {"why": refused.why, **({"passkey": kept.id} if kept is not None else {})}
    audit.append(session, actor, "account.passkey_used", chain=chain, outcome="refused", details=details)
    return Proof(None, refused.why)
