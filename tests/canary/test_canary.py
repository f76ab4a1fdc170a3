"""Nobody reads what is not theirs: every door is tried as everybody who must not see the hidden world.

What comes back (pages, fragments, JSON, errors, headers) and what is logged on the way bears none of its marks.
"""

import re

import pytest
import sqlalchemy as sa

from portal.core import clock, token_scopes, tokens
from portal.core.actors import SYSTEM
from portal.core.models import Review, User
from portal.core.vocabulary import Dialect
from portal.extensions import db
from tests.canary import doors
from tests.canary.disclosures import DISCLOSURES
from tests.canary.walk import Watch, case_file, walk_browser, walk_dialects, words_of
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
    """Tokens of everybody who walks, and of a partner organisation where it may have one."""
    found = {}
    with app.app_context(), committed(db.session) as session:
        users = {walker: session.get(User, world.walkers[walker]) for walker in WALKERS}
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


@pytest.mark.parametrize("holder", [*WALKERS, "a partner"])
def test_no_dialect_tells_what_is_hidden(app, world, holders, holder, logged):
    watch = Watch(world, holder)
    walk_dialects(app, world, watch, {dialect: token for (who, dialect), token in holders.items() if who == holder})
    assert watch.looked > 20
    assert watch.leaks == set()
    assert world.found_in(logged.text) == set()


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
