"""What the work-list costs does not depend on how many cases there are: at most fourteen SELECTs."""

import pytest
from flask import Flask

from portal.core.models import Case, CasePerson, Message, UnmappedCode
from portal.core.vocabulary import Delivery, Direction, Role
from portal.extensions import db
from tests.factories import committed, make_case, make_copies, make_participant, make_person, make_user, make_vertical
from tests.page import Browser
from tests.statements import counted

SELECTS = 14
ADDRESSES = (
    "/app/",
    "/app/?view=all",
    "/app/?view=needs-me",
    "/app/?view=team",
    "/app/?view=awaiting",
    "/app/?view=all&status=active&priority=medium&q=client&sort=next",
    "/app/?view=all&sort=-priority",
)


@pytest.fixture
def office(app: Flask) -> dict[str, int]:
    """A worker with one case and one with five hundred; each case has a client, a message and somebody to wait for."""
    with app.app_context(), committed(db.session) as session:
        partner = make_vertical(session)
        return {name: _worker(session, partner, number) for name, number in (("one", 1), ("many", 500))}


def _worker(session, partner, number: int) -> int:
    vertical = make_vertical(session)
    worker = make_user(session, Role.CASEWORKER, vertical)
    case = make_case(session, vertical, owner=worker)
    for case_id in [case.id, *make_copies(session, case, number - 1)]:
        person = make_person(session, f"Client Number{case_id}")
        received = {"direction": Direction.INBOUND, "delivery": Delivery.RECEIVED}
        session.add(CasePerson(case_id=case_id, person_id=person.id, role="client"))
        session.add(Message(case_id=case_id, text="Call me", **received))
        session.add(UnmappedCode(case_id=case_id, list_name="sex", field="x", raw="9"))
        make_participant(session, session.get(Case, case_id), partner, opted_in=False)
    return worker.id


def test_the_list_costs_the_same_for_one_case_and_for_five_hundred(app, office):
    for address in ADDRESSES:
        costs = {}
        for who, user in office.items():
            browser = Browser(app, user)
            browser.get(address)
            with counted(app) as statements:
                page = browser.get(address)
            costs[who] = [
                statement for statement in statements if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA"))
            ]
            assert page.get_data(as_text=True).count('<th scope="row">') == (1 if who == "one" else 50)
        assert len(costs["one"]) == len(costs["many"]) <= SELECTS, (address, [s[:70] for s in costs["many"]])
        assert all(statement.startswith("SELECT") for statement in costs["many"])
