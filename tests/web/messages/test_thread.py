"""Reading the thread: its pages, and what is new since the last look."""

import datetime as dt
import re

import sqlalchemy as sa

from portal.core import clock
from portal.core.models import AuditEvent, MessageSeen
from portal.extensions import db
from tests.page import words
from tests.web.messages.conftest import HTMX, JSON, drafts_kept, inbound


def test_the_thread_is_read_oldest_first_a_page_of_fifty_at_a_time(app, desk, office, path):
    start = clock.now() - dt.timedelta(days=3)
    for number in range(60):
        inbound(app, office, f"inbound {number:02}", sent_at=start + dt.timedelta(minutes=number))
    page = desk.get(f"{path}/messages").get_data(as_text=True)
    assert re.findall(r"inbound (\d\d)", page) == [f"{number:02}" for number in range(10, 60)]
    older = re.search(r'href="([^"]+before=[^"]+)"', page)[1].replace("&amp;", "&")
    page = desk.get(older).get_data(as_text=True)
    assert re.findall(r"inbound (\d\d)", page) == [f"{number:02}" for number in range(10)]
    assert "Older messages" not in page and "Back to the newest" in page
    fragment = desk.get(older, headers=HTMX).get_data(as_text=True)
    assert "<html" not in fragment and fragment.strip().startswith('<div id="cases-thread"')


def test_a_rule_marks_what_is_new_since_the_last_look_and_goes_after_it(app, desk, office, path):
    inbound(app, office, "the first")
    assert "New since you last looked" not in words(desk.get(path)), "who never looked before has no such mark"
    inbound(app, office, "the second")
    page = words(desk.get(path))
    assert page.index("the first") < page.index("New since you last looked") < page.index("the second")
    assert "Messages 1 new" in page
    assert "New since you last looked" not in words(desk.get(path))
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(MessageSeen)) == 1
        assert "message" not in repr(db.session.scalars(sa.select(AuditEvent.action)).all()), "a marker is no event"


def test_every_tab_of_the_case_says_how_much_is_unread_and_leads_there(app, desk, office, path, browser_as):
    inbound(app, office, "the first")
    tabs = ("people", "history", "files", "participants")
    assert all("Messages 1 new" not in words(desk.get(f"{path}/{tab}")) for tab in tabs), (
        "who never looked has no marks"
    )
    desk.get(f"{path}/messages")
    inbound(app, office, "the second")
    browser_as(office["colleague"]).post(f"{path}/notes", {"text": "of a colleague"})
    desk.post(f"{path}/notes", {"text": "of one's own"})
    for tab in tabs:
        page = desk.get(f"{path}/{tab}")
        assert "Messages 2 new" in words(page) and f'href="{path}/messages#new"' in page.get_data(as_text=True)
    assert 'id="new"' in desk.get(f"{path}/messages").get_data(as_text=True)
    assert "new" not in words(desk.get(f"{path}/people")).split("Messages")[1][:8]


def test_the_timeline_shows_one_kind_by_its_address(app, desk, office, path):
    inbound(app, office, "a message")
    desk.post(f"{path}/notes", {"text": "a note"})
    shown = {kind: words(desk.get(f"{path}/history?show={kind}")) for kind in ("all", "messages", "notes", "events")}
    for kind, text in (("messages", "a message"), ("notes", "a note")):
        assert {name for name, page in shown.items() if text in page} == {"all", kind}
    assert "Opened as" in shown["all"] and "Opened as" in shown["events"] and "Opened as" not in shown["notes"]


def test_looking_at_an_older_page_marks_nothing_as_seen(app, desk, office, path):
    start = clock.now() - dt.timedelta(days=3)
    for number in range(60):
        inbound(app, office, f"inbound {number:02}", sent_at=start + dt.timedelta(minutes=number))
    older = re.search(r'href="([^"]+before=[^"]+)"', desk.get(f"{path}/messages").get_data(as_text=True))[1]
    inbound(app, office, "quite new")
    desk.get(older.replace("&amp;", "&"))
    assert "New since you last looked" in words(desk.get(path))


def test_with_htmx_the_used_form_comes_back_empty_with_the_thread_beside_it(app, desk, office, path):
    desk.post(f"{path}/drafts/message", {"text": "half a message"}, expect=200, headers=JSON)
    answer = desk.post(f"{path}/notes", {"text": "with htmx"}, expect=200, headers=HTMX).get_data(as_text=True)
    assert answer.strip().startswith('<details class="writer staff" id="cases-note"')
    assert re.search(r'<textarea[^>]*data-focus[^>]*id="note-text"[^>]*>\s*</textarea>', answer)
    assert re.search(r'id="cases-thread"[^>]*hx-swap-oob="outerHTML"', answer) and "with htmx" in answer
    assert 'id="cases-message"' not in answer, "what is being typed in the other form is not touched"
    assert "The note is saved, for staff only." in answer
    assert drafts_kept(app) == ["message"]
    wrong = desk.post(f"{path}/notes", {"text": " "}, expect=422, headers=HTMX).get_data(as_text=True)
    assert wrong.strip().startswith('<details class="writer staff"') and "cases-thread" not in wrong


def test_a_message_that_its_sender_withdrew_is_shown_struck(app, desk, office, path):
    inbound(app, office, "do not read this", withdrawn_at=clock.now())
    page = desk.get(path)
    assert "Withdrawn by the sender" in words(page) and "<s>do not read this</s>" in page.get_data(as_text=True)
