"""Every page of the browser's URL map, as served: usable by everyone, in each colour scheme, direction and width.

The walk goes to every GET endpoint by itself (browser/world.py); a page that is new is walked without being named.
"""

import pytest
from playwright.sync_api import APIResponse, Page

from tests.browser.accessibility import beyond_the_edge, violations
from tests.browser.conftest import PATIENCE, Desk, Server

pytestmark = pytest.mark.browser

PARTS = 6  # so that the walk can be spread over several processes
WIDE, NARROW, NARROWEST = 1366, 375, 320
WAYS = ((WIDE, "light", "ltr"), (WIDE, "dark", "rtl"), (NARROW, "light", "rtl"), (NARROW, "dark", "ltr"))

# What may travel, in bytes with the headers: for a page with an empty cache, for one after others, for a part of one.
FIRST, LATER, PART = 100_000, 40_000, 15_000

# What answers otherwise than with a page, on purpose.
OTHERWISE = {
    "admin.map_code": 303,  # no code was named; with one it is walked below its address
    "intake.go_on": 303,  # to the question at which a draft was left
    "intake.already": 303,  # nobody with an open case was named; looked at in browser/test_intake.py
    "worklist.report": 303,  # nothing was done to several cases yet
    "/app/cases/99999 as supervisor": 404,
    "passkeys.new": 303,  # nothing was begun; this and the next are looked at in browser/test_passkeys.py
    "passkeys.show": 404,
}

_FACTS = """() => ({
  lang: document.documentElement.lang,
  dir: document.documentElement.dir,
  headings: document.querySelectorAll("h1").length,
  twice: [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at),
})"""


class Wire:
    """Counts what travels to a page, as the browser's own network panel does."""

    def __init__(self, page: Page) -> None:
        self.page, self.travelled = page, 0
        self.sizes: dict[str, int] = {}  # of each address, when it last travelled
        self._addresses: dict[str, str] = {}
        panel = page.context.new_cdp_session(page)
        panel.on(
            "Network.responseReceived", lambda it: self._addresses.update({it["requestId"]: it["response"]["url"]})
        )
        panel.on("Network.loadingFinished", self._arrived)
        panel.send("Network.enable")

    def _arrived(self, it: dict) -> None:
        size, address = int(it["encodedDataLength"]), self._addresses.get(it["requestId"], "")
        if size:  # what comes from the cache has none
            self.travelled += size
            self.sizes[address] = size

    def weight(self) -> int:
        """What the present page would weigh with an empty cache."""
        used = self.page.evaluate("performance.getEntries().map((entry) => entry.name)")
        return sum(self.sizes.get(address, 0) for address in set(used))


class Walker:
    """Goes to pages as whoever may, and keeps what is wrong with them."""

    def __init__(self, browser, server: Server) -> None:
        self.browser, self.server = browser, server
        self.faults: list[str] = []
        self._pages: dict[str, tuple[Desk, Page, Wire]] = {}

    def page_of(self, who: str) -> tuple[Desk, Page, Wire]:
        """The browser of somebody, signed in the first time; of nobody for an empty name."""
        if who not in self._pages:
            context = self.browser.new_context(base_url=self.server.url, locale="en-GB", reduced_motion="reduce")
            context.set_default_timeout(PATIENCE)
            desk = Desk(context, self.server.url)
            page = context.new_page()
            wire = Wire(page)
            if who:
                desk.sign_in(who, page)
            self._pages[who] = desk, page, wire
        return self._pages[who]

    def walk(self, address: dict[str, str]) -> None:
        """Look at one address in every way."""
        name, path = address["name"], address["path"]
        desk, page, wire = self.page_of(address["who"])
        answer = desk.context.request.get(path, max_redirects=0)
        if answer.status != OTHERWISE.get(name, 200):
            self._fault(
                name, f"answers {answer.status}: it needs a row of its own in browser/world.py, or to be mended"
            )
        elif "text/html" in answer.headers.get("content-type", "") and "<html" in answer.text():
            self._look_at_headers(name, answer)
            page.set_viewport_size({"width": WIDE, "height": 768})
            page.emulate_media(color_scheme="light")
            later, wire.travelled = bool(wire.sizes), 0
            page.goto(path)
            self._weigh(name, path, page, wire, LATER if later else FIRST)
            self._look_at_page(name, page)
            self._look_in_every_way(name, page)
        self.faults += [f"{name}: {complaint}" for complaint in desk.complaints]
        desk.complaints.clear()

    def close(self) -> None:
        """Close what was opened."""
        for desk, _page, _wire in self._pages.values():
            desk.context.close()

    def _fault(self, name: str, what: object) -> None:
        self.faults.append(f"{name}: {what}")

    def _look_at_headers(self, name: str, answer: APIResponse) -> None:
        policy = answer.headers.get("content-security-policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            self._fault(name, f"content security policy {policy!r}")

    def _weigh(self, name: str, path: str, page: Page, wire: Wire, most: int) -> None:
        weight = wire.weight()
        if weight > FIRST or wire.travelled > most:
            self._fault(name, f"{weight} bytes travel to it with an empty cache, {wire.travelled} now")
        if not weight > wire.sizes.get(page.url, 0) > 500:
            self._fault(name, f"was not measured: {weight}")
        asked = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin", "Accept-Encoding": "br"}
        part = page.context.request.get(path, headers=asked)
        length = int(part.headers["content-length"]) + sum(map(len, part.headers.values()))
        if length > (LATER if "<html" in part.text() else PART):
            self._fault(name, f"{length} bytes travel as a part of the page")

    def _look_at_page(self, name: str, page: Page) -> None:
        facts = page.evaluate(_FACTS)
        if facts != {"lang": "en", "dir": "ltr", "headings": 1, "twice": []}:
            self._fault(name, facts)
        begun = page.evaluate("document.activeElement !== document.body")  # in a field, as where one searches first
        page.keyboard.press("Tab")
        if not begun and not page.evaluate("document.activeElement.matches('a.skip')"):
            self._fault(name, "the first Tab does not lead to the link that skips to the content")
        page.evaluate("document.activeElement.blur()")

    def _look_in_every_way(self, name: str, page: Page) -> None:
        """All rules once at each width; those of looks so that each two of width, scheme and direction meet."""
        for width, scheme, direction in WAYS:
            page.set_viewport_size({"width": width, "height": 768})
            page.emulate_media(color_scheme=scheme)
            if found := violations(page, looks_only=scheme == "dark", direction=direction):
                self._fault(name, f"at {width}, {scheme}, {direction}: {found}")
            if (beyond := beyond_the_edge(page)) > 0:
                self._fault(name, f"at {width}, {direction}: {beyond} pixels beyond the edge")
        page.set_viewport_size({"width": NARROWEST, "height": 640})
        if (beyond := beyond_the_edge(page)) > 0:
            self._fault(name, f"at {NARROWEST}: {beyond} pixels beyond the edge")


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_can_be_used_by_everyone(browser, walked, part):
    server, addresses = walked.server, walked.addresses
    walker = Walker(browser, server)
    for address in addresses[part::PARTS]:
        walker.walk(address)
    walker.close()
    assert not walker.faults, "\n".join(walker.faults)
