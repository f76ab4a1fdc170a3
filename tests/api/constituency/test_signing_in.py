"""Tokens: signing in and out, what opens nothing, and the fresh one that takes the place of the old."""

import datetime as dt

import pytest

from portal.core import clock, organisations, passwords, second_factor, tokens
from portal.core.actors import SYSTEM
from portal.core.models import ApiToken, AuditEvent, User, Vertical
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Dialect, Role
from tests.api.constituency.conftest import Caller
from tests.api.constituency.example import BODY
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.slow

REFUSED = {"error": "Unauthorized - Invalid or missing JWT token"}


@pytest.fixture
def wren(office):
    """A caseworker with a password."""

    def arrange(session):
        vertical = session.query(Vertical).filter_by(code="CONSTITUENCY").one()
        return make_user(session, Role.AGENT, vertical, password=True, email="wren@office.example", name="Wren Wick").id

    return office.do(arrange)


def sign_in(client, email="wren@office.example", password=PASSWORD, address="127.0.0.1", **more):
    told = {"email": email, "password": password, **more}
    return client.post("/api/ajax/auth", json=told, environ_base={"REMOTE_ADDR": address})


def test_the_token_is_in_the_body_and_in_the_header(app, client, wren):
    answer = sign_in(client, email="WREN@office.example", locale="en-GB")
    assert answer.status_code == 200
    body = answer.json
    assert list(body) == ["token", "user", "permissions", "settings"]
    assert answer.headers["Authorization"] == f"Bearer {body['token']}"
    assert body["user"] == {
        "id": wren,
        "email": "wren@office.example",
        "name": "Wren Wick",
        "initials": "WW",
        "role": "agent",
    }
    assert "case.create" in body["permissions"] and "case.archive" not in body["permissions"]
    assert body["settings"] == {"timeZone": "Europe/London", "locale": "en", "idleMinutes": 30}
    for scheme in ("Bearer ", "bearer ", ""):
        assert Caller(app, body["token"], scheme).get("/auth/validate").json == {"valid": True, "user": body["user"]}


@pytest.mark.parametrize(
    "wrong",
    # pragma: allowlist nextline secret
    [{"password": "wrong"}, {"email": "nobody@office.example"}, {"password": PASSWORD + " "}],
)
def test_whatever_was_wrong_the_answer_is_the_same(office, client, wren, wrong):
    before = office.rows()
    answer = sign_in(client, **wrong)
    assert (answer.status_code, answer.json) == (401, {"error": "Invalid email or password"})
    assert "Authorization" not in answer.headers
    assert office.rows() == before
    refused = office.do(lambda session: session.query(AuditEvent).filter_by(action="account.sign_in").all()[-1].outcome)
    assert refused == "refused"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "No data provided"),
        ({"email": "a@b.example"}, "Missing required field: password"),
        ({"password": "x"}, "Missing required field: email"),
        ({"email": "a@b.example", "password": ""}, "Missing required field: password"),
        ({"email": ["a"], "password": "x"}, "Invalid value for field: email"),
    ],
)
def test_half_a_signing_in_is_told_as_such(client, wren, told, words):
    answer = client.post("/api/ajax/auth", json=told)
    assert (answer.status_code, answer.json) == (400, {"error": words})


def test_a_locked_account_is_told_to_who_knows_the_password_alone(office, client, wren):
    def lock(session):
        session.get(User, wren).active = False

    office.do(lock)
    assert (sign_in(client).status_code, sign_in(client).json) == (403, {"error": "This account is locked"})
    assert sign_in(client, password="wrong").status_code == 401  # pragma: allowlist secret


def test_many_attempts_are_slowed_down(client, wren):
    answers = [sign_in(client, password="wrong").status_code for _ in range(8)]  # pragma: allowlist secret
    assert answers == [401] * 6 + [429] * 2
    assert sign_in(client).status_code == 429
    assert sign_in(client, address="203.0.113.9").status_code == 200, "elsewhere nobody failed"
    clock.advance(dt.timedelta(seconds=31))
    assert sign_in(client).status_code == 200


def faults(office):
    """Tokens that open nothing, by what is wrong with each."""

    def made(session):
        user = session.get(User, 2)
        good, _ = tokens.issue(session, SYSTEM, dialect=Dialect.CONSTITUENCY, user=user)
        revoked, row = tokens.issue(session, SYSTEM, dialect=Dialect.CONSTITUENCY, user=user)
        tokens.revoke(session, SYSTEM, row.jti)
        expired, old = tokens.issue(session, SYSTEM, dialect=Dialect.CONSTITUENCY, user=user)
        old.expires_at = clock.now()
        old.created_at = clock.now() - dt.timedelta(days=1)
        partner = organisations.register(session, SYSTEM, name="Partner", email="desk@partner.example")
        other, _ = tokens.issue(session, SYSTEM, dialect=Dialect.HELPLINE, organisation=partner)
        own, _ = tokens.issue(session, SYSTEM, dialect=Dialect.INTERVENTIONS, user=user)
        head, payload, signature = good.split(".")
        return {
            "revoked": revoked,
            "expired": expired,
            "of another dialect": other,
            "the user's own of another dialect": own,
            "signed by nobody": f"{head}.{payload}.{'A' * len(signature)}",
            "of no algorithm": f"eyJhbGciOiJub25lIn0.{payload}.",
            "cut short": good[:-5],
            "empty": "",
            "nonsense": "x.y.z",
            "text": "é",
        }

    return office.do(made)


def test_no_faulty_token_opens_anything(office, client, case_number):
    before = office.rows()
    for fault, token in faults(office).items():
        for scheme in ("Bearer ", ""):
            headers = {"Authorization": (scheme + token).encode("utf-8").decode("latin-1")}
            answer = client.post("/api/ajax/cases", json=BODY, headers=headers)
            assert (answer.status_code, answer.json) == (401, REFUSED), fault
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), fault
            assert "Authorization" not in answer.headers, fault
    after = office.rows()
    arranged = {"organisations", "notices"}  # a partner, and that tokens were issued
    assert {name: rows for name, rows in after.items() if name not in arranged} == {
        name: rows for name, rows in before.items() if name not in arranged
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/cases"),
        ("GET", "/cases/1"),
        ("PATCH", "/cases/1"),
        ("DELETE", "/cases/1"),
        ("POST", "/cases/search"),
        ("GET", "/constituents/5"),
        ("GET", "/config"),
        ("GET", "/auth/validate"),
        ("POST", "/auth/logout"),
        ("GET", "/casefiles/1/content"),
    ],
)
def test_nothing_opens_without_a_token_whatever_the_body(client, office, method, path):
    answer = client.open(f"/api/ajax{path}", method=method, data=b"{", content_type="text/plain")
    assert (answer.status_code, answer.json) == (401, REFUSED)


def test_every_route_but_signing_in_asks_for_a_token(app, client, office):
    rules = [rule for rule in app.url_map.iter_rules() if str(rule).startswith("/api/ajax")]
    assert len(rules) > 40
    for rule in rules:
        path = str(rule).replace("<path:term>", "x")
        for name in ("number", "tag_number"):
            path = path.replace(f"<int(max=9223372036854775807):{name}>", "1")
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            if path.rstrip("/") != "/api/ajax/auth":
                assert client.open(path, method=method).status_code == 401, (method, path)


def test_a_token_that_may_only_read_writes_nothing(office, case_number):
    def reader(session):
        user = session.get(User, 2)
        return tokens.issue(session, SYSTEM, dialect=Dialect.CONSTITUENCY, user=user, scopes=["cases:read"])[0]

    caller = Caller(office.app, office.do(reader))
    before = office.rows()
    assert caller.get(f"/cases/{case_number}").status_code == 200
    assert caller.post("/cases", BODY).json == {"error": "Forbidden"}
    assert caller.patch(f"/cases/{case_number}", {"status": 2}).status_code == 403
    assert office.rows() == before


def test_a_token_in_use_is_replaced_before_it_ends_and_lives_a_minute_more(app, client, wren):
    first = sign_in(client).json["token"]
    caller = Caller(app, first)
    assert "Authorization" not in caller.get("/config").headers
    clock.advance(dt.timedelta(minutes=16))
    fresh = caller.get("/config").headers["Authorization"]
    assert fresh.startswith("Bearer ") and fresh != f"Bearer {first}"
    renewed = Caller(app, fresh.removeprefix("Bearer "))
    assert "Authorization" not in caller.get("/config").headers  # the old one renews no more
    assert renewed.get("/auth/validate").json["valid"] is True
    clock.advance(dt.timedelta(seconds=61))
    assert caller.get("/config").json == REFUSED
    assert renewed.get("/config").status_code == 200


def test_an_idle_token_ends_and_a_busy_one_ends_after_twelve_hours(app, client, wren):
    idle = Caller(app, sign_in(client).json["token"])
    clock.advance(dt.timedelta(minutes=31))
    assert idle.get("/config").status_code == 401
    token = sign_in(client).json["token"]
    hours = 0.0
    while (answer := Caller(app, token).get("/config")).status_code == 200:
        token = answer.headers.get("Authorization", f"Bearer {token}").removeprefix("Bearer ")
        clock.advance(dt.timedelta(minutes=20))
        hours += 1 / 3
        assert hours < 13
    assert hours > 11


def test_a_token_from_the_command_line_never_renews(office, caseworker):
    clock.advance(dt.timedelta(days=60))
    assert "Authorization" not in caseworker.get("/config").headers


def test_signing_out_ends_every_token_of_that_signing_in(app, office, client, wren):
    first = sign_in(client).json["token"]
    elsewhere = sign_in(client).json["token"]
    clock.advance(dt.timedelta(minutes=16))
    fresh = Caller(app, first).get("/config").headers["Authorization"].removeprefix("Bearer ")
    assert Caller(app, fresh).post("/auth/logout").json == {"success": True, "message": "Signed out"}
    for token in (first, fresh):
        assert Caller(app, token).get("/config").json == REFUSED
    assert Caller(app, elsewhere).get("/config").status_code == 200
    assert office.do(lambda session: session.query(ApiToken).filter_by(user_id=wren).count()) >= 3


def test_the_browsers_cookie_opens_nothing_here(app, office):
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "1"
    assert client.get("/api/ajax/config").json == REFUSED


def test_a_password_that_was_taken_back_meanwhile_opens_nothing(app, client, wren, monkeypatch, office):
    real, once = second_factor.is_on, []

    def taken_back(session, user_id):
        if not once:  # the password was found to be right just before
            once.append(1)
            with unit_of_work(session, SYSTEM, intent="test"):
                passwords.end_everything(session, session.get(User, user_id))
        return real(session, user_id)

    monkeypatch.setattr(second_factor, "is_on", taken_back)
    answer = sign_in(client)
    assert (answer.status_code, answer.json) == (401, {"error": "Invalid email or password"})
    assert office.do(lambda session: session.query(ApiToken).filter(ApiToken.user_id == wren).count()) == 0
    assert sign_in(client).status_code == 200
