"""What is signed by nobody here is no token."""

import uuid

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from portal.core import clock, keys, tokens
from portal.core.errors import NotAuthenticated
from portal.core.keys import keyring
from tests.core.tokens.conftest import HELPLINE, issue


def forged(change):
    """A token signed by us or by somebody else, changed in one respect."""
    ours = OctKey.import_key(keyring().tokens[0])
    now = int(clock.now().timestamp())
    claims = {"iss": "portal", "aud": "helpline", "jti": uuid.uuid4().hex, "iat": now, "exp": now + 3600}
    header, key = {"alg": "HS256"}, ours
    match change:
        case "another key":
            key = OctKey.import_key("a key of somebody else, long enough")
        case "another algorithm":
            header = {"alg": "HS512"}
        case "another issuer":
            claims["iss"] = "elsewhere"
        case "no audience":
            del claims["aud"]
        case "no end":
            del claims["exp"]
        case "a number for a name":
            claims["jti"] = 7
        case "a key by address":
            header = {"alg": "HS256", "kid": "../../etc/passwd"}
    return jwt.encode(header, claims, key, algorithms=[header["alg"]])


FORGERIES = [
    "another key",
    "another algorithm",
    "another issuer",
    "no audience",
    "no end",
    "a number for a name",
    "a key by address",
    "never issued",
]


@pytest.mark.parametrize("change", FORGERIES)
def test_a_forged_token_is_no_token(session, change):
    with pytest.raises(NotAuthenticated):
        tokens.resolve(session, forged(change), HELPLINE)


# pragma: allowlist nextline secret
UNSIGNED = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJwb3J0YWwiLCJhdWQiOiJoZWxwbGluZSJ9."


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b.c", "x" * 5000, UNSIGNED, "é.ü.ö", "\udcff", "e30.e30.e30", "bnVsbA.bnVsbA.", "W10.W10."],
)
def test_nonsense_is_no_token(session, text):
    with pytest.raises(NotAuthenticated):
        tokens.resolve(session, text, HELPLINE)


def test_a_token_with_another_signature_part_is_no_token(session, user):
    text, _ = issue(session, user=user)
    head, body, signature = text.split(".")
    for changed in (f"{head}.{body}.{signature[::-1]}", f"{head}.{body}.", f"{head}.{body[:-2]}xx.{signature}"):
        with pytest.raises(NotAuthenticated):
            tokens.resolve(session, changed, HELPLINE)


def test_the_newest_key_signs_and_older_ones_still_verify(session, user, installation):
    given = installation.settings
    old_text, _ = issue(session, user=user)
    renewed = ("a newer key that is long enough to sign with", *given.token_keys)
    keys.configure(given.data_keys, given.index_key, given.audit_key, renewed)
    new_text, _ = issue(session, user=user)
    assert tokens.resolve(session, old_text, HELPLINE)
    assert tokens.resolve(session, new_text, HELPLINE)
    keys.configure(given.data_keys, given.index_key, given.audit_key, renewed[:1])
    with pytest.raises(NotAuthenticated):
        tokens.resolve(session, old_text, HELPLINE)
    assert tokens.resolve(session, new_text, HELPLINE)
