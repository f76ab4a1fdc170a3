"""What staff alone read, and that it is never mistaken for what a client reads."""

import re

import sqlalchemy as sa

from portal.core.models import AuditEvent, Message, Note
from portal.extensions import db
from tests.page import words
from tests.web.messages.conftest import JSON, its_time_is_over, rows, to_of

SECRET = "canary: the uncle must not learn of Monday"  # pragma: allowlist secret


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
