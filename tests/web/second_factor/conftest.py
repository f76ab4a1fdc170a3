"""Somebody with a password and a second factor, or without one where it is needed."""

import dataclasses

import pytest

from portal.core.vocabulary import Role
from portal.extensions import db
from portal.limits import limiter
from tests.factories import PASSWORD, committed, make_user, make_vertical
from tests.page import Browser
from tests.passkey_device import Device

EMAIL = "ana@office.example"
PASSKEYS = "/app/account/passkeys"


@pytest.fixture
def ana(app) -> int:
    """A supervisor with a password, and no tries counted."""
    with app.app_context(), committed(db.session) as session:
        limiter.reset()  # counts outlive the database of a test
        return make_user(session, Role.SUPERVISOR, make_vertical(session), password=True, email=EMAIL).id


@pytest.fixture
def demanding(app, monkeypatch):
    """An installation in which supervisors need a second factor."""
    needed = dataclasses.replace(app.extensions["settings"], second_factor_roles=frozenset({Role.SUPERVISOR}))
    monkeypatch.setitem(app.extensions, "settings", needed)


def give_password(app, *, expect: int = 303, **more) -> Browser:
    """A browser in which Ana's password was given."""
    nobody = Browser(app)
    nobody.post("/app/login", {"email": EMAIL, "password": PASSWORD, **more}, expect=expect)
    return nobody


def is_in(browser: Browser) -> bool:
    """Whether somebody is signed in there."""
    return browser.client.get("/app/account").status_code == 200


def add_passkey(browser: Browser, device: Device, name: str = "Work phone", *, expect: int = 303):
    """As the script does it; returns the answer of the page."""
    browser.post(f"{PASSKEYS}/begin", {"name": name, "current": PASSWORD})
    options = browser.post(f"{PASSKEYS}/new/challenge", expect=200).get_data(as_text=True)
    return browser.post(PASSKEYS, {"answer": device.make(options)}, expect=expect)
