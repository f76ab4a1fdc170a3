"""The installation's keys: encrypting columns, blind indexes and the audit chain.

Four kinds, because they age differently: data keys and token keys rotate (newest first), the index key does not (every
index would have to be rebuilt), and the audit key proves the past and so must never sit in the database it proves.
"""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.fernet import Fernet, MultiFernet


@dataclass(frozen=True)
class Keyring:
    """Keys in use. ``data`` encrypts with its newest key and decrypts with any; the newest of ``tokens`` signs."""

    data: MultiFernet
    index: bytes
    audit: bytes
    tokens: tuple[str, ...]


_keyring: Keyring | None = None


def configure(data_keys: tuple[str, ...], index_key: str, audit_key: str, token_keys: tuple[str, ...]) -> None:
    """Set the keys of this process; called once by the application factory."""
    global _keyring
    fernet = MultiFernet([Fernet(key) for key in data_keys])
    _keyring = Keyring(data=fernet, index=index_key.encode(), audit=audit_key.encode(), tokens=token_keys)


def keyring() -> Keyring:
    """The keys of this process. Raises RuntimeError before ``configure``."""
    if _keyring is None:
        raise RuntimeError("The keys are not configured: create the application first.")
    return _keyring


def blind_index(value: str) -> str:
    """A keyed digest by which an encrypted value can be looked up for equality, and nothing else."""
    return hmac.new(keyring().index, value.encode(), hashlib.sha256).hexdigest()


def audit_digest(payload: bytes) -> str:
    """The keyed digest that links audit events; without the key a rewritten past cannot be made to verify."""
    return hmac.new(keyring().audit, payload, hashlib.sha256).hexdigest()


def digest(secret: str) -> str:
    """By what a secret of random bits is found again that is kept nowhere. No slow hash: it is random enough."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
