"""Who works on a case, from when until when."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import assignments, clock, merging, participants
from portal.core.models import Assignment, Case, Person, User, Vertical
from portal.core.vocabulary import Status
from portal.extensions import db
from tests.factories import actor_of, make_case
from tests.page import words
from tests.web.participation.conftest import case_of, html, put


def given(app, office) -> list[tuple[str, str, str | None]]:
    with app.app_context():
        rows = db.session.scalars(sa.select(Assignment).where(Assignment.case_id == office["case"]).order_by("id"))
        return [(row.user.name, row.assigned_role, row.end_reason) for row in rows]


def test_a_worker_is_added_for_a_time_and_ended_with_a_reason(app, office, at, path):
    sent = {"user": office["agent"], "role": "interpreter", "start": "2026-11-01", "until": "2040-01-31"}
    page = words(at("worker").follow(at("worker").post(f"{path}/assignments", sent)))
    assert "Ali Agent is assigned to" in page and "interpreter" in page and "Ana Worker" in page
    with app.app_context():
        made = db.session.scalars(sa.select(Assignment).where(Assignment.user_id == office["agent"])).one()
        number, until = made.id, made.effective_until
    assert until == dt.datetime(2040, 2, 1, tzinfo=dt.UTC), "the last day counts"
    target = f"{path}/assignments/{number}/end"
    today = {"until": clock.today().isoformat()}
    assert "This reason is not on the list." in words(at("worker").post(target, today, expect=422))
    kept = at("worker").post(target, {"until": "31 2 2027", "reason": "LEFT"}, expect=422)
    assert "checked" in html(kept)
    early = at("worker").post(target, {"until": "2026-10-01", "reason": "LEFT"}, expect=422)
    assert "The end must be after the beginning." in words(early)
    at("worker").post(target, {**today, "reason": "COMPLETED"})
    page = words(at("worker").get(f"{path}/assignments"))
    assert "Worked on it before" in page and "The work is done" in page
    assert "This assignment has ended already." in words(
        at("worker").post(target, {**today, "reason": "LEFT"}, expect=409)
    )
    assert given(app, office)[-1] == ("Ali Agent", "interpreter", "COMPLETED")


@pytest.mark.parametrize(
    ("change", "expect", "why"),
    [
        ({"user": 0}, 422, "Choose the worker."),
        ({"start": "40 1 2027"}, 422, "Enter a real date, such as 27 3 2027."),
        ({"until": ["", "1", "2027"]}, 422, "Enter a real date, such as 27 3 2027."),
        ({"start": ""}, 422, "Enter a real date, such as 27 3 2027."),
        ({"until": "2026-10-01"}, 422, "The end must be after the beginning."),
        ({"user": "healer"}, 422, "Not a valid choice."),
        ({"user": "agent"}, 409, "This person has this role on the case in that time already."),
    ],
)
def test_an_assignment_that_cannot_be_is_refused_and_what_was_typed_is_kept(
    app, office, at, path, arrange, change, expect, why
):
    def busy(session):
        case, agent = session.get(Case, office["case"]), session.get(User, office["agent"])
        lead = actor_of(session, session.get(User, office["lead"]))
        return assignments.add(session, lead, case, agent, role="typed role", effective_from=clock.now())

    arrange(busy)
    before = given(app, office)
    sent = {"user": office["worker"], "role": "typed role", "start": "2026-11-01", **change}
    sent["user"] = office.get(sent["user"], sent["user"])
    answer = at("worker").post(f"{path}/assignments", sent, expect=expect)
    assert why in words(answer) and 'value="typed role"' in html(answer)
    assert given(app, office) == before


def test_who_may_not_assign_sees_who_works_on_it_and_who_can_change_it(app, office, at, path, arrange):
    number = arrange(
        lambda s: assignments.add(
            s,
            actor_of(s, s.get(User, office["lead"])),
            s.get(Case, office["case"]),
            s.get(User, office["agent"]),
            effective_from=clock.now(),
        )
    )
    page = at("agent").get(f"{path}/assignments")
    assert "Ali Agent" in words(page) and "Lea Lead" in words(page) and "/end" not in html(page)
    who = "Who can: a caseworker, a supervisor or an administrator."
    assert f"You may not assign here. {who}" in words(page) and f"You may not end assignments here. {who}" in words(
        page
    )
    today = {"until": clock.today().isoformat(), "reason": "LEFT"}
    refused = at("agent").post(f"{path}/assignments/{number}/end", today, expect=403)
    assert "You may not end assignments here." in words(refused)
    sent = {"user": office["worker"], "role": "second", "start": "2026-11-01"}
    at("agent").post(f"{path}/assignments", sent, expect=403)
    at("worker").get(f"/app/cases/{office['noise']}/assignments/{number}/end", expect=404)
    assert len(given(app, office)) == 1


def test_on_a_suspended_case_an_assignment_can_end_and_on_an_archived_one_it_stays(app, office, at, path, arrange):
    def assign(session):
        lead, case = actor_of(session, session.get(User, office["lead"])), session.get(Case, office["case"])
        begun = clock.now() - dt.timedelta(days=2)
        return assignments.add(session, lead, case, session.get(User, office["agent"]), effective_from=begun)

    number = arrange(assign)
    put(app, office, Status.ARCHIVED)
    sent, target = {"until": clock.today().isoformat(), "reason": "LEFT"}, f"{path}/assignments/{number}/end"
    assert "The case is archived and cannot be changed." in words(at("worker").get(f"{path}/assignments"))
    refused = at("worker").post(target, sent, expect=409)
    assert "The case is archived and cannot be changed." in words(refused)
    assert given(app, office)[-1][2] is None
    put(app, office, Status.SUSPENDED)
    assert "The case takes no changes in its present state." in words(at("worker").get(f"{path}/assignments"))
    at("worker").post(target, sent)
    assert given(app, office)[-1][2] == "LEFT"


def test_ending_the_owners_assignment_leaves_the_case_without_an_owner_and_says_so_before(
    app, office, at, path, arrange
):
    def own(session):
        return assignments.begin(
            session, actor_of(session, session.get(User, office["lead"])), session.get(Case, office["case"])
        )

    number = arrange(own)
    target = f"{path}/assignments/{number}/end"
    assert "They own the case: ended today, it has no owner." in words(at("lead").get(target))
    at("lead").post(target, {"until": clock.today().isoformat(), "reason": "LEFT"})
    assert case_of(app, office["case"]).owner_id is None


def test_what_was_merged_into_a_case_is_shown_with_it_and_cannot_be_changed_there(app, office, at, path, arrange):
    def twin(session):
        lead, subject = actor_of(session, session.get(User, office["lead"])), session.get(Person, office["subject"])
        made = make_case(session, session.get(Vertical, office["care"]), subject=subject, status=Status.ACTIVE)
        participants.add(session, lead, made, session.get(Vertical, office["desk"]))
        participants.add(session, lead, made, session.get(Vertical, office["health"]))
        participants.remove(session, lead, made, session.get(Vertical, office["health"]), reason_code="DECLINED")
        agent = session.get(User, office["agent"])
        assignments.add(session, lead, made, agent, role="interpreter", effective_from=clock.now())
        return made

    number = arrange(twin)
    reference = case_of(app, number).reference

    def join(session):
        lead = actor_of(session, session.get(User, office["lead"]))
        target, source = session.get(Case, office["case"]), session.get(Case, number)
        merging.merge(session, lead, target, [source], reason_code="DUPLICATE_RECORD")

    arrange(join)
    page = at("lead").get(f"{path}/participants")
    assert f"Open desk from {reference} Asked, not answered yet" in words(page)
    assert "As it stood when the cases were merged." in words(page)
    assert f"Health from {reference}" in words(page) and "Lea Lead" in words(page)
    assert "/remove" not in html(page)
    page = at("lead").get(f"{path}/assignments")
    assert f"Ali Agent from {reference} interpreter" in words(page) and "/end" not in html(page)
