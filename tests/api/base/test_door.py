"""What every call of every dialect meets: its name, its preflight, its limits, its record."""

import dataclasses
import datetime as dt
import logging

import pytest

from portal import api, limits
from portal.core import audit, clock, tokens
from portal.core.actors import SYSTEM
from portal.core.models import ApiCall, ApiToken, AuditEvent
from portal.core.vocabulary import Role
from tests.factories import make_user

CASES = "/api/cases/"


@pytest.fixture
def settings(app, monkeypatch):
    """``settings(cors_origins=…)``: the application with other settings."""

    def change(**changes):
        monkeypatch.setitem(app.extensions, "settings", dataclasses.replace(app.extensions["settings"], **changes))

    return change


def bearer(token: str, **more: str) -> dict[str, str]:
    """The header of a call."""
    return {"Authorization": f"Bearer {token}", **more}


class TestNames:
    """Each call has a name, the caller's own where it is a plain one."""

    def test_the_name_that_a_caller_gives_is_kept(self, client, token, ground):
        response = client.get(CASES, headers=bearer(token, **{"X-Request-ID": "night-shift.42"}))
        assert response.headers["X-Request-ID"] == "night-shift.42"
        assert ground.count(ApiCall, ApiCall.correlation_id == "night-shift.42") == 1

    @pytest.mark.parametrize("name", ["", "a b", "x" * 65, "<script>", 'a"b', "naïve"])
    def test_any_other_name_is_replaced(self, client, token, name):
        given = client.get(CASES, headers=bearer(token, **{"X-Request-ID": name})).headers["X-Request-ID"]
        assert given != name
        assert len(given) == 32

    def test_failures_have_a_name_as_well(self, client):
        for path in (CASES, "/api/cases/a/b/c"):
            assert client.get(path).headers["X-Request-ID"]


class TestRecord:
    """Every call is logged at once and recorded for the screen: who, what, how it ended; no words of anybody."""

    def test_a_call_is_a_row(self, client, token, ground):
        client.get("/api/cases/case_4711?limit=3", headers=bearer(token))
        client.get(CASES)
        with ground.seen() as session:
            calls = [
                (call.dialect, call.method, call.route, call.status, call.principal)
                for call in session.query(ApiCall).order_by(ApiCall.id)
            ]
            holder = f"user:{session.query(ApiToken).one().user_id}"
        assert calls == [
            ("helpline", "GET", "/api/cases/<reference>", 404, holder),
            ("helpline", "GET", "/api/cases/", 401, "anonymous"),
        ]

    def test_a_call_is_a_line_without_the_token_or_the_question(self, client, token, caplog):
        with caplog.at_level(logging.INFO, "portal.api.calls"):
            client.get("/api/cases/HL-CMS-000051?cursor=secret", headers=bearer(token))
        (record,) = [record for record in caplog.records if record.name == "portal.api.calls"]
        assert (record.route, record.status) == ("/api/cases/<reference>", 404)
        line = str(vars(record))
        assert token not in line
        assert "secret" not in line
        assert "000051" not in line

    def test_when_a_token_was_used_is_known_to_the_minute(self, client, token, ground):
        def used():
            with ground.seen() as session:
                return session.query(ApiToken).one().last_used_at

        client.get(CASES, headers=bearer(token))
        first = used()
        assert first is not None
        clock.advance(dt.timedelta(seconds=30))
        client.get(CASES, headers=bearer(token))
        assert used() == first
        clock.advance(dt.timedelta(seconds=60))
        client.get(CASES, headers=bearer(token))
        assert used() > first

    def test_pages_are_no_calls(self, client, ground):
        client.get("/app/login")
        client.get("/api/docs/")
        assert ground.count(ApiCall) == 0


class TestLimits:
    """Too many calls wait: of an address before its token is looked at, of a holder after."""

    @pytest.fixture(autouse=True)
    def _forgotten(self, app):
        with app.app_context():
            limits.limiter.reset()
        yield
        with app.app_context():
            limits.limiter.reset()

    def test_a_holder_waits_wherever_it_calls_from(self, client, token, settings):
        settings(api_limit_token="3/minute")
        for number in range(3):
            there = {"REMOTE_ADDR": f"192.0.2.{number}"}
            assert client.get(CASES, headers=bearer(token), environ_base=there).status_code == 200
        response = client.get(CASES, headers=bearer(token))
        assert response.status_code == 429
        assert response.json == {"status": "error", "message": "Too many requests"}
        assert 0 < int(response.headers["Retry-After"]) <= 60

    def test_an_address_waits_before_its_token_is_looked_at(self, client, token, settings):
        settings(api_limit_address="2/minute")
        assert [client.get(CASES).status_code for _ in range(3)] == [401, 401, 429]
        assert client.get(CASES, headers=bearer(token)).status_code == 429
        assert client.get(CASES, headers=bearer(token), environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200

    def test_the_wait_ends(self, client, token, settings):
        settings(api_limit_token="1/minute")
        assert client.get(CASES, headers=bearer(token)).status_code == 200
        assert client.get(CASES, headers=bearer(token)).status_code == 429
        clock.advance(dt.timedelta(seconds=61))
        assert client.get(CASES, headers=bearer(token)).status_code == 200

    def test_where_nothing_can_be_counted_everybody_passes(self, app, client, token, settings, monkeypatch, caplog):
        settings(api_limit_token="1/minute")
        with app.app_context():
            limits._TABLE.drop(app.extensions["limits_engine"])
        try:
            assert [client.get(CASES, headers=bearer(token)).status_code for _ in range(2)] == [200, 200]
            assert "cannot be kept" in caplog.text
        finally:
            limits._TABLE.create(app.extensions["limits_engine"])


class TestOrigins:
    """Pages of other origins may call where the installation says so; the question is answered without a token."""

    ASKED = {"Origin": "https://portal.partner.example", "Access-Control-Request-Method": "POST"}

    def test_a_known_origin_is_told_what_it_may_do(self, client, settings):
        settings(cors_origins=("https://portal.partner.example",))
        response = client.options(CASES, headers=self.ASKED)
        assert (response.status_code, response.data) == (204, b"")
        assert response.headers["Access-Control-Allow-Origin"] == "https://portal.partner.example"
        assert "POST" in response.headers["Access-Control-Allow-Methods"]
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in response.headers

    def test_every_other_origin_is_told_nothing(self, client, settings):
        settings(cors_origins=("https://portal.partner.example",))
        for origin in ("https://evil.example", "null", "https://portal.partner.example.evil.example"):
            response = client.options(CASES, headers={**self.ASKED, "Origin": origin})
            assert response.status_code == 204
            assert "Access-Control-Allow-Origin" not in response.headers

    def test_answers_and_failures_can_be_read_by_a_known_origin(self, client, token, settings):
        settings(cors_origins=("https://portal.partner.example",))
        for headers in (self.ASKED, bearer(token, **self.ASKED)):
            response = client.get(CASES, headers=headers)
            assert response.headers["Access-Control-Allow-Origin"] == "https://portal.partner.example"
            assert "Origin" in response.vary
            assert "Authorization" in response.headers["Access-Control-Expose-Headers"]

    def test_by_default_no_origin_is_known(self, client):
        assert "Access-Control-Allow-Origin" not in client.options(CASES, headers=self.ASKED).headers


def test_a_token_that_does_not_cover_a_call_is_refused_and_the_refusal_is_in_the_audit(client, ground):
    with ground.arranged() as session:
        user = make_user(session, Role.CASEWORKER)
        text, row = tokens.issue(session, SYSTEM, dialect="helpline", user=user, scopes=["cases:read"])
        user_id, token_id = user.id, row.id
    answer = client.post(CASES, json={}, headers=bearer(text, **{"X-Request-ID": "asked-once"}))
    assert answer.status_code == 403
    with ground.seen() as session:
        event = session.query(AuditEvent).filter_by(action="api.call").one()
        assert (event.outcome, event.chain_key, event.correlation_id) == ("refused", f"user:{user_id}", "asked-once")
        assert event.details == {
            "code": "ERR_AUTH_FORBIDDEN",
            "dialect": "helpline",
            "method": "POST",
            "route": CASES,
            "needed": ["cases:write"],
            "held": ["cases:read"],
            "token": token_id,
        }
        assert list(audit.verify(session)) == []


def test_the_browsers_cookie_opens_nothing_here(app, ground):
    with ground.arranged() as session:
        user_id = make_user(session, Role.ADMINISTRATOR).id
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = f"{user_id}:1", True
    for call in (client.get, client.post):
        assert call(CASES).status_code == 401


@pytest.mark.parametrize("header", ["{}", "Token {}", "Basic {}", "Bearer", "Bearer {} {}", "bearer  {}x"])
def test_the_token_comes_as_the_contract_says(client, token, header):
    assert client.get(CASES, headers={"Authorization": header.format(token, token)}).status_code == 401


def test_a_token_in_the_address_is_not_looked_at(client, token, settings):
    settings(allow_query_token=True)
    for name in ("token", "api-token", "access_token"):
        assert client.get(f"{CASES}?{name}={token}").status_code == 401


def test_answers_are_kept_by_nobody_on_the_way(client, token):
    assert client.get(CASES, headers=bearer(token)).headers["Cache-Control"] == "no-store"


def test_the_longest_prefix_of_a_path_decides_who_answers():
    assert api.dialect_of("/api/cases") is api.dialect_of("/api/cases/x/y")
    assert api.dialect_of("/api/casesx") is None
    assert api.dialect_of("/app/cases") is None
    assert api.dialect_of("/api/docs/") is None
