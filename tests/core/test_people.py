"""Finding people: forgiving of spelling, scoped by what one may see, and never linking two by a constant."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import intake, people
from portal.core.actors import SYSTEM
from portal.core.models import CasePerson, Vertical
from portal.core.told import PersonTold, Report
from portal.core.vocabulary import NameKnown, Origin, Role
from tests.factories import actor_of, committed, make_person, make_user, make_vertical


@pytest.fixture
def agent(session):
    """An agent of one vertical, with the vertical."""
    with committed(session):
        vertical = make_vertical(session)
        return actor_of(session, make_user(session, Role.AGENT, vertical)), vertical.id


@pytest.mark.parametrize("typed", ["Zsofia Pipacs", "pipacs zsófia", "ZSÓ PIP", "pipacs"])
def test_a_name_is_found_whatever_its_accents_case_and_order(session, agent, typed):
    actor, vertical_id = agent
    with committed(session):
        people.register(session, SYSTEM, PersonTold(full_name="Zsófia Pipacs"), vertical_id=vertical_id)
    assert [hit.person.full_name for hit in people.search(session, actor, typed)] == ["Zsófia Pipacs"]


def test_a_phone_is_found_by_its_last_digits_and_a_number_however_it_is_written(session, agent):
    actor, vertical_id = agent
    told = PersonTold(full_name="Amina Okoye", phone="+254 700 000 117", national_id="AB-12 34/56")
    with committed(session):
        people.register(session, SYSTEM, told, vertical_id=vertical_id)
    assert [hit.matched for hit in people.search(session, actor, "0000117")] == [("phone",)]
    assert [hit.matched for hit in people.search(session, actor, "ab123456")] == [("identifier",)]


def test_a_common_name_does_not_hide_the_one_whom_the_actor_may_see(session, agent):
    actor, vertical_id = agent
    with committed(session):
        for _ in range(220):
            make_person(session, "Mary Wanjiru")
        mine = people.register(session, SYSTEM, PersonTold(full_name="Mary Wanjiru"), vertical_id=vertical_id).id
    assert [hit.person.id for hit in people.search(session, actor, "mary wanjiru")] == [mine]


@pytest.mark.parametrize("name", ["Client", "---", "anonymous", "UNKNOWN", "x", "no name"])
def test_a_placeholder_is_no_name_and_matches_nobody(session, agent, name):
    actor, vertical_id = agent
    with committed(session):
        person = people.register(session, SYSTEM, PersonTold(full_name=name), vertical_id=vertical_id)
        assert person.name_known is NameKnown.PLACEHOLDER
    assert people.search(session, actor, name) == []


def report(vertical, *clients: PersonTold, reporter: PersonTold | None = None) -> Report:
    return Report(Origin.HELPLINE, vertical, {"narrative": "Told."}, reporter=reporter, clients=clients)


def clients_of(session, vertical_id: int, *told: PersonTold) -> list[int]:
    with committed(session):
        vertical = session.get(Vertical, vertical_id)
        return [intake.take(session, SYSTEM, report(vertical, one)).subject_person_id for one in told]


def test_an_id_links_only_with_the_same_name_and_no_other_date_of_birth(session, agent):
    _, vertical_id = agent
    ras = PersonTold(full_name="Ras Singh", external_id="86164", dob=dt.date(2003, 2, 25))
    same = PersonTold(full_name="RAS  SINGH", external_id="86164")
    other_name = PersonTold(full_name="Joy Adhiambo", external_id="86164")
    other_birth = PersonTold(full_name="Ras Singh", external_id="86164", dob=dt.date(2010, 1, 1))
    first, again, named_otherwise, born_otherwise = clients_of(session, vertical_id, ras, same, other_name, other_birth)
    assert first == again
    assert len({first, named_otherwise, born_otherwise}) == 3


def test_a_reporter_who_is_the_client_is_one_person_in_two_parts(session, agent):
    _, vertical_id = agent
    ras = PersonTold(full_name="Ras Singh", external_id="86164")
    with committed(session):
        case = intake.take(session, SYSTEM, report(session.get(Vertical, vertical_id), ras, reporter=ras))
        parts = session.scalars(sa.select(CasePerson).where(CasePerson.case_id == case.id)).all()
        assert {part.role for part in parts} == {"reporter", "client"}
        assert len({part.person_id for part in parts}) == 1


def test_an_alleged_perpetrator_never_becomes_a_known_client_by_an_id(session, agent):
    _, vertical_id = agent
    told = PersonTold(full_name="Ras Singh", external_id="86164")
    known = clients_of(session, vertical_id, told)
    with committed(session):
        vertical = session.get(Vertical, vertical_id)
        accused = Report(
            Origin.HELPLINE, vertical, {"narrative": "Told."}, clients=(PersonTold("Joy"),), perpetrators=(told,)
        )
        case = intake.take(session, SYSTEM, accused)
        blamed = CasePerson.case_id == case.id, CasePerson.role == "perpetrator"
        part = session.scalars(sa.select(CasePerson).where(*blamed)).one()
        assert part.person_id not in known
