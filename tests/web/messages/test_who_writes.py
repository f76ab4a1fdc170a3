"""When and by whom nothing can be written, and that no word is lost over it."""

import pytest

from portal.core.models import Case, Message, Note
from portal.core.vocabulary import Action, Role, Status
from portal.extensions import db
from tests.factories import committed, make_user, make_vertical, put_into
from tests.page import words
from tests.web.messages.conftest import drafts_kept, rows, to_of


@pytest.mark.parametrize("kind", ["messages", "notes"])
@pytest.mark.parametrize("text", ["", "   \n "])
def test_nothing_is_not_written(app, desk, office, path, kind, text):
    page = desk.post(f"{path}/{kind}", {"text": text}, expect=422).get_data(as_text=True)
    assert "first." in page and 'aria-invalid="true"' in page
    assert rows(app, office, Message) == [] and rows(app, office, Note) == []


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


@pytest.mark.parametrize("kind", ["messages", "notes", "drafts/note", "drafts/message"])
def test_another_verticals_worker_finds_nothing_to_write_on(app, office, path, browser_as, kind):
    with app.app_context(), committed(db.session) as session:
        stranger = make_user(session, Role.SUPERVISOR, make_vertical(session, "ELSEWHERE")).id
    browser_as(stranger).post(f"{path}/{kind}", {"text": "from outside"}, expect=404)
    assert rows(app, office, Message) == [] and rows(app, office, Note) == []
