"""The headless Chromium of the browser tests: the machine's own, driven by Playwright.

``python -m tests.chromium`` opens a page with it and says which one it is; set-up runs this once.
"""

import os
import shutil
from typing import Any

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"

# No sandbox: it needs rights that root and most containers lack, and only the portal's own pages are opened.
# The rest keeps the browser from talking to anything but the portal.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class ChromiumMissing(RuntimeError):
    """No Chromium or Chrome is on this machine."""


def find() -> str:
    """Return the path of the browser: the one ``CHROMIUM`` names, else the first that is installed."""
    candidates = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else [*NAMES, MAC]
    for candidate in candidates:
        if path := shutil.which(candidate):
            return path
    raise ChromiumMissing(f"no browser found; looked for {', '.join(candidates)}")


def launch_options() -> dict[str, Any]:
    """Return what Playwright's ``chromium.launch`` needs to start it."""
    return {"executable_path": find(), "args": list(ARGUMENTS)}


def _try() -> str:
    with sync_playwright() as playwright, playwright.chromium.launch(**launch_options()) as browser:
        page = browser.new_page()
        page.set_content("<title>ready</title>")
        if page.title() != "ready":
            raise RuntimeError("the browser starts but shows no page")
        return browser.version


if __name__ == "__main__":
    print(f"Browser for the tests: {find()} ({_try()})")
