"""Every door with every name that a stranger could try: addresses from the URL map, forms from the pages."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, url_for
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from tests.canary.marks import World
from tests.page import _Reader

NAMES = {"action": "close", "key": "0123456789abcdef", "form": "note", "step": "reporter-name"}
SEARCHES = ("amina", "zq1", "+254711222333", "ZQ1234567", "HIDDEN-000001", "1")
LEAVES = "auth.logout"

# What the names in addresses ask for. Each is asked for every such row, and for one that is something else.
KINDS = {
    "assignment_id": "case_assignments",
    "attachment_id": "attachments",
    "case_id": "cases",
    "conflict": "conflicts",
    "conflict_id": "conflicts",
    "consent_id": "consents",
    "file": "attachments",
    "household": "households",
    "household_id": "households",
    "person_id": "people",
    "workflow_instance_id": "workflow_instances",
}


def browser_rules(app: Flask) -> Iterator[Rule]:
    """The rules of the browser's pages, in their order."""
    return (rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/app") and rule.endpoint != LEAVES)


def dialect_rules(app: Flask) -> Iterator[tuple[Any, Rule]]:
    """The rules of the dialects, each with its dialect."""
    for rule in app.url_map.iter_rules():
        room = app.blueprints.get(rule.endpoint.rpartition(".")[0])
        if getattr(room, "dialect", None) is not None and not rule.rule.startswith("/api/v1"):
            yield room.dialect.name, rule


def paths(app: Flask, rule: Rule, world: World) -> Iterator[str]:
    """The addresses of a rule with the hidden rows' numbers and ids, and with them below a case that may be seen."""
    kinds = {name: type(rule._converters[name]).__name__ for name in rule.arguments}
    tried = {name: _tried(kind, rule._converters[name], name, world) for name, kind in kinds.items()}
    with app.test_request_context():
        for chosen in itertools.product(*tried.values()):
            yield url_for(rule.endpoint, **dict(zip(tried, chosen, strict=True)))


def _tried(kind: str, converter: Any, name: str, world: World) -> list[Any]:
    if isinstance(converter, IntegerConverter):
        if name == "number":
            return list(dict.fromkeys([1, 2, world.restricted_case, *world.stubs, world.visible_case]))
        return [1, 2, world.relative] if name == "id" else [1, 2]
    if kind == "UUIDConverter":
        return world.uuids(KINDS.get(name))
    if kind == "AnyConverter":
        return sorted(converter.items)[:1] if name not in NAMES else [NAMES[name]]
    return [NAMES.get(name, "1")]


def is_searched(page: TestResponse, path: str) -> bool:
    """Whether a page, or a part of one, answers to words that are looked for."""
    if page.mimetype != "text/html":
        return True
    reader = _Reader()
    reader.feed(page.get_data(as_text=True))
    asking = (form for form in reader.forms if form.get("action") in (None, path))
    return reader.lang is None or any(control.get("name") == "q" for form in asking for control in form["controls"])


def forms(page: TestResponse, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Where the forms of a page lead, filled in as by somebody who tries the numbers of others."""
    reader = _Reader()
    reader.feed(page.get_data(as_text=True))
    for form in reader.forms:
        if form.get("method", "get").lower() == "post":
            yield form.get("action") or path, dict(_filled(form["controls"]))


def _filled(controls: list[dict[str, str]]) -> Iterator[tuple[str, str]]:
    for control in controls:
        name, kind = control.get("name"), control.get("type", "text")
        if not name or kind in ("button", "reset", "file"):
            continue
        if kind in ("hidden", "radio", "checkbox", "submit"):
            yield name, control.get("value", "1")
        else:
            yield name, "1"


def bare(path: str) -> str:
    """An address without what names a row, for reports."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "…", path)
