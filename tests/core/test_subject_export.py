"""Everything held about a person: complete by the tables there are, and without what is of others."""

import datetime as dt
import json
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from portal.core import attachments, audit, clock, messages, notes, person_merging, subject_export, subject_requests
from portal.core import models as m
from portal.core.actors import SYSTEM
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound
from portal.core.subject_export import Export
from portal.core.unit import record_reading, unit_of_work
from portal.core.vocabulary import Outcome, Role
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_consent,
    make_household,
    make_person,
    make_request,
    make_user,
    make_vertical,
)
from tests.statements import counted


@pytest.fixture
def office(session) -> dict:
    """Amina, in two records, is the client of one case; somebody reported it; she is accused in another."""
    with committed(session):
        here = make_vertical(session, "HERE")
        supervisor = make_user(session, Role.SUPERVISOR, here, name="Sam Super")
        told = {"phone": "+254711222333", "national_id": "ID-998877", "national_id_type": "passport"}
        amina = make_person(session, "Amina Testperson", vertical=here, **told)
        twin = make_person(session, "Amina Twinrecord", vertical=here)
        reporter = make_person(session, "Rosa Neighbour", vertical=here, phone="+254799888777")
        other = make_person(session, "Omar Elsewhere", vertical=here)
        make_consent(session, amina, here)
        make_household(session, amina)
        words = "Rosa Neighbour (+254799888777) says that Amina was hurt."
        case = make_case(session, here, subject=amina, narrative=words)
        session.add(m.CasePerson(case_id=case.id, person_id=reporter.id, role="reporter", notes="A secret reporter"))
        accused = make_case(session, here, subject=other, narrative="Omar says that Amina beat him.")
        session.add(m.CasePerson(case_id=accused.id, person_id=amina.id, role="perpetrator", notes="Feared by Omar"))
        actor = actor_of(session, supervisor)
        messages.write(session, actor, case, "Dear Amina, we met Rosa.")
        notes.write(session, actor, case, "A note about Amina.")
        brought = attachments.Brought("letter.txt", "a" * 64, 4, "text/plain")
        attachments.add(session, SYSTEM, brought, case=case)
        person_merging.merge(session, actor, amina, twin, reason="The same woman")
        found = {"actor": actor, "amina": amina.id, "twin": twin.id, "case": case.id, "accused": accused.id}
        found |= {"agent": actor_of(session, make_user(session, Role.AGENT, here)), "other": other.id}
    record_reading(session, actor, "person.read", person=found["amina"])
    return found


def everything(session, office: dict, *, notes: bool = True, whose: str = "amina") -> dict[str, list]:
    """The export as it is written."""
    actor = office["actor"]
    with unit_of_work(session, actor, intent="person.export"):
        person = session.get(m.Person, office[whose])
        told = subject_export.begin(session, actor, person, reason="She asked", notes=notes)
    made = Export(session, actor, told, notes=notes)
    found = {table: list(rows) for table, rows in made.sections()}
    return found | {"files": [file.file_name for file in made.files() if made.is_given(file)]}


def test_all_that_is_hers_is_in_it_and_nothing_of_others(session, office):
    found = everything(session, office)
    text = json.dumps(found)
    for told in ("Amina Twinrecord", "+254711222333", "ID-998877", "was hurt", "Dear Amina", "A note about Amina"):
        assert told in text, told
    for hidden in ("Rosa", "Neighbour", "+254799888777", "A secret reporter", "Omar", "beat him", "Feared"):
        assert hidden not in text, hidden
    assert found["files"] == ["letter.txt"]
    assert [row["who"] for row in found["readings"]] == ["Sam Super"]
    assert {len(found[table]) for table in ("consents", "households", "cases")} == {1}


def test_what_was_said_of_others_on_the_phone_or_of_the_home_stays_out_too(session, office):
    with committed(session):
        amina = session.get(m.Person, office["amina"])
        at, agent = clock.now(), office["actor"].user_id
        rang = {"outcome": Outcome.FOLLOW_UP, "started_at": at, "ended_at": at, "agent_id": agent}
        here = session.scalars(sa.select(m.Vertical)).one()
        words = "Rosa Neighbour rang about Amina."
        session.add(m.Contact(person_id=amina.id, vertical_id=here.id, summary=words, **rang))
        make_household(session, amina).name = "Amina beside Rosa"
        make_request(session, amina).asked_by = "Rosa, next door"
    text = json.dumps(everything(session, office), ensure_ascii=False)
    assert "rang about Amina" in text and "Amina beside" in text and "next door" in text
    assert "Rosa" not in text and "Neighbour" not in text


def test_asked_of_the_record_that_joined_it_is_the_same(session, office):
    assert everything(session, office, whose="twin")["people"] == everything(session, office)["people"]


def test_a_contact_about_a_case_that_its_maker_may_not_see_stays_here(session, office):
    with committed(session):
        here, amina = session.scalars(sa.select(m.Vertical)).one(), session.get(m.Person, office["amina"])
        case = make_case(session, here, subject=amina)
        told = {"vertical_id": here.id, "agent_id": office["actor"].user_id, "person_id": amina.id, "case_id": case.id}
        words = {"outcome": Outcome.CASE_CREATED, "summary": "Where she hides", "details": "{}"}
        session.add(m.Contact(channel="phone", started_at=clock.now(), ended_at=clock.now(), **told, **words))
        reference = case.reference
    assert "Where she hides" in json.dumps(everything(session, office))
    with committed(session):
        session.get(m.Case, case.id).restricted = True
    left = json.dumps(everything(session, office))
    assert "Where she hides" not in left and reference not in left


def test_what_staff_wrote_for_staff_stays_out_where_it_is_not_wanted(session, office):
    found = everything(session, office, notes=False)
    assert "notes" not in found and "A note about Amina" not in json.dumps(found)


def test_the_files_of_a_case_that_is_about_somebody_else_too_stay_here(session, office):
    with committed(session):
        session.add(m.CasePerson(case_id=office["case"], person_id=office["other"], role="client"))
    assert everything(session, office)["files"] == []


def test_taking_it_out_is_recorded_with_its_reason_and_answers_the_request(session, office):
    with committed(session):
        make_request(session, session.get(m.Person, office["twin"]))
    everything(session, office)
    event = session.scalars(sa.select(m.AuditEvent).where(m.AuditEvent.action == "person.export")).one()
    assert (event.chain_key, event.details["cases"]) == (f"person:{office['amina']}", [office["case"]])
    answered = session.scalars(sa.select(m.SubjectRequest)).one()
    assert (answered.state, answered.reason, answered.decided_by_id) == (
        "granted",
        "She asked",
        office["actor"].user_id,
    )
    assert list(audit.verify(session)) == []


def test_nobody_takes_it_out_without_a_reason_or_the_right(session, office):
    person = session.get(m.Person, office["amina"])
    with pytest.raises(InvalidInput), unit_of_work(session, office["actor"], intent="person.export"):
        subject_export.begin(session, office["actor"], person, reason=" ", notes=True)
    with pytest.raises(Forbidden):
        subject_export.scope(session, office["agent"], session.get(m.Person, office["amina"]))


class TestTheRegister:
    """Requests and their answers."""

    def asked(self, session, office, **told) -> m.SubjectRequest:
        with unit_of_work(session, office["actor"], intent="person.request"):
            person = session.get(m.Person, office["amina"])
            usual = {"kind": "rectification", "asked_by": "Amina", "asked_on": clock.today()}
            return subject_requests.record(session, office["actor"], person, **usual | told)

    @pytest.mark.parametrize(
        ("asked", "due"),
        [("2026-01-31", "2026-02-28"), ("2026-11-21", "2026-12-21"), ("2026-12-31", "2027-01-31")],
    )
    def test_a_month_is_what_the_law_gives(self, asked, due):
        assert subject_requests.due_on(dt.date.fromisoformat(asked)) == dt.date.fromisoformat(due)

    def test_a_refusal_is_kept_with_its_reason_and_given_once(self, session, office):
        number = self.asked(session, office).id
        for expected in (None, AlreadyDone):
            with unit_of_work(session, office["actor"], intent="person.request_answer"):
                person = session.get(m.Person, office["amina"])
                found = subject_requests.find(session, office["actor"], person, number, lock=True)
                if expected is None:
                    subject_requests.decide(session, office["actor"], found, granted=False, reason="It was right")
                else:
                    with pytest.raises(expected):
                        subject_requests.decide(session, office["actor"], found, granted=True, reason="Again")
        kept = session.scalars(sa.select(m.SubjectRequest)).one()
        assert (kept.state, kept.reason) == ("refused", "It was right")
        assert subject_requests.waiting(session, office["actor"]).lines == []

    def test_what_is_due_first_stands_first_page_by_page(self, session, office):
        for day, kind in ((2, "export"), (1, "rectification")):
            self.asked(session, office, kind=kind, asked_on=clock.today() - dt.timedelta(days=day))
        first = subject_requests.waiting(session, office["actor"], limit=1)
        second = subject_requests.waiting(session, office["actor"], cursor=first.following, limit=1)
        assert [page.lines[0].asked.kind for page in (first, second)] == ["export", "rectification"]
        assert second.following is None

    @pytest.mark.parametrize(
        "told", [{"kind": "magic"}, {"asked_by": " "}, {"asked_on": clock.today() + dt.timedelta(days=9)}]
    )
    def test_what_is_not_in_order_is_not_written_down(self, session, office, told):
        with pytest.raises(InvalidInput):
            self.asked(session, office, **told)

    def test_the_same_is_not_asked_twice_at_once_and_others_do_not_answer(self, session, office):
        number = self.asked(session, office).id
        with pytest.raises(AlreadyDone):
            self.asked(session, office)
        with pytest.raises(NotFound):
            subject_requests.find(session, office["actor"], session.get(m.Person, office["other"]), number)
        with pytest.raises(Forbidden):
            subject_requests.waiting(session, office["agent"])


def test_who_read_is_found_by_an_index_and_not_by_reading_the_audit(app, session, office):
    actor = replace(office["actor"], openings=frozenset())
    told = subject_export.scope(session, actor, session.get(m.Person, office["amina"]))
    export = Export(session, actor, told, notes=True)
    with counted(app) as statements:
        assert list(export._readings())
    session.rollback()
    explained = [_plan(session, one) for one in statements if "FROM audit_events" in one]
    assert len(explained) == 2
    for plan, kind in zip(explained, ("person", "case"), strict=True):
        assert f"ix_audit_events_names_{kind}" in plan, plan


def _plan(session, statement: str) -> str:
    """How the engine goes about a statement; on PostgreSQL as if the table were long."""
    bare = re.sub(r"%\([^)]*\)s(::\w+)?|\?", "'1'", statement)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        return str(session.connection().exec_driver_sql(f"EXPLAIN {bare}").all())
    return str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {bare}").all())
