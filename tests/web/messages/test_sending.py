"""Writing to a client: to whom, with which files, and taking it back in time."""

import io
import re

import sqlalchemy as sa

from portal.core import clock, outbox
from portal.core.models import Attachment, Message, Note, Person, PersonContact
from portal.core.vocabulary import Delivery
from portal.extensions import db
from tests.factories import committed
from tests.page import words
from tests.sent_files import PDF, png
from tests.web.messages.conftest import HTMX, JSON, drafts_kept, its_time_is_over, rows, to_of


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


def test_nobody_accused_can_be_written_to(app, desk, office, path):
    assert set(to_of(desk, path)) == {"Amina Testchild", "Ngozi Testaunt"}
    for to in ("999", "x"):
        desk.post(f"{path}/messages", {"to": to, "text": "Hello"}, expect=422)
    with app.app_context():
        accused = db.session.scalar(sa.text("SELECT person_id FROM case_people WHERE role = 'perpetrator'"))
    desk.post(f"{path}/messages", {"to": accused, "text": "Hello"}, expect=422)
    assert rows(app, office, Message) == []


def test_who_will_read_it_and_what_they_wish_stands_beside_the_button(app, desk, office, path):
    with app.app_context(), committed(db.session) as session:
        amina = session.scalar(sa.select(Person).where(Person.name_key.contains("amina")))
        for safe, wish in (("no", "my uncle answers"), ("yes", "not after 17:00"), ("yes", "")):
            session.add(PersonContact(person_id=amina.id, value="+254722000111", safe=safe, wish=wish))
    page = words(desk.get(path))
    said = "Safety: Not safe to call “ my uncle answers ” Safety: About calls “ not after 17:00 ”"
    assert f"Amina Testchild : {said}" in page
    assert page.count(said) == 2, "at the top of the page, too"
    form = re.search(r'<details class="writer".*?</details>', desk.get(path).get_data(as_text=True), re.S)[0]
    assert re.search(r"Send message</button>\s*<span[^>]*>To <b data-recipient><bdi>Amina Testchild", form)
    assert "722" not in form, "the number itself is not needed here"
