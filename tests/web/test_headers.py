"""What every answer carries, whatever it is: a page, a fragment, a download, a redirect, a refusal, a failure."""

import dataclasses
import re
import uuid

import pytest

from portal.core import transitions
from portal.core.vocabulary import Role
from tests.page import Browser
from tests.web import doors
from tests.web.world_of_doors import build_world

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
REFERRERS = ("same-origin", "no-referrer")
# Nothing of the page's own, no code or style in it, no other host; what is previewed is in a sandbox.
POLICY = re.compile(r"default-src 'none'")


@pytest.fixture
def world(app, monkeypatch):
    """The world of the doors, where cookies travel by HTTPS alone."""
    world = build_world(app)
    live = dataclasses.replace(app.extensions["settings"], environment="live", second_factor_roles=frozenset())
    monkeypatch.setitem(app.extensions, "settings", live)
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    return world


def missing(answer) -> list[str]:
    """What an answer below ``/app`` owes and does not carry."""
    headers, found = answer.headers, []
    found += [name for name, value in EVERYWHERE.items() if headers.get(name) != value]
    policy = headers.get("Content-Security-Policy", "")
    if not POLICY.match(policy) or "unsafe" in policy or "http" in policy or "*" in policy:
        found.append(f"Content-Security-Policy: {policy}")
    if headers.get("Referrer-Policy") not in REFERRERS:
        found.append("Referrer-Policy")
    if answer.request.path.startswith("/app") and headers.get("Cache-Control") != "no-store":
        found.append(f"Cache-Control: {headers.get('Cache-Control')}")
    if "Server" in headers or "X-Powered-By" in headers:
        found.append("says what it runs on")
    for cookie in headers.getlist("Set-Cookie"):
        kept = {part.strip().lower() for part in cookie.split(";")[1:]}
        if not {"secure", "httponly", "path=/app", "samesite=lax"} <= kept:
            found.append(f"Set-Cookie: {cookie.partition('=')[0]} {sorted(kept)}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("who", "htmx"),
    [(Role.ADMINISTRATOR, False), (Role.AGENT, True), (None, False)],
    ids=["pages", "fragments", "nobody"],
)
def test_every_answer_of_the_browser_carries_them(app, world, who, htmx):
    found, seen = {}, set()
    asked = {"HX-Request": "true"} if htmx else {}
    someone = Browser(app, world.users[who]) if who else Browser(app)
    token = someone.csrf_token()
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/app") or rule.endpoint in doors.ENDING:
            continue
        for method in sorted(rule.methods & {"GET", "POST", "DELETE"}) or ["GET"]:
            values = {"secret": "none-of-ours", "session_id": uuid.uuid4(), **world.values}
            path = doors.path_of(app, rule, values)
            sent = {"data": {"csrf_token": token, "draft": doors.DRAFT}} if method == "POST" else {}
            headers = {**asked, "Referer": "https://localhost/app/"}
            answer = someone.client.open(
                path, method=method, base_url="https://localhost", headers=headers, buffered=True, **sent
            )
            seen.add(answer.status_code)
            if lacking := missing(answer):
                found[f"{method} {path} {answer.status_code}"] = lacking
    assert found == {}
    assert seen & {303, 401}, "redirects are among them"


FAILURES = (
    ("GET", "/app/no/such/page", 404),
    ("GET", "/app/cases/99999", 404),
    ("DELETE", "/app/account", 405),
    ("POST", "/app/logout", 400),
    ("GET", "/nowhere", 404),
    ("GET", "/static/none.css", 404),
    ("GET", "/", 303),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("GET", "/api/cases/", 401),
    ("GET", "/api/docs/", 200),
    ("PUT", "/v1/case", 401),
    ("GET", "/cases/00000000-0000-4000-8000-000000000000", 401),
    ("GET", "/cases/none", 404),
)


def test_failures_and_what_is_beside_the_pages_carry_them_too(app, world, monkeypatch):
    someone, found = Browser(app, world.users[Role.SUPERVISOR]), {}
    for method, path, status in FAILURES:
        answer = someone.client.open(path, method=method, base_url="https://localhost")
        assert answer.status_code == status, (method, path, answer.status_code)
        if lacking := missing(answer):
            found[path] = lacking

    def fail(*_given, **_named):
        raise RuntimeError("what nobody foresaw")

    monkeypatch.setattr(transitions, "change_status", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    case = world.values["number"]
    told = {"csrf_token": someone.csrf_token(), "version": "1"}
    late = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/app/"}}
    broken = someone.client.post(f"/app/cases/{case}/stabilize", data=told, **late)
    assert broken.status_code == 500
    large = someone.client.post("/app/account/password", data={**told, "pad": "x" * 7_000_000}, **late)
    assert large.status_code == 413
    found |= {str(answer.status_code): missing(answer) for answer in (broken, large) if missing(answer)}
    assert found == {}
