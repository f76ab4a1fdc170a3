"""The second factor in the browser: set up on one's account, asked for after the password, and never a way around."""

import datetime as dt
import re

import pyotp
import pytest
import sqlalchemy as sa

from portal.core import clock, second_factor
from portal.core.models import AuditEvent, User
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import PASSWORD, actor_of, committed, make_user, make_vertical
from tests.page import Browser, words
from tests.web.second_factor.conftest import EMAIL, give_password, is_in

pytestmark = pytest.mark.slow

PAGE = "/app/account/second-factor"


class Device:
    """The authenticator app of somebody whose second factor is on."""

    def __init__(self, secret: str, codes: list[str]) -> None:
        self.secret, self.codes = secret, codes

    def code(self) -> str:
        """A code that was not used: time goes on first."""
        clock.advance(dt.timedelta(seconds=60))
        return pyotp.TOTP(self.secret).at(clock.now())


@pytest.fixture
def device(app, ana) -> Device:
    """Ana's second factor is on."""
    with app.app_context(), committed(db.session) as session:
        actor = actor_of(session, session.get(User, ana))
        second_factor.begin(session, actor)
        secret = second_factor.offer(session, actor, issuer="Office").secret
        codes = second_factor.confirm(session, actor, pyotp.TOTP(secret).at(clock.now()))
    return Device(secret, codes)


def signed_in(app, device: Device) -> Browser:
    someone = give_password(app)
    someone.post("/app/login/code", {"code": device.code()})
    return someone


def secret_on(page) -> str:
    return re.search(r'<code class="key"[^>]*>([A-Z2-7 ]+)<', page.get_data(as_text=True))[1].replace(" ", "")


def codes_on(page) -> list[str]:
    return re.findall(r"<li><code>(\w{5}-\w{5})</code>", page.get_data(as_text=True))


def events(app, action: str) -> list[tuple[str, int | None]]:
    with app.app_context():
        found = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id))
        return [(event.outcome, event.actor_id) for event in found]


def test_it_is_set_up_with_the_password_a_picture_and_a_first_code(app, ana):
    here, elsewhere = give_password(app), give_password(app)
    assert "Off. Your password alone opens your account." in words(here.get("/app/account"))
    page = here.follow(here.post(f"{PAGE}/begin", {"current": PASSWORD}))
    drawn = page.get_data(as_text=True)
    assert '<svg width="' in drawn and "data:" not in drawn and "<img" not in drawn
    secret = secret_on(page)
    assert len(secret) == 32
    assert "This is not the code" in words(here.post(f"{PAGE}/confirm", {"code": "000000"}, expect=422))
    done = here.post(f"{PAGE}/confirm", {"code": pyotp.TOTP(secret).at(clock.now())}, expect=200)
    assert len(codes_on(done)) == 10
    assert done.headers["Cache-Control"] == "no-store"
    assert "On. You have 10 recovery codes left." in words(here.get("/app/account"))
    assert secret not in here.get(PAGE).get_data(as_text=True).replace(" ", ""), "the secret is never shown again"
    assert not is_in(elsewhere)
    assert events(app, "account.second_factor_on") == [("refused", ana), ("done", ana)]


def test_without_the_password_nobody_sets_it_up(app, ana):
    here = give_password(app)
    for password, said in (("", "Enter your present password"), ("wrong", "This is not your present password")):
        assert said in words(here.post(f"{PAGE}/begin", {"current": password}, expect=422))
    assert "Set it up" in words(here.get(PAGE))
    assert events(app, "account.second_factor_on") == [("refused", ana)]


def test_who_has_no_password_is_told_how_to_get_one_first(app, ana):
    with app.app_context(), committed(db.session) as session:
        session.get(User, ana).password_hash = None
    here = Browser(app, ana)
    for page in (PAGE, "/app/account/passkeys", "/app/account"):
        shown = here.get(page)
        assert "Ask an administrator for a link to choose a password" in words(shown)
        assert 'autocomplete="current-password"' not in shown.get_data(as_text=True)
    assert "Your password alone" not in words(here.get("/app/account"))
    here.post(f"{PAGE}/begin", {"current": "whatever"}, expect=422)


def test_a_secret_that_was_left_lying_about_is_not_shown_any_more(app, ana):
    here = give_password(app)
    page = here.follow(here.post(f"{PAGE}/begin", {"current": PASSWORD}))
    clock.advance(dt.timedelta(minutes=20))
    here.get(PAGE)
    clock.advance(dt.timedelta(minutes=11))
    assert "Set it up" in words(here.get(PAGE))
    late = here.post(f"{PAGE}/confirm", {"code": pyotp.TOTP(secret_on(page)).at(clock.now())})
    assert late.headers["Location"] == PAGE
    assert "Off." in words(here.get("/app/account"))


def test_the_password_alone_lets_nobody_in(app, ana, device):
    half = Browser(app)
    asked = half.post("/app/login", {"email": EMAIL, "password": PASSWORD, "next": "/app/account?tab=1"})
    assert asked.headers["Location"] == "/app/login/code?next=/app/account?tab%3D1"
    assert not is_in(half)
    assert events(app, "account.sign_in") == []
    page = half.follow(asked)
    assert "Enter your code" in words(page) and "Password" not in words(page)
    done = half.post("/app/login/code", {"code": device.code(), "next": "/app/account?tab=1"})
    assert done.headers["Location"] == "/app/account?tab=1"
    assert is_in(half)
    assert events(app, "account.sign_in") == [("done", ana)]


def test_a_wrong_password_reads_the_same_whether_or_not_there_is_a_second_factor(app, ana, device):
    answers = []
    for email in (EMAIL, "nobody-there@office.example"):
        page = Browser(app).post("/app/login", {"email": email, "password": "wrong"}, expect=422)
        answers.append(words(page).replace(email, "…"))
    assert answers[0] == answers[1]


def test_the_code_page_is_for_those_alone_who_gave_a_password_just_now(app, ana, device):
    assert Browser(app).get("/app/login/code", expect=303).headers["Location"].startswith("/app/login")
    late = give_password(app)
    clock.advance(dt.timedelta(minutes=11))
    answer = late.post("/app/login/code", {"code": device.code()})
    assert answer.headers["Location"].startswith("/app/login?")
    assert not is_in(late)


def test_an_account_that_closes_or_ends_its_sessions_meanwhile_is_not_let_in(app, ana, device):
    for change in ({"active": False}, {"active": True, "session_epoch": 7}):
        half = give_password(app)
        with app.app_context(), committed(db.session) as session:
            for name, value in change.items():
                setattr(session.get(User, ana), name, value)
        half.post("/app/login/code", {"code": device.code()})
        assert not is_in(half)
        with app.app_context(), committed(db.session) as session:
            session.get(User, ana).active = True


def test_a_code_is_taken_once_and_a_refused_one_is_an_event(app, ana, device):
    code = device.code()
    first, second = give_password(app), give_password(app)
    first.post("/app/login/code", {"code": code})
    assert "used before" in words(second.post("/app/login/code", {"code": code}, expect=422))
    assert is_in(first) and not is_in(second)
    assert "Enter the code" in words(second.post("/app/login/code", {"code": ""}, expect=422))
    assert events(app, "account.second_factor") == [("refused", ana)]


def test_a_recovery_code_lets_in_once_and_few_are_warned_of(app, ana, device):
    for number, code in enumerate(device.codes[:8]):
        someone = give_password(app)
        page = someone.follow(someone.post("/app/login/code", {"code": code.upper(), "next": "/app/account"}))
        assert ("You have 2 recovery codes left" in words(page)) == (number == 7)
    assert "used before" in words(give_password(app).post("/app/login/code", {"code": device.codes[0]}, expect=422))
    assert events(app, "account.recovery_code") == [("done", ana)] * 8


def test_tries_are_limited_and_a_right_one_begins_the_count_anew(app, ana, device):
    half = give_password(app)
    for _ in range(9):
        half.post("/app/login/code", {"code": "000000"}, expect=422)
    half.post("/app/login/code", {"code": device.code()})
    known = half
    known.post("/app/logout")
    half = give_password(app)
    for _ in range(10):
        half.post("/app/login/code", {"code": "000000"}, expect=422)
    late = give_password(app)  # another browser is no way around
    answer = late.post("/app/login/code", {"code": device.code()}, expect=429)
    assert "tried too often" in words(answer) and int(answer.headers["Retry-After"]) > 0
    assert not is_in(late)
    known.post("/app/login", {"email": EMAIL, "password": PASSWORD})
    known.post("/app/login/code", {"code": device.code()})
    assert is_in(known), "who learned the password does not keep its owner out of where they have been before"
    for _ in range(10):
        half.client.post("/app/login/code", data={"code": "000000", "csrf_token": half.csrf_token()})
    off = {"off-current": PASSWORD, "off-code": device.code()}
    assert "The second factor is off" in words(known.follow(known.post(f"{PAGE}/off", off))), "nor out of this"
    known.follow(known.post(f"{PAGE}/begin", {"current": PASSWORD}))
    device.secret = secret_on(known.get(PAGE))
    known.post(f"{PAGE}/confirm", {"code": device.code()}, expect=200)
    clock.advance(dt.timedelta(hours=1))
    assert is_in(signed_in(app, device))


def test_new_recovery_codes_take_the_place_of_the_old(app, ana, device):
    here = signed_in(app, device)
    refused = here.post(f"{PAGE}/codes", {"renew-current": "wrong", "renew-code": device.code()}, expect=422)
    assert "not your present password" in words(refused)
    wrong = {"renew-current": PASSWORD, "renew-code": "000000"}
    assert "not right" in words(here.post(f"{PAGE}/codes", wrong, expect=422))
    shown = codes_on(here.post(f"{PAGE}/codes", {**wrong, "renew-code": device.code()}, expect=200))
    assert len(shown) == 10 and not set(shown) & set(device.codes)
    half = give_password(app)
    half.post("/app/login/code", {"code": device.codes[0]}, expect=422)
    half.post("/app/login/code", {"code": shown[0]})
    assert is_in(half)


def test_it_is_turned_off_with_password_and_code_and_ends_the_other_sessions(app, ana, device):
    here, elsewhere = signed_in(app, device), signed_in(app, device)
    off = {"off-current": PASSWORD, "off-code": "000000"}
    assert "not right" in words(here.post(f"{PAGE}/off", off, expect=422))
    here.post(f"{PAGE}/off", {"off-current": "wrong", "off-code": device.code()}, expect=422)
    page = here.follow(here.post(f"{PAGE}/off", {**off, "off-code": device.code()}))
    assert "The second factor is off" in words(page)
    assert is_in(here) and not is_in(elsewhere)
    assert is_in(give_password(app))
    assert events(app, "account.second_factor_off") == [("refused", ana), ("done", ana)]


def test_changing_the_password_keeps_the_session_of_who_gave_both(app, demanding, ana, device):
    here = signed_in(app, device)
    new = "seven quiet herons wading"
    here.post("/app/account/password", {"current": PASSWORD, "new": new, "again": new})
    here.get("/app/")


def test_whose_role_needs_one_goes_nowhere_before_it_is_set_up(app, demanding, ana):
    here = give_password(app)
    led = here.get("/app/", expect=303)
    assert led.headers["Location"] == PAGE
    assert "Your role needs a second factor" in words(here.follow(led))
    assert here.client.get("/app/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == PAGE
    assert here.client.get("/app/", headers={"X-Background": "1"}).status_code == 403
    secret = secret_on(here.follow(here.post(f"{PAGE}/begin", {"current": PASSWORD})))
    here.post(f"{PAGE}/confirm", {"code": pyotp.TOTP(secret).at(clock.now())}, expect=200)
    here.get("/app/")
    assert "Turn off" not in words(here.get(PAGE))
    code = Device(secret, []).code()
    here.post(f"{PAGE}/off", {"off-current": PASSWORD, "off-code": code}, expect=409)
    here.get("/app/")


def test_whose_role_needs_none_is_not_asked_for_one(app, demanding):
    with app.app_context(), committed(db.session) as session:
        agent = make_user(session, Role.AGENT, make_vertical(session)).id
    Browser(app, agent).get("/app/")
