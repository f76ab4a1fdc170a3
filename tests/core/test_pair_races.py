"""People who are written at the same moment: nobody waits for ever, and in the end every pair is known."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from portal.core import audit, corrections, jobs, pair_finding, same_people
from portal.core.actors import SYSTEM
from portal.core.models import Person, PersonContact, PersonPair
from portal.core.unit import unit_of_work
from portal.core.vocabulary import PairState
from portal.extensions import db
from tests.factories import committed, make_person, make_vertical

AT_ONCE = 8
COMPARE = tuple(job for job in jobs.JOBS if job.name == "people.compare")


@pytest.fixture
def together(app, session):
    """Do each of some things in a thread and a unit of its own, all at the same moment; what they gave."""
    session.remove()

    def run(*deeds):
        gate = Barrier(len(deeds))

        def one(deed):
            with app.app_context():
                try:
                    gate.wait(20)
                    with unit_of_work(db.session, SYSTEM, intent="test.together"):
                        return deed(db.session)
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(len(deeds)) as threads:
            return list(threads.map(one, deeds, timeout=60))

    return run


def _register(session) -> int:
    return make_person(session, "Amina Quillfeather", phone="0722 000 111").id


def test_of_twins_written_at_the_same_moment_every_pair_is_found_by_the_next_run_of_the_job(session, together):
    numbers = together(*[_register] * AT_ONCE)
    list(jobs.run_due(session, all_now=True, jobs=COMPARE))
    pairs = {(pair.low_id, pair.high_id) for pair in session.scalars(sa.select(PersonPair))}
    assert pairs == {(low, high) for low in numbers for high in numbers if low < high}
    assert session.scalar(sa.select(sa.func.count(Person.id)).where(Person.compared_at.is_(None))) == 0


def test_the_job_and_those_who_write_do_not_hold_each_other_up(session, together):
    known = together(*[_register] * AT_ONCE)

    def correct(number):
        def deed(session):
            return corrections.correct(session, SYSTEM, session.get(Person, number), {"address": "12 Mill Road"}).id

        return deed

    together(*[correct(number) for number in known], pair_finding.compare_due, *[_register] * 3)
    list(jobs.run_due(session, all_now=True, jobs=COMPARE))
    pairs = list(session.scalars(sa.select(PersonPair)))
    assert len(pairs) == 11 * 10 / 2
    both = [pair for pair in pairs if {pair.low_id, pair.high_id} <= set(known)]
    assert {pair.explanation["address"]["agreement"] for pair in both} == {"same"}


def test_people_are_held_before_what_is_known_of_them_is_changed(session, together):
    with committed(session):
        number = make_person(session, "Amina Quillfeather", phone="0722 000 111").id
        contact = session.scalar(sa.select(PersonContact.id))

    def change(value):
        def deed(session):
            return corrections.change_contact(session, SYSTEM, session.get(PersonContact, contact), {"value": value}).id

        return deed

    def decide(session):
        same_people.lock(session, [number])
        return audit.append(session, SYSTEM, "test.decide", chain=f"person:{number}").seq

    deeds = [deed for index in range(AT_ONCE) for deed in (change(f"0733 000 {index:03}"), decide)]
    assert len(together(*deeds)) == 2 * AT_ONCE
    assert list(audit.verify(session)) == []


def test_a_pair_found_by_two_at_once_is_one_pair(session, together):
    with committed(session):
        make_vertical(session)
        numbers = [make_person(session, "").id for _ in range(2)]

    def name(number):
        def deed(session):
            told = {"full_name": "Amina Quillfeather", "address": "12 Mill Road"}
            return corrections.correct(session, SYSTEM, session.get(Person, number), told).id

        return deed

    together(*[name(number) for number in numbers])
    list(jobs.run_due(session, all_now=True, jobs=COMPARE))
    (pair,) = session.scalars(sa.select(PersonPair))
    assert (pair.low_id, pair.high_id, pair.state) == (*sorted(numbers), PairState.OPEN)
