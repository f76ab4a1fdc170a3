"""Recovery codes: kept on paper, each stands in once for a device that is not at hand."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock
from portal.core.actors import Actor
from portal.core.database import locked
from portal.core.keys import blind_index
from portal.core.models import RecoveryCode

CODES = 10
# No letters or digits that are mistaken for one another when read from paper. 32 of them, so ten hold 50 bits.
_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"  # pragma: allowlist secret
_LENGTH = 10


def left(session: Session, user_id: int) -> int:
    """How many of that user's codes were not used."""
    unused = sa.select(sa.func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused)


def make(session: Session, user_id: int) -> list[str]:
    """New codes in place of all earlier ones. They are returned, and kept nowhere."""
    forget(session, user_id)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(CODES)]
    session.add_all(RecoveryCode(user_id=user_id, digest=_digest(user_id, code)) for code in codes)
    session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def use_up(session: Session, actor: Actor, code: str) -> bool:
    """Whether it is a code of the actor that was not used; it is now, which is an event."""
    query = sa.select(RecoveryCode).where(RecoveryCode.digest == _digest(actor.user_id, code))
    found = session.scalar(locked(query.where(RecoveryCode.used_at.is_(None))))
    if found is None:
        return False
    found.used_at = clock.now()
    session.flush()
    details = {"left": left(session, actor.user_id)}
    audit.append(session, actor, "account.recovery_code", chain=f"user:{actor.user_id}", details=details)
    return True


def forget(session: Session, user_id: int) -> None:
    """Remove that user's codes, the used ones too."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _digest(user_id: int, code: str) -> str:
    """Keyed, so that a stolen database gives no code away; a code is random enough to need no slow hash."""
    return blind_index(f"recovery:{user_id}:{''.join(code.split()).replace('-', '').lower()}")
