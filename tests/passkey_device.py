"""A device that keeps passkeys, as software: it makes keys and signs as the standard says, and can misbehave."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, replace

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    """Bytes as they stand in the JSON of a browser."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(told: str) -> bytes:
    """The bytes again."""
    return base64.urlsafe_b64decode(told + "=" * (-len(told) % 4))


@dataclass
class Device:
    """One passkey of one device. ``verifies`` is whether it asks its owner for a finger or a PIN."""

    origin: str
    verifies: bool = True
    counts: int = 0
    credential: bytes = b""
    handle: bytes = b""
    domain: str = ""
    key: ec.EllipticCurvePrivateKey | None = None

    def make(self, options: str) -> str:
        """Make a passkey; the answer of the browser as JSON."""
        asked = json.loads(options)
        self.key, self.credential = ec.generate_private_key(ec.SECP256R1()), os.urandom(32)
        self.domain, self.handle = asked["rp"]["id"], data(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(cose)
        statement = {"fmt": "none", "attStmt": {}, "authData": self._state(_ATTESTED) + attested}
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(cbor2.dumps(statement))})

    def sign(self, options: str, *, handle: bool = True) -> str:
        """Prove the passkey; the answer of the browser as JSON."""
        asked = json.loads(options)
        self.counts += 1 if self.counts else 0
        state, client = self._state(), self._client("webauthn.get", asked["challenge"])
        signature = self.key.sign(state + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        told = {"clientDataJSON": client, "authenticatorData": state, "signature": signature}
        if handle:
            told["userHandle"] = self.handle
        return self._answer({name: text(value) for name, value in told.items()})

    def but(self, **other: object) -> "Device":
        """The same passkey on a device that differs in something."""
        return replace(self, **other)

    def _state(self, more: int = 0) -> bytes:
        flags = _PRESENT | (_VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(self.domain.encode()).digest() + bytes([flags]) + self.counts.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        number = text(self.credential)
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": response})
