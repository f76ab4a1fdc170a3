"""Drafts: kept while one types, for their owner alone, and gone when their time is over."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import clock, drafts
from portal.core.actors import ANONYMOUS
from portal.core.errors import Forbidden, InvalidInput
from portal.core.models import Draft
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_user, make_vertical

FIELDS = {"narrative": ["She was told to leave."], "clients-0-full_name": ["Amina", "بنت"]}


@pytest.fixture
def workers(session):
    """Two workers of one vertical, as actors."""
    with committed(session):
        vertical = make_vertical(session)
        users = [make_user(session, Role.AGENT, vertical) for _ in range(2)]
        return [actor_of(session, user) for user in users]


def save(session, actor, key="one", fields=FIELDS, **more):
    """Save in a unit of its own, as a request does."""
    with committed(session):
        return drafts.save(session, actor, "intake", key, fields, **more)


def test_a_draft_is_found_again_as_it_was_typed(session, workers):
    save(session, workers[0], title="Amina")
    session.expire_all()
    assert drafts.find(session, workers[0], "intake", "one") == FIELDS
    assert [draft.title for draft in drafts.listed(session, workers[0])] == ["Amina"]


def test_a_draft_is_nobody_elses(session, workers):
    mine, theirs = workers
    save(session, mine)
    assert drafts.find(session, theirs, "intake", "one") is None
    assert drafts.listed(session, theirs) == []
    with committed(session):
        drafts.discard(session, theirs, "intake", "one")
        assert drafts.set_aside(session, theirs, "intake", "one") is None
    assert drafts.find(session, mine, "intake", "one") == FIELDS


def test_what_arrives_late_from_a_page_changes_nothing_and_another_page_goes_on(session, workers):
    texts = {("a" * 32, 2): "newer", ("a" * 32, 1): "older", ("b" * 32, 1): "of another page"}
    found = []
    for (page, number), text in texts.items():
        save(session, workers[0], fields={"narrative": [text]}, edit=drafts.Edit(page, number))
        found.append(drafts.find(session, workers[0], "intake", "one")["narrative"][0])
    assert found == ["newer", "newer", "of another page"]


def test_nobody_in_particular_keeps_no_draft(session):
    with pytest.raises(Forbidden), committed(session):
        drafts.save(session, ANONYMOUS, "intake", "one", FIELDS)


def test_what_was_typed_is_not_readable_in_the_database(session, workers):
    save(session, workers[0], title="Amina")
    rows = session.execute(sa.text("SELECT title, body FROM drafts")).all()
    stored = b"".join(bytes(value) for row in rows for value in row)
    assert b"Amina" not in stored
    assert b"told to leave" not in stored


def test_saving_again_replaces_the_text_and_prolongs_its_time(session, workers):
    save(session, workers[0])
    first = drafts.details(session, workers[0], "intake", "one").expires_at
    clock.advance(dt.timedelta(days=13))
    save(session, workers[0], fields={"narrative": ["More."]})
    session.expire_all()
    again = drafts.details(session, workers[0], "intake", "one")
    assert drafts.find(session, workers[0], "intake", "one") == {"narrative": ["More."]}
    assert again.revision == 2
    assert again.expires_at >= first + dt.timedelta(days=13)
    assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 1


def test_a_draft_whose_time_is_over_is_not_found_even_before_it_is_removed(session, workers):
    save(session, workers[0])
    clock.advance(drafts.KEPT + dt.timedelta(minutes=1))
    assert drafts.find(session, workers[0], "intake", "one") is None
    assert drafts.listed(session, workers[0]) == []


def test_a_draft_can_be_begun_under_the_key_of_one_whose_time_is_over(session, workers):
    save(session, workers[0])
    clock.advance(drafts.KEPT + dt.timedelta(minutes=1))
    save(session, workers[0], fields={"narrative": ["New."]})
    assert drafts.find(session, workers[0], "intake", "one") == {"narrative": ["New."]}


def test_throwing_away_can_be_undone_for_a_day(session, workers):
    save(session, workers[0])
    with committed(session):
        drafts.set_aside(session, workers[0], "intake", "one")
    assert drafts.find(session, workers[0], "intake", "one") is None
    assert drafts.listed(session, workers[0]) == []
    assert [draft.key for draft in drafts.listed_aside(session, workers[0], "intake")] == ["one"]
    with committed(session):
        drafts.fetch_back(session, workers[0], "intake", "one")
    assert drafts.find(session, workers[0], "intake", "one") == FIELDS

    with committed(session):
        drafts.set_aside(session, workers[0], "intake", "one")
    clock.advance(drafts.KEPT_ASIDE + dt.timedelta(minutes=1))
    with committed(session):
        assert drafts.fetch_back(session, workers[0], "intake", "one") is None


def test_what_was_sent_is_gone_for_good(session, workers):
    save(session, workers[0])
    save(session, workers[0], key="two")
    with committed(session):
        drafts.discard(session, workers[0], "intake", "one")
    assert [draft.key for draft in drafts.listed(session, workers[0], "intake")] == ["two"]
    assert drafts.listed_aside(session, workers[0], "intake") == []


def test_a_draft_has_a_limit(session, workers):
    with pytest.raises(InvalidInput), committed(session):
        drafts.save(session, workers[0], "intake", "one", {"narrative": ["x" * drafts.LONGEST]})
