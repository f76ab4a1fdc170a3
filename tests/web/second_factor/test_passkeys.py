"""Passkeys in the browser's pages: added with the password, opening an account alone or after it, and removed again."""

import dataclasses
import datetime as dt
import re

import pytest
import sqlalchemy as sa

from portal.core import clock
from portal.core.models import AuditEvent, User
from portal.extensions import db
from tests.factories import PASSWORD, committed
from tests.page import Browser, words
from tests.passkey_device import Device
from tests.web.second_factor.conftest import PASSKEYS, add_passkey, give_password, is_in


def prove(browser: Browser, device: Device, path: str, **more):
    options = browser.post(f"{path}/challenge", expect=200).get_data(as_text=True)
    return browser.post(path, {"answer": device.sign(options), **more})


def events(app, action: str) -> list[tuple[str, str]]:
    with app.app_context():
        found = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id))
        return [(event.outcome, event.details.get("why") or event.details.get("way", "")) for event in found]


@pytest.fixture
def device(app, ana) -> Device:
    """Ana's device, with a passkey that was added."""
    made = Device("http://localhost")
    add_passkey(give_password(app), made, expect=200)
    return made


def test_the_first_one_shows_recovery_codes_once_and_ends_what_is_open_elsewhere(app, ana):
    here, elsewhere = give_password(app), give_password(app)
    shown = add_passkey(here, Device("http://localhost"), expect=200)
    assert len(re.findall(r"<li><code>(\w{5}-\w{5})</code>", shown.get_data(as_text=True))) == 10
    assert "Work phone" in words(here.get(PASSKEYS)) and "Not used yet." in words(here.get(PASSKEYS))
    assert "You have 1 passkey." in words(here.get("/app/account"))
    assert not is_in(elsewhere)
    assert "The passkey is added" in words(here.follow(add_passkey(here, Device("http://localhost"), "Ring")))


def test_without_the_password_or_a_name_nothing_is_begun(app, ana):
    here = give_password(app)
    for told, said in (
        ({"name": "", "current": PASSWORD}, "Enter a name"),
        ({"name": "x" * 81, "current": PASSWORD}, "80 characters"),
        ({"name": "Phone", "current": "wrong"}, "not your present password"),
    ):
        assert said in words(here.post(f"{PASSKEYS}/begin", told, expect=422))
    here.post(f"{PASSKEYS}/new/challenge", expect=409)
    assert here.get(f"{PASSKEYS}/new", expect=303).headers["Location"] == PASSKEYS
    assert events(app, "account.passkey_added") == [("refused", "")]


def test_an_answer_that_comes_late_adds_nothing(app, ana):
    here = give_password(app)
    here.post(f"{PASSKEYS}/begin", {"name": "Phone", "current": PASSWORD})
    answer = Device("http://localhost").make(here.post(f"{PASSKEYS}/new/challenge", expect=200).get_data(as_text=True))
    clock.advance(dt.timedelta(minutes=6))
    assert "came too late" in words(here.follow(here.post(PASSKEYS, {"answer": answer})))
    assert "None" in words(here.get(PASSKEYS))


def test_it_opens_the_account_alone_and_answers_once(app, ana, device):
    someone = Browser(app)
    options = someone.post("/app/login/passkey/challenge", expect=200).get_data(as_text=True)
    assert '"allowCredentials": []' in options, "nobody is named before somebody is known"
    answer = {"answer": device.sign(options), "next": "/app/account?tab=1"}
    assert someone.post("/app/login/passkey", answer).headers["Location"] == "/app/account?tab=1"
    assert is_in(someone)
    thief = Browser(app)
    thief.post("/app/login/passkey/challenge", expect=200)
    page = thief.follow(thief.post("/app/login/passkey", answer))
    assert "does not open an account here now" in words(page) and not is_in(thief)
    assert events(app, "account.passkey_used") == [("done", ""), ("refused", "invalid")]
    assert events(app, "account.sign_in")[-1] == ("done", "passkey")


def test_a_cookie_that_is_put_back_does_not_make_a_challenge_new(app, ana, device):
    someone = Browser(app)
    options = someone.post("/app/login/passkey/challenge", expect=200).get_data(as_text=True)
    before = someone.client.get_cookie("portal", path="/app").value
    answer = device.sign(options)
    someone.post("/app/login/passkey", {"answer": answer})
    thief = Browser(app)
    thief.client.set_cookie("portal", before, path="/app")
    thief.post("/app/login/passkey", {"answer": answer})
    assert not is_in(thief)
    assert events(app, "account.passkey_used") == [("done", ""), ("refused", "challenge")]


def test_refusals_read_the_same_for_a_closed_account_and_for_nobodys_passkey(app, ana, device):
    with app.app_context(), committed(db.session) as session:
        session.get(User, ana).active = False
    pages = []
    for one in (device, device.but(credential=b"unknown")):
        someone = Browser(app)
        pages.append(words(someone.follow(prove(someone, one, "/app/login/passkey"))))
        assert not is_in(someone)
    assert pages[0] == pages[1]
    assert events(app, "account.passkey_used") == [("refused", "inactive"), ("refused", "unknown")]


def test_after_the_password_it_is_the_second_factor_and_the_password_alone_is_not_enough(app, ana, device):
    half = give_password(app)
    assert not is_in(half)
    page = half.get("/app/login/code")
    assert "Use a passkey" in words(page) and "Recovery code" in words(page)
    assert prove(half, device.but(verifies=False), "/app/login/code/passkey").headers["Location"].startswith("/app/")
    assert is_in(half)
    assert events(app, "account.sign_in")[-1] == ("done", "second_factor")
    nobody = Browser(app)
    nobody.post("/app/login/code/passkey/challenge", expect=403)
    nobody.post("/app/login/code/passkey", {"answer": "{}"})
    assert not is_in(nobody)


def test_a_device_that_was_copied_is_refused_in_words(app, ana):
    device = Device("http://localhost", counts=5)
    add_passkey(give_password(app), device, expect=200)
    copy = device.but()
    assert is_in_after(app, device)
    someone = Browser(app)
    page = someone.follow(prove(someone, copy, "/app/login/passkey"))
    assert "seems to have been copied" in words(page) and not is_in(someone)
    assert events(app, "account.passkey_used")[-1] == ("refused", "copied")


def is_in_after(app, device: Device) -> bool:
    someone = Browser(app)
    prove(someone, device, "/app/login/passkey")
    return is_in(someone)


def test_whose_role_needs_a_second_factor_has_one_and_keeps_the_last(app, demanding, ana):
    here = give_password(app)
    here.get("/app/", expect=303)
    device = Device("http://localhost")
    add_passkey(here, device, expect=200)
    here.get("/app/")
    assert "this is your only one" in words(here.get(f"{PASSKEYS}/1"))
    here.post(f"{PASSKEYS}/1/remove", {"current": PASSWORD}, expect=409)
    assert is_in_after(app, device)
    add_passkey(here, Device("http://localhost"), "Ring")
    here.post(f"{PASSKEYS}/1/remove", {"current": PASSWORD})
    assert not is_in_after(app, device)


def test_it_is_renamed_and_removed_with_the_password(app, ana, device):
    here, elsewhere = Browser(app), Browser(app)
    for one in (here, elsewhere):
        prove(one, device, "/app/login/passkey")
    here.post(f"{PASSKEYS}/1/name", {"name": " "}, expect=422)
    assert "Old phone" in words(here.follow(here.post(f"{PASSKEYS}/1/name", {"name": "Old  phone"})))
    assert "not your present" in words(here.post(f"{PASSKEYS}/1/remove", {"current": "no"}, expect=422))
    assert "The passkey is removed" in words(here.follow(here.post(f"{PASSKEYS}/1/remove", {"current": PASSWORD})))
    assert is_in(here) and not is_in(elsewhere)
    assert is_in(give_password(app)), "the password alone opens it again"


def test_who_proves_a_passkey_gets_new_recovery_codes(app, ana, device):
    here = Browser(app)
    prove(here, device, "/app/login/passkey")
    options = here.post(f"{PASSKEYS}/codes/challenge", expect=200).get_data(as_text=True)
    shown = here.post(f"{PASSKEYS}/codes", {"answer": device.sign(options)}, expect=200)
    code = re.search(r"<li><code>(\w{5}-\w{5})</code>", shown.get_data(as_text=True))[1]
    assert here.post(f"{PASSKEYS}/codes", {"answer": device.sign(options)}).headers["Location"] == PASSKEYS
    half = give_password(app)
    half.post("/app/login/code", {"code": code})
    assert is_in(half)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://desk.example", "https://[::1]"])
def test_where_browsers_know_no_passkeys_the_page_says_so(app, ana, address, monkeypatch):
    set_to = dataclasses.replace(app.extensions["settings"], origin=address)
    monkeypatch.setitem(app.extensions, "settings", set_to)
    assert "only where a portal is opened by its name" in words(give_password(app).get(PASSKEYS))
    assert "passkey" not in words(Browser(app).get("/app/login"))
    Browser(app).post("/app/login/passkey/challenge", expect=404)


def test_the_origin_of_the_installation_counts_and_not_that_of_the_request(app, ana, monkeypatch):
    set_to = dataclasses.replace(app.extensions["settings"], origin="https://desk.example:8443")
    monkeypatch.setitem(app.extensions, "settings", set_to)
    here = give_password(app)
    here.post(f"{PASSKEYS}/begin", {"name": "Phone", "current": PASSWORD})
    options = here.post(f"{PASSKEYS}/new/challenge", expect=200).get_data(as_text=True)
    assert '"id": "desk.example"' in options
    assert (
        here.post(PASSKEYS, {"answer": Device("http://localhost").make(options)}).headers["Location"]
        == f"{PASSKEYS}/new"
    )
    options = here.post(f"{PASSKEYS}/new/challenge", expect=200).get_data(as_text=True)
    here.post(PASSKEYS, {"answer": Device("https://desk.example:8443").make(options)}, expect=200)
