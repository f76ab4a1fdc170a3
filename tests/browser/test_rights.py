"""What people may ask about their own data, and whose eyes a record or a case is kept from: in three ways."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.hands import WAYS, Hands, Mouse
from tests.browser.journeys import each_way
from tests.browser.test_conflicts import call
from tests.browser.test_office_lists import heading, said

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def token(server) -> str:
    """The token of a programme of the office."""
    return server.flask("token", "issue", "--dialect", "interventions", "--user", "supervisor@demo.example")


@pytest.fixture
def person(server, token, way) -> str:
    """Somebody who was registered just now and is in no case."""
    name = {"script": "Zubeda Otieno", "plain": "Ingrid Lindqvist", "keyboard": "Wen Castellanos"}[way]
    call(server, token, "/persons/", {"full_name": name, "age_estimate": 40})
    return name


@each_way("request", "export", "restriction", "own record", "erasure")
def test_what_a_person_asks_by_right_is_written_down_done_and_proved(request, way, person):
    desk, kind = WAYS[way]
    at = request.getfixturevalue(desk)
    page = at.sign_in("supervisor")
    page.goto(f"/app/people?q={person}")
    page.goto(page.get_by_role("link", name=re.compile(f"^{person}")).first.get_attribute("href"))
    hands = kind(page)
    heading(page, person)
    address = page.url
    hands.press("Rights")
    heading(page, f"Rights of {person}")
    ask(page, hands, "To be told everything held about them")
    take_out(page, hands)
    page.goto(f"{address}/rights")
    expect(page.get_by_role("row", name=re.compile("To be told everything.*Done"))).to_be_visible()
    restrict_and_lift(page, hands)
    ask(page, hands, "To be erased")
    expect(page.get_by_text("Carried out by an administrator.")).to_be_visible()

    at.context.clear_cookies()
    page = at.sign_in("admin", page)
    close_and_open(page, hands, address)
    page.goto(f"{address}/rights")
    hands.press("See what would go")
    heading(page, f"Erase {person}")
    expect(page.get_by_role("row", name=re.compile("Records of the person 1 "))).to_be_visible()
    hands.press("Erase this person")
    expect(page.get_by_role("alert")).to_contain_text("Tick this first: it cannot be undone.")
    hands.tick("I have read what goes and what stays.")
    hands.press("Erase this person")
    heading(page, "Certificate of erasure")
    expect(page.get_by_text("Files and index are swept, too")).to_be_visible()
    expect(page.get_by_text(person)).to_have_count(0)
    if way == "script":
        accessible(page)


def ask(page: Page, hands: Mouse | Hands, what: str) -> None:
    """Write down what is asked for."""
    hands.choose("What is asked for?", what)
    hands.write("Who asks?", "The person, at the desk")
    hands.press("Put it into the register")
    said(page, "The request is in the register.")
    expect(page.get_by_role("link", name=f"Answer {what}")).to_be_visible()


def take_out(page: Page, hands: Mouse | Hands) -> None:
    """Take everything out, as a file."""
    hands.press("Take everything out")
    heading(page, "Everything held about them")
    hands.write("Why is it taken out?", "They asked for it.")
    with page.expect_download() as download:
        hands.press("Save the file")
    assert re.fullmatch(r"person-\d+\.zip", download.value.suggested_filename)


def restrict_and_lift(page: Page, hands: Mouse | Hands) -> None:
    """Keep the data from being used, and let it be used again."""
    hands.press("Restrict it")
    heading(page, "Restrict what is done with the data")
    hands.write("Why?", "They dispute it.")
    hands.press("Restrict it")
    said(page, "The data is kept, and neither changed nor used.")
    hands.press("Lift the restriction")
    heading(page, "Let the data be used again")
    hands.write("Why?", "It is settled.")
    hands.press("Lift the restriction")
    said(page, "The data can be used again.")


def close_and_open(page: Page, hands: Mouse | Hands, address: str) -> None:
    """Close the record to a colleague, and open it to them again."""
    page.goto(address)
    hands.press("Is this you, or a relative of yours?")
    heading(page, "Is this you, or a relative of yours?")
    colleague = page.get_by_label("Who works here").locator("option").nth(1).inner_text()
    hands.pick("Who works here", colleague)
    hands.choose("What is it?", "The record of a relative")
    hands.press("Close this record")
    said(page, "The record is closed to them from now on, with the cases about it.")
    hands.press(f"Take back {colleague}")
    said(page, "The record is open to them again.")


@each_way("restricted case")
def test_a_case_is_restricted_and_opened_again(request, way, server, token):
    desk, kind = WAYS[way]
    page = request.getfixturevalue(desk).sign_in("supervisor")
    number = call(server, token, "/cases?status=stabilized")["items"][0]["case_id"]
    page.goto(f"/app/cases/{call(server, token, f'/cases/{number}')['number']}")
    hands = kind(page)
    hands.press("More actions")
    hands.press("Restrict who may see this case…")
    heading(page, "Who may see ")
    hands.choose("Why is it restricted?", "The person asked for it")
    hands.press("Show who would lose sight of it")
    expect(page.get_by_text("would lose sight of this case")).to_be_visible()
    hands.press("Restrict it to this list")
    said(page, re.compile("is restricted: nobody else sees it any more."))
    hands.write("Why is it lifted?", "It is over.")
    hands.press("Lift the restriction")
    said(page, re.compile("is no longer restricted."))
