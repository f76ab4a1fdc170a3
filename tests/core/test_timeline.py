"""The timeline merges what happened on a case into one order, a page at a time, and never leaves anything out."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import assignments, cases, clock, messages, notes, stale, timeline, transitions
from portal.core.models import Message, Note
from portal.core.timeline import Cursor, Kind
from portal.core.vocabulary import Action, Delivery, Direction, Role
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical


@pytest.fixture
def desk(session):
    """A case on which everything has happened once, a second case as noise, and the worker who did it."""
    with committed(session):
        vertical = make_vertical(session)
        worker, other = make_user(session, Role.SUPERVISOR, vertical), make_user(session, Role.AGENT, vertical)
        actor = actor_of(session, worker)
        client = make_person(session)
        case, noise = make_case(session, vertical, subject=client), make_case(session, vertical)
        notes.write(session, actor, noise, "of another case")
        messages.write(session, actor, case, "Hello Amina", to=client)
        notes.write(session, actor, case, "She would rather not be rung")
        assignments.give(session, actor, case, other, reason="On leave")
        cases.update(session, actor, case, {"summary": "School attendance"})
        transitions.change_status(session, actor, case, Action.CLOSE, reason="OTHER", text="Moved", note="All done")
        number = case.id
    return actor, number


def _kinds(page):
    return [entry.kind for entry in page.entries]


def test_everything_that_happened_is_there_once_newest_first(session, desk):
    actor, number = desk
    page = timeline.page(session, actor, cases.find(session, actor, number))
    assert [entry.at for entry in page.entries] == sorted((entry.at for entry in page.entries), reverse=True)
    assert sorted(_kinds(page)) == [Kind.CHANGE, Kind.ASSIGNMENT, *[Kind.STATUS] * 6, Kind.MESSAGE, Kind.NOTE]
    assert "of another case" not in [entry.text for entry in page.entries]
    closed, stabilized = page.entries[:2]
    assert (closed.source, closed.target, closed.reason, closed.text) == ("stabilized", "closed", "OTHER", "Moved")
    assert (stabilized.source, stabilized.target, stabilized.note) == ("active", "stabilized", "All done")


def test_an_assignment_names_who_was_given_the_case_and_by_whom(session, desk):
    actor, number = desk
    page = timeline.page(session, actor, cases.find(session, actor, number), kinds={Kind.ASSIGNMENT})
    (given,) = page.entries
    assert (given.who, given.text) == (actor.name, "On leave")
    assert given.target not in (None, actor.name)


def test_a_filter_shows_its_kinds_alone(session, desk):
    actor, number = desk
    case = cases.find(session, actor, number)
    assert _kinds(timeline.page(session, actor, case, kinds={Kind.NOTE})) == [Kind.NOTE]
    assert _kinds(timeline.page(session, actor, case, kinds=timeline.THREAD)) == [Kind.NOTE, Kind.MESSAGE]
    message = timeline.page(session, actor, case, kinds={Kind.MESSAGE}).entries[0]
    assert (message.what, message.target, message.who) == (Direction.OUTBOUND, Delivery.RECORDED, actor.name)
    assert [person["name"] for person in message.people] == ["Amina Testperson"]


def test_pages_follow_one_another_without_gap_or_repetition_even_where_moments_are_equal(session, desk):
    actor, number = desk
    with committed(session):
        moment = clock.now()
        session.add_all(Note(case_id=number, author_name="Wren", text=f"note {n}", at=moment) for n in range(7))
        session.add_all(
            Message(
                case_id=number, direction=Direction.INBOUND, text=f"{n}", delivery=Delivery.RECEIVED, sent_at=moment
            )
            for n in range(7)
        )
    case = cases.find(session, actor, number)
    whole = timeline.page(session, actor, case, limit=50)
    assert len(whole.entries) == 24 and whole.older is None
    read, before = [], None
    while True:
        part = timeline.page(session, actor, case, limit=5, before=before)
        read += part.entries
        if part.older is None:
            break
        before = Cursor.parse(str(part.older))
    assert [(e.kind, e.id) for e in read] == [(e.kind, e.id) for e in whole.entries]


@pytest.mark.parametrize("text", [None, "", "x", "2026-01-01~1", "2026-01-01T00:00:00~1~1", "9~9~9", "a~b~c"])
def test_an_unreadable_cursor_is_no_cursor(text):
    assert Cursor.parse(text) is None


def test_what_others_wrote_since_the_last_look_is_new_and_what_one_wrote_oneself_is_not(session, desk):
    actor, number = desk
    first = timeline.page(session, actor, cases.find(session, actor, number), kinds=timeline.THREAD)
    assert first.unseen and not first.new, "who never looked has nothing that is new since they looked"
    with committed(session):
        messages.mark_seen(session, actor, number, first.asked_at)
    assert not timeline.page(session, actor, cases.find(session, actor, number), kinds=timeline.THREAD).unseen
    with committed(session):
        notes.write(session, actor, cases.find(session, actor, number), "my own")
        long_ago = clock.now() - dt.timedelta(days=3)
        late = {"text": "sent long ago", "delivery": Delivery.RECEIVED, "sent_at": long_ago}
        session.add(Message(case_id=number, direction=Direction.INBOUND, **late))
    page = timeline.page(session, actor, cases.find(session, actor, number), kinds=timeline.THREAD)
    assert [entry.text for entry in page.new] == ["sent long ago"] and page.unseen


def test_a_deleted_note_is_gone(session, desk):
    actor, number = desk
    with committed(session):
        session.execute(sa.update(Note).where(Note.case_id == number).values(deleted_at=clock.now()))
    assert timeline.page(session, actor, cases.find(session, actor, number), kinds={Kind.NOTE}).entries == []


def test_what_made_a_version_stale_is_told_with_the_values_before_and_after(session, desk):
    actor, number = desk
    with committed(session):
        case = cases.find(session, actor, number, lock=True)
        transitions.change_status(session, actor, case, Action.REOPEN, reason="NEW_INFORMATION")
        version = case.version_id
        notes.write(session, actor, case, "stales nobody")
    assert stale.changes_since(session, cases.find(session, actor, number), version) == []
    with committed(session):
        cases.update(session, actor, cases.find(session, actor, number, lock=True), {"plan": "Ring the school"})
    (change,) = stale.changes_since(session, cases.find(session, actor, number), version)
    assert (change.who, change.action, change.values) == (actor.name, "case.update", {"plan": ("", "Ring the school")})
