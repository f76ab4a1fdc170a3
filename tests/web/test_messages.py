"""The thread: what a client is meant to read, what staff alone read, and that the two are never mistaken."""

import datetime as dt
import io
import re

import pytest
import sqlalchemy as sa

from portal.core import clock, notes, outbox
from portal.core.intake import take
from portal.core.models import Attachment, AuditEvent, Case, Draft, Message, MessageSeen, Note, Person, PersonContact
from portal.core.told import PersonTold, Report
from portal.core.vocabulary import Action, Delivery, Direction, Origin, Role, Status
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_user, make_vertical, put_into
from tests.page import words
from tests.web.test_case_files import PDF, png

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}
SECRET = "canary: the uncle must not learn of Monday"  # pragma: allowlist secret


@pytest.fixture
def office(app) -> dict[str, int]:
    """A case with a client, a reporter and one who is accused; its agent, a colleague and an auditor; and noise."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        agent = make_user(session, Role.AGENT, here, name="Jo Testworker")
        told = Report(
            origin=Origin.PORTAL,
            vertical=here,
            facts={"narrative": "As told."},
            reporter=PersonTold(full_name="Ngozi Testaunt"),
            clients=(PersonTold(full_name="Amina Testchild"),),
            perpetrators=(PersonTold(full_name="Otieno Testuncle"),),
        )
        case = take(session, actor_of(session, agent), told)
        noise = make_case(session, here)
        notes.write(session, actor_of(session, agent), noise, "a note of another case")
        return {
            "case": case.id,
            "agent": agent.id,
            "colleague": make_user(session, Role.SUPERVISOR, here, name="Ilse Testlead").id,
            "auditor": make_user(session, Role.AUDITOR).id,
        }


@pytest.fixture
def path(office) -> str:
    """The address of the case."""
    return f"/app/cases/{office['case']}"


@pytest.fixture
def desk(office, browser_as):
    """The agent's browser."""
    return browser_as(office["agent"])


def rows(app, office, kind) -> list:
    with app.app_context():
        return db.session.scalars(sa.select(kind).where(kind.case_id == office["case"]).order_by(kind.id)).all()


def drafts_kept(app) -> list[str]:
    with app.app_context():
        return sorted(db.session.scalars(sa.select(Draft.form)).all())


def inbound(app, office, *texts: str, **more) -> None:
    with app.app_context(), committed(db.session) as session:
        for text in texts:
            facts = {"direction": Direction.INBOUND, "delivery": Delivery.RECEIVED, "sender": {"name": "Amina"}, **more}
            session.add(Message(case_id=office["case"], text=text, **facts))


def to_of(desk, path: str) -> dict[str, str]:
    """The people a message can be written to, by what the form calls them."""
    page = desk.get(path).get_data(as_text=True)
    select = re.search(r'<select[^>]*name="to".*?</select>', page, re.S)[0]
    return {name: value for value, name in re.findall(r'value="(\d+)">([^<]+)<', select.replace(" selected", ""))}


def its_time_is_over(app) -> None:
    """Twenty seconds later the periodic work comes by."""
    clock.advance(dt.timedelta(seconds=20))
    with app.app_context(), committed(db.session) as session:
        outbox.release(session)


def test_a_message_is_recorded_openly_not_sent_and_names_its_recipient(app, desk, office, path):
    assert "This office has no channel yet: the message is recorded here and not sent." in words(desk.get(path))
    to = to_of(desk, path)["Amina Testchild"]
    page = words(desk.follow(desk.post(f"{path}/messages", {"to": to, "text": "Monday at ten?"})))
    assert "The message is held until" in page and "Recorded, not sent" not in page
    assert "to Amina Testchild" in page and "Held until" in page and "Undo" in page
    assert rows(app, office, Message) == []
    its_time_is_over(app)
    page = words(desk.get(path))
    assert "to Amina Testchild" in page and "Recorded, not sent" in page and "Held until" not in page
    (message,) = rows(app, office, Message)
    assert (message.text, message.delivery, message.channel) == ("Monday at ten?", Delivery.RECORDED, None)
    assert rows(app, office, Note) == []


def undo_in(page: str) -> str:
    """The address of the form that takes a message back."""
    return re.search(r'<form method="post" action="([^"]+/undo)"', page)[1]


def test_what_was_just_sent_is_taken_back_before_what_was_begun_since(app, desk, office, path, browser_as):
    to = to_of(desk, path)["Ngozi Testaunt"]
    page = desk.follow(desk.post(f"{path}/messages", {"to": to, "text": "Monday at ten?"})).get_data(as_text=True)
    colleague = browser_as(office["colleague"])
    assert "Monday" not in colleague.get(path).get_data(as_text=True), "nobody else reads it yet"
    desk.post(f"{path}/drafts/message", {"text": "Monday at ten?", "to": to}, expect=200, headers=JSON)
    assert drafts_kept(app) == [], "a draft that comes late does not come back"
    colleague.post(undo_in(page), expect=404)
    desk.post(f"{path}/drafts/message", {"text": "One more thing"}, expect=200, headers=JSON)
    page = desk.follow(desk.post(undo_in(page)))
    assert "Its text is in the form again." in words(page)
    page = page.get_data(as_text=True)
    assert re.search(r"Monday at ten\?\s+One more thing</textarea>", page), "nothing that was typed is lost"
    assert re.search(rf'<option selected value="{to}">', page) and "/undo" not in page
    its_time_is_over(app)
    assert rows(app, office, Message) == []


def test_with_htmx_the_text_comes_back_into_the_form_with_what_stands_in_it(app, desk, office, path):
    what = {"text": "Monday at ten?", "to": to_of(desk, path)["Amina Testchild"]}
    sent = desk.post(f"{path}/messages", what, expect=200, headers=HTMX)
    answer = sent.get_data(as_text=True)
    assert re.search(r'id="cases-held"[^>]*hx-swap-oob="outerHTML"', answer) and "Monday at ten?</p>" in answer
    back = desk.post(undo_in(answer), {"text": "Not saved yet"}, expect=200, headers=HTMX).get_data(as_text=True)
    assert back.strip().startswith('<details class="writer" id="cases-message"')
    assert re.search(r"<textarea[^>]*data-focus[^>]*>\s*Monday at ten\?\s+Not saved yet</textarea>", back)
    assert 'id="cases-held"' in back and "/undo" not in back


def test_files_go_with_a_message_and_one_that_is_refused_says_why_and_loses_no_word(app, desk, office, path):
    def told(*files: tuple[bytes, str]) -> dict:
        return {
            "text": "Here it is",
            "to": to_of(desk, path)["Amina Testchild"],
            "files": [(io.BytesIO(content), name) for content, name in files],
        }

    wrong = desk.post(f"{path}/messages", told((PDF, "letter.pdf"), (b"<html>", "trick.pdf")), expect=422)
    assert "trick.pdf: This kind of file is not taken. Nothing was stored." in words(wrong)
    assert "Here it is</textarea>" in wrong.get_data(as_text=True)
    page = desk.follow(desk.post(f"{path}/messages", told((PDF, "letter.pdf"), (png(9), "door.png"))))
    assert "letter.pdf , door.png" in words(page) and rows(app, office, Attachment) == []
    back = desk.follow(desk.post(undo_in(page.get_data(as_text=True))))
    assert "Choose its files again: letter.pdf, door.png." in words(back)
    desk.post(f"{path}/messages", told((PDF, "letter.pdf"), (png(9), "door.png")))
    its_time_is_over(app)
    (message,) = rows(app, office, Message)
    letter, door = rows(app, office, Attachment)
    assert {letter.message_id, door.message_id} == {message.id}
    page = desk.get(path).get_data(as_text=True)
    assert f'href="/app/files/{letter.uuid}/view"' in page and f'href="{path}/files/{door.uuid}"' in page


def test_who_comes_too_late_is_told_that_it_is_recorded(app, desk, path):
    page = desk.follow(desk.post(f"{path}/messages", {"text": "Hello", "to": to_of(desk, path)["Amina Testchild"]}))
    clock.advance(outbox.HOLD)
    late = desk.get(path)
    assert "It is being recorded." in words(late) and "/undo" not in late.get_data(as_text=True)
    assert "It was too late to undo" in words(desk.follow(desk.post(undo_in(page.get_data(as_text=True)))))
    assert drafts_kept(app) == []


def test_a_note_is_for_staff_and_is_no_message(app, desk, office, path):
    page = desk.follow(desk.post(f"{path}/notes", {"text": SECRET}))
    assert "Note, staff only" in words(page) and SECRET in words(page)
    assert [note.text for note in rows(app, office, Note)] == [SECRET]
    assert rows(app, office, Message) == []


def test_the_two_forms_share_neither_address_button_label_nor_look(desk, path):
    page = desk.get(path).get_data(as_text=True)
    message, note = re.findall(r'<details class="writer.*?</details>', page, re.S)
    assert 'action="/app' in message and f'action="{path}/messages"' in message and "Send message</button>" in message
    assert f'action="{path}/notes"' in note and "Save note</button>" in note
    assert "writer staff" in note and "writer staff" not in message
    assert "Note for the team" in note and "Note" not in message
    assert "Send" not in note and "/messages" not in note


def test_nobody_accused_can_be_written_to(app, desk, office, path):
    assert set(to_of(desk, path)) == {"Amina Testchild", "Ngozi Testaunt"}
    for to in ("999", "x"):
        desk.post(f"{path}/messages", {"to": to, "text": "Hello"}, expect=422)
    with app.app_context():
        accused = db.session.scalar(sa.text("SELECT person_id FROM case_people WHERE role = 'perpetrator'"))
    desk.post(f"{path}/messages", {"to": accused, "text": "Hello"}, expect=422)
    assert rows(app, office, Message) == []


@pytest.mark.parametrize("kind", ["messages", "notes"])
@pytest.mark.parametrize("text", ["", "   \n "])
def test_nothing_is_not_written(app, desk, office, path, kind, text):
    page = desk.post(f"{path}/{kind}", {"text": text}, expect=422).get_data(as_text=True)
    assert "first." in page and 'aria-invalid="true"' in page
    assert rows(app, office, Message) == [] and rows(app, office, Note) == []


def test_no_text_of_a_note_is_ever_in_what_a_message_is_made_of(app, desk, office, path):
    to = to_of(desk, path)["Amina Testchild"]
    desk.post(f"{path}/notes", {"text": SECRET})
    desk.post(f"{path}/drafts/note", {"text": f"{SECRET} again", "to": to}, expect=200, headers=JSON)
    desk.post(f"{path}/messages", {"to": to, "text": "Monday at ten?", "note": SECRET})
    its_time_is_over(app)
    with app.app_context():
        columns = [column for column in Message.__table__.columns]
        stored = db.session.execute(sa.select(*columns)).mappings().all()
        said = db.session.scalars(sa.select(AuditEvent.details)).all()
    assert "canary" not in repr(stored) and "canary" not in repr(said)


def test_what_is_typed_is_text_and_never_markup(desk, path):
    desk.post(f"{path}/notes", {"text": "<script>alert(1)</script> & <b>bold</b>"})
    page = desk.get(path).get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;" in page and "<script>alert" not in page


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


def test_who_will_read_it_and_what_they_wish_stands_beside_the_button(app, desk, office, path):
    with app.app_context(), committed(db.session) as session:
        amina = session.scalar(sa.select(Person).where(Person.name_key.contains("amina")))
        for safe, wish in (("no", "my uncle answers"), ("yes", "not after 17:00"), ("yes", "")):
            session.add(PersonContact(person_id=amina.id, value="+254722000111", safe=safe, wish=wish))
    page = words(desk.get(path))
    assert "Amina Testchild , phone: not safe to use “ my uncle answers ”" in page
    assert "Amina Testchild , phone “ not after 17:00 ”" in page
    form = re.search(r'<details class="writer".*?</details>', desk.get(path).get_data(as_text=True), re.S)[0]
    assert re.search(r"Send message</button>\s*<span[^>]*>To <b data-recipient><bdi>Amina Testchild", form)
    assert "722" not in form, "the number itself is not needed here"


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


def test_drafts_are_kept_found_again_and_gone_when_they_are_sent(app, desk, office, path):
    to = to_of(desk, path)["Ngozi Testaunt"]
    saved = desk.post(f"{path}/drafts/message", {"text": "Dear Ngo", "to": to}, expect=200, headers=JSON)
    assert saved.json["saved_at_label"].startswith("Saved ")
    desk.post(f"{path}/drafts/note", {"text": "half a note"}, expect=200, headers=JSON)
    page = desk.get(path).get_data(as_text=True)
    assert "Dear Ngo</textarea>" in page and "half a note</textarea>" in page
    assert re.search(rf'<option selected value="{to}">', page) and "Saved " in page
    desk.post(f"{path}/messages", {"text": "Dear Ngozi", "to": to})
    assert drafts_kept(app) == ["note"]
    desk.post(f"{path}/drafts/note", {"text": "  "}, expect=200, headers=JSON)
    assert drafts_kept(app) == []


@pytest.mark.parametrize("kind", ["message", "note"])
def test_a_draft_that_arrives_after_its_text_was_written_does_not_come_back(app, desk, office, path, kind):
    text = {"text": "Ring her\r\nat noon", "to": to_of(desk, path)["Amina Testchild"]}
    desk.post(f"{path}/{kind}s", text)
    desk.post(f"{path}/drafts/{kind}", text, expect=200, headers=JSON)
    assert drafts_kept(app) == []
    desk.post(f"{path}/drafts/{kind}", {"text": "Ring her again"}, expect=200, headers=JSON)
    assert drafts_kept(app) == [kind]


def test_without_script_a_draft_is_saved_by_its_button(app, desk, office, path):
    answer = desk.post(f"{path}/drafts/note", {"text": "half a note"})
    page = desk.follow(answer)
    assert "Your draft is saved." in words(page) and "half a note</textarea>" in page.get_data(as_text=True)


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.ARCHIVED])
@pytest.mark.parametrize("kind", ["message", "note"])
def test_a_locked_case_takes_no_words_and_loses_none(app, desk, office, path, status, kind):
    to = to_of(desk, path)["Amina Testchild"]
    with app.app_context(), committed(db.session) as session:
        put_into(session, session.get(Case, office["case"]), status)
    answer = desk.post(f"{path}/{kind}s", {"text": "an hour of words", "to": to}, expect=409)
    assert "Nothing can be written here while the case is suspended or archived." in words(answer)
    assert rows(app, office, Message) == [] and rows(app, office, Note) == []
    assert drafts_kept(app) == [kind]
    assert "kept in your drafts" in words(desk.get(path))


def test_a_closed_case_still_takes_words(app, desk, office, path):
    with app.app_context(), committed(db.session) as session:
        put_into(session, session.get(Case, office["case"]), Status.CLOSED)
    desk.post(f"{path}/notes", {"text": "she rang to say thank you"})
    assert len(rows(app, office, Note)) == 1


def test_who_may_only_read_writes_nothing(app, office, path, browser_as):
    auditor = browser_as(office["auditor"])
    assert "You can read this case; you cannot write in it." in words(auditor.get(path))
    for kind in ("message", "note"):
        auditor.post(f"{path}/{kind}s", {"text": "by an auditor"}, expect=403)
        auditor.post(f"{path}/drafts/{kind}", {"text": "by an auditor"}, expect=403)
    assert rows(app, office, Message) == [] and rows(app, office, Note) == []


def test_writing_makes_no_colleagues_open_form_stale(app, desk, office, path, browser_as):
    with app.app_context():
        version = db.session.get(Case, office["case"]).version_id
    browser_as(office["colleague"]).post(f"{path}/notes", {"text": "in between"})
    desk.post(f"{path}/{Action.STABILIZE.value}", {"version": version})


def test_a_message_that_its_sender_withdrew_is_shown_struck(app, desk, office, path):
    inbound(app, office, "do not read this", withdrawn_at=clock.now())
    page = desk.get(path)
    assert "Withdrawn by the sender" in words(page) and "<s>do not read this</s>" in page.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["messages", "notes", "drafts/note", "drafts/message"])
def test_another_verticals_worker_finds_nothing_to_write_on(app, office, path, browser_as, kind):
    with app.app_context(), committed(db.session) as session:
        stranger = make_user(session, Role.SUPERVISOR, make_vertical(session, "ELSEWHERE")).id
    browser_as(stranger).post(f"{path}/{kind}", {"text": "from outside"}, expect=404)
    assert rows(app, office, Message) == [] and rows(app, office, Note) == []
