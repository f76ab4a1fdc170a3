"""People are erased by rule when nothing keeps them any more: shown before, one by one, and nobody else."""

import datetime as dt
import itertools
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from portal.core import (
    audit,
    clock,
    erasure_sweep,
    jobs,
    legal_holds,
    own_records,
    people_retention,
    person_merging,
    relations,
    restriction,
    retention,
)
from portal.core import models as m
from portal.core.actors import SYSTEM
from portal.core.errors import Forbidden, InvalidInput
from portal.core.unit import unit_of_work
from portal.core.vocabulary import ConsentStatus, Role, Status
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
    put_into,
)

MONTHS = 24
_numbers = itertools.count(10000)


class Office:
    """A vertical, an administrator, and people of whom everything is three years old."""

    def __init__(self, session) -> None:
        self.session = session
        with committed(session):
            self.here = make_vertical(session, "HERE")
            self.admin = actor_of(session, make_user(session, Role.ADMINISTRATOR))
            self.worker = make_user(session, Role.CASEWORKER, self.here)
            self.rule = retention.create_for_people(session, self.admin, months=MONTHS).id

    @property
    def long_ago(self) -> dt.datetime:
        return retention.months_before(clock.now(), 36)

    def person(self, name: str) -> m.Person:
        return make_person(self.session, name, vertical=self.here, phone=f"+2547112{next(_numbers):05}")

    def age(self, *also: m.Person) -> None:
        """Let nobody have been written since three years ago."""
        table = m.Person.__table__
        self.session.execute(sa.update(table).values(updated_at=self.long_ago))
        self.session.commit()

    def case(self, *, erased: dt.datetime | None = None, **more) -> m.Case:
        status = Status.ARCHIVED if erased else Status.ACTIVE
        case = make_case(self.session, self.here, status=status, **more)
        case.erased_at = erased
        self.session.flush()
        return case

    def begin(self) -> None:
        with unit_of_work(self.session, self.admin, intent="retention"):
            rule = retention.find(self.session, self.admin, self.rule, lock=True)
            retention.switch(self.session, self.admin, rule, active=True, version=rule.version_id)

    def foreseen(self) -> dict[str, str]:
        """Whom the rule would erase, with what kept them last."""
        self.session.rollback()
        rule = retention.find(self.session, self.admin, self.rule)
        seen = people_retention.preview(self.session, self.admin, rule)
        assert seen.number == len(seen.lines)
        return {line.person.full_name: line.last.what for line in seen.lines}

    def erased(self) -> set[str]:
        """The pseudonyms of those who were erased."""
        self.session.rollback()
        return set(self.session.scalars(sa.select(m.Erasure.pseudonym)))

    def names(self) -> set[str]:
        self.session.rollback()
        return set(self.session.scalars(sa.select(m.Person.full_name)))


@pytest.fixture
def office(session) -> Office:
    return Office(session)


def run(session, *names: str) -> int:
    """Let the jobs do what is due; how much the last one changed."""
    changed = 0
    for name in names or ("people.look_through", "retention.people"):
        [ran] = jobs.run_due(session, all_now=True, jobs=tuple(job for job in jobs.JOBS if job.name == name))
        changed = ran.changed
    session.expire_all()
    return changed


def keep_in_many_ways(office: Office) -> set[str]:
    """One person for each thing that keeps people; their names."""
    session, here = office.session, office.here
    relative = office.person("A relative in a case")
    open_case, gone = office.case(subject=relative), office.case(erased=office.long_ago)
    home = make_household(session, office.person("Leads a household"))
    archived = office.person("In a case that is archived")
    put_into(session, office.case(subject=archived), Status.ARCHIVED)
    file = {"case_id": open_case.id, "target_type": "case", "file_name": "x", "content_type": "text/plain"}
    said = {"outcome": "case_created", "case_id": open_case.id, "vertical_id": here.id, "agent_id": office.worker.id}
    times = {"effective_from": dt.date(2020, 1, 1)}

    def part(person: m.Person, role: str, case: m.Case = open_case) -> m.CasePerson:
        return m.CasePerson(case_id=case.id, person_id=person.id, role=role)

    ways: dict[str, Callable[[m.Person], object]] = {
        "Client of one and of another": lambda who: session.add_all([part(who, "client"), part(who, "client", gone)]),
        "Reporter": lambda who: session.add(part(who, "reporter")),
        "Perpetrator": lambda who: session.add(part(who, "perpetrator")),
        "Mentioned": lambda who: session.add(part(who, "other")),
        "Sister": lambda who: relations.add(session, SYSTEM, who, relative, kind="sibling"),
        "Brother": lambda who: relations.add(session, SYSTEM, relative, who, kind="cousin"),
        "Called": lambda who: session.add(m.Contact(person_id=who.id, ended_at=office.long_ago, **said)),
        "With a file": lambda who: session.add(m.Attachment(person_id=who.id, **file)),
        "At home": lambda who: session.add(m.HouseholdMember(household_id=home.id, person_id=who.id, **times)),
        "Consents": lambda who: make_consent(session, who, here),
        "May consent": lambda who: make_consent(session, who, here, status=ConsentStatus.PENDING),
        "Asks": lambda who: make_request(session, who),
        "Restricted": lambda who: restriction.restrict(session, office.admin, who, reason="They dispute it."),
        "A worker": lambda who: own_records.declare(session, office.admin, who, tie="self", user=office.worker),
        "A house": lambda who: setattr(who, "kind", "organisation"),
    }
    for name, keep in ways.items():
        keep(office.person(name))
    held = office.case(subject=office.person("Held"))
    legal_holds.hold(session, office.admin, held, reason="A court asks.")
    held.erased_at = office.long_ago
    twice, joined = office.person("Led by another"), office.person("Joined and in a case")
    person_merging.merge(session, SYSTEM, twice, joined, reason="The same person.")
    session.add(part(joined, "other"))
    return {*ways, "Held", "Led by another", "Joined and in a case", "A relative in a case", "Leads a household"} | {
        "In a case that is archived"
    }


def free_in_many_ways(office: Office) -> dict[str, str]:
    """One person for each thing that kept them once; their names and what it was."""
    session, here, past = office.session, office.here, retention.months_before(clock.now(), 30)
    gone = office.case(erased=past, subject=office.person("Of an erased case"))
    session.add(m.CasePerson(case_id=gone.id, person_id=office.person("Told of in it").id, role="other"))
    said = {"outcome": "information_given", "vertical_id": here.id, "agent_id": office.worker.id}
    session.add(m.Contact(person_id=office.person("Rang once").id, ended_at=past, **said))
    household = make_household(session, office.person("Leads no more"))
    household.status = "archived"
    until = {"effective_from": dt.date(2020, 1, 1), "effective_until": past.date()}
    session.add(m.HouseholdMember(household_id=household.id, person_id=office.person("Moved out").id, **until))
    over = {"status": ConsentStatus.EXPIRED, "active_from": office.long_ago, "active_until": past}
    make_consent(session, office.person("Consented once"), here, **over)
    somebody, mistaken = office.person("In a case beside"), office.person("Nobody's brother")
    office.case(subject=somebody)
    made = relations.add(session, SYSTEM, somebody, mistaken, kind="sibling")
    [line] = relations.of_person(session, SYSTEM, mistaken)
    wrong = {"reason_code": "RECORDED_IN_ERROR", "version": made.version_id}
    relations.end(session, SYSTEM, mistaken, line, **wrong)
    corrected = office.person("Asked once")
    audit.append(session, SYSTEM, "person.edit", chain=f"person:{corrected.id}", values={"name": ("Asket", "Asked")})
    asked = make_request(session, corrected)
    asked.state, asked.decided_at = "granted", past
    return {
        "Of an erased case": "case",
        "Told of in it": "case",
        "Rang once": "contact",
        "Leads no more": "written",
        "Moved out": "household",
        "Consented once": "consent",
        "Asked once": "request",
        "Nobody's brother": "written",
    }


def test_who_is_foreseen_is_erased_and_nobody_whom_anything_keeps(session, office, installation):
    (installation.settings.data_dir / erasure_sweep.LIST).unlink(missing_ok=True)
    with committed(session):
        kept, free = keep_in_many_ways(office), free_in_many_ways(office)
    office.age()
    assert office.foreseen() == {} and run(session) == 0
    assert office.foreseen() == free
    office.begin()
    assert run(session) == len(free) and office.foreseen() == {}
    assert office.names() == kept | {"In a case beside"} | office.erased() and len(office.erased()) == len(free)
    proofs = session.scalars(sa.select(m.Erasure)).all()
    assert {(proof.rule_id, proof.request_id, proof.by_id) for proof in proofs} == {(office.rule, None, None)}
    assert all(proof.removed["person_contacts"] == 1 and proof.emptied["people"] == 1 for proof in proofs)
    assert {"audit.values_erased", "person.erase"} <= set(session.scalars(sa.select(m.AuditEvent.action)))
    assert list(audit.verify(session)) == [] and run(session) == 0


def test_who_was_erased_by_rule_is_erased_again_after_an_older_backup_was_restored(session, office, installation):
    listed = installation.settings.data_dir / erasure_sweep.LIST
    listed.unlink(missing_ok=True)
    with committed(session):
        number = office.person("Amina Once").id
    office.age()
    office.begin()
    run(session)
    run(session, "erasures.sweep")
    with committed(session):  # as the backup has it
        person = session.get(m.Person, number)
        person.full_name, person.erased_at = "Amina Once", None
    assert len(erasure_sweep.replay(session)) == 1 and office.names() == office.erased()
    listed.unlink()


def test_the_time_counts_from_the_last_thing_and_an_old_mark_erases_nobody(session, office):
    with committed(session):
        young, old = office.person("Young"), office.person("Old")
        numbers = young.id, old.id
        said = {"outcome": "information_given", "vertical_id": office.here.id, "agent_id": office.worker.id}
        session.add(m.Contact(person_id=young.id, ended_at=retention.months_before(clock.now(), MONTHS - 1), **said))
    office.age()
    office.begin()
    run(session, "people.look_through")
    assert office.foreseen() == {"Old": "written"}
    with committed(session):
        case = office.case()
        session.add(m.CasePerson(case_id=case.id, person_id=numbers[1], role="reporter"))
    assert office.foreseen() == {}
    assert run(session, "retention.people") == 1 and office.erased() == set()
    with committed(session):
        session.get(m.Case, case.id).erased_at = retention.months_before(clock.now(), MONTHS + 1)
    with clock.pretended(clock.now() + dt.timedelta(days=40)):
        run(session)
    assert len(office.erased()) == 2 and office.names() == office.erased()


def test_one_who_cannot_be_erased_stops_nobody_and_one_being_written_of_waits(session, office):
    with committed(session):
        broken, written, other = (office.person(name) for name in ("Broken Record", "Nia Written", "Omar Other"))
        number = broken.id
        expires = clock.now() + dt.timedelta(days=1)
        body = '{"who": "nia written"}'
        session.add(m.Draft(user_id=office.worker.id, form="intake", key="x" * 16, body=body, expires_at=expires))
        session.add(m.SavedView(owner_id=office.worker.id, name="Every Omar", query="q=Omar"))
        contacts = m.PersonContact.__table__
        spoilt = sa.text("UPDATE person_contacts SET value = :value WHERE person_id = :number")
        session.execute(spoilt, {"value": b"not to be read", "number": broken.id})
        assert contacts.name == "person_contacts" and other.id > written.id > broken.id
    office.age()
    office.begin()
    assert run(session) == 3
    assert {"Broken Record", "Nia Written"} == office.names() - office.erased() and len(office.erased()) == 1
    failed = session.scalars(sa.select(m.AuditEvent).where(m.AuditEvent.action == "retention.fail")).one()
    assert failed.details["person"] == number and list(audit.verify(session)) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(m.SavedView)) == 1  # a first name is many people's
    with committed(session):
        session.execute(sa.delete(m.Draft))
        session.execute(sa.delete(m.PersonContact).where(m.PersonContact.person_id == number))
    assert run(session) == 2 and office.names() == office.erased()


def test_everybody_is_looked_through_in_parts_and_again(session, office, monkeypatch):
    monkeypatch.setattr(people_retention, "AT_ONCE", 2)
    with committed(session):
        for number in range(3):
            office.person(f"Person {number}")
    office.age()
    seen = []
    for _ in range(3):
        with unit_of_work(session, SYSTEM, intent="people.look_through"):
            seen.append(people_retention.look_through(session))
    assert seen == [2, 1, 2] and len(office.foreseen()) == 3
    monkeypatch.setattr(retention, "PAGE", 2)
    rule = retention.find(session, office.admin, office.rule)
    first = people_retention.preview(session, office.admin, rule)
    rest = people_retention.preview(session, office.admin, rule, cursor=first.following)
    assert [len(page.lines) for page in (first, rest)] == [2, 1] and rest.following is None


def test_only_administrators_set_the_rule_once_and_it_reaches_no_case(session, office):
    with pytest.raises(Forbidden):
        retention.create_for_people(session, actor_of(session, office.worker), months=12)
    for months in (None, 0, 12):
        with pytest.raises(InvalidInput):
            retention.create_for_people(session, office.admin, months=months)
    with committed(session):
        case = make_case(session, office.here, status=Status.ARCHIVED)
        session.execute(sa.update(m.Case.__table__).values(archived_at=office.long_ago, closed_at=office.long_ago))
    office.begin()
    assert run(session, "retention.run") == 0 and session.get(m.Case, case.id).erased_at is None
