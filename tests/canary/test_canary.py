"""Nobody reads what is not theirs: every door is tried as everybody who must not see the hidden world.

What comes back (pages, fragments, JSON, errors, headers) and what is logged on the way bears none of its marks.
"""

import io
import logging
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa

from portal.core import clock, token_scopes, tokens
from portal.core.actors import SYSTEM
from portal.core.case_file import Part
from portal.core.models import Review, User
from portal.core.vocabulary import Dialect
from portal.extensions import db
from portal.limits import limiter
from tests.canary import doors
from tests.canary.disclosures import DISCLOSURES, is_meant
from tests.canary.world import World, build
from tests.factories import committed, make_organisation
from tests.page import Browser

pytestmark = pytest.mark.slow

WALKERS = (
    "agent of elsewhere",
    "caseworker of elsewhere",
    "supervisor of elsewhere",
    "somebody whose vertical was asked",
    "supervisor of another place and programme",
)


@pytest.fixture
def world(app) -> World:
    with app.app_context():
        limiter.reset()
    return build(app)


@pytest.fixture
def logged(caplog) -> pytest.LogCaptureFixture:
    """Everything that is logged, the statements of the database excepted."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    return caplog


class Watch:
    """What of the hidden world was seen, and where."""

    def __init__(self, world: World, walker: str) -> None:
        self.world, self.walker = world, walker
        self.leaks: set[tuple[str, str, str]] = set()
        self.looked = 0

    def look(self, endpoint: str, request: str, answer: Any) -> None:
        """Look at an answer as it goes over the wire. ``request`` is what was asked, which may be told back."""
        self.looked += 1
        told = words_of(answer) + "\n".join(f"{name}: {value}" for name, value in answer.headers)
        answer.close()
        for column in self.world.found_in(told) - self.world.found_in(request):
            if not is_meant(endpoint, column, self.walker):
                method, path, *_body = request.split()
                self.leaks.add((endpoint, f"{method} {doors.bare(path)}", column))


def words_of(answer: Any) -> str:
    """What an answer says; in a PDF words are compressed, and are read back."""
    if answer.mimetype != "application/pdf":
        return answer.get_data(as_text=True)
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
        for path in doors.paths(app, rule, world):
            if "GET" in rule.methods:
                page = browser.client.get(path)
                searches = doors.SEARCHES if doors.is_searched(page, path) else ()
                watch.look(rule.endpoint, f"GET {path}", page)
                send_forms(browser, watch, rule.endpoint, page, path)
                for text in searches:
                    one = f"{path}?q={text}"
                    watch.look(rule.endpoint, f"GET {one}", browser.client.get(one))
                watch.look(rule.endpoint, f"GET {path}", browser.client.get(path, headers={"HX-Request": "true"}))
            if "POST" in rule.methods:
                fields = {"csrf_token": browser.csrf_token(), "draft": "0" * 16, "version": "1"}
                watch.look(rule.endpoint, f"POST {path}", browser.client.post(path, data=fields))


def send_forms(browser: Browser, watch: Watch, endpoint: str, page: Any, path: str) -> None:
    """Send what stands on a page, with the numbers of others in it."""
    if page.status_code == 200 and page.mimetype == "text/html":
        for action, fields in doors.forms(page, path):
            if "logout" not in action:
                answer = browser.client.post(action, data=fields)
                watch.look(endpoint, f"POST {action}", answer)


@pytest.mark.parametrize("walker", WALKERS)
def test_no_page_shows_what_is_hidden(app, world, walker, logged):
    watch = Watch(world, walker)
    walk_browser(app, world, watch)
    assert watch.looked > 100
    assert watch.leaks == set()
    assert world.found_in(logged.text) == set()


@pytest.mark.parametrize("walker", WALKERS)
def test_no_case_file_shows_what_is_hidden(app, world, walker, logged):
    watch = Watch(world, walker)
    for number in (1, 2, world.visible_case):
        answer = case_file(app, world.walkers[walker], number)
        watch.look("cases.make_case_file", f"POST /app/cases/{number}/file", answer)
    assert watch.leaks == set()
    assert world.found_in(logged.text) == set()


@pytest.mark.parametrize("walker", WALKERS)
def test_no_calendar_outside_shows_what_is_hidden(app, world, walker):
    """Not even the review dates that somebody was given on a case that is not theirs."""
    watch, browser = Watch(world, walker), Browser(app, world.walkers[walker])
    with app.app_context(), committed(db.session) as session:
        session.execute(
            sa.update(Review).values(assigned_to_id=world.walkers[walker], done_at=None, date=clock.today())
        )
    page = browser.client.post("/app/reviews/calendar", data={"csrf_token": browser.csrf_token()})
    address = re.search(r"/app/reviews/calendar/[\w-]+\.ics", page.get_data(as_text=True))[0]
    answer = app.test_client().get(address)
    assert answer.get_data(as_text=True).startswith("BEGIN:VCALENDAR")
    watch.look("reviews.feed", f"GET {address}", answer)
    assert watch.leaks == set()


def test_nobody_who_is_not_signed_in_reads_anything(app, world, logged):
    watch, client = Watch(world, "nobody"), app.test_client()
    for rule in doors.browser_rules(app):
        for path in doors.paths(app, rule, world):
            watch.look(rule.endpoint, f"GET {path}", client.get(path))
    assert watch.leaks == set()
    assert world.found_in(logged.text) == set()


@pytest.fixture
def holders(app, world) -> dict[tuple[str, Dialect], str]:
    """Tokens of a stranger, of a colleague with another remit, and of a partner organisation where it may have one."""
    found = {}
    strangers = {"a stranger": "supervisor of elsewhere", "a colleague": "supervisor of another place and programme"}
    with app.app_context(), committed(db.session) as session:
        users = {name: session.get(User, world.walkers[walker]) for name, walker in strangers.items()}
        partner = make_organisation(session)
        for dialect in Dialect:
            if dialect not in token_scopes.SCOPES:
                continue
            scopes = token_scopes.SCOPES[dialect]
            for name, user in users.items():
                found[name, dialect] = tokens.issue(session, SYSTEM, dialect=dialect, user=user, scopes=scopes)[0]
            if dialect in (Dialect.HELPLINE, Dialect.CORRESPONDENCE):
                issued = tokens.issue(session, SYSTEM, dialect=dialect, organisation=partner)
                found["a partner", dialect] = issued[0]
    return found


@pytest.mark.parametrize("holder", ["a stranger", "a colleague", "a partner"])
def test_no_dialect_tells_what_is_hidden(app, world, holders, holder, logged):
    watch, client = Watch(world, holder), app.test_client()
    documents = {name: client.get(f"/api/docs/{name}/openapi.json").json for name in {d.value for _, d in holders}}
    for dialect, rule in doors.dialect_rules(app):
        token = holders.get((holder, dialect))
        if token is None:
            continue
        headers = {"Authorization": f"Bearer {token}"}
        for path in doors.paths(app, rule, world):
            for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
                for body in bodies(documents[dialect.value], rule, method, world):
                    asked = f"{method} {path} {body or ''}"
                    sent = {} if body is None else {"json": body}
                    watch.look(rule.endpoint, asked, client.open(path, method=method, headers=headers, **sent))
    assert watch.looked > 20
    assert watch.leaks == set()
    assert world.found_in(logged.text) == set()


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
        for name in world.uuids[:3]:
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


def test_every_disclosure_still_happens(app, world):
    """A reason that no longer applies is taken off the list."""
    for each in DISCLOSURES:
        assert each.column in world.marks.values(), each
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= {each.endpoint for each in DISCLOSURES}


def test_the_hidden_world_is_there_for_those_who_may_see_it(app, world):
    """Or the walk would prove nothing."""
    with app.app_context():
        insider = db.session.scalar(sa.select(User.id).where(User.id == world.hidden["users"]))
    page = Browser(app, insider).client.get("/app/cases/1")
    assert page.status_code == 200
    shown = {"cases.narrative", "notes.text", "messages.text", "people.full_name"}
    assert shown <= world.found_in(page.text)
    printed = case_file(app, insider, 1)
    assert printed.mimetype == "application/pdf"
    assert shown <= world.found_in(words_of(printed))
