"""Signing in with a second factor: the code goes with the password, and counts once."""

import dataclasses
import datetime as dt

import pyotp
import pytest

from portal.core import clock, second_factor
from portal.core.models import AuditEvent, User, Vertical
from portal.core.vocabulary import Role
from tests.api.constituency.conftest import Caller
from tests.factories import PASSWORD, actor_of, make_user

EMAIL = "sue@office.example"
WRONG = {"error": "Invalid email or password"}
NEEDED = {"error": "Second factor required"}


@pytest.fixture
def sue(office) -> int:
    """A supervisor with a password."""

    def arrange(session):
        vertical = session.query(Vertical).filter_by(code="CONSTITUENCY").one()
        return make_user(session, Role.SUPERVISOR, vertical, password=True, email=EMAIL, name="Sue Visor").id

    return office.do(arrange)


@pytest.fixture
def factor(office, sue) -> tuple[str, list[str]]:
    """The secret and the recovery codes of the supervisor's second factor, a minute after it was turned on."""

    def arrange(session):
        actor = actor_of(session, session.get(User, sue))
        second_factor.begin(session, actor)
        secret = second_factor.offer(session, actor, issuer="Office").secret
        return secret, second_factor.confirm(session, actor, pyotp.TOTP(secret).at(clock.now()))

    made = office.do(arrange)
    clock.advance(dt.timedelta(seconds=60))
    return made


def sign_in(client, **more):
    return client.post("/api/ajax/auth", json={"email": EMAIL, "password": PASSWORD, **more})


def told(answer) -> tuple[int, dict]:
    assert "Authorization" not in answer.headers
    return answer.status_code, answer.json


def now(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def test_the_right_code_signs_in(app, client, sue, factor):
    answer = sign_in(client, secondFactor=now(factor[0]), locale="en-GB")
    assert answer.status_code == 200
    assert Caller(app, answer.json["token"]).get("/auth/validate").json["user"]["id"] == sue


@pytest.mark.parametrize("sent", [{}, {"secondFactor": ""}, {"secondFactor": None}, {"secondFactor": "  "}])
def test_the_password_alone_is_told_what_is_missing(office, client, factor, sent):
    assert told(sign_in(client, **sent)) == (403, NEEDED)
    events = office.do(
        lambda session: session.query(AuditEvent).filter_by(action="token.issue", actor_kind="user").count()
    )
    assert events == 0


def test_who_does_not_know_the_password_learns_nothing_of_the_second_factor(client, factor):
    for more in ({}, {"secondFactor": now(factor[0])}):
        for email in (EMAIL, "nobody@office.example"):
            # pragma: allowlist nextline secret
            assert told(sign_in(client, email=email, password="wrong", **more)) == (401, WRONG)


def test_a_wrong_code_reads_like_a_wrong_password_and_is_an_event(office, client, sue, factor):
    assert told(sign_in(client, secondFactor="000000")) == (401, WRONG)
    refused = office.do(lambda s: s.query(AuditEvent).filter_by(action="account.second_factor").one().outcome)
    assert refused == "refused"


def test_a_code_signs_in_once_even_for_a_request_that_is_repeated(client, factor):
    code, headers = now(factor[0]), {"Idempotency-Key": "sign-in-1"}
    body = {"email": EMAIL, "password": PASSWORD, "secondFactor": code}
    assert client.post("/api/ajax/auth", json=body, headers=headers).status_code == 200
    assert told(client.post("/api/ajax/auth", json=body, headers=headers)) == (401, WRONG)


def test_a_recovery_code_signs_in_once(client, factor):
    assert sign_in(client, secondFactor=factor[1][0]).status_code == 200
    assert told(sign_in(client, secondFactor=factor[1][0])) == (401, WRONG)


def test_a_code_that_was_given_in_the_browser_is_used_up_here(office, client, sue, factor):
    code = now(factor[0])
    assert office.do(lambda s: second_factor.accept(s, actor_of(s, s.get(User, sue)), code))
    assert told(sign_in(client, secondFactor=code)) == (401, WRONG)


def test_codes_are_tried_ten_times_an_hour_however_slowly(client, factor):
    for number in range(10):
        assert sign_in(client, secondFactor="000000").status_code == 401
        if number % 5 == 4:
            clock.advance(dt.timedelta(minutes=2))
    answer = sign_in(client, secondFactor=now(factor[0]))
    assert told(answer) == (429, {"error": "Too many requests"})
    assert int(answer.headers["Retry-After"]) > 600
    clock.advance(dt.timedelta(hours=1))
    assert sign_in(client, secondFactor=now(factor[0])).status_code == 200


def test_a_code_for_an_account_without_a_second_factor_is_ignored(client, sue):
    assert sign_in(client, secondFactor="000000").status_code == 200


def test_whose_role_needs_one_and_has_none_is_told_to_set_it_up(app, client, sue, monkeypatch):
    needed = dataclasses.replace(app.extensions["settings"], second_factor_roles=frozenset({Role.SUPERVISOR}))
    monkeypatch.setitem(app.extensions, "settings", needed)
    said = {"error": "This account needs a second factor. Set it up in the portal first"}
    assert told(sign_in(client)) == (403, said)
    assert told(sign_in(client, secondFactor="000000")) == (403, said)
    assert told(sign_in(client, password="wrong")) == (401, WRONG)  # pragma: allowlist secret


def test_a_locked_account_with_a_second_factor_is_told_that_it_is_locked(office, client, sue, factor):
    def lock(session):
        session.get(User, sue).active = False

    office.do(lock)
    assert told(sign_in(client, secondFactor=now(factor[0]))) == (403, {"error": "This account is locked"})
