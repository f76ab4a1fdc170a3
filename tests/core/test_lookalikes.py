"""While somebody is told of, those who may be them are found: as for people who were written, among the seen alone."""

import datetime as dt

import pytest

from portal.core import lookalikes
from portal.core.told import PersonTold
from portal.core.vocabulary import Role, Status
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical
from tests.statements import counted

BORN = dt.date(1990, 3, 4)


@pytest.fixture
def desk(session):
    """A vertical with somebody known there, and one where nobody is."""
    with committed(session):
        here, elsewhere = make_vertical(session, "DESK"), make_vertical(session, "AWAY")
        known = make_person(session, "Amina Wanjiru Kamau", vertical=here, dob=BORN, phone="0722 000 111")
        workers = [actor_of(session, make_user(session, Role.CASEWORKER, vertical)) for vertical in (here, elsewhere)]
        return here, known, *workers


@pytest.mark.parametrize(
    ("told", "agreement"),
    [
        ({"full_name": "Kamau Amina Wanjiru"}, ("name", "other_order")),
        ({"full_name": "Amina Wanjiru Kamau", "dob": BORN}, ("date_of_birth", "same")),
        ({"phone": "+254 722 000 111"}, ("phone", "same")),
    ],
)
def test_who_may_be_meant_is_found_by_those_alone_who_may_see_them(session, desk, told, agreement):
    _, known, worker, stranger = desk
    [found] = lookalikes.find(session, worker, {"reporter": PersonTold(**told)})["reporter"]
    field, word = agreement
    assert found.person.id == known.id and found.score.fields[field].word == word
    assert lookalikes.find(session, stranger, {"reporter": PersonTold(**told)}) == {"reporter": []}


def test_others_are_not_listed_and_the_work_does_not_grow_with_those_told_of(session, desk, app):
    _, known, worker, _ = desk
    with committed(session):
        make_person(session, "Joseph Otieno Ouma", dob=dt.date(1950, 1, 1))
    told = {f"clients-{number}": PersonTold(full_name="Amina Wanjiru Kamau") for number in range(4)}
    told["clients-4"] = PersonTold(full_name="Zawadi Unheard")
    told["clients-5"] = PersonTold(person_id=known.id)
    with counted(app) as many:
        found = lookalikes.find(session, worker, told)
    assert {name: [one.person.id for one in ones] for name, ones in found.items()} == {
        **{f"clients-{number}": [known.id] for number in range(4)},
        "clients-4": [],
        "clients-5": [],
    }
    with counted(app) as one:
        lookalikes.find(session, worker, {"clients-0": told["clients-0"]})
    assert len(one) == len(many) <= 6


def test_an_active_case_counts_where_it_is_seen_open_and_of_the_same_vertical(session, desk):
    here, known, worker, stranger = desk
    with committed(session):
        open_case = make_case(session, here, subject=known)
        make_case(session, here, subject=known, status=Status.CLOSED)
    found = lookalikes.active_cases(session, worker, [known.id], here.id)
    assert [(number, case.id) for number, case in found] == [(known.id, open_case.id)]
    assert lookalikes.active_cases(session, worker, [known.id], here.id + 1) == []
    assert lookalikes.active_cases(session, stranger, [known.id], here.id) == []
