"""Passkeys in a real browser with an authenticator of its own: added, used and removed by keyboard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import PASSWORD, Desk, desk_at
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named_desk(browser: Browser, base_url: str) -> Iterator[Desk]:
    """The portal opened by a name: browsers know no passkeys at a number."""
    yield from desk_at(browser, base_url.replace("127.0.0.1", "localhost"))


@pytest.fixture
def plain_named_desk(browser: Browser, base_url: str) -> Iterator[Desk]:
    """The same without script."""
    yield from desk_at(browser, base_url.replace("127.0.0.1", "localhost"), java_script_enabled=False)


class Authenticator:
    """The device of one page."""

    def __init__(self, page: Page) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")
        made = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self._which = {"authenticatorId": made["authenticatorId"]}

    def verifies(self, yes: bool) -> None:
        """Whether its owner gives the finger when asked."""
        self._cdp.send("WebAuthn.setUserVerified", {**self._which, "isUserVerified": yes})

    def keys(self) -> list[dict]:
        return self._cdp.send("WebAuthn.getCredentials", self._which)["credentials"]

    def count_back(self) -> None:
        """What a copy that was made earlier would say."""
        (key,) = self.keys()
        self._cdp.send("WebAuthn.removeCredential", {**self._which, "credentialId": key["credentialId"]})
        self._cdp.send("WebAuthn.addCredential", {**self._which, "credential": {**key, "signCount": 0}})


def add(page: Page, name: str) -> None:
    """Add a passkey by keyboard."""
    keys = Keyboard(page)
    page.goto("/app/account/passkeys")
    accessible(page)
    keys.fill("Name", name)
    keys.fill("Present password", PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a passkey")
    accessible(page)
    keys.go_to("Make the passkey")
    keys.press("Enter")


def sign_out(page: Page) -> None:
    page.goto("/app/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def give_password(page: Page) -> None:
    page.get_by_label("Work e-mail").fill("auditor@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your second factor")


def test_it_is_added_opens_the_account_and_is_removed_by_keyboard(named_desk: Desk):
    page = named_desk.sign_in("auditor")
    device = Authenticator(page)
    add(page, "Work phone")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    assert page.locator(".recovery code").count() == 10 and len(device.keys()) == 1
    add(page, "The same device")
    expect(page.get_by_role("alert")).to_have_text("This device has a passkey for your account already.")
    sign_out(page)

    page.goto("/app/people")
    accessible(page)
    keys = Keyboard(page)
    device.verifies(False)
    keys.go_to("Sign in with a passkey")
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The device did not answer, or it was stopped. Try again.")
    accessible(page)
    device.verifies(True)
    keys.press("Enter")
    expect(page).to_have_url(re.compile(r"^[^?]*/app/people$"))
    sign_out(page)

    give_password(page)
    accessible(page)
    keys.go_to("Use a passkey")
    keys.press("Enter")
    expect(page).to_have_url(re.compile(r"^[^?]*/app/$"))

    page.goto("/app/account/passkeys")
    accessible(page)
    keys.go_to("Rename or remove Work phone")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Work phone")
    accessible(page)
    keys.fill("Present password", PASSWORD)
    keys.press("Enter")
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()


def test_a_copy_of_a_device_is_refused_in_words_and_a_recovery_code_lets_in(named_desk: Desk):
    page = named_desk.sign_in("auditor")
    device = Authenticator(page)
    add(page, "Work phone")
    code = page.locator(".recovery code").first.inner_text()
    sign_out(page)
    device.count_back()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("seems to have been copied")).to_be_visible()
    accessible(page)
    give_password(page)
    page.get_by_label("Recovery code").fill(code)
    page.get_by_label("Recovery code").press("Enter")
    expect(page).to_have_url(re.compile(r"^[^?]*/app/$"))
    page.goto("/app/account/passkeys")
    page.get_by_role("link", name="Rename or remove Work phone").click()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("Present password").press("Enter")
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()


def test_without_script_the_other_ways_are_named(plain_named_desk: Desk):
    page = plain_named_desk.context.new_page()
    page.goto("/app/login")
    expect(page.get_by_text("A passkey needs JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
