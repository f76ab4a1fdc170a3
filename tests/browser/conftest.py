"""The real server, with demo data, and a real browser that complains about whatever a person would not see."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import languages
from tests.chromium import launch_options

BIN = Path(sys.executable).parent
PATIENCE = 15000  # milliseconds for what a busy machine does late; nothing waits longer than it must
expect.set_options(timeout=PATIENCE)
PASSWORD = "a rehearsal password"  # pragma: allowlist secret


class Server:
    """The portal as ``make run`` serves it, on a free port, with its own data."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = data_dir
        self.environment = {
            **os.environ,
            "PORTAL_ENVIRONMENT": "demo",
            "PORTAL_DATA_DIR": str(data_dir),
            "PORTAL_DEMO_PASSWORD": PASSWORD,
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
            **settings,
        }
        self._log = (data_dir / "server.log").open("w")
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Serve, and return when the portal says that it is ready."""
        self._process = subprocess.Popen(
            [str(BIN / "flask"), "--app", "wsgi", "serve"],
            env=self.environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        # Each attempt waits for the kernel to refuse or the server to answer; 600 are a minute at the most.
        for _ in range(600):
            if self._process.poll() is not None:
                break
            if self._answers():
                return
            self._wait_a_moment()
        self._log.close()
        raise RuntimeError(f"the server did not start:\n{(self.data_dir / 'server.log').read_text()[-4000:]}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=1) as answer:  # noqa: S310 - our own address
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _wait_a_moment(self) -> None:
        try:
            self._process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            return

    def kill(self) -> None:
        """Take the power away, from the workers too."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Stop as an operator does."""
        self._process.terminate()
        self._process.wait(timeout=40)
        self._log.close()

    def flask(self, *arguments: str) -> str:
        """Run a command of the portal against the same installation; returns its standard output."""
        done = subprocess.run(
            [str(BIN / "flask"), "--app", "wsgi", *arguments],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """One server for the tests of a process; tests make cases of their own and leave others' alone."""
    made = Server(tmp_path_factory.mktemp("served"))
    made.start()
    yield made
    made.stop()


@dataclass
class Walked:
    """A server in which there is something on every page; where the pages are; and the words that are nobody's to
    translate."""

    server: Server
    addresses: list[dict[str, str]]
    data: list[str]


def _walked(server: Server) -> Iterator[Walked]:
    server.start()
    world = [sys.executable, "-m", "tests.browser.world"]
    told = subprocess.run(world, env=server.environment, check=True, capture_output=True, text=True)
    yield Walked(server, **json.loads(told.stdout))
    server.stop()


@pytest.fixture(scope="session")
def walked(tmp_path_factory) -> Iterator[Walked]:
    """What is walked in English."""
    yield from _walked(Server(tmp_path_factory.mktemp("walked")))


@pytest.fixture(scope="session")
def translated(tmp_path_factory) -> Iterator[Walked]:
    """What is walked in languages that nobody speaks (languages.py)."""
    folder = tmp_path_factory.mktemp("languages")
    languages.write(folder)
    spoken = f"en,{languages.LONG},{languages.LEFTWARD}"
    settings = {"PORTAL_LANGUAGES": spoken, "PORTAL_TRANSLATIONS_DIR": str(folder)}
    yield from _walked(Server(tmp_path_factory.mktemp("translated"), **settings))


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    """Where the pages are."""
    return server.url


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """The machine's own Chromium."""
    return launch_options()


class Desk:
    """A browser context in which everything that should not happen is noted, and fails the test at its end."""

    password = PASSWORD

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.context, self.base_url = context, base_url
        self.complaints: list[str] = []
        context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("request", lambda request: self._asked(request.url))

    def _heard(self, kind: str, text: str) -> None:
        # Chromium, and htmx after it, report each 4xx answer of a form or fragment as an error; those are answers.
        answers = ("Failed to load resource", "Response Status Error Code 4")
        if kind == "error" and not any(answer in text for answer in answers):
            self.complaints.append(f"console: {text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.base_url, "data:", "blob:")):
            self.complaints.append(f"request to another host: {url}")

    def sign_in(self, who: str = "agent", page: Page | None = None) -> Page:
        """Sign in by the sign-in page as one of the demo accounts."""
        page = page or self.context.new_page()
        page.goto(f"{self.base_url}/app/")
        page.get_by_label("Work e-mail").fill(f"{who}@demo.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page).to_have_url(f"{self.base_url}/app/")
        page.wait_for_load_state()  # from now on its keys are heard
        return page


def desk_at(browser: Browser, base_url: str, **options) -> Iterator[Desk]:
    """A browser for the portal at an address."""
    context = browser.new_context(base_url=base_url, locale="en-GB", **options)
    context.set_default_timeout(PATIENCE)
    desk = Desk(context, base_url)
    yield desk
    context.close()
    assert desk.complaints == []


@pytest.fixture
def desk(browser: Browser, base_url: str) -> Iterator[Desk]:
    """A browser as people have it."""
    yield from desk_at(browser, base_url)


@pytest.fixture
def plain_desk(browser: Browser, base_url: str) -> Iterator[Desk]:
    """A browser without JavaScript."""
    yield from desk_at(browser, base_url, java_script_enabled=False)
