"""Why a case stands in the work-list, and what its views hold."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import clock, verticals, worklist
from portal.core.models import Case, Consent, Message, User, VerticalMember, WorkflowInstance
from portal.core.search import ListFilter
from portal.core.vocabulary import Answer, Delivery, Direction, ParticipantStatus, Role, Status
from tests.core.worklist.conftest import ALL, NEWEST
from tests.factories import actor_of, committed, make_case, make_participant, make_user, make_vertical


@pytest.fixture
def desk(session):
    """One worker with a case of each kind that asks for something."""
    today = clock.today()
    with committed(session):
        vertical, partner = make_vertical(session), make_vertical(session, name="Education")
        worker = make_user(session, Role.CASEWORKER, vertical)
        rows = {
            "quiet": {"review_date": today + dt.timedelta(days=90)},
            "undated": {},
            "late": {"review_date": today - dt.timedelta(days=4)},
            "today": {"review_date": today},
            "danger": {"immediate_danger": Answer.YES, "review_date": today + dt.timedelta(days=90)},
            "triage": {"needs_triage": True},
            "reopened": {"status": Status.REOPENED},
            "stabilized": {"status": Status.STABILIZED},
            "suspended": {"status": Status.SUSPENDED},
            "closed": {"status": Status.CLOSED},
            "waiting": {},
            "replied": {},
        }
        cases = {name: make_case(session, vertical, owner=worker, **facts) for name, facts in rows.items()}
        cases["nobody"] = make_case(session, vertical)
        make_participant(session, cases["waiting"], partner, opted_in=False)
        received = {"direction": Direction.INBOUND, "delivery": Delivery.RECEIVED}
        session.add(Message(case_id=cases["replied"].id, text="Please call me.", **received))
    return worker, {name: case.id for name, case in cases.items()}


def test_each_row_says_why_it_is_there(session, desk):
    worker, numbers = desk
    actor, today = actor_of(session, worker), clock.today()
    page = worklist.page(session, actor, ALL, NEWEST, today)
    names = {number: name for name, number in numbers.items()}
    why = {names[row.case.id]: row.why.value for row in page.rows}
    assert why == {
        "quiet": "in_work",
        "undated": "no_date",
        "late": "overdue",
        "today": "review_today",
        "danger": "danger",
        "triage": "triage",
        "reopened": "state",
        "stabilized": "state",
        "suspended": "state",
        "closed": "state",
        "waiting": "not_opted_in",
        "replied": "replied",
        "nobody": "unassigned",
    }
    told = {names[row.case.id]: row for row in page.rows}
    assert told["late"].told["days"] == 4 and told["late"].is_late and not told["today"].is_late
    assert told["danger"].in_danger and not told["quiet"].in_danger
    assert told["waiting"].told["vertical"] == "Education"


def test_the_views_hold_what_their_names_say(session, desk):
    worker, numbers = desk
    actor, today = actor_of(session, worker), clock.today()
    names = {number: name for name, number in numbers.items()}

    def held(view):
        wanted = worklist.of_view(view, ListFilter(), today)
        page = worklist.page(session, actor, wanted, worklist.usual_sort(view), today)
        return {names[row.case.id] for row in page.rows}

    mine = set(numbers) - {"closed", "nobody"}
    assert held(worklist.View.MINE) == mine
    assert held(worklist.View.NEEDS_ME) == {"late", "today", "danger", "triage", "reopened", "replied"}
    assert held(worklist.View.UNASSIGNED) == {"nobody"}
    assert held(worklist.View.OVERDUE) == {"late"}
    assert held(worklist.View.AWAITING) == {"waiting"}
    assert held(worklist.View.TEAM) == held(worklist.View.ALL) == mine | {"nobody"}
    counts = worklist.counts(session, actor, today)
    assert counts == {view.value: len(held(view)) for view in worklist.View} | {worklist.TRIAGE: 1}


def test_what_needs_somebody_is_told_with_its_reason(session, desk):
    worker, numbers = desk
    today = clock.today()
    with committed(session):
        vertical = session.get(Case, numbers["quiet"]).primary_vertical
        supervisor = make_user(session, Role.SUPERVISOR, vertical)
        consenting = make_vertical(session, consent=True)
        session.add(VerticalMember(user_id=worker.id, vertical_id=consenting.id))
        ending, lasting = (make_case(session, consenting, owner=worker) for _ in range(2))
        until = clock.now() + dt.timedelta(days=9)
        session.execute(
            sa.update(Consent).where(Consent.person_id == ending.subject_person_id).values(active_until=until)
        )
        escalated = session.get(Case, numbers["quiet"])
        escalated.escalated, escalated.escalated_to_id = True, supervisor.id
        asker = actor_of(session, make_user(session, Role.SUPERVISOR, vertical))
        for name in ("undated", "closed"):
            case = session.get(Case, numbers[name])
            session.add(
                WorkflowInstance(
                    target_type="case", target_id=case.id, purpose="transfer_owner", requested_by_id=asker.user_id
                )
            )

    def told(user):
        actor = actor_of(session, user)
        answering = worklist.answering(actor, verticals.listed(session))
        wanted = worklist.of_view(worklist.View.NEEDS_ME, ListFilter(), today, answering=answering)
        page = worklist.page(session, actor, wanted, NEWEST, today, view=worklist.View.NEEDS_ME, answering=answering)
        return {row.case.id: row.why.value for row in page.rows}

    assert told(supervisor) == {numbers["quiet"]: "escalated", numbers["undated"]: "approval"}
    assert told(worker)[ending.id] == "consent_expires" and lasting.id not in told(worker)
    assert numbers["undated"] not in told(worker), "whoever cannot answer is not told"
    with committed(session):
        asked = session.get(User, asker.user_id)
    assert told(asked) == {}, "nobody answers what they asked themselves"


def test_a_vertical_that_was_removed_is_no_longer_waited_for(session, desk):
    worker, numbers = desk
    with committed(session):
        case = session.get(Case, numbers["waiting"])
        participant = make_participant(session, case, make_vertical(session), opted_in=False)
        session.execute(
            sa.text("UPDATE case_participants SET status='removed', removed_at=added_at WHERE id <> :id"),
            {"id": participant.id},
        )
    page = worklist.page(session, actor_of(session, worker), ALL, NEWEST, clock.today())
    row = next(row for row in page.rows if row.case.id == numbers["waiting"])
    assert row.told["vertical"] == participant.vertical.name
    assert participant.status is ParticipantStatus.PENDING_OPT_IN
