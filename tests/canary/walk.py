"""A walk through every door: what is asked for, and what is looked for in what comes back."""

import io
import re
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import pypdf
from flask import Flask

from portal.core.case_file import Part
from portal.core.vocabulary import Dialect
from tests.canary import doors
from tests.canary.disclosures import is_meant
from tests.canary.marks import World
from tests.page import Browser


class Watch:
    """What of the hidden world was seen, and where."""

    def __init__(self, world: World, walker: str) -> None:
        self.world, self.walker = world, walker
        self.leaks: set[tuple[str, str, str]] = set()
        self.looked = 0

    def look(self, endpoint: str, request: str, answer: Any) -> None:
        """Look at an answer as it goes over the wire. ``request`` is what was asked, which may be told back."""
        self.looked += 1
        if answer.status_code >= 500:
            self.leaks.add((endpoint, bare(request), f"fails with {answer.status_code}"))
        told = words_of(answer) + "\n".join(f"{name}: {value}" for name, value in answer.headers)
        answer.close()
        for column in self.world.found_in(told) - self.world.found_in(request):
            if not is_meant(endpoint, column, self.walker):
                self.leaks.add((endpoint, bare(request), column))


def bare(request: str) -> str:
    """A request without its body and without what names a row, for reports."""
    method, path, *_body = request.split()
    return f"{method} {doors.bare(path)}"


def words_of(answer: Any) -> str:
    """What an answer says; in a PDF and in an archive words are compressed, and are read back."""
    if answer.mimetype == "application/zip":
        with zipfile.ZipFile(io.BytesIO(answer.get_data())) as packed:
            return "\n".join(f"{name}\n{packed.read(name).decode(errors='replace')}" for name in packed.namelist())
    if answer.mimetype != "application/pdf":
        return answer.get_data().decode(errors="replace")
    read = pypdf.PdfReader(io.BytesIO(answer.get_data()))
    return "\n".join([*(page.extract_text() for page in read.pages), *map(str, (read.metadata or {}).values())])


def case_file(app, user: int, number: int) -> Any:
    """Everything of a case as PDF, asked for by a user."""
    browser = Browser(app, user)
    asked = {"parts": list(Part), "reason": "COURT", "as": "pdf", "csrf_token": browser.csrf_token()}
    return browser.client.post(f"/app/cases/{number}/file", data=asked)


def walk_browser(app, world: World, watch: Watch) -> None:
    """Every page and every form on it."""
    browser = Browser(app, world.walkers[watch.walker])
    for rule in doors.browser_rules(app):
        for number, path in enumerate(doors.paths(app, rule, world)):
            if "GET" in rule.methods:
                page = browser.client.get(path)
                searches = doors.SEARCHES if doors.is_searched(page, path) else ()
                watch.look(rule.endpoint, f"GET {path}", page)
                send_forms(browser, watch, rule.endpoint, page, path)
                for text in searches:
                    one = f"{path}?q={text}"
                    watch.look(rule.endpoint, f"GET {one}", browser.client.get(one))
                if page.status_code != 404 or number == 0:  # that there is nothing is told in the same words of each
                    part = browser.client.get(path, headers={"HX-Request": "true"})
                    watch.look(rule.endpoint, f"GET {path}", part)
            if "POST" in rule.methods:
                fields = {"csrf_token": browser.csrf_token(), "draft": "0" * 16, "version": "1"}
                watch.look(rule.endpoint, f"POST {path}", browser.client.post(path, data=fields))
    assert browser.client.get("/app/account").status_code == 200, "whoever walked was let in no more"


def send_forms(browser: Browser, watch: Watch, endpoint: str, page: Any, path: str) -> None:
    """Send what stands on a page, with the numbers of others in it."""
    if page.status_code == 200 and page.mimetype == "text/html":
        for action, fields in doors.forms(page, path):
            if "logout" not in action:
                answer = browser.client.post(action, data=fields)
                watch.look(endpoint, f"POST {action}", answer)


def walk_dialects(app: Flask, world: World, watch: Watch, tokens: dict[Dialect, str]) -> None:
    """Every operation of the dialects for which there is a token, with the examples of its document."""
    client = app.test_client()
    documents = {dialect: client.get(f"/api/docs/{dialect.value}/openapi.json").json for dialect in tokens}
    for dialect, rule in doors.dialect_rules(app):
        if dialect not in tokens:
            continue
        headers = {"Authorization": f"Bearer {tokens[dialect]}"}
        for path in doors.paths(app, rule, world):
            for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
                for body in bodies(documents[dialect], rule, method, world):
                    asked = f"{method} {path} {body or ''}"
                    sent = {} if body is None else {"json": body}
                    watch.look(rule.endpoint, asked, client.open(path, method=method, headers=headers, **sent))


def bodies(document: dict, rule: Any, method: str, world: World) -> Iterator[Any]:
    """The example of an operation with the numbers and ids of the hidden rows in it."""
    if method in ("GET", "DELETE"):
        yield None
        return
    path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
    operation = document["paths"].get(path, {}).get(method.lower(), {})
    media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [media["example"]] if "example" in media else [e["value"] for e in media.get("examples", {}).values()]
    yield {}
    for example in examples:
        for name in (world.uuids_of[table][0] for table in ("people", "cases", "attachments")):
            yield _naming(example, name)


def _naming(told: Any, name: str) -> Any:
    if isinstance(told, dict):
        return {key: _naming(value, name) for key, value in told.items()}
    if isinstance(told, list):
        return [_naming(value, name) for value in told]
    if isinstance(told, int) and not isinstance(told, bool):
        return 1
    return name if isinstance(told, str) and _is_uuid(told) else told


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
