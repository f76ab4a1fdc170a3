"""An open page of a case: what is written meanwhile comes by itself; who else is here is told to those who see it."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from portal.core import clock, outbox
from portal.core.intake import take
from portal.core.models import AuditEvent, MessageSeen
from portal.core.told import PersonTold, Report
from portal.core.vocabulary import Origin, Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_user, make_vertical
from tests.page import words
from tests.statements import counted
from tests.web.messages.conftest import inbound, to_of

BACKGROUND = {"HX-Request": "true", "X-Background": "1"}


@pytest.fixture
def office(app) -> dict[str, int]:
    """A case with a client, its agent and a colleague."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        agent = make_user(session, Role.AGENT, here, name="Jo Testworker")
        clients = (PersonTold(full_name="Amina Testchild"), PersonTold(full_name="Ngozi Testaunt"))
        told = Report(origin=Origin.PORTAL, vertical=here, facts={"narrative": "As told."}, clients=clients)
        case = take(session, actor_of(session, agent), told)
        colleague = make_user(session, Role.SUPERVISOR, here, name="Ilse Testlead")
        return {"case": case.id, "agent": agent.id, "colleague": colleague.id}


@pytest.fixture
def other(office, browser_as):
    """A colleague's browser."""
    return browser_as(office["colleague"])


class Open:
    """A page that stays open and asks as the script does, with what it was told last."""

    def __init__(self, browser, path: str) -> None:
        self.browser, self.path, self.token = browser, path, browser.csrf_token()
        self.fields = self._fields(browser.get(path).get_data(as_text=True))

    def look(self, *, writing: str = "") -> str | None:
        """What is new, as words; None where nothing is."""
        told = {**self.fields, "writing": writing}
        answer = self.browser.client.post(
            f"{self.path}/messages/new", data={**told, "csrf_token": self.token}, headers=BACKGROUND
        )
        if answer.status_code == 204:
            return None
        assert answer.status_code == 200, answer.status_code
        self.page = answer.get_data(as_text=True)
        self.fields |= self._fields(self.page)
        return words(answer)

    @staticmethod
    def _fields(page: str) -> dict[str, str]:
        inputs = re.findall(r'<input type="hidden"(?: id="[^"]+")? name="(after|held|shown)" value="([^"]*)"', page)
        return dict(inputs)


def test_what_is_written_comes_to_the_open_page_once_and_is_not_counted_as_seen(app, desk, other, office, path):
    mine = Open(desk, path)
    assert mine.look() is None
    inbound(app, office, "Are you there?")
    other.post(f"{path}/notes", {"text": "Ring her back"})
    told = mine.look()
    assert "Are you there?" in told and "Ring her back" in told
    assert "2 new messages and notes: Amina , Ilse Testlead" in told
    assert mine.page.count("<article") == 2 and 'hx-swap-oob="beforeend:#cases-thread"' in mine.page
    assert 'id="cases-message"' not in mine.page and "<textarea" not in mine.page, "no form is touched"
    assert mine.look() is None
    desk.post(f"{path}/notes", {"text": "From another window"})
    told = mine.look()
    assert "From another window" in told and "new message" not in told, "nobody is told of what they wrote themselves"
    with app.app_context():
        seen = db.session.scalars(sa.select(MessageSeen.up_to).where(MessageSeen.user_id == office["agent"])).all()
        read = db.session.scalars(sa.select(AuditEvent.details).where(AuditEvent.action == "case.read")).all()
    assert len(seen) <= 1 and [one["news"] for one in read if "news" in one] == [2, 1]


def test_a_message_whose_time_is_over_becomes_one_before_the_eyes_of_its_author(app, desk, other, path):
    desk.post(f"{path}/messages", {"text": "Monday at ten?", "to": to_of(desk, path)["Amina Testchild"]})
    mine, theirs = Open(desk, path), Open(other, path)
    assert mine.look() is None and "Monday" not in (theirs.look() or "")
    clock.advance(outbox.HOLD)
    assert "Monday" not in (theirs.look() or ""), "another's page decides nothing"
    assert "Recorded, not sent" in mine.look() and "Undo" not in mine.page
    assert "Monday at ten?" in theirs.look()


def test_who_is_here_and_what_they_write_is_told_and_soon_forgotten(desk, other, path):
    mine, theirs = Open(desk, path), Open(other, path)
    assert mine.look() is None, "nobody is told of themselves"
    assert "Jo Testworker is here." in theirs.look()
    assert "Ilse Testlead is here." in mine.look()
    assert theirs.look(writing="message") is None
    assert "Ilse Testlead is writing a message." in mine.look()
    theirs.look(writing="note")
    assert "Ilse Testlead is writing a note." in mine.look()
    theirs.look(writing="<b>nonsense")
    assert "Ilse Testlead is here." in mine.look()
    clock.advance(dt.timedelta(seconds=36))
    assert "Ilse" not in mine.look()
    assert mine.look() is None


def test_who_does_not_see_the_case_neither_tells_nor_is_told(app, desk, office, path, browser_as):
    mine = Open(desk, path)
    with app.app_context(), committed(db.session) as session:
        stranger = make_user(session, Role.SUPERVISOR, make_vertical(session, "ELSEWHERE"), name="Nosy Teststranger").id
    outside = browser_as(stranger)
    for number in (office["case"], 999):
        outside.post(f"/app/cases/{number}/messages/new", {"after": "0.0"}, expect=404)
    assert mine.look() is None


def test_nothing_is_told_of_a_case_whose_consent_was_withdrawn(app, desk, office, path, monkeypatch):
    mine = Open(desk, path)
    inbound(app, office, "Hidden now")
    monkeypatch.setattr("portal.web.cases.head.Head.is_hidden", True)
    assert mine.look() is None


def test_looking_costs_little_and_writes_nothing_down(app, desk, other, path):
    mine = Open(desk, path)
    Open(other, path).look()
    mine.look()
    with app.app_context():
        events = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
    with counted(app) as statements:
        assert mine.look() is None
    selects = [text for text in statements if text.lstrip().upper().startswith("SELECT")]
    writes = [text for text in statements if text.split()[0].upper() in ("INSERT", "UPDATE", "DELETE")]
    assert len([text for text in selects if "FROM sessions" not in text]) <= 2 and not writes, selects
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == events


@pytest.mark.parametrize("after", ["", "x", "1", "-1.0", "9" * 40 + ".0", "٣.١"])
def test_a_mark_that_makes_no_sense_begins_at_the_beginning(app, desk, office, path, after):
    inbound(app, office, "The first")
    mine = Open(desk, path)
    mine.fields["after"] = after
    assert "The first" in mine.look()
