"""What everybody must be able to use: axe has nothing to complain about, and nothing lies beyond the edge."""

from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

WAYS = ((1366, "light", "ltr"), (375, "dark", "rtl"))

# Rules that look at colours and places; all others read the same page whatever the scheme and the direction.
OF_LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")

_RUN = """async ([rules, dir]) => {
  if (dir) document.documentElement.dir = dir;
  const which = rules ? {runOnly: {type: "rule", values: rules}} : {rules: {"target-size": {enabled: true}}};
  const found = await axe.run(document, {resultTypes: ["violations"], ...which});
  return found.violations.map((one) => [one.id, one.nodes.map((node) => node.html)]);
}"""


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *, looks_only: bool = False, direction: str | None = None) -> list:
    """What axe finds in the page as it stands, or as it stands in another direction: rules and the elements."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    return page.evaluate(_RUN, [list(OF_LOOKS) if looks_only else None, direction])


def beyond_the_edge(page: Page) -> int:
    """How many pixels one has to scroll sideways to see all of the page."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def accessible(page: Page) -> None:
    """Look at a page wide and light, and narrow, dark and from right to left; afterwards it is as it was before."""
    for width, scheme, direction in WAYS:
        page.set_viewport_size({"width": width, "height": 768})
        page.emulate_media(color_scheme=scheme)
        assert violations(page, direction=direction) == [], f"{page.url} at {width}, {scheme}, {direction}"
        assert beyond_the_edge(page) <= 0, f"{page.url} at {width}, {direction}"
    width, scheme, direction = WAYS[0]
    page.set_viewport_size({"width": width, "height": 768})
    page.emulate_media(color_scheme=scheme)
    page.evaluate("(dir) => { document.documentElement.dir = dir; }", direction)


def complaints(page: Page, where: str = "") -> None:
    """Nothing for axe to complain about, in the page as it stands."""
    assert violations(page) == [], where or page.url
