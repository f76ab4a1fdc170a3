"""The heading of a page, by which one knows where one is."""

from playwright.sync_api import Locator, Page


def heading(page: Page) -> Locator:
    """The first heading of the page."""
    return page.get_by_role("heading", level=1)
