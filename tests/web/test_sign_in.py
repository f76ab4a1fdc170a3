"""Signing in: the door is closed, says the same to everybody, and leads back to where one was."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import accounts, clock
from portal.core.models import AuditEvent, User
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import PASSWORD, committed, make_user, make_vertical
from tests.page import Browser, words


@pytest.fixture
def worker(app) -> tuple[int, str]:
    """A caseworker with a password: id and e-mail."""
    with app.app_context(), committed(db.session) as session:
        made = make_user(session, Role.CASEWORKER, make_vertical(session), password=True)
        return made.id, made.email


def sign_in(nobody: Browser, email: str, password: str, *, expect: int, **more):
    """Fill in the sign-in page."""
    return nobody.post("/app/login", {"email": email, "password": password, **more}, expect=expect)


def test_a_page_asked_for_by_nobody_leads_to_the_sign_in_page_and_back(app, worker):
    nobody = Browser(app)
    asked = nobody.client.get("/app/account?tab=1")
    assert asked.status_code == 303
    assert asked.headers["Location"] == "/app/login?next=/app/account?tab%3D1"
    done = sign_in(nobody, worker[1], PASSWORD, expect=303, next="/app/account?tab=1")
    assert done.headers["Location"] == "/app/account?tab=1"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/api/cases/", "javascript:x"]
)
def test_signing_in_never_leads_to_another_place(app, worker, elsewhere):
    done = sign_in(Browser(app), worker[1], PASSWORD, expect=303, next=elsewhere)
    assert done.headers["Location"] == "/app/"


def test_a_wrong_password_and_an_unknown_account_read_the_same_and_cost_the_same(app, worker, monkeypatch):
    verified = []
    real = accounts._hasher.verify
    spy = type("Spy", (), {"verify": staticmethod(lambda stored, given: (verified.append(1), real(stored, given)))})
    monkeypatch.setattr(accounts, "_hasher", spy)
    answers = [
        words(sign_in(Browser(app), email, "wrong", expect=422)).replace(email, "…")
        for email in (worker[1], "nobody@office.example")
    ]
    assert answers[0] == answers[1]
    assert len(verified) == 2


def test_an_inactive_account_does_not_get_in(app, worker):
    with app.app_context(), committed(db.session) as session:
        session.get(User, worker[0]).active = False
    assert "is not right" in words(sign_in(Browser(app), worker[1], PASSWORD, expect=422))


def test_what_is_missing_is_said_beside_the_field(app):
    page = sign_in(Browser(app), "", "", expect=422)
    assert "Enter your e-mail address" in words(page) and "Enter your password" in words(page)


def test_signing_in_and_failing_to_are_events_without_what_was_typed(app, worker):
    sign_in(Browser(app), worker[1], "a wrong password", expect=422)
    sign_in(Browser(app), worker[1], PASSWORD, expect=303)
    with app.app_context():
        events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "account.sign_in")).all()
        assert sorted((event.outcome, event.actor_kind) for event in events) == [
            ("done", "user"),
            ("refused", "anonymous"),
        ]
        assert all(worker[1] not in f"{event.details} {event.chain_key}" for event in events)


def test_signing_out_ends_the_session(app, worker):
    someone = Browser(app, worker[0])
    someone.get("/app/account")
    someone.post("/app/logout")
    assert someone.client.get("/app/account").status_code == 303


def test_an_idle_session_ends_and_polling_does_not_keep_it_alive(app, worker):
    someone = Browser(app)
    sign_in(someone, worker[1], PASSWORD, expect=303)
    clock.advance(dt.timedelta(minutes=20))
    someone.client.get("/app/account", headers={"X-Background": "1"})
    clock.advance(dt.timedelta(minutes=11))
    assert someone.client.get("/app/account").status_code == 303


def test_activity_keeps_a_session_until_its_absolute_end(app, worker):
    someone = Browser(app)
    sign_in(someone, worker[1], PASSWORD, expect=303)
    for _ in range(24):
        clock.advance(dt.timedelta(minutes=29))
        someone.get("/app/account")
    clock.advance(dt.timedelta(minutes=29))
    assert someone.client.get("/app/account").status_code == 303


def test_ending_all_sessions_ends_this_one(app, worker):
    someone = Browser(app, worker[0])
    with app.app_context(), committed(db.session) as session:
        session.get(User, worker[0]).session_epoch = 2
    assert someone.client.get("/app/account").status_code == 303


def test_a_form_without_its_token_is_refused_and_htmx_is_led_to_the_sign_in_page(app, worker):
    assert Browser(app, worker[0]).client.post("/app/logout").status_code == 400
    expired = Browser(app).client.post("/app/logout", headers={"HX-Request": "true"})
    assert (expired.status_code, expired.headers["HX-Redirect"][:10]) == (401, "/app/login")


def test_every_page_is_private_to_the_browser_that_got_it(app, worker):
    headers = Browser(app, worker[0]).get("/app/account").headers
    assert headers["Cache-Control"] == "no-store"
    assert "HX-Request" in headers["Vary"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_the_cookie_stays_below_the_pages(app, worker):
    done = sign_in(Browser(app), worker[1], PASSWORD, expect=303)
    cookie = done.headers["Set-Cookie"]
    assert "Path=/app" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
