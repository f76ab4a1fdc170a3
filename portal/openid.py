"""Signing in with OpenID Connect: the code flow with PKCE, state and nonce, against the provider that is configured.

Only that provider's discovery document is fetched, and what it names: its keys and its token endpoint. Each call has a
time limit, no redirect is followed, and what is named must be as safe as the provider's own address.
"""

import secrets
import threading
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from portal.config import OpenIdSettings
from portal.core import clock
from portal.core.outside_identities import LONGEST, Vouched

SECONDS = 5  # to connect, and between two parts of an answer
KEPT = 60 * 60  # seconds that the discovery document and the keys are kept
AFRESH = 60  # seconds after which keys may be fetched again for a signature that none of them made
LEEWAY = 60  # seconds by which two clocks may differ
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
_NAMED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class NotReachable(Exception):
    """The provider did not answer, or with something that is no answer."""


class NotVouched(Exception):
    """The provider's word does not hold; the argument is the reason, for the audit."""


@dataclass(frozen=True)
class Begun:
    """What this browser alone knows of a sign-in that it began; ``at`` is when, in seconds since 1970."""

    state: str
    nonce: str
    verifier: str
    location: str
    at: int

    def kept(self) -> dict[str, Any]:
        """For the session of the browser."""
        return asdict(self)


class Provider:
    """The provider of an installation."""

    def __init__(self, settings: OpenIdSettings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._document: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at = 0.0

    def begin(self, redirect_uri: str, location: str) -> tuple[str, Begun]:
        """Where the browser goes, and what it keeps meanwhile. Raises NotReachable."""
        begun = Begun(*(secrets.token_urlsafe(48) for _ in range(3)), location, int(clock.now().timestamp()))
        with self._client(redirect_uri) as client:
            address, _state = client.create_authorization_url(
                self._read()["authorization_endpoint"],
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
            )
        return address, begun

    def finish(self, redirect_uri: str, code: str, begun: Begun) -> tuple[Vouched, bool]:
        """Who the provider vouches for, and whether by two factors in its own words (see the configuration).

        Raises NotReachable, NotVouched.
        """
        token = self._token(redirect_uri, code, begun)
        claims = self._claims(token, begun.nonce)
        subject, email = claims["sub"], claims.get("email")
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST:
            raise NotVouched("subject")
        verified = claims.get("email_verified") is True and isinstance(email, str)
        amr, acr = claims.get("amr"), claims.get("acr")
        said = {word for word in [*(amr if isinstance(amr, list) else ()), acr] if isinstance(word, str)}
        return Vouched(self.settings.issuer, subject, email if verified else None), bool(
            said & self.settings.second_factor
        )

    def _client(self, redirect_uri: str) -> OAuth2Session:
        return OAuth2Session(
            self.settings.client_id,
            self.settings.client_secret,
            scope="openid email",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            default_timeout=SECONDS,
        )

    def _token(self, redirect_uri: str, code: str, begun: Begun) -> dict[str, Any]:
        address = self._read()["token_endpoint"]
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(
                    address, code=code, code_verifier=begun.verifier, allow_redirects=False, timeout=SECONDS
                )
        except AuthlibBaseError as refused:
            raise NotVouched("code") from refused
        except (requests.RequestException, ValueError) as error:
            raise NotReachable(address) from error
        if not isinstance(token, dict) or not isinstance(token.get("id_token"), str):
            raise NotVouched("no_token")
        return token

    def _claims(self, token: dict[str, Any], nonce: str) -> CodeIDToken:
        try:
            read = self._decoded(token["id_token"])
            told = {
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
            }
            known = {"nonce": nonce, "client_id": self.settings.client_id, "access_token": token.get("access_token")}
            claims = CodeIDToken(read.claims, read.header, told, known)
            claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as wrong:
            raise NotVouched(getattr(wrong, "claim", None) or "token") from wrong
        return claims

    def _decoded(self, text: str) -> jwt.Token:
        """The token as one of the provider's keys signed it; keys that may have changed are fetched again."""
        self._read()
        try:
            return jwt.decode(text, self._keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if clock.now().timestamp() - self._read_at < AFRESH:
                raise
        self._read(afresh=True)
        return jwt.decode(text, self._keys, algorithms=ALGORITHMS)

    def _read(self, *, afresh: bool = False) -> dict[str, Any]:
        """The discovery document, and with it the keys. Raises NotReachable."""
        with self._lock:
            now = clock.now().timestamp()
            if afresh or self._keys is None or not 0 <= now - self._read_at < KEPT:
                document = self._fetched(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
                if document.get("issuer") != self.settings.issuer:
                    raise NotReachable("the discovery document is another issuer's")
                for name in _NAMED:
                    self._must_be_safe(name, document.get(name))
                try:
                    self._keys = KeySet.import_key_set(self._fetched(document["jwks_uri"]))
                except (JoseError, ValueError, TypeError, KeyError) as error:
                    raise NotReachable("the keys cannot be read") from error
                self._document, self._read_at = document, now
            return self._document

    def _must_be_safe(self, name: str, address: object) -> None:
        """What the document names is reached by HTTPS; where the provider itself is not, it is at the same place."""
        try:
            ours, given = urlsplit(self.settings.issuer), urlsplit(address if isinstance(address, str) else "")
        except ValueError as error:
            raise NotReachable(f"{name} of the discovery document is no address") from error
        if not given.hostname or (
            given.scheme != "https" and (given.scheme, given.netloc) != (ours.scheme, ours.netloc)
        ):
            raise NotReachable(f"{name} of the discovery document is not safe")

    def _fetched(self, address: str) -> dict[str, Any]:
        try:
            answer = requests.get(address, timeout=SECONDS, allow_redirects=False)
            told = answer.json() if answer.status_code == 200 else None
        except (requests.RequestException, ValueError) as error:
            raise NotReachable(address) from error
        if not isinstance(told, dict):
            raise NotReachable(address)
        return told
