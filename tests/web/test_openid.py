"""Signing in with OpenID Connect, against a provider over HTTP: whom it lets in, and all that it does not."""

import dataclasses
import datetime as dt
import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from joserfc.jwk import RSAKey

from portal.config import ConfigurationError, OpenIdSettings, load_settings
from portal.core import clock
from portal.core.models import AuditEvent, OutsideIdentity, User
from portal.core.vocabulary import Role
from portal.extensions import db
from portal.limits import limiter
from tests.factories import committed, make_user, make_vertical
from tests.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.page import Browser, words
from tests.passkey_device import Device
from tests.web.second_factor.conftest import add_passkey

pytestmark = pytest.mark.slow

EMAIL = "ana@office.example"
PERSON = {"sub": "person-1", "email": EMAIL, "email_verified": True}


@pytest.fixture
def provider(app, monkeypatch) -> Iterator[IdentityProvider]:
    """A provider that the installation knows, at which Ana is signed in."""
    with IdentityProvider() as made:
        made.person, made.now = dict(PERSON), lambda: clock.now().timestamp()
        settings = OpenIdSettings(made.issuer, CLIENT, SECRET, "Town Hall", frozenset({"mfa"}))
        known = dataclasses.replace(app.extensions["settings"], openid=settings)
        monkeypatch.setitem(app.extensions, "settings", known)
        app.extensions.pop("openid", None)
        yield made


@pytest.fixture
def ana(app) -> int:
    """A supervisor, and no tries counted."""
    with app.app_context(), committed(db.session) as session:
        limiter.reset()  # counts outlive the database of a test
        return make_user(session, Role.SUPERVISOR, make_vertical(session), password=True, email=EMAIL.title()).id


def go_there(someone: Browser, path: str = "/app/login/openid?next=/app/account") -> str:
    """To the provider, whose answer is a path of ours."""
    away = urlsplit(someone.get(path, expect=303).headers["Location"])
    connection = http.client.HTTPConnection(away.netloc, timeout=5)
    connection.request("GET", f"{away.path}?{away.query}")
    back = urlsplit(connection.getresponse().headers["Location"])
    connection.close()
    assert f"{back.scheme}://{back.netloc}" == "http://localhost"
    return f"{back.path}?{back.query}"


def sign_in(app) -> tuple[Browser, object]:
    someone = Browser(app)
    return someone, someone.client.get(go_there(someone))


def is_in(browser: Browser) -> bool:
    return browser.client.get("/app/account").status_code == 200


def whys(app) -> list[str]:
    with app.app_context():
        query = sa.select(AuditEvent.details).where(AuditEvent.outcome == "refused").order_by(AuditEvent.id)
        return [details.get("why", "") for details in db.session.scalars(query)]


def test_the_first_time_the_verified_address_counts_and_then_the_number(app, provider, ana):
    assert "Sign in with Town Hall" in words(Browser(app).get("/app/login"))
    someone, answer = sign_in(app)
    assert answer.headers["Location"] == "/app/account" and is_in(someone)
    provider.person |= {"email": "another@elsewhere.example", "email_verified": False}
    someone, _ = sign_in(app)
    assert is_in(someone)
    with app.app_context():
        kept = db.session.query(OutsideIdentity).one()
        assert (kept.user_id, kept.issuer, kept.subject) == (ana, provider.issuer, "person-1")
    assert "At Town Hall Known as person-1" in words(someone.get("/app/account"))
    assert "/app/login/openid" not in provider.asked and provider.asked.count("/keys") == 1, "what was read is kept"


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "somebody else"}, "aud"),
        ({"aud": [CLIENT, "somebody else"]}, "azp"),
        ({"iss": "https://elsewhere.example"}, "iss"),
        ({"exp": 1}, "exp"),
        ({"iat": 9999999999}, "iat"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "subject"),
        ({"email_verified": False}, "unverified"),
        ({"email_verified": "true"}, "unverified"),
        ({"email": None}, "unverified"),
        ({"email": "nobody@office.example"}, "unknown"),
    ],
)
def test_a_word_that_does_not_hold_lets_nobody_in(app, provider, ana, lie, why):
    provider.lie = lie
    someone, answer = sign_in(app)
    assert answer.status_code == 403 and not is_in(someone)
    assert whys(app) == [why]


def test_an_address_that_only_looks_like_somebodys_is_not_theirs(app, provider, ana):
    with app.app_context(), committed(db.session) as session:
        session.get(User, ana).email = "Kim@office.example"
    provider.person["email"] = "\N{KELVIN SIGN}im@office.example"  # its small letter is an ordinary k
    someone, answer = sign_in(app)
    assert answer.status_code == 403 and not is_in(someone)
    provider.person["email"] = "kIM@OFFICE.example"
    assert is_in(sign_in(app)[0])


def test_a_signature_by_another_key_lets_nobody_in_and_a_new_key_of_the_provider_does(app, provider, ana):
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "first"})
    someone, answer = sign_in(app)
    assert answer.status_code == 403 and not is_in(someone)
    provider.key = provider.signs_with
    clock.advance(dt.timedelta(seconds=90))
    assert is_in(sign_in(app)[0])


def test_refusals_read_the_same_for_a_closed_account_and_for_nobody(app, provider, ana):
    pages = []
    with app.app_context(), committed(db.session) as session:
        session.get(User, ana).active = False
    for email in (EMAIL, "nobody@office.example"):
        provider.person["email"] = email
        someone, answer = sign_in(app)
        assert answer.status_code == 403 and not is_in(someone)
        pages.append(words(answer))
    assert pages[0] == pages[1] and "office.example" not in pages[0]
    assert whys(app) == ["inactive", "unknown"]


def test_an_address_that_changed_hands_does_not_open_the_account_of_its_first_owner(app, provider, ana):
    sign_in(app)
    provider.person["sub"] = "person-2"
    assert not is_in(sign_in(app)[0])
    assert whys(app) == ["another_identity"]
    told = app.test_cli_runner().invoke(args=["user", "forget-identity", EMAIL])
    assert (told.exit_code, told.output) == (0, f"{EMAIL}: 1 forgotten.\n")
    assert is_in(sign_in(app)[0])
    with app.app_context(), committed(db.session) as session:
        session.get(User, ana).active = False
    assert not is_in(sign_in(app)[0])


def test_an_answer_counts_in_the_browser_that_began_and_once(app, provider, ana):
    someone = Browser(app)
    back = go_there(someone)
    Browser(app).get(back, expect=403)
    someone.get(back.replace("state=", "state=x"), expect=403)
    someone.get(back, expect=403)
    late = Browser(app)
    back = go_there(late)
    clock.advance(dt.timedelta(minutes=11))
    late.get(back, expect=403)
    stopped = Browser(app)
    back = go_there(stopped)
    stopped.get(f"/app/login/openid/answer?error=access_denied&state={back.rpartition('state=')[2]}", expect=403)
    once = Browser(app)
    back = go_there(once)
    once.get(back, expect=303)
    assert not any(is_in(each) for each in (someone, late, stopped)) and is_in(once)
    assert whys(app) == ["state", "state", "state", "state", "stopped"]


def test_our_second_factor_is_asked_for_unless_the_provider_says_that_it_had_one(app, provider, ana):
    add_passkey(sign_in(app)[0], Device("http://localhost"), expect=200)
    half, answer = sign_in(app)
    assert answer.headers["Location"].startswith("/app/login/code") and not is_in(half)
    provider.person["amr"] = ["pwd", "mfa"]
    assert is_in(sign_in(app)[0])
    provider.person |= {"amr": ["pwd"], "acr": "mfa"}
    assert is_in(sign_in(app)[0])


def test_whose_role_needs_a_second_factor_sets_it_up_first(app, provider, ana, monkeypatch):
    needed = dataclasses.replace(app.extensions["settings"], second_factor_roles=frozenset({Role.SUPERVISOR}))
    monkeypatch.setitem(app.extensions, "settings", needed)
    assert sign_in(app)[0].get("/app/", expect=303).headers["Location"].startswith("/app/account/")
    provider.person["amr"] = ["mfa"]
    sign_in(app)[0].get("/app/")


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://elsewhere.example"},
        {"jwks_uri": "http://169.254.169.254/latest"},
        {"jwks_uri": "https://["},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": None},
        {"jwks_uri": "<redirect>"},
    ],
)
def test_what_the_provider_names_is_not_followed_to_anywhere(app, provider, ana, document):
    provider.document = {
        name: f"{provider.issuer}/elsewhere" if value == "<redirect>" else value for name, value in document.items()
    }
    assert "did not answer as it should" in words(Browser(app).get("/app/login/openid", expect=503))
    assert "/keys" not in provider.asked


def test_a_provider_that_is_gone_is_said_to_be(app, provider, ana):
    someone = Browser(app)
    back = go_there(someone)
    app.extensions["openid"]._document = {**provider.discovery(), "token_endpoint": "http://127.0.0.1:9/token"}
    assert "did not answer as it should" in words(someone.get(back, expect=503))


def test_where_none_is_configured_there_is_nothing(app):
    assert "Town Hall" not in words(Browser(app).get("/app/login"))
    Browser(app).get("/app/login/openid", expect=404)
    Browser(app).get("/app/login/openid/answer?code=1&state=2", expect=404)


@pytest.mark.parametrize(
    ("environment", "issuer", "secret"),
    [("test", "https://id.example", ""), ("test", "http://id.example", "x"), ("staging", "http://localhost:1", "x")],
)
def test_a_configuration_that_is_not_safe_or_not_whole_is_refused(tmp_path, environment, issuer, secret):
    given = {"PORTAL_OIDC_ISSUER": issuer, "PORTAL_OIDC_CLIENT_ID": "portal", "PORTAL_OIDC_CLIENT_SECRET": secret}
    keys = ("SECRET_KEY", "DATA_KEYS", "INDEX_KEY", "AUDIT_KEY", "TOKEN_KEYS")
    more = {f"PORTAL_{name}": "x" * 44 for name in keys}
    with pytest.raises(ConfigurationError, match="OIDC"):
        load_settings({"PORTAL_ENVIRONMENT": environment, "PORTAL_DATA_DIR": str(tmp_path), **more, **given})
