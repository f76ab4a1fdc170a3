"""What holds for every page of a case that is shared: what it costs, what it leaves behind, what it hides."""

import pytest
import sqlalchemy as sa

from portal.core import approvals, assignments, cases, clock, participants
from portal.core.models import AuditEvent, Case, CaseTransfer, Consent, User, Vertical
from portal.core.vocabulary import ConsentStatus, ParticipantStatus, Role, Status
from portal.extensions import db
from tests.factories import actor_of, make_case, make_participant, make_user, make_vertical, put_into
from tests.page import words
from tests.statements import counted
from tests.web.participation.conftest import html, question


@pytest.mark.parametrize("number", ["99999999", "99999999999999999999999"])
def test_numbers_that_are_of_nothing_lead_nowhere(office, at, path, number):
    for place in (
        f"/app/approvals/{number}",
        f"/app/invitations/{number}",
        f"{path}/participants/{number}/remove",
        f"{path}/assignments/{number}/end",
    ):
        at("lead").get(place, expect=404)
    at("lead").get(f"{path}/transfer?to={number}")


def test_once_consent_was_withdrawn_nobody_reads_what_was_written_with_a_reason(app, office, at, path, asked, arrange):
    def written(session):
        lead, case = actor_of(session, session.get(User, office["lead"])), session.get(Case, office["case"])
        agent = session.get(User, office["agent"])
        assignments.give(session, lead, case, agent, reason="SECRET of the assignment")
        health = session.get(Vertical, office["health"])
        participants.remove(session, lead, case, health, reason_code="OTHER", text="SECRET of the removal")
        made = approvals.ask(session, lead, case, purpose=approvals.TRANSFER, reason_code="OTHER", text="SECRET of why")
        second = actor_of(session, session.get(User, office["second"]))
        approvals.decide(session, second, made, approved=False, text="SECRET of the answer")
        other = {"from_vertical_id": office["desk"], "to_vertical_id": office["care"], "reason_code": "OTHER"}
        session.add(CaseTransfer(case_id=case.id, reason_text="SECRET of the transfer", **other))

    arrange(written)
    pages = {
        f"{path}/participants": 2,
        f"{path}/assignments": 1,
        f"{path}/transfer": 3,
        f"/app/invitations/{asked}": 1,
        f"/app/approvals/{question(app)}": 2,
        "/app/approvals?show=decided": 2,
    }
    assert {page: html(at("second").get(page)).count("SECRET") for page in pages} == pages

    def withdraw(session):
        for consent in session.scalars(sa.select(Consent).where(Consent.person_id == office["subject"])):
            consent.status, consent.withdrawn_at = ConsentStatus.WITHDRAWN, clock.now()

    arrange(withdraw)
    for page in pages:
        assert "SECRET" not in html(at("second").get(page)), page
        assert "Another reason" in words(at("second").get(page)) or page.endswith("assignments")


def test_every_page_asks_the_same_number_of_questions_however_much_there_is(app, office, at, path, arrange):
    def one_more(session) -> None:
        lead, case = actor_of(session, session.get(User, office["lead"])), session.get(Case, office["case"])
        vertical = make_vertical(session)
        make_participant(session, case, vertical)
        make_participant(session, make_case(session, vertical), session.get(Vertical, office["care"]), opted_in=False)
        gone = make_participant(session, case, make_vertical(session), opted_in=False)
        gone.status, gone.removed_at, gone.reason_code = ParticipantStatus.REMOVED, clock.now(), "DECLINED"
        worker = make_user(session, Role.AGENT, session.get(Vertical, office["care"]))
        assignments.add(session, lead, case, worker, effective_from=clock.now())
        approvals.ask(session, lead, case, purpose=approvals.TRANSFER, to_vertical=vertical)
        noise = cases.find(session, lead, office["noise"])
        put_into(session, noise, Status.ACTIVE)
        answered = approvals.ask(session, lead, noise, purpose=approvals.TRANSFER, to_vertical=vertical)
        second = actor_of(session, session.get(User, office["second"]))
        approvals.decide(session, second, answered, approved=True)

    arrange(one_more)
    places = [
        *(f"/app/approvals?show={view}" for view in ("mine", "asked", "others", "decided")),
        "/app/invitations",
        f"{path}/participants",
        f"{path}/assignments",
        f"{path}/transfer?to={office['desk']}",
    ]
    before = _cost(app, at, places)
    for _ in range(4):
        arrange(one_more)
    assert _cost(app, at, places) == before
    assert max(before.values()) <= 24, before


def _cost(app, at, places: list[str]) -> dict[str, int]:
    found = {}
    for place in places:
        at("second").get(place)
        with counted(app) as statements:
            at("second").get(place)
        found[place] = sum(text.lstrip().upper().startswith("SELECT") for text in statements)
    return found


def test_looking_at_them_is_recorded_as_reading_the_case(app, office, at, path):
    for place in ("participants", "assignments", "transfer"):
        at("lead").get(f"{path}/{place}")
    with app.app_context():
        query = sa.select(AuditEvent).where(AuditEvent.action == "case.read", AuditEvent.actor_id == office["lead"])
        read = [event.details["case"] for event in db.session.scalars(query)]
    assert read == [office["case"]] * 3
