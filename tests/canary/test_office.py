"""Administrators and auditors see much, and still not what is restricted to others or about their own people."""

import pytest

from portal.core import token_scopes, tokens
from portal.core.actors import SYSTEM
from portal.core.models import User
from portal.core.vocabulary import Dialect
from portal.extensions import db
from portal.limits import limiter
from tests.canary.marks import World
from tests.canary.office import WALKERS, ask_for_what_is_masked, build_office
from tests.canary.walk import Watch, case_file, walk_browser, walk_dialects
from tests.factories import committed

pytestmark = pytest.mark.slow


@pytest.fixture
def office(app) -> World:
    with app.app_context():
        limiter.reset()
    return build_office(app)


@pytest.mark.parametrize("walker", WALKERS)
def test_no_page_shows_what_is_closed_to_those_who_see_the_rest(app, office, walker, logged):
    ask_for_what_is_masked(office, walker)
    watch = Watch(office, walker)
    walk_browser(app, office, watch)
    assert watch.looked > 100
    assert watch.leaks == set()
    assert office.found_in(logged.text) == set()


@pytest.mark.parametrize("walker", WALKERS)
def test_no_case_file_shows_what_is_closed_to_those_who_see_the_rest(app, office, walker, logged):
    ask_for_what_is_masked(office, walker)
    watch = Watch(office, walker)
    for number in (1, 2, 3, 4, office.visible_case):
        answer = case_file(app, office.walkers[walker], number)
        watch.look("cases.make_case_file", f"POST /app/cases/{number}/file", answer)
    assert watch.leaks == set()
    assert office.found_in(logged.text) == set()


@pytest.mark.parametrize("walker", WALKERS)
def test_no_dialect_tells_what_is_closed_to_those_who_see_the_rest(app, office, walker, logged):
    ask_for_what_is_masked(office, walker)
    watch = Watch(office, walker)
    with app.app_context(), committed(db.session) as session:
        user = session.get(User, office.walkers[walker])
        held = {
            dialect: tokens.issue(session, SYSTEM, dialect=dialect, user=user)[0]
            for dialect in Dialect
            if dialect in token_scopes.SCOPES
        }
    walk_dialects(app, office, watch, held)
    assert watch.looked > 20
    assert watch.leaks == set()
    assert office.found_in(logged.text) == set()
