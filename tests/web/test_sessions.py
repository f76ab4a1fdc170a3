"""Where one is signed in: listed, ended one by one, prolonged by a person and by nothing else."""

import dataclasses
import datetime as dt
import re

import pytest

from portal.core import clock
from portal.core.vocabulary import Role, SignInWay
from portal.extensions import db
from portal.limits import limiter
from portal.web.auth.devices import browser_and_system
from tests.factories import PASSWORD, committed, make_user, make_vertical
from tests.page import Browser, open_session, words

EMAIL = "ana@office.example"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Mobile Safari/604.1"
DESK = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ana(app) -> int:
    """A caseworker with a password."""
    with app.app_context(), committed(db.session) as session:
        limiter.reset()
        return make_user(session, Role.CASEWORKER, make_vertical(session), password=True, email=EMAIL).id


def sign_in(app, user_agent: str = DESK) -> Browser:
    """A browser in which Ana gave her password."""
    someone = Browser(app)
    someone.client.environ_base["HTTP_USER_AGENT"] = user_agent
    someone.post("/app/login", {"email": EMAIL, "password": PASSWORD})
    return someone


def pass_minutes(minutes: float) -> None:
    clock.advance(dt.timedelta(minutes=minutes))


def is_in(someone: Browser) -> bool:
    return someone.client.get("/app/account", headers={"X-Background": "1"}).status_code == 200


def left(someone: Browser, **more) -> int:
    """Minutes until it ends; the seconds that the test itself takes are rounded away."""
    return round(someone.client.get("/app/account/session", **more).json["seconds"] / 60)


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        (DESK, "Firefox/Linux"),
        (PHONE, "Safari/iPhone"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537 Edg/150.0.0.0",
            "Edge/Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0.0.0 Mobile Safari/537.36", "Chrome/Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/19.0 Safari/605.1.15", "Safari/Mac"),
        ("curl/8.0", "/"),
        ("", "/"),
    ],
)
def test_a_device_is_a_browser_and_a_system(user_agent, told):
    assert browser_and_system(user_agent) == told


def test_the_sessions_are_listed_and_one_is_ended_wherever_it_is(app, ana):
    here, phone = sign_in(app), sign_in(app, PHONE)
    page = here.get("/app/account")
    said = words(page)
    assert "Firefox on Linux" in said and "This one" in said
    assert "Safari on iPhone" in said and "Last used" in said and "with your password" in said
    (end,) = set(re.findall(r'action="(/app/account/sessions/[0-9a-f-]{36}/end)"', page.get_data(as_text=True)))
    stranger = Browser(app, _another(app))
    stranger.post(end, expect=404)
    assert is_in(phone)
    after = here.follow(here.post(end))
    assert "That session is ended." in words(after) and "Safari on iPhone" not in words(after)
    assert is_in(here) and not is_in(phone)
    phone.get("/app/account", expect=303)


def _another(app) -> int:
    with app.app_context(), committed(db.session) as session:
        return make_user(session, Role.SUPERVISOR).id


def test_what_a_browser_kept_of_a_session_that_was_signed_out_opens_nothing(app, ana):
    here, copy = sign_in(app), Browser(app)
    kept = here.client.get_cookie("portal", path="/app")
    copy.client.set_cookie("portal", kept.value, path="/app")
    assert is_in(copy)
    here.post("/app/logout")
    assert not is_in(copy)


def test_no_poll_keeps_a_session_alive_and_a_person_does(app, ana):
    someone = sign_in(app)
    pass_minutes(10)
    assert left(someone) == 20
    assert left(someone, headers={"HX-Request": "true"}) == 20, "the endpoint itself is passive, whoever asks"
    someone.client.get("/app/account", headers={"X-Background": "1"})
    assert left(someone) == 20
    someone.get("/app/account")
    assert left(someone) == 30
    pass_minutes(0.8)
    someone.get("/app/account")
    assert left(someone) == 29, "use is written once a minute"
    prolonged = someone.post("/app/account/session", headers={"Accept": "application/json"}, expect=200)
    assert round(prolonged.json["seconds"] / 60) == 30
    pass_minutes(31)
    gone = someone.client.get("/app/account/session", headers={"X-Background": "1"})
    assert (gone.status_code, gone.json) == (401, {"error": "signed out"})


def test_staying_works_without_script_and_leads_back(app, ana):
    someone = sign_in(app)
    pass_minutes(20)
    kept = someone.post("/app/account/session", headers={"Referer": "http://localhost/app/people"})
    assert kept.headers["Location"] == "/app/people"
    assert left(someone) == 30


def test_the_page_says_when_its_session_ends(app, ana):
    someone = sign_in(app)
    pass_minutes(5)
    page = someone.get("/app/people").get_data(as_text=True)
    assert re.search(r'data-left="(1800|179\d)"', page) and 'data-warn="120"' in page and 'data-back=""' in page
    refused = someone.post(
        "/app/account/password", {"current": ""}, expect=422, headers={"Referer": "http://localhost/app/account?x=1"}
    )
    assert 'data-back="/app/account?x=1"' in refused.get_data(as_text=True)


def test_whoever_is_signed_out_is_told_why(app, ana):
    someone = sign_in(app)
    pass_minutes(31)
    assert "after 30 minutes without activity" in words(someone.follow(someone.get("/app/people", expect=303)))


def test_a_session_by_one_proof_is_not_taken_for_one_by_two(app, ana, monkeypatch):
    needed = dataclasses.replace(app.extensions["settings"], second_factor_roles=frozenset({Role.CASEWORKER}))
    monkeypatch.setitem(app.extensions, "settings", needed)
    one, two = Browser(app, ana), Browser(app)
    with two.client.session_transaction(path="/app/") as cookie:
        cookie["_user_id"] = open_session(app, ana, way=SignInWay.PASSKEY, two_factors=True)
    assert one.get("/app/people", expect=303).headers["Location"] == "/app/account/second-factor"
    two.get("/app/people")
