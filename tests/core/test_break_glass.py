"""Breaking the glass: what it opens, to whom, for how long, who is told, and what it never opens."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from portal.core import break_glass, broken_glass, cases, clock, fulltext, notes, search
from portal.core.errors import Forbidden, InvalidInput, NotFound, Refused
from portal.core.models import AuditEvent, BreakGlassGrant, Case, CasePerson, CaseRestriction, Cover, Notice, OwnRecord
from portal.core.permissions import Permission, may, visible_cases
from portal.core.search import ListFilter, Order, Sort
from portal.core.vocabulary import Role, Status
from tests.factories import actor_of, committed, make_case, make_consent, make_person, make_user, make_vertical

WHY = {"reason_code": "SAFEGUARDING_CHECK", "text": "The school rang; nobody answers."}
VITAL = {**WHY, "reason_code": "VITAL_INTEREST"}
LIST = ListFilter(statuses=frozenset(Status)), Sort(Order.UPDATED, descending=True)


@pytest.fixture
def office(session):
    """Two services; a restricted case, one that the other service leads, and somebody of each role."""
    with committed(session):
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSEWHERE")
        users = {role: make_user(session, role, here) for role in Role}
        users["owner"] = make_user(session, Role.CASEWORKER, here)
        users["theirs"] = make_user(session, Role.SUPERVISOR, elsewhere)
        restricted = make_case(session, here, owner=users["owner"], narrative="Quince and medlar.")
        restricted.restricted = True
        other = make_case(session, elsewhere, subject=make_person(session, "Amina Testperson"))
    return {"restricted": restricted, "other": other, "here": here, **users}


def ask(session, user, case, **why):
    reference = case if isinstance(case, str) else case.reference
    with committed(session):
        return break_glass.ask(session, actor_of(session, user), reference, **{**WHY, **why})


def sees(session, user, case) -> bool:
    actor = actor_of(session, user)
    listed = {one.id for one in search.page(session, actor, *LIST, limit=100).cases}
    plain = set(session.scalars(sa.select(Case.id).where(visible_cases(actor))))
    assert listed == plain
    return case.id in plain


@pytest.mark.parametrize("who", [Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("which", ["restricted", "other"])
def test_what_is_closed_opens_for_hours_to_read_and_to_note_in(session, office, monkeypatch, who, which):
    user, case = office[who], office[which]
    usual = sees(session, user, case)
    assert usual == (which == "other" and who is Role.ADMINISTRATOR)
    answer = ask(session, user, case)
    assert (answer.case, answer.already) == (case, usual)
    assert sees(session, user, case)
    actor = actor_of(session, user)
    if not usual:
        assert {one for one in Permission if may(actor, one, case)} == {
            Permission.VIEW,
            Permission.WRITE_NOTE,
            Permission.REVEAL,
            *([Permission.RESTRICT] if who is Role.ADMINISTRATOR else []),
        }
        notes.write(session, actor, case, "Read; the police are on their way.")
        assert not sees(session, office[Role.AGENT], office["restricted"]), "it is open to one, not to all"
        after = clock.now() + break_glass.LASTS + dt.timedelta(seconds=1)
        monkeypatch.setattr(clock, "now", lambda: after)
        assert not sees(session, user, case), "it runs out by the clock"


def test_it_is_found_by_its_words_while_it_is_open_and_not_after(session, office):
    asked = fulltext.question("quince")
    worker = office[Role.CASEWORKER]
    assert fulltext.find(session, actor_of(session, worker), asked).hits == []
    ask(session, worker, office["restricted"])
    actor = actor_of(session, worker)
    assert [hit.case_id for hit in fulltext.find(session, actor, asked).hits] == [office["restricted"].id]
    with committed(session):
        break_glass.end(session, actor, next(iter(actor.openings)).number)
    actor = actor_of(session, worker)
    assert fulltext.find(session, actor, asked).hits == [] and not sees(session, worker, office["restricted"])
    with pytest.raises(NotFound):
        break_glass.end(session, actor, session.scalar(sa.select(BreakGlassGrant.id)))


@pytest.mark.parametrize("who", [Role.AGENT, Role.AUDITOR])
def test_by_role_not_everybody_breaks_the_glass(session, office, who):
    with pytest.raises(Forbidden):
        ask(session, office[who], office["restricted"])


def test_no_token_breaks_the_glass_or_reads_through_what_its_holder_broke(session, office):
    actor = replace(actor_of(session, office[Role.SUPERVISOR]), token_id=1, scopes=frozenset({"cases:write"}))
    with pytest.raises(Forbidden):
        break_glass.ask(session, actor, office["restricted"].reference, **WHY)
    ask(session, office[Role.SUPERVISOR], office["restricted"])
    actor = replace(actor_of(session, office[Role.SUPERVISOR]), token_id=1, scopes=frozenset({"cases:write"}))
    with pytest.raises(NotFound):
        cases.find(session, actor, office["restricted"].id)


def test_an_answer_that_opens_nothing_is_the_same_whether_or_not_there_is_a_case(session, office):
    user = office[Role.ADMINISTRATOR]
    with committed(session):
        relative = make_person(session, "Close Relative")
        session.add(OwnRecord(user_id=user.id, person_id=relative.id, tie="relative"))
        session.add(CasePerson(case_id=office["restricted"].id, person_id=relative.id, role="client"))
    rows = []
    for reference in (office["restricted"].reference, "HERE-999999", "nothing of ours"):
        answer = ask(session, user, reference)
        assert answer == break_glass.Answer(None)
        grant = session.scalars(sa.select(BreakGlassGrant).order_by(BreakGlassGrant.id.desc())).first()
        event = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        rows.append((grant.case_id, grant.reason_code, grant.notified_at, event.action, event.case_id, event.chain_key))
    assert len(set(rows)) == 1 and not sees(session, user, office["restricted"])
    assert session.scalar(sa.select(sa.func.count()).select_from(Notice)) == 0


def test_requests_are_counted_and_what_is_missing_is_named(session, office):
    for given, target in (({"text": " "}, "reason_text"), ({"reason_code": None}, "reason_code")):
        with pytest.raises(InvalidInput) as refusal:
            ask(session, office[Role.CASEWORKER], office["restricted"], **given)
        assert refusal.value.target == target
    for number in range(break_glass.MOST_AN_HOUR):
        ask(session, office[Role.CASEWORKER], f"HERE-{number}00000")
    with pytest.raises(Refused):
        ask(session, office[Role.CASEWORKER], office["restricted"])


def test_the_owner_is_told_and_without_one_the_supervisors_as_far_as_they_may_know(session, office):
    def told():
        rows = session.execute(sa.select(Notice.user_id, Notice.case_id)).all()
        session.execute(sa.delete(Notice))
        session.commit()
        return {tuple(row) for row in rows}

    case, supervisor = office["restricted"], office[Role.SUPERVISOR]
    ask(session, office[Role.CASEWORKER], case)
    assert told() == {(office["owner"].id, case.id)}
    with committed(session):
        case.owner_id = None
    ask(session, office[Role.CASEWORKER], case)
    assert told() == {(supervisor.id, None)}, "who does not see the case is told that there was one"
    with committed(session):
        session.add(CaseRestriction(case_id=case.id, user_id=supervisor.id))
    ask(session, office[Role.CASEWORKER], case)
    assert told() == {(supervisor.id, case.id)}
    ask(session, office[Role.CASEWORKER], office["other"])
    assert told() == {(office["theirs"].id, office["other"].id)}


def test_who_covers_for_the_owner_is_told_as_well_where_they_see_the_case(session, office):
    case, stand_in = office["restricted"], office[Role.SUPERVISOR]
    at, told = clock.now(), []
    with committed(session):
        time = {"begins_at": at, "ends_at": at + dt.timedelta(days=1)}
        session.add(Cover(user_id=office["owner"].id, by_id=stand_in.id, made_by_id=stand_in.id, **time))
    for allowed in ([], [CaseRestriction(case_id=case.id, user_id=stand_in.id)]):
        with committed(session):
            session.execute(sa.delete(Notice))
            session.add_all(allowed)
        ask(session, office[Role.CASEWORKER], case)
        told.append(set(map(tuple, session.execute(sa.select(Notice.user_id, Notice.covered_id)))))
    owner = (office["owner"].id, None)
    assert told == [{owner}, {owner, (stand_in.id, office["owner"].id)}]


def test_where_nobody_else_leads_the_service_who_administers_is_told(session, office):
    case = office["restricted"]
    with committed(session):
        case.owner_id = None
        session.add(CaseRestriction(case_id=case.id, user_id=office[Role.ADMINISTRATOR].id))
    ask(session, office[Role.SUPERVISOR], case)
    told = session.execute(sa.select(Notice.user_id, Notice.case_id)).all()
    assert told == [(office[Role.ADMINISTRATOR].id, case.id)]


def test_supervisors_watch_over_their_own_cases_and_auditors_over_all(session, office):
    ask(session, office[Role.CASEWORKER], office["restricted"])
    ask(session, office[Role.CASEWORKER], office["other"])
    ask(session, office[Role.CASEWORKER], "HERE-999999")

    def lines(who):
        page = broken_glass.page(session, actor_of(session, office[who]))
        return [(line.opened, line.reference) for line in page.lines]

    other = office["other"].reference
    assert lines("theirs") == [(True, other)]
    assert lines(Role.SUPERVISOR) == [(True, None)], "it names no case that its reader does not see"
    assert lines(Role.AUDITOR) == [(False, None), (True, other), (True, None)]
    with pytest.raises(Forbidden):
        lines(Role.CASEWORKER)


def test_what_is_hidden_without_consent_opens_for_a_vital_interest_alone(session, office):
    with committed(session):
        health = make_vertical(session, "HEALTH", consent=True)
        worker = make_user(session, Role.CASEWORKER, health)
        person = make_person(session, "Withdrawn Person", verified=True)
        consent = make_consent(session, person, health)
        case = make_case(session, health, subject=person, status=Status.ACTIVE)
        consent.withdrawn_at, consent.status = clock.now(), "withdrawn"
    with pytest.raises(InvalidInput) as refusal:
        ask(session, worker, case)
    assert refusal.value.target == "reason_code"
    assert not actor_of(session, worker).reads_hidden(case.id)
    ask(session, worker, case, **VITAL)
    assert actor_of(session, worker).reads_hidden(case.id)
    with committed(session):
        case.restricted = True
    assert not sees(session, worker, case), "to read what is hidden is no way around a list made since"
    with committed(session):
        case.restricted = False
    notes.write(session, actor_of(session, worker), case, "What was done in the emergency.")
