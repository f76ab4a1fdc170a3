"""Cases and people are found by what somebody knows of them, and nothing out of sight is."""

import pytest

from portal.core import lookup, people, search
from portal.core.models import CasePerson
from portal.core.search import ListFilter
from portal.core.vocabulary import Role
from tests.core.worklist.conftest import NEWEST, ids
from tests.factories import actor_of, committed, make_case, make_household, make_person, make_user, make_vertical


@pytest.fixture
def named(session):
    """A case with a client whose name has accents, one of a household, one of somebody else, one out of sight."""
    with committed(session):
        here, elsewhere = make_vertical(session, "NMD"), make_vertical(session)
        worker = make_user(session, Role.CASEWORKER, here)
        zsofia = make_person(session, "Zsófia Pípacs", vertical=here, phone="+254 711 222 333", national_id="AB-12 345")
        case = make_case(session, here, summary="Asked about a school place", narrative="She lives by the Blue River.")
        session.add(CasePerson(case_id=case.id, person_id=zsofia.id, role="client"))
        leader = make_person(session, "Tomás Brightwater", vertical=here)
        household = make_case(session, here, subject=make_household(session, leader))
        other = make_case(session, here, subject=make_person(session, "Noor Halabi", vertical=here))
        hidden = make_case(session, elsewhere, narrative="She lives by the Blue River.")
        session.add(CasePerson(case_id=hidden.id, person_id=zsofia.id, role="client"))
    return worker, {"case": case, "household": household, "other": other, "hidden": hidden}


def test_a_list_is_filtered_by_number_reference_and_name_without_accents(session, named):
    worker, cases = named
    actor = actor_of(session, worker)

    def found(text):
        return ids(search.page(session, actor, ListFilter(text=text), NEWEST))

    case, household = cases["case"], cases["household"]
    assert found("zsofia") == found("PIPACS zso") == found(str(case.id)) == found(case.reference.lower()) == [case.id]
    assert found(household.subject_household.name) == [household.id]
    assert found("halabi") == [cases["other"].id]
    assert found("nobody of this name") == found(cases["hidden"].reference) == []


def test_looking_up_finds_by_each_way_and_says_which(session, named):
    worker, cases = named
    actor, case = actor_of(session, worker), cases["case"]

    def found(text):
        return [(hit.case.id, hit.matched) for hit in lookup.everywhere(session, actor, text).cases]

    assert found(case.reference) == found(str(case.id).zfill(2)) == [(case.id, "reference")]
    assert found("pipacs") == found("0711 222333") == found("ab12345") == [(case.id, "person")]
    assert found("blue river") == found("SCHOOL place") == [(case.id, "case")]
    assert found("100%") == found("_") == found(" ") == []


def test_looking_up_shows_nothing_out_of_sight(session, named):
    worker, cases = named
    hidden = cases["hidden"]
    assert lookup.everywhere(session, actor_of(session, worker), hidden.reference).cases == []
    with committed(session):
        stranger = make_user(session, Role.CASEWORKER)
    found = lookup.everywhere(session, actor_of(session, stranger), "zsofia")
    assert (found.cases, found.people) == ([], [])


def test_people_are_found_by_words_phone_and_number(session, named):
    actor = actor_of(session, named[0])
    for text in ("Zsofia", "711222333", "AB12345"):
        assert [hit.person.full_name for hit in people.search(session, actor, text)] == ["Zsófia Pípacs"]
