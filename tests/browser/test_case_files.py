"""Adding files to a case in a real browser: by keyboard with progress, by dropping, without script, for everybody."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk
from tests.browser.keyboard import Keyboard
from tests.sent_files import PDF, png

pytestmark = pytest.mark.browser

# Files from another window are let go over the page.
_DROP = """([names, size]) => {
  const carrier = new DataTransfer();
  names.forEach((name) => carrier.items.add(new File([new Uint8Array(size).fill(65)], name)));
  const told = { dataTransfer: carrier, bubbles: true, cancelable: true };
  document.querySelector("h1").dispatchEvent(new DragEvent("dragover", told));
  const marked = document.querySelector("#add-files").classList.contains("dropping");
  document.querySelector("h1").dispatchEvent(new DragEvent("drop", told));
  return marked;
}"""
# Every share of the progress that somebody could see.
_WATCH = """() => {
  window.shares = [];
  document.addEventListener("htmx:xhr:progress", () => window.shares.push(document.querySelector("progress").value));
}"""


def files_of(page: Page, reference: str) -> str:
    """The address of the files of a case of the demo data."""
    page.goto(f"/app/?view=all&q={reference}")
    return page.locator("tbody a[href^='/app/cases/']").get_attribute("href") + "/files"


@pytest.fixture
def papers(tmp_path: Path) -> dict[str, Path]:
    """A letter, a picture, and something that says it is a letter."""
    made = {"letter.pdf": PDF, "door.png": png(90), "trick.pdf": b"<html><script>alert(1)</script>"}
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in made}


def test_a_file_is_chosen_refused_left_out_and_another_sent_by_keyboard_alone(desk: Desk, papers):
    page = desk.sign_in("caseworker")
    # Whoever waits for a chooser only as the key is pressed may be too late: the browser then opens its own.
    page.on("filechooser", lambda _chooser: None)
    page.goto(files_of(page, "EDU-000005"))
    accessible(page)
    keys = Keyboard(page)
    keys.go_to("Files", exact=True)
    keys.press("Tab")
    keys.go_to("Files")
    with page.expect_file_chooser() as chooser:
        keys.press("Enter")
    chooser.value.set_files([papers["letter.pdf"], papers["trick.pdf"]])
    chosen = page.get_by_role("list", name="Chosen files")
    expect(chosen.get_by_role("listitem")).to_have_count(2)
    accessible(page)
    keys.fill("Description", "Her letter")
    keys.go_to("Add files", exact=True)
    page.evaluate(_WATCH)
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("trick.pdf: This kind of file is not taken.")
    assert page.evaluate("window.shares.at(-1)") == 100
    expect(page.get_by_label("Description")).to_have_value("Her letter")
    expect(chosen.get_by_role("listitem")).to_have_count(2)
    accessible(page)
    keys.go_to("Leave out trick.pdf")
    keys.press("Enter")
    expect(chosen.get_by_role("listitem")).to_have_count(1)
    keys.go_to("Add files", exact=True)
    keys.press("Enter")
    expect(page.get_by_text("1 file was added.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("letter.pdf.*Her letter.*PDF document.*John Smith"))).to_be_visible()
    accessible(page)
    keys.go_to("Save letter.pdf")
    with page.expect_download() as saved:
        keys.press("Enter")
    assert saved.value.suggested_filename == "letter.pdf"
    assert Path(saved.value.path()).read_bytes() == PDF


def test_files_are_dropped_on_the_page_and_one_that_is_too_large_is_not_sent(desk: Desk):
    page = desk.sign_in("caseworker")
    page.goto(files_of(page, "HEA-000002"))
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    assert page.evaluate(_DROP, [["huge.txt"], 21 * 1024 * 1024])
    expect(page.get_by_role("alert")).to_have_text("huge.txt: Too large.")
    page.get_by_role("button", name="Add files").click()
    expect(page.get_by_label("Files", exact=True)).to_be_focused()
    accessible(page)
    assert "POST" not in sent
    page.get_by_role("button", name="Leave out huge.txt").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.evaluate(_DROP, [["first.txt"], 3000])
    page.evaluate(_DROP, [["second.txt"], 4000])
    expect(page.get_by_role("list", name="Chosen files").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Add files").click()
    expect(page.get_by_text("2 files were added.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("second.txt.*Plain text"))).to_be_visible()


def test_without_script_files_are_added_and_a_picture_is_looked_at(plain_desk: Desk, papers):
    page = plain_desk.sign_in("caseworker")
    page.goto(files_of(page, "HEA-000006"))
    page.get_by_label("Files", exact=True).set_input_files(papers["trick.pdf"])
    page.get_by_label("Description").fill("The front door")
    page.get_by_role("button", name="Add files").click()
    expect(page.get_by_role("alert")).to_contain_text("trick.pdf: This kind of file is not taken.")
    expect(page.get_by_label("Description")).to_have_value("The front door")
    page.get_by_label("Files", exact=True).set_input_files([papers["door.png"], papers["letter.pdf"]])
    page.get_by_role("button", name="Add files").click()
    expect(page.get_by_text("2 files were added.")).to_be_visible()
    page.get_by_role("link", name="Show door.png").click()
    picture = page.get_by_role("img", name="The front door")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 1)
    page.get_by_role("link", name="Files of this case").click()
    expect(page.get_by_role("link", name="Show letter.pdf")).to_have_attribute("href", re.compile("/view$"))


def test_the_page_of_a_picture_can_be_used_by_everybody(desk: Desk, papers):
    page = desk.sign_in("caseworker")
    page.goto(files_of(page, "EDU-000011"))
    page.get_by_label("Files", exact=True).set_input_files(papers["door.png"])
    page.get_by_role("button", name="Add files").click()
    page.get_by_role("link", name="Show door.png").click()
    expect(page.get_by_role("img", name="door.png")).to_be_visible()
    accessible(page)
