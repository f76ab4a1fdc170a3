"""What is known of a person can be kept and read without being changed or used; and every door to using it is shut."""

import pytest
import sqlalchemy as sa

from portal.core import (
    audit,
    case_file,
    checking,
    clock,
    consenting,
    corrections,
    households,
    intake,
    messages,
    notes,
    opening,
    people,
    person_merging,
    restriction,
    subject_export,
    verification,
)
from portal.core.consenting import Given
from portal.core.errors import AlreadyDone, CannotMerge, Forbidden, InvalidInput, ReadOnly
from portal.core.models import Case, Household, Person, PersonPair, SubjectRequest, Vertical
from portal.core.told import PersonTold, Report
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Origin, Role
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


@pytest.fixture
def office(session) -> dict:
    """A person who asked for restriction, with a phone, a consent and a case; somebody else with a household."""
    with committed(session):
        here = make_vertical(session, "HERE")
        supervisor = make_user(session, Role.SUPERVISOR, here)
        person = make_person(session, "Amina Testperson", phone="+254711222333", vertical=here, verified=True)
        other = make_person(session, "Amina Testperson", vertical=here)
        make_consent(session, person, here)
        make_request(session, person, "restriction")
        found = {
            "person": person.id,
            "other": other.id,
            "home": make_household(session, other).id,
            "case": make_case(session, here, subject=person).id,
            "here": here.id,
            "actor": actor_of(session, supervisor),
            "agent": actor_of(session, make_user(session, Role.AGENT, here)),
        }
    with unit_of_work(session, found["actor"], intent="person.restrict"):
        restriction.restrict(session, found["actor"], session.get(Person, found["person"]), reason="It is disputed")
    return found


def report(session, office) -> Report:
    chosen = PersonTold(full_name="Amina Testperson", person_id=office["person"])
    vertical = session.get(Vertical, office["here"])
    return Report(origin=Origin.PORTAL, vertical=vertical, reporter=chosen, facts={"narrative": "Again."})


USES = {
    "correcting": lambda s, a, p, o: corrections.correct(s, a, p, {"sex": "female"}),
    "claiming a number": lambda s, a, p, o: corrections.claim_identity(s, a, p, "passport", "EX12345"),
    "adding a contact": lambda s, a, p, o: corrections.add_contact(s, a, p, "+254711000111", contact_type="1"),
    "changing a contact": lambda s, a, p, o: corrections.change_contact(s, a, p.contacts[0], {"safe": "no"}),
    "removing a contact": lambda s, a, p, o: corrections.remove_contact(s, a, p.contacts[0]),
    "verifying": lambda s, a, p, o: verification.decide(s, a, p),
    "archiving": lambda s, a, p, o: verification.archive(s, a, p, reason_code="DUPLICATE_RECORD"),
    "taking a consent": lambda s, a, p, o: consenting.capture(
        s, a, p, s.get(Vertical, o["here"]), Given(active_from=clock.now())
    ),
    "a household": lambda s, a, p, o: households.add_member(
        s, a, s.get(Household, o["home"]), p, effective_from=clock.today()
    ),
    "writing to them": lambda s, a, p, o: messages.write(s, a, s.get(Case, o["case"]), "Dear Amina", to=p),
    "a case file": lambda s, a, p, o: case_file.export(
        s, a, s.get(Case, o["case"]), list(case_file.Part), reason_code="COURT"
    ),
    "a new case": lambda s, a, p, o: opening.open_case(
        s, a, origin=Origin.PORTAL, vertical=s.get(Vertical, o["here"]), subject=p, facts={"narrative": "New"}
    ),
    "an intake that chooses them": lambda s, a, p, o: intake.take(s, a, report(s, o)),
}


@pytest.mark.parametrize("use", USES)
def test_nothing_is_changed_or_newly_used(session, office, use):
    with pytest.raises(ReadOnly), unit_of_work(session, office["actor"], intent="test.use"):
        USES[use](session, office["actor"], session.get(Person, office["person"]), office)


def test_the_record_is_joined_to_no_other_and_compared_with_none(session, office):
    with pytest.raises(CannotMerge), unit_of_work(session, office["actor"], intent="person.merge"):
        one, other = (session.get(Person, office[name]) for name in ("person", "other"))
        person_merging.merge(session, office["actor"], one, other, reason="The same")
    with committed(session):
        session.execute(sa.delete(PersonPair))
        made = make_person(session, "Amina Testperson", phone="+254711222333")
        assert made.id
    pairs = session.execute(sa.select(PersonPair.low_id, PersonPair.high_id)).all()
    assert all(office["person"] not in pair for pair in pairs)


def test_no_check_of_the_record_is_offered_and_who_can_lift_that_is_said(session, office):
    offers = checking.offers(session, office["actor"], session.get(Person, office["person"]))
    assert {(type(offer.obstacle), offer.who) for offer in offers} == {
        (ReadOnly, "whoever may restore or free the record, first")
    }


def test_it_is_read_its_cases_go_on_and_the_person_is_told_everything(session, office):
    actor = office["actor"]
    assert people.find(session, actor, office["person"]).full_name == "Amina Testperson"
    with unit_of_work(session, actor, intent="note.write"):
        notes.write(session, actor, session.get(Case, office["case"]), "Work goes on")
    assert subject_export.scope(session, actor, session.get(Person, office["person"])).about == [office["case"]]


def test_lifted_it_can_be_used_again_and_all_of_it_is_in_the_history(session, office):
    actor = office["actor"]
    for wrong, problem in (({"reason": " "}, InvalidInput), ({"reason": "Once more"}, AlreadyDone)):
        with pytest.raises(problem), unit_of_work(session, actor, intent="person.restrict"):
            restriction.restrict(session, actor, session.get(Person, office["person"]), **wrong)
    with pytest.raises(Forbidden), unit_of_work(session, office["agent"], intent="person.restrict"):
        restriction.lift(session, office["agent"], session.get(Person, office["person"]), reason="I want to")
    with unit_of_work(session, actor, intent="person.restrict"):
        restriction.lift(session, actor, session.get(Person, office["person"]), reason="Settled")
    with unit_of_work(session, actor, intent="person.correct"):
        corrections.correct(session, actor, session.get(Person, office["person"]), {"sex": "female"})
    asked = session.scalars(sa.select(SubjectRequest)).one()
    assert (asked.state, asked.reason) == ("granted", "It is disputed")
    assert list(audit.verify(session)) == []
