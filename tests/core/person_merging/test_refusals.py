"""Records that do not join, and records that do not come apart."""

import pytest

from portal.core import clock, merging, people, people_pairs, person_merging
from portal.core.errors import CannotMerge, Forbidden, InvalidInput, NotFound, StaleVersion
from portal.core.models import Person, PersonMerge, PersonPair
from portal.core.vocabulary import PairState, Role, Status
from tests.core.person_merging.conftest import merge, named, roots, unmerge
from tests.factories import actor_of, committed, make_person, make_user


def refused(work, *given, **more) -> str:
    with pytest.raises(CannotMerge) as caught:
        work(*given, **more)
    assert caught.value.message.endswith(".")
    return caught.value.details["why"]


def test_self_repetition_and_cycles_are_refused_with_a_reason(office, other):
    third = named(office)
    assert refused(merge, office, other, other) == "self"
    merge(office, office.subject, other)
    assert refused(merge, office, office.subject, other) == "together"
    assert refused(merge, office, other, office.subject) == "together"
    assert refused(merge, office, third, other) == "already_merged"
    assert refused(merge, office, other, third) == "already_merged"
    assert refused(unmerge, office, office.subject) == "not_merged"
    with pytest.raises(InvalidInput):
        merge(office, office.subject, third, reason=" ")
    assert office.session.query(PersonMerge).count() == 1


def test_archived_records_and_records_of_different_kinds_stay_apart(office, other):
    with committed(office.session) as session:
        session.get(Person, other).archived_at = clock.now()
    assert refused(merge, office, office.subject, other) == "archived"
    organisation = named(office, "A school")
    with committed(office.session) as session:
        session.get(Person, organisation).kind = "organisation"
    assert refused(merge, office, office.subject, organisation) == "kind"


def test_checked_documents_of_one_kind_with_different_numbers_are_two_people(office, other):
    with committed(office.session) as session:
        for number, value in ((office.subject, "passport A1"), (other, "passport B2")):
            made = people.add_identifier(session, session.get(Person, number), "passport", value)
            made.verified_at = clock.now()
    assert refused(merge, office, office.subject, other) == "identifiers"
    with committed(office.session) as session:  # claimed numbers stand against nothing
        for identifier in office.person(other).identifiers:
            session.merge(identifier).verified_at = None
    merge(office, office.subject, other)


def test_what_was_decided_to_be_two_people_is_asked_again_first(office, other):
    merge(office, office.subject, other)
    unmerge(office, other, different=True)
    pair = office.session.query(PersonPair).where(PersonPair.high_id == max(other, office.subject)).one()
    assert (pair.state, pair.reason) == (PairState.DIFFERENT, "They are sisters")
    assert refused(merge, office, office.subject, other) == "decided"
    office.do(office.worker, lambda s: people_pairs.ask_again(s, office.worker, s.get(PersonPair, pair.id)))
    merge(office, office.subject, other)


def test_who_may_not_decide_or_see_joins_nothing(office, other):
    hidden = None
    with committed(office.session) as session:
        agent = actor_of(session, make_user(session, Role.AGENT, office.vertical(office.care)))
        hidden = make_person(session, "Omar Hidden", vertical=office.vertical(office.health)).id
    with pytest.raises(Forbidden):
        merge(office, office.subject, other, actor=agent)
    for actor, joins in ((office.stranger, other), (office.worker, hidden)):
        with pytest.raises(NotFound):
            merge(office, office.subject, joins, actor=actor)
    merge(office, office.subject, other)
    with pytest.raises(Forbidden):
        unmerge(office, other, actor=agent)
    with pytest.raises(NotFound):
        unmerge(office, other, actor=office.stranger)


def test_records_stay_together_while_their_cases_are(office, other):
    office.consent(person=other)
    target, source = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE, subject=other)
    merge(office, office.subject, other)
    do = office.supervisor
    office.do(
        do, lambda s: merging.merge(s, do, office.case(target), [office.case(source)], reason_code="DUPLICATE_RECORD")
    )
    assert refused(unmerge, office, other) == "cases"
    office.do(do, lambda s: merging.unmerge(s, do, office.case(source)))
    unmerge(office, other)


def test_a_record_that_was_changed_after_it_was_compared_is_looked_at_again(office, other):
    versions = office.person().version_id, office.person(other).version_id
    with committed(office.session):
        office.person(other).full_name = "Amina Otherperson"
    do = office.worker

    def join(versions):
        keep, joins = office.person(), office.person(other)
        office.do(do, lambda s: person_merging.merge(s, do, keep, joins, reason="The same", versions=versions))

    with pytest.raises(StaleVersion):
        join(versions)
    assert roots(office, other) == [None]
    join((office.person().version_id, office.person(other).version_id))
    assert roots(office, other) == [office.subject]
