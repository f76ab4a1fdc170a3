"""Who was written is compared with everybody else: at the end of the same unit, and whoever came first."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import (
    blocking,
    clock,
    corrections,
    intake,
    pair_finding,
    people,
    people_pairs,
    person_merging,
    verification,
)
from portal.core.actors import SYSTEM
from portal.core.matching import score
from portal.core.models import Person, PersonKey, PersonPair
from portal.core.told import PersonTold, Report
from portal.core.unit import unit_of_work
from portal.core.vocabulary import NameKnown, Origin, PairState, Role
from tests.factories import actor_of, committed, make_person, make_user, make_vertical
from tests.statements import counted

BORN = dt.date(1990, 3, 4)
AMINA = {"name": "Amina Wanjiru Kamau", "dob": BORN, "phone": "0722 000 111"}


@pytest.fixture
def desk(session):
    """A vertical of which the caseworker sees everybody."""
    with committed(session):
        return make_vertical(session, "DESK")


def _pairs(session) -> list[PersonPair]:
    session.rollback()
    return list(session.scalars(sa.select(PersonPair).order_by(PersonPair.id)))


def _registered(session, desk, **told) -> int:
    with committed(session):
        return make_person(session, vertical=desk, **{**AMINA, **told}).id


def _worker(session, desk):
    with committed(session):
        return actor_of(session, make_user(session, Role.CASEWORKER, desk))


@pytest.mark.parametrize(
    ("told", "field", "agreement"),
    [
        ({"name": "Kamau Amina Wanjiru"}, "name", "other_order"),
        ({"name": "Amina Wanjiku Kamau"}, "name", "spelling"),
        ({"name": "Ameena Wanjiru Kamau"}, "name", "sound"),
        ({"dob": dt.date(1990, 4, 3)}, "date_of_birth", "day_and_month_swapped"),
        ({"dob": None, "age_value": clock.today().year - BORN.year}, "date_of_birth", "same_age"),
        ({"phone": "+254 722 000 111"}, "phone", "same"),
    ],
)
def test_the_same_person_told_otherwise_is_found_with_the_reason(session, desk, told, field, agreement):
    first, second = _registered(session, desk), _registered(session, desk, **told)
    (pair,) = _pairs(session)
    assert (pair.low_id, pair.high_id, pair.state) == (first, second, PairState.OPEN)
    assert pair.explanation[field]["agreement"] == agreement
    assert pair.score == sum(reason["points"] for reason in pair.explanation.values())


@pytest.mark.parametrize("turned", [False, True])
def test_it_does_not_matter_who_was_written_first(session, desk, turned):
    told = [AMINA, {"name": "Kamau Ameena", "dob": dt.date(1990, 4, 3), "phone": "0733 000 222"}]
    one, other = [_registered(session, desk, **each) for each in (reversed(told) if turned else told)]
    (pair,) = _pairs(session)
    found = {number: people_pairs.find(session, session.get(Person, number)) for number in (one, other)}
    assert [(each.person_id, each.points) for each in found[one]] == [(other, pair.score)]
    assert [(each.person_id, each.points) for each in found[other]] == [(one, pair.score)]
    words = {name: reason["agreement"] for name, reason in pair.explanation.items()}
    assert words == {"name": "sound", "date_of_birth": "day_and_month_swapped", "phone": "different"}
    assert pair.score == sum(reason["points"] for reason in pair.explanation.values())


def test_people_told_in_one_report_are_compared_too_and_what_is_told_after_registering_counts(session, desk):
    with committed(session):
        make_person(session, "Amina Kamau", vertical=desk)
        late = make_person(session, "Otieno Odhiambo", vertical=desk)
        early = make_person(session, "Grace Odhiambo", vertical=desk)
        people.add_identifier(session, late, "national_id", "A-1234567")
        people.add_identifier(session, early, "", "a1234567")
    (pair,) = _pairs(session)
    assert (pair.low_id, pair.high_id) == (late.id, early.id)
    assert pair.explanation["identifier"]["agreement"] == "same"


def test_a_report_at_intake_finds_the_person_whom_it_speaks_of(session, desk):
    known, worker = _registered(session, desk), _worker(session, desk)
    told = PersonTold(full_name="Kamau Amina", dob=BORN)
    with unit_of_work(session, worker, intent="case.create"):
        facts = {"narrative": "As told."}
        intake.take(session, worker, Report(Origin.PORTAL, session.merge(desk), facts, clients=(told,)))
    assert [(pair.low_id, pair.state) for pair in _pairs(session)] == [(known, PairState.OPEN)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Amina Kamau", "dob": None}, {"name": "Grace Otieno", "dob": None}),
        ({"name": "Client", "dob": None}, {"name": "Anonymous", "dob": None}),
        ({"name": "", "dob": None}, {"name": "", "dob": None, "name_known": NameKnown.DECLINED}),
        ({"name": "Amina Kamau", "address": "12 Mill Road"}, {"name": "Grace Kamau", "dob": dt.date(2015, 9, 1)}),
    ],
)
def test_sharing_a_phone_and_a_home_makes_nobody_the_same(session, desk, one, other):
    _registered(session, desk, **{"address": "12 Mill Road, Kisumu 40100", **one})
    _registered(session, desk, **{"address": "12 Mill Road, Kisumu 40100", **other})
    assert _pairs(session) == []


def test_a_correction_finds_a_pair_and_another_takes_it_away(session, desk):
    worker = _worker(session, desk)
    _registered(session, desk)
    number = _registered(session, desk, name="Grace Otieno", dob=None)
    with unit_of_work(session, worker, intent="person.correct"):
        corrections.correct(session, worker, people.find(session, worker, number), {"full_name": "Amina Kamau"})
    assert len(_pairs(session)) == 1
    with unit_of_work(session, worker, intent="person.correct"):
        corrections.correct(session, worker, people.find(session, worker, number), {"full_name": "Grace Otieno"})
    assert _pairs(session) == []


def test_two_people_are_never_asked_about_again_whatever_is_learnt_of_them_but_by_people(session, desk):
    worker = _worker(session, desk)
    _registered(session, desk)
    number = _registered(session, desk, dob=None, phone=None)
    with unit_of_work(session, worker, intent="person_pair.different"):
        (pair,) = people_pairs.waiting(session, worker).rows
        people_pairs.decide_different(session, worker, pair, "They are cousins")
    score, explanation = pair.score, pair.explanation
    with unit_of_work(session, worker, intent="person.correct"):
        corrections.correct(session, worker, people.find(session, worker, number), {"dob": BORN})
    with unit_of_work(session, SYSTEM, intent="people.compare"):
        pair_finding.compare_due(session)
    (pair,) = _pairs(session)
    assert (pair.state, pair.reason) == (PairState.DIFFERENT, "They are cousins")
    assert (pair.score, pair.explanation) == (score, explanation)
    assert people_pairs.find(session, session.get(Person, number))[0].points > score
    with unit_of_work(session, worker, intent="person_pair.reopen"):
        people_pairs.ask_again(session, worker, pair)
    assert [pair.state for pair in _pairs(session)] == [PairState.OPEN]


def test_a_record_that_was_joined_speaks_for_the_one_that_leads(session, desk):
    leading, joined = _registered(session, desk), _registered(session, desk, name="Njeri Wambui", dob=None, phone=None)
    with committed(session):
        session.get(Person, joined).root_id = leading
    third = _registered(session, desk, name="Wambui Njeri", dob=None, phone=None)
    assert [(pair.low_id, pair.high_id) for pair in _pairs(session)] == [(leading, third)]


def test_two_who_were_told_apart_are_not_asked_about_again_by_another_record_of_theirs(session, desk):
    worker = _worker(session, desk)
    leading = _registered(session, desk, name="Njeri Wambui", dob=None, phone=None)
    joined, third = _registered(session, desk), _registered(session, desk, phone=None)
    with committed(session):
        (pair,) = people_pairs.waiting(session, worker).rows
        people_pairs.decide_different(session, worker, pair, "They are cousins")
    with committed(session):
        person_merging.merge(
            session, worker, people.find(session, worker, leading), people.find(session, worker, joined), reason="One"
        )
    assert {(pair.low_id, pair.high_id): pair.state for pair in _pairs(session)} == {
        (joined, third): PairState.DIFFERENT,
        (leading, joined): PairState.SAME,
    }
    assert [found.state for found in people_pairs.find(session, session.get(Person, third))] == [PairState.DIFFERENT]


def test_taking_records_apart_takes_away_what_was_found_by_the_one_of_the_other(session, desk):
    worker, third = _worker(session, desk), _registered(session, desk)
    leading = _registered(session, desk, name="Njeri Wambui", dob=None, phone=None)
    with committed(session):
        joined = make_person(session, **AMINA, vertical=desk).id
    before = [(pair.low_id, pair.high_id) for pair in _pairs(session)]
    with committed(session):
        records = [people.find(session, worker, number) for number in (leading, joined)]
        person_merging.merge(session, worker, *records, reason="One")
    assert (third, leading) in {(pair.low_id, pair.high_id) for pair in _pairs(session)}
    with committed(session):
        person_merging.unmerge(session, worker, people.find(session, worker, joined), reason="Two after all")
    assert [(pair.low_id, pair.high_id) for pair in _pairs(session)] == before == [(third, joined)]


def test_who_is_taken_back_into_use_is_compared_again(session, desk):
    worker = _worker(session, desk)
    with committed(session):
        gone = make_person(session, **AMINA, vertical=desk)
        gone.archived_at = clock.now()
    other = _registered(session, desk)
    with committed(session):
        person = people.find(session, worker, gone.id)
        verification.restore(session, worker, person, reason_code="ARCHIVED_IN_ERROR")
    assert [(pair.low_id, pair.high_id) for pair in _pairs(session)] == [(gone.id, other)]


def test_archived_people_and_organisations_are_nobodys_double(session, desk):
    with committed(session):
        gone = make_person(session, **AMINA, vertical=desk)
        gone.archived_at = clock.now()
        make_person(session, **AMINA, vertical=desk).kind = "organisation"
    assert _registered(session, desk) and _pairs(session) == []


def test_the_job_compares_those_whom_nobody_compared_and_is_then_done(session, desk):
    _registered(session, desk), _registered(session, desk)
    with committed(session):  # as if both had been written before there were keys
        session.execute(sa.delete(PersonPair))
        session.execute(sa.delete(PersonKey).where(PersonKey.kind == "block"))
    versions = session.scalars(sa.select(Person.version_id)).all()
    with unit_of_work(session, SYSTEM, intent="people.compare"):
        assert pair_finding.compare_due(session) == 2
    with unit_of_work(session, SYSTEM, intent="people.compare"):
        assert pair_finding.compare_due(session) == 0
    assert len(_pairs(session)) == 1
    assert session.scalars(sa.select(Person.version_id)).all() == versions


def test_who_learns_more_of_a_person_is_due_again(session, desk):
    number, worker = _registered(session, desk), _worker(session, desk)
    with unit_of_work(session, SYSTEM, intent="people.compare"):
        pair_finding.compare_due(session)
    with unit_of_work(session, worker, intent="person.contact_add"):
        corrections.add_contact(session, worker, session.get(Person, number), "0733 999 888", contact_type="1")
    assert session.scalar(sa.select(Person.compared_at).where(Person.id == number)) is None


def test_a_unit_that_fails_compares_nobody_and_forgets_whom_it_wrote(session, desk):
    _registered(session, desk)
    with pytest.raises(RuntimeError), committed(session):
        make_person(session, **AMINA, vertical=desk)
        raise RuntimeError
    with committed(session):
        make_vertical(session, "LATER")
    assert _pairs(session) == []


def test_phone_and_identity_number_stand_in_no_key(session, desk):
    _registered(session, desk, national_id="A1234567", address="12 Mill Road, Kisumu")
    keys = " ".join(session.scalars(sa.select(PersonKey.key).where(PersonKey.kind == "block")))
    assert {"phone:", "identifier:", "place:"} <= {f"{key.partition(':')[0]}:" for key in keys.split()}
    assert not any(secret in keys.casefold() for secret in ("0001111", "000111", "1234567", "kisumu", "mill"))


@pytest.fixture
def scored(monkeypatch) -> list[int]:
    """How many two records were compared, once for each that was."""
    times: list[int] = []

    def counting(*given):
        times.append(1)
        return score(*given)

    monkeypatch.setattr(pair_finding, "score", counting)
    return times


def test_registering_costs_as_much_among_many_as_among_few(session, desk, app, scored):
    def cost() -> int:
        scored.clear()
        with counted(app) as statements, committed(session):
            make_person(session, **AMINA, vertical=desk)
        return len([text for text in statements if "FROM people" in text or "person_" in text])

    _registered(session, desk)
    few = cost()
    with committed(session):
        for index in range(4 * blocking.MOST):
            make_person(session, f"Amina Kamau {'abcdefgh'[index % 8]}{index}", dob=BORN, vertical=desk)
    many = cost()
    assert many == few <= 14
    # Of a crowd that shares every key nobody is compared; only the two who share the phone as well are.
    assert len(scored) <= 2


def test_nobody_is_compared_with_more_than_a_fixed_number_however_many_keys_bring_candidates(
    session, desk, scored, monkeypatch
):
    monkeypatch.setattr(blocking, "CANDIDATES", 20)
    crowd = ["Amina Otieno", "Njeri Wanjiru", "Farah Kamau", "Brenda Odhiambo"]  # each name shares another key
    with committed(session):
        for name in crowd * 10:
            make_person(session, name, vertical=desk)
    scored.clear()
    with committed(session):
        make_person(session, "Amina Njeri Kamau Brenda", vertical=desk)
    assert len(scored) == 20


def test_in_a_crowd_of_one_name_and_year_or_of_one_birthday_the_same_person_is_found_by_both(session, desk):
    with committed(session):
        for index in range(blocking.MOST + 10):
            day = dt.date(BORN.year, 2, 1) + dt.timedelta(days=index)
            make_person(session, "Amina Kamau", dob=day, vertical=desk)
            make_person(session, f"{chr(0x4E00 + index)}{chr(0x5E00 + index)} Otieno", dob=BORN, vertical=desk)
        session.execute(sa.delete(PersonPair))
    known = session.scalar(sa.select(Person.id).where(Person.full_name == "Amina Kamau", Person.dob == BORN))
    number = _registered(session, desk, name="Kamau Amina", phone=None)
    assert known is not None
    assert (known, number) in {(pair.low_id, pair.high_id) for pair in _pairs(session)}
