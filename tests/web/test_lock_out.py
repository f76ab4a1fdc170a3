"""Guessing gets slower and slower for who guesses, and never keeps the owner of an account out; nor does it tell
whether there is an account."""

import dataclasses
import datetime as dt
import re

import pytest

from portal.core import accounts, clock, passwords
from portal.core.actors import SYSTEM
from portal.core.models import Organisation, User
from portal.core.vocabulary import Role
from portal.extensions import db
from portal.limits import FREE_TRIES, limiter
from tests.factories import PASSWORD, committed, make_user, make_vertical
from tests.page import Browser

pytestmark = pytest.mark.slow

EMAIL = "ana@office.example"
NOBODY = "nobody-there@office.example"
STRANGE, HOME = "203.0.113.7", "198.51.100.4"


@pytest.fixture
def ana(app) -> int:
    """A caseworker with a password, and no tries counted."""
    with app.app_context(), committed(db.session) as session:
        limiter.reset()
        return make_user(session, Role.CASEWORKER, make_vertical(session), password=True, email=EMAIL).id


@pytest.fixture
def verified(monkeypatch) -> list[str]:
    """The hashes that were verified."""
    seen, real = [], accounts._hasher

    class Counting:
        hash = real.hash

        @staticmethod
        def verify(stored: str, given: str) -> bool:
            seen.append(stored)
            return real.verify(stored, given)

    monkeypatch.setattr(accounts, "_hasher", Counting)
    return seen


def attempt(who: Browser, password: str, *, email: str = EMAIL, address: str = STRANGE):
    """Fill in the sign-in page from a network address."""
    told = {"email": email, "password": password, "csrf_token": who.csrf_token()}
    return who.client.post("/app/login", data=told, environ_base={"REMOTE_ADDR": address})


class TestGuessing:
    """What a stranger meets, and what the owner of the account."""

    def test_is_held_back_and_the_owner_comes_in_by_a_known_browser_and_from_another_address(self, app, ana):
        known = Browser(app)
        assert attempt(known, PASSWORD, address=STRANGE).status_code == 303
        known.post("/app/logout")
        guesser = Browser(app)
        answers = [attempt(guesser, "wrong").status_code for _ in range(FREE_TRIES + 3)]
        assert answers == [422] * (FREE_TRIES + 1) + [429] * 2
        assert attempt(Browser(app), PASSWORD).status_code == 429, "another browser is no way around"
        assert attempt(known, PASSWORD).status_code == 303, "even from the address of the stranger"
        assert attempt(Browser(app), PASSWORD, address=HOME).status_code == 303

    def test_gets_slower_and_is_forgotten_in_time(self, app, ana):
        guesser, waits = Browser(app), []
        for _ in range(FREE_TRIES):
            attempt(guesser, "wrong")
        for _ in range(9):
            assert attempt(guesser, "wrong").status_code == 422
            refused = attempt(guesser, "wrong")
            assert refused.status_code == 429
            waits.append(int(refused.headers["Retry-After"]))
            clock.advance(dt.timedelta(seconds=waits[-1]))
        assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
        clock.advance(dt.timedelta(hours=24))
        assert [attempt(guesser, "wrong").status_code for _ in range(FREE_TRIES)] == [422] * FREE_TRIES

    def test_with_a_known_browser_is_held_back_too_and_a_right_one_begins_anew(self, app, ana):
        known = Browser(app)
        attempt(known, PASSWORD)
        known.post("/app/logout")
        for _ in range(FREE_TRIES):
            attempt(known, "wrong")
        assert attempt(known, PASSWORD).status_code == 303
        known.post("/app/logout")
        assert [attempt(known, "wrong").status_code for _ in range(FREE_TRIES + 2)][-1] == 429

    def test_by_a_browser_that_is_known_for_another_account_counts_as_a_strangers(self, app, ana):
        with app.app_context(), committed(db.session) as session:
            make_user(session, password=True, email="ben@office.example")
        other = Browser(app)
        attempt(other, PASSWORD, email="ben@office.example")
        other.post("/app/logout")
        for _ in range(FREE_TRIES + 1):
            attempt(Browser(app), "wrong")
        assert attempt(other, "wrong").status_code == 429

    def test_from_one_network_of_ipv6_is_one_guesser(self, app, ana):
        guesser = Browser(app)
        answers = [attempt(guesser, "wrong", address=f"2001:db8:1:1::{number}").status_code for number in range(1, 9)]
        assert answers[-1] == 429
        assert attempt(guesser, "wrong", address="2001:db8:1:2::1").status_code == 422

    def test_a_forged_cookie_of_a_known_browser_counts_for_nothing(self, app, ana):
        guesser = Browser(app)
        guesser.client.set_cookie("portal-device", "eyJkZXZpY2UiOiJ4In0.aaaa.bbbb", path="/app")
        assert [attempt(guesser, "wrong").status_code for _ in range(FREE_TRIES + 2)][-1] == 429

    def test_the_cookie_of_a_known_browser_names_nobody_and_stays_below_the_pages(self, app, ana):
        cookie = next(
            each for each in attempt(Browser(app), PASSWORD).headers.getlist("Set-Cookie") if "device" in each
        )
        assert all(flag in cookie for flag in ("Path=/app", "HttpOnly", "SameSite=Lax", "Max-Age="))
        assert "ana" not in cookie


class TestNothingTells:
    """Whether there is such an account: the same path, and the same bytes."""

    def test_when_signing_in(self, app, ana, verified):
        answers = []
        for email in (EMAIL, NOBODY):
            before = len(verified)
            page = attempt(Browser(app), "wrong", email=email)
            body = re.sub(r'csrf[-_]token"[^>]*(?:value|content)="[^"]*"', "", page.get_data(as_text=True))
            headers = [(name, value) for name, value in page.headers if name not in ("Set-Cookie", "Content-Length")]
            answers.append((page.status_code, body.replace(email, "…"), headers, len(verified) - before))
        assert answers[0] == answers[1]
        assert answers[0][3] == 1

    def test_when_held_back(self, app, ana, verified):
        answers = []
        for email in (EMAIL, NOBODY):
            guesser, before = Browser(app), len(verified)
            statuses = [attempt(guesser, "wrong", email=email).status_code for _ in range(FREE_TRIES + 3)]
            answers.append((statuses, len(verified) - before))
        assert answers[0] == answers[1]
        assert answers[0][1] == FREE_TRIES + 1, "what is held back is not even verified"

    def test_at_the_door_of_the_constituency_dialect(self, app, client, ana, verified):
        answers = []
        for email in (EMAIL, NOBODY):
            before = len(verified)
            wrong = {"email": email, "password": "wrong"}  # pragma: allowlist secret
            told = [client.post("/api/ajax/auth", json=wrong) for _ in range(8)]
            answers.append(([(one.status_code, one.data) for one in told], len(verified) - before))
        assert answers[0] == answers[1]
        assert answers[0][1] == FREE_TRIES + 1

    def test_at_the_token_endpoint_of_the_web_form(self, app, client, ana, verified, monkeypatch):
        with app.app_context(), committed(db.session) as session:
            session.add(Organisation(name="Harbour Clinic", email="desk@clinic.example"))
        live = dataclasses.replace(app.extensions["settings"], environment="live")
        monkeypatch.setitem(app.extensions, "settings", live)
        answers = []
        for name, email in (
            ("Harbour Clinic", "desk@clinic.example"),  # registered, and nobody opened the window
            ("Harbour Clinic", "x@y.example"),
            ("Nobody", "desk@clinic.example"),
        ):
            told = {"organization_name": name, "organization_email": email}
            answer = client.post("/api/webhook/webform/auth/token/", json=told)
            answers.append((answer.status_code, answer.data, len(verified)))
        assert answers[0][0] == 403 and set(answers) == {answers[0]}
        assert verified == []

    def test_by_a_link_for_a_new_password(self, app, ana, verified):
        with app.app_context(), committed(db.session) as session:
            used, over = (passwords.issue_reset(session, SYSTEM, session.get(User, ana)) for _ in range(2))
        clock.advance(passwords.LASTS)
        answers = set()
        for secret in (used, over, "never-made"):
            someone = Browser(app)
            someone.get(f"/app/reset/{secret}", expect=303)
            for page in (
                someone.get("/app/reset", expect=404),
                someone.post("/app/reset", {"new": "seven quiet herons", "again": "seven quiet herons"}, expect=404),
            ):
                answers.add(re.sub(r'csrf[-_]token"[^>]*content="[^"]*"', "", page.get_data(as_text=True)))
        assert len(answers) == 1 and verified == []
