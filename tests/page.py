"""A browser without JavaScript: it follows links, fills forms by their labels, and checks every page it is given."""

import re
import secrets
from html.parser import HTMLParser

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from portal.core import sessions
from portal.core.actors import SYSTEM
from portal.core.models import User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import SignInWay
from portal.extensions import db


class _Reader(HTMLParser):
    """Reads what the checks need: ids, labels, controls, headings, language."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.lang: str | None = None
        self.title = ""
        self.h1 = 0
        self.controls: list[dict[str, str]] = []
        self.label_for: set[str] = set()
        self.forms: list[dict[str, object]] = []
        self.inline: list[str] = []
        self._in_title = False
        self._labels_open = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "html":
            self.lang = given.get("lang")
        if tag == "h1":
            self.h1 += 1
        if tag == "title":
            self._in_title = True
        if tag == "label":
            self._labels_open += 1
            self.label_for.add(given.get("for", ""))
        if tag == "form":
            self.forms.append({**given, "controls": []})
        self.inline += [name for name in given if name == "style" or name.startswith(("on", "hx-on"))]
        if tag == "script" and "src" not in given or tag == "style":
            self.inline.append(tag)
        if tag in ("input", "select", "textarea", "button"):
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        if self.forms:
            self.forms[-1]["controls"].append({"tag": tag, **given})
        named = {"aria-label", "aria-labelledby", "title"} & given.keys()
        hidden = given.get("type") in ("hidden", "submit", "button", "reset", "image")
        if tag != "button" and not hidden and not named and not self._labels_open:
            self.controls.append(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if tag == "label":
            self._labels_open -= 1

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


def open_session(app: Flask, user_id: int, **more: object) -> str:
    """The key of a new session of somebody who gave their password."""
    longest = app.extensions["settings"].longest_session
    with app.app_context(), unit_of_work(db.session, SYSTEM, intent="test.arrange") as session:
        told = {"way": SignInWay.PASSWORD, "longest": longest, **more}
        return sessions.open_session(session, session.get(User, user_id), **told)[0]


class Browser:
    """A client that is signed in as a user, or as nobody, and asserts what every page owes its readers."""

    def __init__(self, app: Flask, user_id: int | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        self.app = app
        if user_id is not None:
            self._sign_in(user_id)

    def _sign_in(self, user_id: int) -> None:
        """Put the cookie of a signed-in user into the jar; the sign-in page itself has tests of its own."""
        key = open_session(self.app, user_id)
        with self.client.session_transaction(path="/app/") as cookie:
            cookie["_user_id"], cookie["_fresh"] = key, True

    def get(self, path: str, *, expect: int = 200, **more) -> TestResponse:
        """Ask for a page; the status must be the expected one."""
        response = self.client.get(path, **more)
        assert response.status_code == expect, f"GET {path}: {response.status_code}\n{_text(response)[:600]}"
        check(response)
        return response

    def post(self, path: str, data: dict | None = None, *, expect: int = 303, **more) -> TestResponse:
        """Send a form with the CSRF field that the page around it would have had."""
        fields = {"csrf_token": self.csrf_token(), **(data or {})}
        response = self.client.post(path, data=fields, **more)
        assert response.status_code == expect, f"POST {path}: {response.status_code}\n{_text(response)[:900]}"
        check(response)
        return response

    def follow(self, response: TestResponse) -> TestResponse:
        """Go where a redirect leads."""
        return self.get(response.headers["Location"])

    def csrf_token(self) -> str:
        """A token of this session, as any page holds it; made without a page, for many tests need one."""
        with self.client.session_transaction(path="/app/") as cookie:
            raw = cookie.setdefault("csrf_token", secrets.token_hex(20))
        return URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(raw)


def check(response: TestResponse) -> None:
    """What every page owes: a language, a title, one h1, unique ids, a label for each control, no inline code."""
    if response.mimetype != "text/html" or not response.data:
        return
    reader = _Reader()
    reader.feed(_text(response))
    assert not reader.inline, f"inline code or style: {reader.inline}"
    doubled = {name for name in reader.ids if reader.ids.count(name) > 1}
    assert not doubled, f"ids used twice: {doubled}"
    nameless = [c for c in reader.controls if c.get("id") not in reader.label_for]
    assert not nameless, f"controls without a label: {nameless}"
    if reader.lang is not None:  # a whole page, not a fragment
        assert reader.title.strip(), "the page has no title"
        assert reader.h1 == 1, f"the page has {reader.h1} first-level headings"
        assert response.headers["Content-Security-Policy"], "the page has no content security policy"


def words(response: TestResponse) -> str:
    """The text of a page without tags, white space folded."""
    bare = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", _text(response), flags=re.S)
    return " ".join(bare.split())


def _text(response: TestResponse) -> str:
    return response.get_data(as_text=True)
