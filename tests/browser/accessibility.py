"""What everybody must be able to use: axe has nothing to complain about, and nothing lies beyond the edge."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WAYS = ((1366, "light"), (375, "dark"))


def accessible(page: Page) -> None:
    """Look at a page wide and light, and narrow and dark; it is wide and light again afterwards."""
    for width, scheme in WAYS:
        page.set_viewport_size({"width": width, "height": 768})
        page.emulate_media(color_scheme=scheme)
        complaints(page, f"{page.url} at {width}, {scheme}")
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{page.url} at {width}"
    page.set_viewport_size({"width": WAYS[0][0], "height": 768})
    page.emulate_media(color_scheme="light")


def complaints(page: Page, where: str = "") -> None:
    """Nothing for axe to complain about, in the page as it stands."""
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], where or page.url
