"""Who takes part, who works on a case and who leads it, in the browser: asked, answered, refused with the reason."""

import datetime as dt
import functools
import re

import pytest
import sqlalchemy as sa

from portal.core import approvals, assignments, cases, clock, merging, participants
from portal.core.models import (
    Approval,
    Assignment,
    AuditEvent,
    Case,
    CaseTransfer,
    Consent,
    Participant,
    Person,
    User,
    Vertical,
    WorkflowInstance,
)
from portal.core.vocabulary import ConsentStatus, ParticipantStatus, Role, Status
from portal.extensions import db
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_consent,
    make_participant,
    make_person,
    make_user,
    make_vertical,
    put_into,
)
from tests.page import words
from tests.statements import counted

WHY = {"reason": "BETTER_PLACED"}


@pytest.fixture
def office(app) -> dict[str, int]:
    """A service that works on consent and asks for approvals, one that may take part, one without consent; a case."""
    with app.app_context(), committed(db.session) as session:
        care = make_vertical(session, "CARE", consent=True, transfer_requires_approval=True)
        health, desk = make_vertical(session, "HEALTH", consent=True), make_vertical(session, "DESK", name="Open desk")
        subject = make_person(session, "Amina Testperson", verified=True)
        make_consent(session, subject, care)
        owner = make_user(session, Role.CASEWORKER, care, name="Ana Worker")
        users = {
            "worker": owner,
            "agent": make_user(session, Role.AGENT, care, name="Ali Agent"),
            "lead": make_user(session, Role.SUPERVISOR, care, name="Lea Lead"),
            "second": make_user(session, Role.SUPERVISOR, care, name="Sam Second"),
            "healer": make_user(session, Role.CASEWORKER, health, name="Hal Healer"),
            "nurse": make_user(session, Role.AGENT, health, name="Nia Nurse"),
            "stranger": make_user(session, Role.SUPERVISOR, desk, name="Una Stranger"),
            "auditor": make_user(session, Role.AUDITOR, name="Aud Auditor"),
        }
        case = make_case(session, care, owner=owner, subject=subject, status=Status.ACTIVE)
        verticals = {"care": care.id, "health": health.id, "desk": desk.id}
        more = {"case": case.id, "noise": make_case(session, care).id, "subject": subject.id}
        return {**verticals, **more, **{name: user.id for name, user in users.items()}}


@pytest.fixture
def at(office, browser_as):
    """``at("lead")``: the browser of one of the office, the same each time."""
    return functools.cache(lambda who: browser_as(office[who]))


@pytest.fixture
def path(office) -> str:
    """The address of the case."""
    return f"/app/cases/{office['case']}"


@pytest.fixture
def arrange(app):
    """``arrange(lambda session: ...)``: make something and get its id."""

    def made(work) -> int | None:
        with app.app_context(), committed(db.session) as session:
            row = work(session)
            session.flush()
            return getattr(row, "id", None)

    return made


@pytest.fixture
def asked(arrange, office) -> int:
    """The service that may take part was asked to."""
    return arrange(lambda s: _part(s, office, "health"))


def _part(session, office, vertical: str, **more) -> Participant:
    return make_participant(
        session,
        session.get(Case, office["case"]),
        session.get(Vertical, office[vertical]),
        **{"opted_in": False, **more},
    )


def _consent(session, office, vertical: str):
    return make_consent(
        session, session.get(Case, office["case"]).subject_person, session.get(Vertical, office[vertical])
    )


def case_of(app, number: int) -> Case:
    with app.app_context():
        return db.session.get(Case, number)


def version(app, office) -> dict[str, int]:
    return {"version": case_of(app, office["case"]).version_id}


def put(app, office, status: Status) -> None:
    with app.app_context(), committed(db.session) as session:
        put_into(session, session.get(Case, office["case"]), status)


def parts(app, office) -> list[tuple[str, str | None]]:
    """How the parts of the case stand, each with the reason it ended for."""
    with app.app_context():
        rows = db.session.scalars(sa.select(Participant).order_by(Participant.id))
        return [(row.status.value, row.reason_code) for row in rows]


def refusals(app) -> list[str]:
    with app.app_context():
        query = sa.select(AuditEvent.action).where(AuditEvent.outcome == "refused")
        return list(db.session.scalars(query.order_by(AuditEvent.id)))


# Taking part


def test_a_service_is_asked_sees_nothing_until_it_opts_in_and_the_case_afterwards(app, office, at, path, arrange):
    done = at("worker").post(f"{path}/participants", {"vertical": office["health"]})
    page = words(at("worker").follow(done))
    assert "Health was asked to take part." in page and "Asked, not answered yet" in page and "Ana Worker" in page
    healer = at("healer")
    healer.get(path, expect=404)
    listed = healer.get("/app/invitations").get_data(as_text=True)
    assert "Amina" not in listed and path not in listed, "what the case is about is told to those who see it"
    invitation = re.search(r"/app/invitations/\d+", listed)[0]
    arrange(lambda s: _consent(s, office, "health"))
    assert "Consent is in order for Health." in words(healer.get(invitation))
    joined = healer.post(f"{invitation}/opt-in")
    assert joined.headers["Location"] == path
    assert "Health takes part in" in words(healer.follow(joined))
    assert "Takes part" in words(healer.get(f"{path}/participants"))
    assert "No invitation waits for an answer" in words(healer.get("/app/invitations"))
    assert "There is nothing to answer" in words(healer.get(invitation))


def test_without_the_persons_consent_for_that_service_it_says_so_and_who_opts_in_is_told_what_lifts_it(
    app, office, at, asked
):
    page = at("healer").get(f"/app/invitations/{asked}")
    assert "Health cannot take part yet" in words(page) and "/opt-in" not in page.get_data(as_text=True)
    refused = at("healer").post(f"/app/invitations/{asked}/opt-in", expect=403)
    assert "Nothing was changed" in words(refused)
    assert parts(app, office) == [("pending_opt_in", None)] and refusals(app) == ["participant.opt_in"]


def test_nobody_answers_for_a_service_that_is_not_theirs(app, office, at, asked, arrange):
    arrange(lambda s: _consent(s, office, "health"))
    page = at("worker").get(f"/app/invitations/{asked}")
    assert "You cannot answer for Health" in words(page)
    refused = at("worker").post(f"/app/invitations/{asked}/opt-in", expect=403)
    assert "Only a member of this vertical can opt in for it." in words(refused)
    assert "You cannot answer for Health" in words(at("nurse").get(f"/app/invitations/{asked}"))
    at("nurse").post(f"/app/invitations/{asked}/opt-in", expect=403)
    at("stranger").get(f"/app/invitations/{asked}", expect=404)
    at("stranger").post(f"/app/invitations/{asked}/opt-in", expect=404)
    assert parts(app, office) == [("pending_opt_in", None)]


def test_declining_asks_for_a_reason_and_keeps_what_was_typed(app, office, at, asked):
    healer, target = at("healer"), f"/app/invitations/{asked}/decline"
    assert "Choose a reason." in words(healer.post(target, {"reason_text": "typed"}, expect=422))
    page = healer.post(target, {"reason": "OTHER"}, expect=422)
    assert "Say which reason." in words(page) and re.search(
        r'value="OTHER"[^>]*checked|checked[^>]*value="OTHER"', _html(page)
    )
    done = healer.post(target, {"reason": "OTHER", "reason_text": "We are full"})
    assert done.headers["Location"] == "/app/invitations"
    assert parts(app, office) == [("removed", "OTHER")]
    late = healer.post(target, {"reason": "DECLINED", "reason_text": "half a page"}, expect=409)
    assert "This invitation was answered already." in words(late) and "half a page" in words(late)
    gone = words(at("worker").get(f"/app/cases/{office['case']}/participants"))
    assert "Took part, or was asked, before" in gone and "We are full" in gone and "Hal Healer" in gone


def _html(response) -> str:
    return response.get_data(as_text=True)


def test_a_part_is_ended_with_a_reason_and_its_access_ends_at_once(app, office, at, path, arrange):
    part = arrange(lambda s: _part(s, office, "health", opted_in=True))
    arrange(lambda s: _consent(s, office, "health"))
    target = f"{path}/participants/{part}/remove"
    at("healer").get(path)
    assert "Its members lose access to the case at once." in words(at("worker").get(target))
    assert "Choose a reason." in words(at("worker").post(target, expect=422))
    kept = at("worker").post(target, {"reason": "NOT_A_REASON", "reason_text": "my words"}, expect=422)
    assert "This reason is not on the list." in words(kept) and "my words</textarea>" in _html(kept)
    done = at("worker").post(target, {"reason": "NO_LONGER_NEEDED"})
    assert "Health takes part no longer." in words(at("worker").follow(done))
    at("healer").get(path, expect=404)
    late = at("worker").post(target, {"reason": "NO_LONGER_NEEDED"}, expect=409)
    assert "This vertical was removed already." in words(late)
    assert parts(app, office) == [("removed", "NO_LONGER_NEEDED")]


def test_a_service_that_leaves_by_itself_is_led_to_where_it_still_may_be(app, office, at, path, arrange):
    part = arrange(lambda s: _part(s, office, "health", opted_in=True))
    done = at("healer").post(f"{path}/participants/{part}/remove", {"reason": "NO_LONGER_NEEDED"})
    assert done.headers["Location"] == "/app/"
    assert "You do not see the case any more" in words(at("healer").follow(done))


def test_a_part_belongs_to_its_case_and_to_those_who_see_it(office, at, path, asked):
    other = f"/app/cases/{office['noise']}/participants/{asked}/remove"
    at("worker").get(other, expect=404)
    at("worker").post(other, {"reason": "DECLINED"}, expect=404)
    at("healer").get(f"{path}/participants/{asked}/remove", expect=404)


def test_who_may_not_ask_or_remove_is_told_who_can(app, office, at, path, asked):
    page = words(at("agent").get(f"{path}/participants"))
    assert "You may not ask others to take part. Who can: a caseworker, a supervisor or an administrator." in page
    assert "Who can remove a service: a caseworker, a supervisor or an administrator, or a member" in page
    refused = at("agent").post(f"{path}/participants", {"vertical": office["desk"]}, expect=403)
    assert "You may not do this." in words(refused)
    removing = f"{path}/participants/{asked}/remove"
    assert "You may not end this." in words(at("agent").get(removing, expect=403))
    at("agent").post(removing, {"reason": "DECLINED"}, expect=403)
    assert parts(app, office) == [("pending_opt_in", None)]
    assert refusals(app) == ["participant.add", "participant.remove"]


@pytest.mark.parametrize(
    ("vertical", "expect", "why"),
    [
        ("care", 422, "This vertical leads the case already."),
        ("health", 409, "This vertical takes part already."),
        (None, 422, "Choose the service to ask."),
    ],
)
def test_a_service_that_cannot_be_asked_is_refused_with_the_reason(app, office, at, path, asked, vertical, expect, why):
    answer = at("worker").post(f"{path}/participants", {"vertical": office.get(vertical, 0)}, expect=expect)
    assert why in words(answer)
    assert parts(app, office) == [("pending_opt_in", None)]


def test_the_form_offers_the_services_that_can_be_asked_and_no_others(app, office, at, path, asked, arrange):
    def retire(session):
        session.get(Vertical, office["desk"]).status = "inactive"

    page = _html(at("worker").get(f"{path}/participants"))
    assert re.findall(r'<option[^>]*value="(\d+)"', page) == ["0", str(office["desk"])]
    arrange(retire)
    page = at("worker").post(f"{path}/participants", {"vertical": office["desk"]}, expect=422)
    assert re.findall(r'<option[^>]*value="(\d+)"', _html(page)) == ["0"]


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.ARCHIVED])
def test_a_case_that_takes_no_changes_says_so_and_a_suspended_one_lets_a_service_go(
    app, office, at, path, asked, status
):
    put(app, office, status)
    page = words(at("worker").get(f"{path}/participants"))
    assert "The case takes no changes in its present state; nobody is asked" in page
    at("worker").post(f"{path}/participants", {"vertical": office["desk"]}, expect=409)
    assert "The case takes no changes" in words(at("healer").get(f"/app/invitations/{asked}"))
    assert "No invitation waits" in words(at("healer").get("/app/invitations"))
    target, sent = f"{path}/participants/{asked}/remove", {"reason": "OTHER", "reason_text": "my very words"}
    if status is Status.SUSPENDED:
        at("worker").post(target, sent)
        return
    refused = words(at("worker").post(target, sent, expect=409))
    assert "The case is archived and cannot be changed." in refused and "my very words" in refused
    assert parts(app, office) == [("pending_opt_in", None)]


def test_of_another_services_consent_the_one_that_leads_is_told_nothing(app, office, at, path, arrange):
    arrange(lambda s: _part(s, office, "health", opted_in=True))
    arrange(lambda s: _consent(s, office, "health"))
    leading = words(at("lead").get(f"{path}/participants"))
    assert "Health Known to members of that service alone." in leading and leading.count("Stands") == 1
    assert words(at("healer").get(f"{path}/participants")).count("Stands") == 1
    assert words(at("auditor").get(f"{path}/participants")).count("Stands") == 2


# Working on a case


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
    assert "checked" in _html(kept)
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
    assert why in words(answer) and 'value="typed role"' in _html(answer)
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
    assert "Ali Agent" in words(page) and "Lea Lead" in words(page) and "/end" not in _html(page)
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
    assert "/remove" not in _html(page)
    page = at("lead").get(f"{path}/assignments")
    assert f"Ali Agent from {reference} interpreter" in words(page) and "/end" not in _html(page)


# Handing over, and approvals


def ask(at, app, office, path, who="lead", to="desk", **more):
    sent = {"to": office[to], **WHY, **version(app, office), **more}
    return at(who).post(f"{path}/transfer/approval", sent)


def question(app) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.max(WorkflowInstance.id)))


def test_the_way_of_a_case_that_needs_an_approval(app, office, at, path):
    first = words(at("lead").get(f"{path}/transfer"))
    assert "Open desk" in first and "Show what it does" in first
    preview = at("lead").get(f"{path}/transfer?to={office['desk']}")
    assert "One is needed: by the policy of Care somebody other than you approves" in words(preview)
    assert "Ana Worker does not belong to Open desk: the case will have no owner." in words(preview)
    asked = at("lead").follow(ask(at, app, office, path, reason="OTHER", reason_text="They moved"))
    assert "An approval was asked for and waits for its answer" in words(asked)
    assert "Ask for approval" not in _html(asked)
    number = question(app)
    own = words(at("lead").get("/app/approvals?show=asked"))
    assert "You asked for this approval; somebody else decides." in own and "They moved" in own
    assert "Nothing waits for your answer" in words(at("lead").get("/app/approvals"))
    assert "They moved" in words(at("second").get("/app/approvals"))
    done = at("second").post(f"/app/approvals/{number}", {"decision": "approved", "reason_text": "Go ahead"})
    assert "Approved:" in words(at("second").follow(done))
    assert "Hand it over now" in words(at("lead").get("/app/approvals?show=asked"))
    ready = at("lead").get(f"{path}/transfer?to={office['desk']}")
    assert "Approved by Sam Second" in words(ready) and "Hand over to Open desk" in words(ready)
    assert "They moved</textarea>" in _html(ready), "the reasons of the question are there already"
    sent = {"to": office["desk"], **WHY, **version(app, office)}
    gone = at("lead").post(f"{path}/transfer", sent)
    assert gone.headers["Location"] == "/app/"
    assert "You do not see the case any more" in words(at("lead").follow(gone))
    assert case_of(app, office["case"]).primary_vertical_id == office["desk"]
    history = words(at("stranger").get(f"{path}/participants"))
    assert "Care to Open desk" in history and "Lea Lead" in history and "Approved by Sam Second" in history
    assert "Used up" in words(at("auditor").get("/app/approvals?show=decided"))


def test_without_the_approval_that_policy_wants_nothing_is_handed_over(app, office, at, path):
    sent = {"to": office["desk"], "reason": "OTHER", "reason_text": "my long reason", **version(app, office)}
    refused = at("lead").post(f"{path}/transfer", sent, expect=409)
    assert "This step needs an approval that was given and not used yet." in words(refused)
    assert "my long reason</textarea>" in _html(refused)
    ask(at, app, office, path)
    at("second").post(f"/app/approvals/{question(app)}", {"decision": "rejected", "reason_text": "Not now"})
    at("lead").post(f"{path}/transfer", sent, expect=409)
    assert "Not now" in words(at("lead").get(f"{path}/transfer?to={office['desk']}"))
    assert case_of(app, office["case"]).primary_vertical_id == office["care"]


def test_an_approval_for_one_service_does_not_serve_for_another(app, office, at, path, arrange):
    other = arrange(lambda s: make_vertical(s, "OTHER"))
    ask(at, app, office, path)
    at("second").post(f"/app/approvals/{question(app)}", {"decision": "approved"})
    sent = {"to": other, **WHY, **version(app, office)}
    at("lead").post(f"{path}/transfer", sent, expect=409)
    assert case_of(app, office["case"]).primary_vertical_id == office["care"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"to": 0}, "Choose where the case goes."),
        ({"reason": ""}, "Choose a reason."),
        ({"reason": "SPAM"}, "This reason is not on the list."),
        ({"reason": "OTHER", "reason_text": " "}, "Say which reason."),
        ({"version": ""}, "This page is out of date. Reload it."),
    ],
)
@pytest.mark.parametrize("target", ["transfer", "transfer/approval"])
def test_a_form_that_is_not_in_order_says_what_is_missing(app, office, at, path, target, change, why):
    sent = {"to": office["desk"], **WHY, **version(app, office), **change}
    assert why in words(at("lead").post(f"{path}/{target}", sent, expect=422))
    assert question(app) is None and case_of(app, office["case"]).primary_vertical_id == office["care"]


def test_what_stands_against_a_transfer_is_said_with_what_lifts_it(app, office, at, path):
    page = at("lead").get(f"{path}/transfer?to={office['health']}")
    assert "This is not possible now" in words(page)
    assert "Record the consent of the person for the new service first." in words(page)
    assert "Ask for approval" not in _html(page)
    sent = {"to": office["health"], "reason": "OTHER", "reason_text": "my words", **version(app, office)}
    refused = words(at("lead").post(f"{path}/transfer", sent, expect=403))
    assert "The case was not handed over" in refused and "my words" in refused
    own = {**sent, "to": office["care"]}
    assert "leads the case already" in words(at("lead").post(f"{path}/transfer", own, expect=409))
    put(app, office, Status.DRAFT)
    assert "A case can be handed over once it is submitted" in words(at("lead").get(f"{path}/transfer"))
    assert refusals(app) == ["case.transfer", "case.transfer"]


def test_who_may_not_hand_over_is_told_who_can_and_is_refused(app, office, at, path):
    page = words(at("worker").get(f"{path}/transfer", expect=403))
    assert "You may not do this Who can: a supervisor or an administrator." in page
    sent = {"to": office["desk"], **WHY, **version(app, office)}
    at("worker").post(f"{path}/transfer", sent, expect=403)
    at("worker").post(f"{path}/transfer/approval", sent, expect=403)
    at("stranger").get(f"{path}/transfer?to={office['desk']}", expect=404)
    at("stranger").post(f"{path}/transfer", sent, expect=404)
    assert question(app) is None and case_of(app, office["case"]).primary_vertical_id == office["care"]
    assert refusals(app)[:2] == ["case.transfer", "approval.ask"]


@pytest.mark.parametrize("target", ["transfer", "transfer/approval"])
def test_a_change_by_somebody_else_is_shown_before_it_is_handed_over(app, office, at, path, target):
    seen = version(app, office)
    at("worker").post(f"{path}/participants", {"vertical": office["health"]})
    sent = {"to": office["desk"], "reason": "OTHER", "reason_text": "my words", **seen}
    answer = at("lead").post(f"{path}/{target}", sent, expect=409)
    assert "Somebody changed this case meanwhile" in words(answer) and "Ana Worker" in words(answer)
    assert "my words</textarea>" in _html(answer)
    assert f'value="{case_of(app, office["case"]).version_id}"' in _html(answer), "it can be sent again"


def test_where_policy_asks_for_none_a_supervisor_hands_over_at_once(app, office, at, arrange):
    number = arrange(lambda s: make_case(s, s.get(Vertical, office["desk"]), status=Status.ACTIVE))
    target = f"/app/cases/{number}/transfer"
    page = at("stranger").get(f"{target}?to={office['health']}")
    assert "None is needed" in words(page) and "Verify who the case is about first." in words(page)
    other = arrange(lambda s: make_vertical(s, "FREE"))
    sent = {"to": other, **WHY, "version": case_of(app, number).version_id}
    at("stranger").post(target, sent)
    assert case_of(app, number).primary_vertical_id == other


def test_a_question_is_asked_once_and_answered_once(app, office, at, path):
    ask(at, app, office, path)
    again = {"to": office["desk"], **WHY, **version(app, office)}
    assert "This was asked already" in words(at("second").post(f"{path}/transfer/approval", again, expect=409))
    place = f"/app/approvals/{question(app)}"
    assert "Choose an answer." in words(at("second").post(place, {"reason_text": "typed"}, expect=422))
    wordless = at("second").post(place, {"decision": "rejected"}, expect=422)
    assert "Say why it is rejected, for whoever asked." in words(wordless) and "checked" in _html(wordless)
    at("second").post(place, {"decision": "rejected", "reason_text": "Stay here"})
    late = at("second").post(place, {"decision": "approved", "reason_text": "changed my mind"}, expect=409)
    assert "Somebody answered before you" in words(late) and "changed my mind" in words(late)
    with app.app_context():
        found = db.session.scalars(sa.select(Approval)).one()
        assert (found.decision, found.reason_text, found.approver_id) == ("rejected", "Stay here", office["second"])


def test_nobody_answers_their_own_question_and_none_without_the_right(app, office, at, path):
    ask(at, app, office, path)
    place, sent = f"/app/approvals/{question(app)}", {"decision": "approved", "reason_text": "my words"}
    assert "You asked for this approval; somebody else decides." in words(at("lead").get(place))
    own = words(at("lead").post(place, sent, expect=403))
    assert "You cannot decide this" in own and "my words" in own
    other = words(at("worker").get(place))
    assert "You may not decide this. Who can: a supervisor or an administrator." in other
    at("worker").post(place, sent, expect=403)
    at("auditor").post(place, sent, expect=403)
    at("stranger").get(place, expect=404)
    at("stranger").post(place, sent, expect=404)
    assert refusals(app)[:3] == ["approval.decide"] * 3
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Approval)) == 0


def test_each_reader_finds_each_question_where_it_belongs_and_nothing_of_others(app, office, at, path):
    ask(at, app, office, path)
    reference = case_of(app, office["case"]).reference
    everybody = ("lead", "second", "worker", "auditor", "stranger", "healer")
    found = {
        who: [
            view
            for view in ("mine", "asked", "others", "decided")
            if reference in _html(at(who).get(f"/app/approvals?show={view}"))
        ]
        for who in everybody
    }
    waits = {"lead": ["asked"], "second": ["mine"], "worker": ["others"], "auditor": ["others"]}
    assert found == {**waits, "stranger": [], "healer": []}
    at("second").post(f"/app/approvals/{question(app)}", {"decision": "approved"})
    assert reference in _html(at("worker").get("/app/approvals?show=decided"))
    at("second").get("/app/approvals")  # which says that it is approved
    assert reference not in _html(at("second").get("/app/approvals"))
    assert reference not in _html(at("stranger").get("/app/approvals?show=decided"))


def test_a_long_list_of_questions_goes_on_over_pages_without_gap_or_double(app, office, at, arrange):
    def many(session):
        lead, care = actor_of(session, session.get(User, office["lead"])), session.get(Vertical, office["care"])
        for _ in range(30):
            approvals.ask(session, lead, make_case(session, care, status=Status.ACTIVE), purpose=approvals.TRANSFER)

    arrange(many)
    for who, view in (("second", "mine"), ("lead", "asked"), ("auditor", "others")):
        first = _html(at(who).get(f"/app/approvals?show={view}"))
        following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
        second = _html(at(who).get(following))
        seen = [re.findall(r'scope="row"[^>]*><a href="/app/cases/(\d+)"', page) for page in (first, second)]
        assert [len(page) for page in seen] == [25, 5] and len({*seen[0], *seen[1]}) == 30
        assert "First page" in second and 'rel="next"' not in second
    at("second").get("/app/approvals?show=nothing&beyond=x")


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
    assert {page: _html(at("second").get(page)).count("SECRET") for page in pages} == pages

    def withdraw(session):
        for consent in session.scalars(sa.select(Consent).where(Consent.person_id == office["subject"])):
            consent.status, consent.withdrawn_at = ConsentStatus.WITHDRAWN, clock.now()

    arrange(withdraw)
    for page in pages:
        assert "SECRET" not in _html(at("second").get(page)), page
        assert "Another reason" in words(at("second").get(page)) or page.endswith("assignments")


# What the pages cost, and what they leave behind


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
