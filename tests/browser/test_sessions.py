"""Sessions in a real browser: prolonged by one key before they end, ended from elsewhere; nothing typed is lost."""

import datetime as dt
import re
import sqlite3

import pytest
from playwright.sync_api import Page, expect

from portal.core import clock
from tests.browser.accessibility import accessible
from tests.browser.conftest import PASSWORD, Desk, Server
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser

TYPED = "The neighbour called again; the heating is still off."
CASE = "/app/cases/14/messages"


def unused_for(server: Server, minutes: float) -> None:
    """Let every session of the agent have been used last so many minutes ago, for the server."""
    seen = (clock.now() - dt.timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S.%f")
    agent = "(SELECT id FROM users WHERE email = 'agent@demo.example')"
    with sqlite3.connect(server.data_dir / "portal.db", timeout=10) as database:
        changed = database.execute(f"UPDATE sessions SET last_seen_at = ? WHERE user_id = {agent}", [seen])  # noqa: S608
        assert changed.rowcount > 0
    database.close()


def wait_at_the_desk(desk: Desk) -> None:
    """Let the browser's clock come to the moment at which the page warns."""
    desk.context.clock.fast_forward("28:10")


def test_before_it_ends_one_is_warned_stays_by_one_key_and_loses_nothing_when_it_does(desk: Desk, server: Server):
    desk.context.clock.install()
    page = desk.sign_in("agent")
    page.goto(CASE)
    note = page.locator("#cases-note textarea")
    note.fill(TYPED)
    expect(page.locator("#cases-note [data-draft-text]")).to_contain_text("Saved")
    unused_for(server, 28.2)
    wait_at_the_desk(desk)
    warning = page.get_by_role("dialog", name="You are about to be signed out")
    expect(warning).to_be_visible()
    expect(warning.get_by_role("button", name="Stay signed in")).to_be_focused()
    expect(warning.locator("[data-announced]")).to_have_text(re.compile(r"\d+ (seconds|minutes)"))
    accessible(page)
    Keyboard(page).press("Enter")
    expect(warning).to_be_hidden()
    expect(note).to_have_value(TYPED)
    assert page.evaluate("fetch('/app/account/session').then((answer) => answer.json())")["seconds"] > 29 * 60
    unused_for(server, 31)
    wait_at_the_desk(desk)
    expect(page).to_have_url(re.compile("/app/login"))
    expect(page.get_by_text("You were signed out after 30 minutes without activity.")).to_be_visible()
    page.get_by_label("Work e-mail").fill("agent@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page).to_have_url(f"{server.url}{CASE}")
    expect(page.locator("#cases-note textarea")).to_have_value(TYPED)


def test_one_that_is_used_in_another_window_is_not_warned_of(desk: Desk, server: Server):
    desk.context.clock.install()
    page = desk.sign_in("agent")
    with page.expect_response("**/app/account/session") as asked:
        wait_at_the_desk(desk)
    assert asked.value.json()["seconds"] > 29 * 60
    expect(page.get_by_role("dialog")).to_have_count(0)


def end_the_other(page: Page) -> None:
    """End, on the page of the account, the session that was used last before this one."""
    page.goto("/app/account")
    ends = page.get_by_role("button", name=re.compile("^End the session"))
    before = ends.count()
    accessible(page)
    ends.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("That session is ended.")).to_be_visible()
    expect(ends).to_have_count(before - 1)


def test_a_session_is_ended_from_another_browser_by_keyboard(desk: Desk, plain_desk: Desk):
    elsewhere = plain_desk.sign_in("auditor")
    here = desk.sign_in("auditor")
    end_the_other(here)
    elsewhere.goto("/app/people")
    expect(elsewhere).to_have_url(re.compile("/app/login"))
    elsewhere.get_by_label("Work e-mail").fill("auditor@demo.example")
    elsewhere.get_by_label("Password").fill(PASSWORD)
    elsewhere.get_by_role("button", name="Sign in").click()
    expect(elsewhere).to_have_url(re.compile("/app/people"))
    end = elsewhere.goto("/app/account")
    assert end.ok
    elsewhere.get_by_role("button", name="Sign out everywhere else").click()
    here.goto("/app/people")
    expect(here).to_have_url(re.compile("/app/login"))
