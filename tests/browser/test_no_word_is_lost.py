"""No typed word is lost: the server is killed, the session ends, the tab is closed; with script and without.

Words are typed into every step of an intake, into a message and into a note; at every such moment it is looked whether
the browser stores anything.
"""

import base64
import datetime as dt
import sqlite3
import zlib
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from portal.core import clock
from tests.browser.accessibility import accessible
from tests.browser.conftest import PASSWORD, Desk, Server, desk_at

pytestmark = pytest.mark.browser

WORD = "quincewort"  # in all that is typed here, and nowhere else
# The steps of the intake, each by the field that is typed into.
STEPS = {
    "#reporter-full_name": f"Wanjiru {WORD}",
    "#clients-0-full_name": f"Amina {WORD}",
    "#perpetrators-0-full_name": f"Otieno {WORD}",
    "#narrative": f"They were told to leave. {WORD}",
    "#consent_by": f"Her aunt {WORD}",
}
CASE = "/app/cases/14/messages"
WRITERS = {"#cases-message textarea": f"Come on Monday. {WORD}", "#cases-note textarea": f"She is afraid. {WORD}"}
_STORED = """async () => [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie,
  (await indexedDB.databases()).length, (await caches.keys()).length]"""
_OFFLINE = ("htmx:afterRequest", "htmx:sendError")


@pytest.fixture(scope="module")
def mortal(tmp_path_factory) -> Iterator[Server]:
    """A server that may be killed: its data is its own."""
    made = Server(tmp_path_factory.mktemp("mortal"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def desk(browser: Browser, mortal: Server) -> Iterator[Desk]:
    """A browser at that server."""
    yield from desk_at(browser, mortal.url)


@pytest.fixture
def plain_desk(browser: Browser, mortal: Server) -> Iterator[Desk]:
    """One without JavaScript."""
    yield from desk_at(browser, mortal.url, java_script_enabled=False)


def worded(fields: dict[str, str], more: str) -> dict[str, str]:
    """The same in other words: what was just sent is no draft any more."""
    return {field: f"{text} {more}" for field, text in fields.items()}


def change_sessions(server: Server, *, last_seen_at: str | None = None, ended_at: str | None = None) -> None:
    """Write straight into the sessions that are not over; what is not given stays."""
    with sqlite3.connect(server.data_dir / "portal.db", timeout=10) as database:
        changed = database.execute(
            "UPDATE sessions SET last_seen_at = coalesce(?, last_seen_at), ended_at = ? WHERE ended_at IS NULL",
            (last_seen_at, ended_at),
        )
        assert changed.rowcount > 0
    database.close()


def stamp(minutes: float) -> str:
    """So many minutes ago, as the database writes it."""
    return (clock.now() - dt.timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S.%f")


def run_out(server: Server) -> None:
    """Let every session have been idle for too long."""
    change_sessions(server, last_seen_at=stamp(31))


def end(server: Server) -> None:
    """Let every session have been ended by somebody."""
    change_sessions(server, ended_at=stamp(0))


def stores_nothing(page: Page) -> None:
    """The browser holds no word of the case: its stores are empty, and its cookies say nothing of it."""
    assert page.evaluate(_STORED) == ["{}", "{}", "", 0, 0]
    cookies_say_nothing(page)


def cookies_say_nothing(page: Page) -> None:
    """No cookie holds a word of the case, also when it is unpacked."""
    cookies = page.context.cookies()
    assert cookies
    for cookie in cookies:
        packed = cookie["value"].startswith(".")
        told = cookie["value"].lstrip(".").split(".")[0]
        read = base64.urlsafe_b64decode(told + "=" * (-len(told) % 4))
        assert WORD.encode() not in (zlib.decompress(read) if packed else read)


def type_and_wait(page: Page, field: str, text: str) -> None:
    """Type, and pause until the server says that this very text is safe."""

    def holds(answer) -> bool:
        sent = parse_qs(answer.request.post_data or "") if "draft" in answer.url else {}
        return answer.ok and [text] in sent.values()

    with page.expect_response(holds):
        page.locator(field).fill(text)
    expect(status_of(page, field)).to_contain_text("Saved")
    stores_nothing(page)


def status_of(page: Page, field: str) -> Locator:
    """Where the form of a field says whether its text is safe."""
    return page.locator(field).locator("xpath=ancestor::form").locator("[data-draft-status]")


def begin_intake(page: Page) -> None:
    """An intake with somebody in each of its lists."""
    page.goto("/app/intake")
    page.get_by_role("button", name="Add a client").click()
    expect(page.locator("#clients-0-full_name")).to_be_visible()
    page.get_by_role("button", name="Add an alleged perpetrator").click()
    expect(page.locator("#perpetrators-0-full_name")).to_be_visible()


def take_up(page: Page, title: str) -> None:
    """Open a draft from the list."""
    page.goto("/app/intake/drafts")
    page.get_by_role("link", name=title).click()


def holds(page: Page, fields: dict[str, str]) -> None:
    """What was typed stands in the form."""
    for field, text in fields.items():
        expect(page.locator(field)).to_have_value(text)


def sign_in_again(page: Page) -> None:
    """Fill in the sign-in page that one was led to."""
    page.get_by_label("Work e-mail").fill("agent@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def outage_is_heard(desk: Desk) -> None:
    """A server that is gone is complained of by the browser and by htmx; nothing else may be."""
    desk.complaints[:] = [said for said in desk.complaints if not any(word in said for word in _OFFLINE)]


def test_the_server_is_killed_while_one_types_and_when_one_sends(desk: Desk, mortal: Server):
    intake, case = desk.sign_in("agent"), desk.context.new_page()
    begin_intake(intake)
    case.goto(CASE)
    typed = {intake: STEPS, case: WRITERS}
    mortal.kill()
    for page, fields in typed.items():
        for field, text in fields.items():
            page.locator(field).fill(text)
            expect(status_of(page, field)).to_contain_text("Not saved. Your text is still here")
        stores_nothing(page)
    intake.get_by_role("button", name="Create case").click()
    expect(intake.get_by_role("alert").filter(has_text="The portal cannot be reached")).to_be_visible()
    case.get_by_role("button", name="Save note").click()
    expect(case.get_by_role("alert").filter(has_text="The portal cannot be reached")).to_be_visible()
    for page, fields in typed.items():
        holds(page, fields)
        stores_nothing(page)
    mortal.start()
    for page, fields in typed.items():
        for field in fields:
            expect(status_of(page, field)).to_contain_text("Saved")
    outage_is_heard(desk)
    for page, fields in typed.items():
        other = desk.context.new_page()
        other.goto(page.url)
        holds(other, fields)
        other.close()
    case.get_by_role("button", name="Save note").click()
    expect(case.locator("#cases-thread")).to_contain_text(WRITERS["#cases-note textarea"])
    intake.get_by_role("button", name="Create case").click()
    expect(intake.locator("h1")).to_contain_text(f"Wanjiru {WORD}")
    stores_nothing(intake)


def test_the_tab_is_closed_at_each_step(desk: Desk):
    page = desk.sign_in("agent")
    begin_intake(page)
    so_far = {}
    for field, text in worded(STEPS, "two").items():
        so_far[field] = text
        type_and_wait(page, field, so_far[field])
        page.close()
        page = desk.context.new_page()
        take_up(page, f"Wanjiru {WORD} two")
        holds(page, so_far)
        stores_nothing(page)
    for field, text in worded(WRITERS, "two").items():
        page.goto(CASE)
        type_and_wait(page, field, text)
        page.close()
        page = desk.context.new_page()
        page.goto(CASE)
        holds(page, {field: text})
        stores_nothing(page)


def test_the_session_ends_while_one_types_and_when_one_sends(desk: Desk, mortal: Server):
    intake, case = desk.sign_in("agent"), desk.context.new_page()
    begin_intake(intake)
    case.goto(CASE)
    end(mortal)
    typed = {intake: worded(STEPS, "once"), case: worded(WRITERS, "once")}
    for page, fields in typed.items():
        for field, text in fields.items():
            page.locator(field).fill(text)
            expect(status_of(page, field)).to_contain_text("Not saved. Your text is still here")
        stores_nothing(page)
    intake.get_by_role("button", name="Create case").click()
    case.get_by_role("button", name="Send message").click()
    for page in typed:
        told = page.get_by_role("alert").filter(has_text="You are signed out, so this cannot be sent yet")
        expect(told).to_be_visible()
    with desk.context.expect_page() as opened:
        intake.get_by_role("link", name="Sign in in another window").click()
    sign_in_again(opened.value)
    for page, fields in typed.items():
        for field in fields:
            expect(status_of(page, field)).to_contain_text("Saved")
        holds(page, fields)
    run_out(mortal)
    case.get_by_role("button", name="Send message").click()
    expect(case.get_by_text("What you sent was not taken, but it is kept.")).to_be_visible()
    sign_in_again(case)
    expect(case).to_have_url(f"{mortal.url}{CASE}")
    holds(case, typed[case])
    end(mortal)
    intake.get_by_role("button", name="Create case").click()
    expect(intake.locator("h1")).to_have_text("This was not sent: you are signed out")
    for text in typed[intake].values():
        assert text in intake.get_by_label("What you typed").input_value()
    accessible(intake)
    stores_nothing(intake)


def test_without_script_what_was_last_submitted_is_there(plain_desk: Desk, mortal: Server):
    page = plain_desk.sign_in("agent")
    begin_intake(page)
    so_far = {}
    for field, text in worded(STEPS, "three").items():
        so_far[field] = text
        page.locator(field).fill(so_far[field])
        page.locator("#clients-0-age_value").fill("ten")
        page.get_by_role("button", name="Create case").click()
        expect(page.locator(".summary-error")).to_contain_text("Write the age as a number")
        holds(page, so_far)
        page.locator("#clients-0-age_value").fill("10")
        run_out(mortal)
        page.get_by_role("button", name="Create case").click()
        expect(page.get_by_text("What you sent was not taken, but it is kept.")).to_be_visible()
        cookies_say_nothing(page)
        sign_in_again(page)
        holds(page, so_far | {"#clients-0-age_value": "10"})
    for field, button in {"#cases-message textarea": "Send message", "#cases-note textarea": "Save note"}.items():
        page.goto(CASE)
        for lose in (run_out, end):
            text = f"Written before the {lose.__name__}. {WORD}"
            page.locator(field).fill(text)
            lose(mortal)
            page.get_by_role("button", name=button).click()
            if lose is end:
                assert text in page.get_by_label("What you typed").input_value()
                page.goto("/app/")
            sign_in_again(page)
            cookies_say_nothing(page)
            if lose is run_out:
                holds(page, {field: text})


# Questions of the guided intake, each by the field that is typed into.
QUESTIONS = {
    "reporter-name": ("#reporter-full_name", f"Wanjiru {WORD} four"),
    "story": ("#narrative", f"They were told to leave. {WORD}"),
    "consent": ("#consent_by", f"Her aunt {WORD}"),
}


def guided(page: Page) -> str:
    """A guided intake, at its first question; returns where its questions are."""
    page.goto("/app/intake")
    page.get_by_role("button", name="One question at a time").click()
    expect(page.locator("h1")).to_have_text("Is anyone in danger right now?")
    return page.url.rpartition("/")[0]


def test_no_question_of_the_guided_intake_loses_a_word(desk: Desk, mortal: Server):
    page = desk.sign_in("agent")
    at = guided(page)
    for question, (field, text) in QUESTIONS.items():
        page.goto(f"{at}/{question}")
        type_and_wait(page, field, text)
        page.close()
        page = desk.context.new_page()
        take_up(page, f"Wanjiru {WORD} four")
        expect(page).to_have_url(f"{at}/{question}")
        holds(page, {field: text})
    mortal.kill()
    page.locator("#consent_by").fill(f"Her uncle {WORD}")
    expect(status_of(page, "#consent_by")).to_contain_text("Not saved. Your text is still here")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert").filter(has_text="The portal cannot be reached")).to_be_visible()
    stores_nothing(page)
    mortal.start()
    expect(status_of(page, "#consent_by")).to_contain_text("Saved")
    outage_is_heard(desk)
    page.locator("#consent_by").fill(f"Her sister {WORD}")
    page.go_back()  # at once: what was typed a moment ago goes out with the page
    page.goto(f"{at}/consent")
    holds(page, {"#consent_by": f"Her sister {WORD}"})


def test_without_script_what_was_last_submitted_to_a_question_is_there(plain_desk: Desk, mortal: Server):
    page = plain_desk.sign_in("agent")
    at = guided(page)
    page.goto(f"{at}/story")
    page.locator("#narrative").fill(f"Sent too late. {WORD}")
    run_out(mortal)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("What you sent was not taken, but it is kept.")).to_be_visible()
    sign_in_again(page)
    expect(page).to_have_url(f"{at}/story")
    holds(page, {"#narrative": f"Sent too late. {WORD}"})
    page.get_by_role("button", name="All on one page").click()
    holds(page, {"#narrative": f"Sent too late. {WORD}"})
