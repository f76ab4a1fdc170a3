"""Cases are archived and what they tell is erased when their time is over: by a rule, shown before, and never held."""

import datetime as dt
import io

import pytest
import sqlalchemy as sa

from portal.core import attachments, audit, cases, clock, erasure_sweep, jobs, legal_holds, merging, notes, retention
from portal.core import models as m
from portal.core import retention_work as work
from portal.core.actors import SYSTEM
from portal.core.erasure_tables import OF_THEIR_CASES
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, ReadOnly, StaleVersion
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role, Status
from tests.canary.world import build
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical, put_into

DAY = dt.timedelta(days=1)


@pytest.fixture
def office(session) -> dict:
    """Two verticals, an administrator and a caseworker; HERE has a rule: 12 months to the archive, 24 to erasing."""
    with committed(session):
        here, there = make_vertical(session, "HERE"), make_vertical(session, "THERE")
        admin = actor_of(session, make_user(session, Role.ADMINISTRATOR))
        worker = actor_of(session, make_user(session, Role.CASEWORKER, here))
        rule = retention.create(session, admin, vertical=here.id, archive_months=12, erase_months=24)
        return {"here": here.id, "there": there.id, "admin": admin, "worker": worker, "rule": rule.id}


def a_case(session, office, *, months: int = 0, where: str = "here", status: Status = Status.CLOSED, **facts) -> int:
    """A case that came to *status* so many months and a day ago."""
    with committed(session):
        case = make_case(session, session.get(m.Vertical, office[where]), **facts)
        put_into(session, case, status)
        put_back(session, case.id, months)
        return case.id


def put_back(session, number: int, months: int) -> None:
    at = retention.months_before(clock.now(), months) - DAY
    told = session.get(m.Case, number).lifecycle_status
    column = "closed_at" if told is Status.CLOSED else "archived_at"
    table = m.Case.__table__
    session.execute(sa.update(table).where(table.c.id == number).values({column: at}))
    session.expire_all()


def switch(session, office, *, active: bool = True, rule: int | None = None) -> None:
    with unit_of_work(session, office["admin"], intent="retention"):
        one = retention.find(session, office["admin"], rule or office["rule"], lock=True)
        retention.switch(session, office["admin"], one, active=active, version=one.version_id)


def run(session) -> int:
    job = next(job for job in jobs.JOBS if job.name == "retention.run")
    [ran] = jobs.run_due(session, all_now=True, jobs=(job,))
    session.expire_all()
    return ran.changed


def seen(session, office, rule: int | None = None) -> retention.Preview:
    session.rollback()
    admin = office["admin"]
    return retention.preview(session, admin, retention.find(session, admin, rule or office["rule"]))


def state(session, number: int) -> Status:
    session.rollback()
    return session.get(m.Case, number).lifecycle_status


def test_what_is_foreseen_is_archived_by_the_lifecycle_once_the_rule_is_active(session, office):
    old, young = a_case(session, office, months=12), a_case(session, office, months=11)
    elsewhere = a_case(session, office, months=90, where="there")
    shown = seen(session, office)
    assert (shown.archive.number, [case.id for case in shown.archive.cases], shown.erase.number) == (1, [old], 0)
    assert run(session) == 0
    switch(session, office)
    assert run(session) == 1
    assert [state(session, one) for one in (old, young, elsewhere)] == ["archived", "closed", "closed"]
    step = session.scalars(sa.select(m.CaseStatusHistory).where(m.CaseStatusHistory.case_id == old)).all()[-1]
    assert (step.to_status, step.reason_code, step.actor_id) == (Status.ARCHIVED, "RETENTION", None)
    assert seen(session, office).archive.number == 0 and run(session) == 0


def test_what_archived_cases_tell_goes_with_files_and_values_and_the_audit_is_whole(session, app, office, installation):
    subject = a_subject(session, office)
    number = a_case(session, office, status=Status.ACTIVE, narrative="She told of the Zqriver.", subject=subject)
    storage = app.extensions["storage"]
    with committed(session):
        case, worker = session.get(m.Case, number), office["worker"]
        notes.write(session, SYSTEM, case, "A zqriver note.")
        cases.update(session, worker, case, {"summary": "Zqriver again"})
        stored = storage.put(io.BytesIO(b"zqriver"), limit=99)
        file = attachments.Brought("zqriver.txt", stored.checksum, stored.size_bytes, stored.content_type)
        attachments.add(session, SYSTEM, file, case=case)
        put_into(session, case, Status.ARCHIVED)
        put_back(session, number, 24)
    switch(session, office)
    assert run(session) == 1
    with unit_of_work(session, SYSTEM, intent="erasures.sweep"):
        assert erasure_sweep.sweep(session) == 1
    told = "\n".join(
        repr(tuple(row)) for table in m.Base.metadata.sorted_tables for row in session.execute(sa.select(table))
    )
    assert "zqriver" not in told.casefold()
    case = session.get(m.Case, number)
    assert (case.narrative, case.lifecycle_status, case.erased_at is not None) == ("", Status.ARCHIVED, True)
    assert session.get(m.Person, case.subject_person_id).full_name == "Amina Staying"
    proof = session.scalars(sa.select(m.CaseErasure)).one()
    assert proof.cases == [number] and {"notes", "cases"} <= proof.emptied.keys() and proof.removed["attachments"] == 1
    files = installation.settings.data_dir / "attachments"
    assert not (files / stored.checksum[:2] / stored.checksum).exists()
    actions = set(session.scalars(sa.select(m.AuditEvent.action).where(m.AuditEvent.case_id == number)))
    assert "case.erase" in actions and list(audit.verify(session)) == []
    assert run(session) == 0


def a_subject(session, office) -> m.Person:
    with committed(session):
        return make_person(session, "Amina Staying", vertical=session.get(m.Vertical, office["here"]))


def test_a_held_case_is_left_alone_until_the_hold_is_lifted(session, office):
    number = a_case(session, office, months=13)
    admin, worker = office["admin"], office["worker"]
    with pytest.raises(Forbidden), unit_of_work(session, worker, intent="case.hold"):
        legal_holds.hold(session, worker, cases.find(session, worker, number, lock=True), reason="A court asks.")
    with pytest.raises(InvalidInput), unit_of_work(session, admin, intent="case.hold"):
        legal_holds.hold(session, admin, cases.find(session, admin, number, lock=True), reason=" ")
    with unit_of_work(session, admin, intent="case.hold"):
        legal_holds.hold(session, admin, cases.find(session, admin, number, lock=True), reason="A court asks.")
    with pytest.raises(AlreadyDone), unit_of_work(session, admin, intent="case.hold"):
        legal_holds.hold(session, admin, cases.find(session, admin, number, lock=True), reason="Again.")
    switch(session, office)
    shown = seen(session, office)
    assert (shown.archive.number, shown.held) == (0, 1) and run(session) == 0
    with unit_of_work(session, admin, intent="case.hold_lift"):
        legal_holds.lift(session, admin, cases.find(session, admin, number, lock=True), text="It is decided.")
    assert run(session) == 1 and state(session, number) is Status.ARCHIVED


def test_what_was_merged_goes_with_the_case_that_leads_and_is_held_with_it(session, office):
    kept = a_case(session, office, status=Status.ACTIVE)
    joined = a_case(session, office, status=Status.ACTIVE, narrative="Of the Zqriver.")
    admin = office["admin"]
    with unit_of_work(session, admin, intent="case.hold"):
        legal_holds.hold(session, admin, cases.find(session, admin, joined, lock=True), reason="A court asks.")
    with unit_of_work(session, admin, intent="case.merge"):
        source, target = (cases.find(session, admin, one, lock=True) for one in (joined, kept))
        merging.merge(session, admin, target, [source], reason_code="DUPLICATE_RECORD")
    with committed(session):
        put_back(session, joined, 90)
        put_into(session, session.get(m.Case, kept), Status.ARCHIVED)
        put_back(session, kept, 90)
    switch(session, office)
    assert (seen(session, office).held, run(session)) == (1, 0)
    with pytest.raises(ReadOnly), unit_of_work(session, admin, intent="case.hold"):
        legal_holds.hold(session, admin, cases.find(session, admin, joined, lock=True), reason="Once more.")
    with unit_of_work(session, admin, intent="case.hold_lift"):
        legal_holds.lift(session, admin, cases.find(session, admin, joined, lock=True), text="It is decided.")
    assert run(session) == 1
    for number in (kept, joined):
        case = session.get(m.Case, number)
        assert (case.narrative, case.erased_at is not None) == ("", True)


def test_a_rule_of_its_own_stands_before_the_one_for_all_also_while_it_is_off(session, office):
    here, there = a_case(session, office, months=13), a_case(session, office, months=13, where="there")
    with committed(session):
        rule = retention.create(session, office["admin"], vertical=None, archive_months=1, erase_months=None).id
    assert [case.id for case in seen(session, office, rule).archive.cases] == [there]
    switch(session, office, rule=rule)
    assert run(session) == 1
    assert [state(session, one) for one in (here, there)] == ["closed", "archived"]


def test_only_administrators_set_rules_and_a_changed_one_is_off_until_confirmed(session, office):
    admin, worker = office["admin"], office["worker"]
    months = {"archive_months": 6, "erase_months": None}
    with pytest.raises(Forbidden):
        retention.create(session, worker, vertical=None, **months)
    for wrong in ({"archive_months": 0, "erase_months": None}, {"archive_months": None, "erase_months": None}):
        with pytest.raises(InvalidInput):
            retention.create(session, admin, vertical=None, **wrong)
    with pytest.raises(InvalidInput):
        retention.create(session, admin, vertical=office["here"], **months)
    switch(session, office)
    with unit_of_work(session, admin, intent="retention"):
        rule = retention.find(session, admin, office["rule"], lock=True)
        with pytest.raises(StaleVersion):
            retention.change(session, admin, rule, **months, version=rule.version_id - 1)
        retention.change(session, admin, rule, **months, version=rule.version_id)
        assert not rule.active
    event = session.scalars(sa.select(m.AuditEvent).where(m.AuditEvent.action == "retention.change")).one()
    kept = session.scalars(sa.select(m.AuditValue).where(m.AuditValue.event_id == event.id)).all()
    told = {value.field: (value.before, value.after) for value in kept}
    assert told == {"archive_months": ("12", "6"), "erase_months": ("24", None), "active": ("True", "False")}


def test_the_preview_goes_on_after_its_first_page_and_names_nothing_hidden(session, office, monkeypatch):
    monkeypatch.setattr(retention, "PAGE", 2)
    numbers = [a_case(session, office, months=20 - one) for one in range(3)]
    with committed(session):
        session.get(m.Case, numbers[1]).restricted = True
    admin = office["admin"]
    rule = retention.find(session, admin, office["rule"])
    first = retention.preview(session, admin, rule).archive
    assert (first.number, [case.id for case in first.cases]) == (3, [numbers[0], numbers[2]])
    with committed(session):
        session.get(m.Case, numbers[1]).restricted = False
    first = retention.preview(session, admin, rule).archive
    rest = retention.preview(session, admin, rule, cursor=first.following).archive
    assert [case.id for case in (*first.cases, *rest.cases)] == numbers and rest.following is None


def test_a_run_gives_way_after_a_unit_and_goes_on(session, office, monkeypatch):
    monkeypatch.setattr(work, "AT_ONCE", 2)
    numbers = [a_case(session, office, months=20 - one) for one in range(3)]
    switch(session, office)
    done = []
    for _ in range(3):
        with unit_of_work(session, SYSTEM, intent="retention.run"):
            done.append(work.run(session))
    assert done == [2, 1, 0] and {state(session, one) for one in numbers} == {Status.ARCHIVED}


def erased_columns() -> set[str]:
    """The columns of words that are emptied with a case."""
    return {f"{rule.model.__tablename__}.{column}" for rule in OF_THEIR_CASES for column in rule.empties} - {
        "messages.kind"
    }


def test_no_word_of_any_case_is_left_whatever_stands_around_it(app, session):
    """Every column of words bears a mark, in cases restricted, in conflict, held once and seen under glass."""
    world = build(app)
    with committed(session):
        session.execute(sa.update(m.LegalHold).values(lifted_at=clock.now()))
        session.execute(sa.update(m.Contact).values(case_id=world.hidden["cases"], outcome="case_created"))
        for number in session.scalars(sa.select(m.Case.id)).all():
            put_into(session, session.get_one(m.Case, number), Status.ARCHIVED)
            put_back(session, number, 2)
        admin = actor_of(session, make_user(session, Role.ADMINISTRATOR))
        session.execute(sa.delete(m.CaseErasure))
        session.execute(sa.delete(m.RetentionRule))
        rule = retention.create(session, admin, vertical=None, archive_months=None, erase_months=1)
        retention.switch(session, admin, rule, active=True, version=rule.version_id)
    assert run(session) > 0
    told = "\n".join(
        repr(tuple(row)) for table in m.Base.metadata.sorted_tables for row in session.execute(sa.select(table))
    )
    assert {one for one in world.found_in(told) if one in erased_columns()} == set()


def test_a_case_reopened_meanwhile_stays_as_it_is(session, office):
    number = a_case(session, office, months=13)
    with committed(session):
        put_into(session, session.get(m.Case, number), Status.REOPENED)
    switch(session, office)
    assert run(session) == 0 and state(session, number) is Status.REOPENED
