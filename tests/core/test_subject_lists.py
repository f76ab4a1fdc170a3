"""What waits to be verified, and households as lists: scoped, oldest or newest first, on every engine."""

import pytest

from portal.core import checking, clock, consenting, household_register, households, people
from portal.core.consenting import Given
from portal.core.errors import Forbidden
from portal.core.models import Household, Person
from portal.core.told import PersonTold
from portal.core.vocabulary import Status
from tests.core.offices import build
from tests.factories import committed, make_case, make_person, put_into


@pytest.fixture
def office(session):
    return build(session)


def register(office, name: str, *, vertical: int | None = None) -> int:
    told = PersonTold(full_name=name)
    vertical = vertical or office.care
    return office.do(office.worker, lambda s: people.register(s, office.worker, told, vertical_id=vertical))


def waiting(office, actor, kind=checking.people) -> list[int]:
    office.session.rollback()
    return [row.subject.id for row in kind(office.session, actor).rows]


def test_people_wait_for_those_of_their_service_who_did_not_register_them(office):
    first, second = register(office, "First Waiting"), register(office, "Second Waiting")
    elsewhere = register(office, "Elsewhere Waiting", vertical=office.health)
    register(office, "Client")  # no name that could be verified
    assert waiting(office, office.other_worker) == [first, second]
    assert waiting(office, office.worker) == []
    assert waiting(office, office.healer) == [elsewhere]
    assert waiting(office, office.administrator) == [first, second, elsewhere]
    with pytest.raises(Forbidden):
        checking.people(office.session, office.auditor)


def test_whom_an_open_case_supports_waits_for_those_of_the_case(office):
    with committed(office.session):
        person = make_person(office.session, "Only On A Case")
        case = make_case(office.session, office.vertical(office.desk), subject=person, status=Status.ACTIVE)
        number, case_id = person.id, case.id
    assert waiting(office, office.other_worker) == [number]
    assert waiting(office, office.healer) == []
    with committed(office.session):
        put_into(office.session, office.case(case_id), Status.CLOSED)
    assert waiting(office, office.other_worker) == []


def test_consents_and_households_wait_for_somebody_else_too(office):
    given = Given(clock.now())
    consent = office.do(
        office.worker,
        lambda s: consenting.capture(s, office.worker, office.person(), office.vertical(office.care), given),
    )
    home = office.do(office.worker, lambda s: households.register(s, office.worker, "The Tests", office.person()))
    for kind, number in ((checking.consents, consent), (checking.households, home)):
        assert waiting(office, office.other_worker, kind) == [number]
        assert waiting(office, office.worker, kind) == []
        assert waiting(office, office.stranger, kind) == []


def test_households_are_found_by_name_and_by_whom_one_may_see_in_them(office):
    home = office.do(office.worker, lambda s: households.register(s, office.worker, "Corner House", office.person()))
    hidden = register(office, "Hidden Lodger", vertical=office.health)
    with committed(office.session):
        office.person(hidden).registered_by_id = None
    member = register(office, "Nia Testperson")

    def join(number: int) -> None:
        since = clock.today()
        households.add_member(
            office.session,
            office.administrator,
            office.session.get(Household, home),
            office.session.get(Person, number),
            relationship_type="lodger",
            effective_from=since,
        )

    with committed(office.session):
        join(hidden)
        join(member)

    def found(actor, text: str) -> list[tuple[int, int]]:
        office.session.rollback()
        lines = household_register.page(office.session, actor, text).rows
        return [(line.household.id, line.members) for line in lines]

    for text in ("", "corner", "NIA", "amina test"):
        assert found(office.other_worker, text) == [(home, 2)], text
        assert found(office.stranger, text) == [], text
    assert found(office.other_worker, "hidden") == []
    assert found(office.administrator, "hidden") == [(home, 2)]
    shown = household_register.members(office.session, office.other_worker, office.session.get(Household, home))
    assert [one.person.id if one.person else None for one in shown] == [None, member]
    (belongs,) = household_register.of_person(office.session, office.other_worker, office.person(member))
    assert belongs.id == home
