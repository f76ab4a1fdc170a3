"""What a case page costs does not depend on how much is on it: at most fourteen SELECTs, and three for its log."""

import datetime as dt

import pytest

from portal.core import assignments, clock, transitions
from portal.core.intake import take
from portal.core.models import Case, CodeValue, Message, Note, UnmappedCode
from portal.core.told import PersonTold, Report
from portal.core.vocabulary import Action, Delivery, Direction, Origin, Role, Status
from portal.extensions import db
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_consent,
    make_household,
    make_participant,
    make_person,
    make_user,
    make_vertical,
    put_into,
)
from tests.statements import counted

SELECTS = 14
PAGES = ("", "/messages", "/people", "/history", "/edit", "/assign", "/review", "/belonging")
STEPS = {"small": "close", "large": "close", "careful": "submit", "held": "resume"}


@pytest.fixture
def office(app) -> dict[str, int]:
    """A small case, a large one, one that works on consent, and the supervisor who may do everything with them."""
    with app.app_context(), committed(db.session) as session:
        here, health = (
            make_vertical(session, "HERE"),
            make_vertical(session, "HEALTH", consent=True, every_adult_consents=True),
        )
        user = make_user(session, Role.SUPERVISOR, here, health)
        colleagues = [make_user(session, Role.AGENT, here) for _ in range(12)]
        session.add(CodeValue(list_name="case_category", value="362484", label="General"))
        actor = actor_of(session, user)
        small = _case(session, actor, here, people=1, messages_=1)
        large = _case(session, actor, here, people=8, messages_=500)
        for colleague in colleagues:
            assignments.give(session, actor, large, colleague)
        leader = make_person(session, "Leader Person", verified=True)
        make_consent(session, leader, health)
        family = make_household(session, leader, verified=True)
        careful, stopped = (make_case(session, health, subject=family, owner=user, category="362484") for _ in range(2))
        for case in (careful, stopped):
            make_participant(session, case, here)
            session.add(UnmappedCode(case_id=case.id, list_name="sex", field="x", raw="9"))
        put_into(session, stopped, Status.SUSPENDED)
        held = make_case(session, here)
        transitions.change_status(session, actor, held, Action.SUSPEND, reason="POLICY_SUSPENSION")
        named = {"small": small, "large": large, "careful": careful, "stopped": stopped, "held": held}
        return {"user": user.id, **{name: case.id for name, case in named.items()}}


def _case(session, actor, vertical, *, people: int, messages_: int) -> Case:
    clients = tuple(PersonTold(full_name=f"Client Number{n} Family{n}", phone=f"07221112{n:02}") for n in range(people))
    facts = {"narrative": "As told.", "category": "362484"}
    case = take(session, actor, Report(origin=Origin.PORTAL, vertical=vertical, facts=facts, clients=clients))
    start = clock.now() - dt.timedelta(days=30)
    for number in range(messages_):
        at = start + dt.timedelta(minutes=number)
        if number % 5 == 4:
            session.add(Note(case_id=case.id, author_name="Wren", text=f"note {number}", at=at))
            continue
        said = {"direction": Direction.INBOUND, "delivery": Delivery.RECEIVED, "sender": {"name": "Amina"}}
        session.add(Message(case_id=case.id, text=f"message {number}", sent_at=at, **said))
        session.add(UnmappedCode(case_id=case.id, list_name="sex", field="x", raw=str(number)))
    return case


def _cost(app, browser, path: str) -> tuple[int, list[str]]:
    """The SELECTs of a page on its second view, and the statements of its access log."""
    browser.get(path)
    with counted(app) as statements:
        browser.get(path)
    log = [text for text in statements if "audit_" in text and "FROM audit_events" not in text]
    selects = [text for text in statements if text.lstrip().upper().startswith("SELECT") and text not in log]
    return len(selects), log


def _paths(office: dict[str, int]) -> list[str]:
    open_ones = [f"/app/cases/{office[which]}{page}" for which in ("small", "large", "careful") for page in PAGES]
    read_only = [f"/app/cases/{office[which]}{page}" for which in ("held", "stopped") for page in PAGES[:4]]
    return open_ones + read_only + [f"/app/cases/{office[which]}/{step}" for which, step in STEPS.items()]


def test_no_page_of_a_case_costs_more_than_its_budget(app, office, browser_as):
    browser = browser_as(office["user"])
    for path in _paths(office):
        selects, log = _cost(app, browser, path)
        assert selects <= SELECTS, f"{path}: {selects} SELECTs"
        assert len(log) == 3, f"{path}: {log}"


def test_five_hundred_messages_cost_what_one_does(app, office, browser_as):
    browser = browser_as(office["user"])
    for page in PAGES:
        small, large = (_cost(app, browser, f"/app/cases/{office[which]}{page}")[0] for which in ("small", "large"))
        assert small == large, f"{page or 'the overview'}: {small} for one message, {large} for five hundred"


def test_a_page_of_the_thread_holds_fifty(app, office, browser_as):
    page = browser_as(office["user"]).get(f"/app/cases/{office['large']}/messages").get_data(as_text=True)
    assert page.count('<article class="msg') == 50
