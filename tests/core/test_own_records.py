"""Conflict of interest: a worker's own record, their relatives', and the cases about them are not there for them."""

import pytest
import sqlalchemy as sa

from portal.core import (
    assignments,
    audit,
    audit_trail,
    households,
    own_records,
    people,
    person_history,
    relations,
    subject_export,
)
from portal.core.actors import SYSTEM
from portal.core.closed_people import EVENTS
from portal.core.errors import Forbidden, InvalidInput, NotFound
from portal.core.models import AuditEvent, Case, CasePerson, Household, Notice, Person
from portal.core.permissions import visible_cases, visible_people
from portal.core.subject_export import Export
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_case, make_household, make_person, make_user, make_vertical


@pytest.fixture
def office(session):
    """A worker and an administrator who know somebody; cases in which that person has every kind of part."""
    with committed(session):
        here = make_vertical(session, "HERE")
        worker, boss = make_user(session, Role.CASEWORKER, here), make_user(session, Role.SUPERVISOR, here)
        administrator, other = (make_user(session, Role.ADMINISTRATOR) for _ in range(2))
        person = make_person(session, "Known Person", vertical=here)
        subject = make_case(session, here, owner=worker, subject=person)
        home = make_household(session, person)
        of_home, named, nothing = (
            make_case(session, here, subject=home),
            make_case(session, here),
            make_case(session, here),
        )
        session.add(CasePerson(case_id=named.id, person_id=person.id, role="perpetrator"))
    users = {"worker": worker, "boss": boss, "administrator": administrator, "other": other}
    return {"here": here, "person": person, "about": {subject.id, of_home.id, named.id}, "nothing": nothing.id, **users}


def seen(session, user) -> tuple[set, set, set]:
    """The cases, people and households that are there for a user."""
    actor = actor_of(session, user)
    return (
        set(session.scalars(sa.select(Case.id).where(visible_cases(actor)))),
        set(session.scalars(sa.select(Person.id).where(visible_people(actor)))),
        set(session.scalars(sa.select(Household.id).where(households.visible_households(actor)))),
    )


def declare(session, office, by: str, person=None, *, tie=own_records.RELATIVE, of: str | None = None) -> int:
    with committed(session):
        actor, user = actor_of(session, office[by]), office[of] if of else None
        return own_records.declare(session, actor, person or office["person"], tie=tie, user=user)


@pytest.mark.parametrize("who", ["worker", "administrator"])
@pytest.mark.parametrize("tie", own_records.TIES)
def test_what_is_about_ones_own_people_is_there_in_no_way_and_for_others_as_before(session, office, who, tie):
    before = {name: seen(session, office[name]) for name in ("worker", "administrator", "boss", "other")}
    assert office["about"] < before[who][0]
    declare(session, office, who, tie=tie)
    cases, persons, homes = seen(session, office[who])
    assert before[who][0] - cases == office["about"] and office["nothing"] in cases
    assert before[who][1] - persons == {office["person"].id} and homes == set()
    for name in before.keys() - {who}:
        assert seen(session, office[name]) == before[name]
    with pytest.raises(NotFound):
        people.find(session, actor_of(session, office[who]), office["person"].id)


def test_those_whom_ones_own_record_names_and_other_records_of_the_same_people_are_closed_too(session, office):
    with committed(session):
        own, again, far = (make_person(session, name) for name in ("Own Record", "Known Again", "Far Relative"))
        next_door = make_person(session, "Next Door")
        relations.add(session, SYSTEM, own, office["person"], kind="sibling")
        relations.add(session, SYSTEM, office["person"], far, kind="child")
        relations.add(session, SYSTEM, own, next_door, kind="neighbour")
        again.root_id = office["person"].id
    declare(session, office, "administrator", own, tie=own_records.SELF)
    closed = actor_of(session, office["administrator"]).closed_people
    assert closed == {own.id, office["person"].id, again.id}, (
        "neither neighbours nor relatives of relatives are one's own"
    )


def test_supervisors_are_told_of_open_cases_whose_owner_may_not_see_them_any_more(session, office):
    assert declare(session, office, "administrator", of="worker") == 1
    [notice] = session.scalars(sa.select(Notice).where(Notice.kind == own_records.LEFT))
    assert (notice.user_id, notice.case_id) == (office["boss"].id, min(office["about"]))


@pytest.mark.parametrize(
    ("reason", "closed"), [("RECORDED_IN_ERROR", False), ("NO_LONGER_SO", True), ("DECEASED", True)]
)
def test_who_is_named_as_family_later_is_closed_from_then_on_and_their_cases_find_another(
    session, office, reason, closed
):
    with committed(session):
        own = make_person(session, "Own Record", vertical=office["here"])
    declare(session, office, "administrator", own, tie=own_records.SELF, of="worker")
    boss = actor_of(session, office["boss"])
    with committed(session):
        relations.add(session, boss, own, office["person"], kind="sibling")
    assert office["person"].id in actor_of(session, office["worker"]).closed_people
    assert seen(session, office["worker"])[0].isdisjoint(office["about"])
    [notice] = session.scalars(sa.select(Notice).where(Notice.kind == own_records.LEFT))
    assert (notice.user_id, notice.case_id) == (office["boss"].id, min(office["about"]))
    with committed(session):
        [line] = relations.of_person(session, boss, own)
        told = {"reason_code": reason, "version": line.row.version_id}
        relations.end(session, boss, own, line, **told)
    assert (office["person"].id in actor_of(session, office["worker"]).closed_people) is closed


def test_nobody_is_given_a_case_about_their_own_people(session, office):
    declare(session, office, "administrator", of="worker")
    case = session.get(Case, max(office["about"]))
    with pytest.raises(InvalidInput):
        assignments.give(session, actor_of(session, office["boss"]), case, office["worker"])


def test_only_administrators_say_it_of_others_and_only_another_takes_it_back(session, office):
    with pytest.raises(Forbidden):
        declare(session, office, "boss", of="worker")
    declare(session, office, "administrator", of="worker")
    before = seen(session, office["worker"])
    for who in ("worker", "boss"):
        with pytest.raises(Forbidden):
            own_records.take_back(session, actor_of(session, office[who]), office["person"], office["worker"].id)
    with committed(session):
        own_records.take_back(session, actor_of(session, office["other"]), office["person"], office["worker"].id)
    assert seen(session, office["worker"])[0] - before[0] == office["about"]
    events = session.scalars(sa.select(AuditEvent).where(AuditEvent.action.startswith("own_record")))
    told = [(event.details["before"], event.details["after"]) for event in events]
    assert told == [(None, "relative"), ("relative", None)] and list(audit.verify(session)) == []


def test_who_is_related_to_whom_is_told_to_those_alone_who_administer_or_check(session, office):
    declare(session, office, "worker")
    boss, person = actor_of(session, office["boss"]), office["person"]

    def acts(actor) -> set[str]:
        return {change.action for change in person_history.page(session, actor, person).changes}

    assert not acts(boss) & set(EVENTS) and acts(boss)
    assert acts(actor_of(session, office["other"])) & set(EVENTS)
    everything = Export(session, boss, subject_export.scope(session, boss, person), notes=True)
    changes = next(list(rows) for name, rows in everything.sections() if name == "changes")
    assert changes and not {row["action"] for row in changes} & set(EVENTS)


def test_an_administrator_does_not_read_in_the_audit_of_their_own_people(session, office):
    number = min(office["about"])

    def read(who) -> list:
        return audit_trail.page(session, actor_of(session, office[who]), audit_trail.Wanted(case_id=number)).rows

    reader = actor_of(session, office["other"])
    audit.append(session, reader, "case.read", chain=audit.actor_chain(reader), details={"case": number})
    of_person = {"person": office["person"].id}
    audit.append(session, reader, "person.read", chain=audit.actor_chain(reader), details=of_person)
    assert "case.read" in [event.action for event in read("administrator")]
    declare(session, office, "administrator")
    assert read("administrator") == [] and read("other")
    everything = audit_trail.page(session, actor_of(session, office["administrator"]), audit_trail.Wanted()).rows
    assert not {event.action for event in everything} & {"case.read", "person.read"}, "nor of who reads them"
    chains = {
        event.chain_key
        for event in audit_trail.page(session, actor_of(session, office["administrator"]), audit_trail.Wanted()).rows
    }
    assert f"person:{office['person'].id}" not in chains
