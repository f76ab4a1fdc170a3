"""Every page in other languages: nothing stays English, long words find their place, and right-to-left is a mirror."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from babel.dates import get_month_names
from playwright.sync_api import Error, Page, expect

from tests.browser.accessibility import beyond_the_edge
from tests.browser.conftest import Desk, Walked
from tests.browser.languages import LEFTWARD, LONG

pytestmark = pytest.mark.browser

PARTS = 3
WIDTHS = (1366, 375)

# What is the same in every language: names of formats and keys, addresses, the words of programs.
_NOBODYS = re.compile(
    r"\b(PDF|API|JSON|CSV|HTTPS?|Alt|Ctrl|Enter|Esc|kB|MB)\b"
    r"|[\w.+-]+@[\w.-]+|https?:\S+|/(api|app)/\S*|[a-z_]+\.[a-z_]+"
)

# What a reader sees or hears, node by node; data that says so itself (names, keys, moments, addresses) is left out.
_TEXTS = """() => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const around = node.parentElement;
    if (around.closest("script, template, bdi, kbd, time, code, textarea, [lang]:not(html), [dir=ltr]")) continue;
    if (around.closest("[hidden]") || !node.data.trim()) continue;
    found.add(node.data.replace(/\\s+/g, " ").trim());
  }
  for (const name of ["aria-label", "placeholder", "title", "alt"]) {
    for (const one of document.querySelectorAll(`body [${name}]`)) found.add(one.getAttribute(name).trim());
  }
  found.add(document.title);
  return [...found];
}"""

# Words that do not fit where they stand: wider than their box, though nobody meant them to be cut off or scrolled.
_TOO_LONG = """() => [...document.querySelectorAll(
    "button, .btn, .tag, .state, .fact, .chip, .tabs a, td, th, dt, dd, summary, nav a, h1, h2, h3, label, legend, p"
  )].filter((one) => {
    const look = getComputedStyle(one);
    if (one.closest(".vh, [hidden], .scroll-x") || !one.checkVisibility() || look.display === "inline") return false;
    if (look.textOverflow === "ellipsis" || look.position === "absolute") return false;
    return one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1;
  }).map((one) => one.outerHTML.slice(0, 150))"""

_HEAD = """() => {
  const boxes = [...document.querySelectorAll("header.top > *")].filter((one) => one.checkVisibility())
    .map((one) => one.getBoundingClientRect());
  return boxes.some((a, at) => boxes.slice(at + 1).some((b) =>
    a.left + 1 < b.right && b.left + 1 < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom));
}"""


class Reader:
    """Goes to pages in a language as whoever may."""

    def __init__(self, browser, walked: Walked, language: str) -> None:
        self.browser, self.walked, self.language = browser, walked, language
        self._pages: dict[str, Page] = {}

    def page_of(self, who: str) -> Page:
        """A page of somebody who chose the language in their account; nobody's browser wishes for it."""
        if who not in self._pages:
            context = self.browser.new_context(
                base_url=self.walked.server.url, locale=self.language, reduced_motion="reduce"
            )
            page = context.new_page()
            if who:
                self._sign_in(context, page, who)
            self._pages[who] = page
        return self._pages[who]

    def _sign_in(self, context, page: Page, who: str) -> None:
        page.goto("/app/login")
        page.locator("#email").fill(f"{who}@demo.example")
        page.locator("#password").fill(Desk.password)
        page.locator("main button[type=submit]").click()
        page.goto("/app/account")
        page.locator("#language").select_option(self.language)
        page.locator("form[action$=language] button").click()
        expect(page.locator("html")).to_have_attribute("lang", self.language)

    def pages(self, part: int):
        """Each page in its turn: its name, and the browser's page showing it."""
        for address in self.walked.addresses[part::PARTS]:
            page = self.page_of(address["who"])
            if shows(page, address["path"]):
                yield address["name"], page
        for page in self._pages.values():
            page.context.close()


def shows(page: Page, path: str) -> bool:
    """Go to an address; whether a page of ours is there, and neither a file nor a part of a page."""
    try:
        answer = page.goto(path)
    except Error as failure:
        if "Download is starting" in failure.message or "ERR_ABORTED" in failure.message:
            return False
        raise
    return "text/html" in answer.headers["content-type"] and "<html" in answer.text()


def in_english(page: Page, data: list[str]) -> list[str]:
    """What on a page is neither translated nor data, nor what was searched for, nor a month."""
    left, asked = [], parse_qs(urlsplit(page.url).query)
    given = [
        *data,
        *(word for words in asked.values() for word in words),
        *get_month_names("wide", locale=LONG).values(),
    ]
    for text in page.evaluate(_TEXTS):
        rest = _NOBODYS.sub("", text)
        for words in given:
            if re.search("[a-zA-Z]{2}", rest) is None:
                break
            rest = rest.replace(words, "")
        if re.search("[a-zA-Z]{2}", rest):
            left.append(text)
    return left


def misplaced(page: Page) -> list[str]:
    """What does not fit at each width."""
    left = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 768})
        left += [f"at {width}: {one}" for one in page.evaluate(_TOO_LONG)]
        if (beyond := beyond_the_edge(page)) > 0:
            left.append(f"at {width}: {beyond} pixels beyond the edge")
        if page.evaluate(_HEAD):
            left.append(f"at {width}: the parts of the head lie over one another")
    return left


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_stays_english_and_long_words_find_their_place(browser, translated, part):
    faults = []
    for name, page in Reader(browser, translated, LONG).pages(part):
        page.set_viewport_size({"width": WIDTHS[0], "height": 768})
        faults += [f"{name}: {text!r} is not translated" for text in in_english(page, translated.data)]
        faults += [f"{name}: {fault}" for fault in misplaced(page)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("part", range(PARTS))
def test_right_to_left_is_a_mirror(browser, translated, part):
    faults = []
    for name, page in Reader(browser, translated, LEFTWARD).pages(part):
        page.set_viewport_size({"width": WIDTHS[0], "height": 768})
        told = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        if told != [LEFTWARD, "rtl"]:
            faults.append(f"{name}: {told}")
        # The head begins at the right, and so does the text of the page.
        start = "(it) => document.querySelector(it)?.getBoundingClientRect().right"
        if (brand := page.evaluate(start, "header.top .brand")) and brand < WIDTHS[0] / 2:
            faults.append(f"{name}: the head begins at the left")
        if page.evaluate("getComputedStyle(document.querySelector('main')).direction") != "rtl":
            faults.append(f"{name}: the page runs from the left")
        faults += [f"{name}: {fault}" for fault in misplaced(page)]
    assert not faults, "\n".join(faults)
