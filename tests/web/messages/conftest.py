"""The thread of a case in the browser: a case, who writes on it, and what came of that."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from portal.core import clock, notes, outbox
from portal.core.intake import take
from portal.core.models import Draft, Message
from portal.core.told import PersonTold, Report
from portal.core.vocabulary import Delivery, Direction, Origin, Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_user, make_vertical

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}


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
