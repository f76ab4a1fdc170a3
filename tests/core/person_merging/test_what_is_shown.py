"""What a reader is shown of joined records, before and after."""

import pytest

from portal.core import clock, directory, people, person_comparison, same_people
from portal.core.errors import NotFound
from portal.core.models import Person
from portal.core.vocabulary import Status
from tests.core.person_merging.conftest import merge, unmerge
from tests.factories import committed, make_consent, make_person


def test_the_preview_counts_what_the_reader_sees_and_says_what_to_think_about(office, other):
    office.consent(person=other)
    office.withdraw(office.consent(office.health, person=other))
    for number in (office.subject, other):
        office.opened(Status.ACTIVE, subject=number)
    shown = person_comparison.preview(office.session, office.worker, office.person(), office.person(other))
    kinds = {kind.name: (kind.of_leading, kind.of_joining) for kind in shown.kinds}
    assert kinds == {"cases": (1, 1), "consents": (1, 2), "identifiers": (0, 1), "ways_to_reach": (0, 1)}
    assert shown.refusal is None
    assert [words for words in ("withdrawn", "double support") if any(words in one for one in shown.warnings)] == [
        "withdrawn",
        "double support",
    ]
    merge(office, office.subject, other)
    shown = person_comparison.preview(office.session, office.worker, office.person(), office.person(other))
    assert shown.refusal.details["why"] == "together"


def test_the_preview_tells_nothing_of_services_that_the_reader_does_not_belong_to(office, other):
    with committed(office.session) as session:
        make_consent(session, session.get(Person, other), office.vertical(office.health), withdrawn_at=clock.now())
    shown = person_comparison.preview(office.session, office.worker, office.person(), office.person(other))
    assert {kind.name: kind.of_joining for kind in shown.kinds} == {"consents": 0, "identifiers": 1, "ways_to_reach": 1}
    assert not [words for words in shown.warnings if "withdrawn" in words]


def test_lists_show_one_person_with_everything_of_both_records(office, other):
    merge(office, office.subject, other)
    cases = [office.opened(Status.ACTIVE), office.opened(Status.ACTIVE, subject=other)]
    parts = directory.cases_of(office.session, office.worker, office.person())
    assert sorted(part.case.id for part in parts) == cases
    (hit,) = people.search(office.session, office.worker, "711 222 333")
    assert (hit.person.id, hit.matched) == (office.subject, ("phone",))
    (hit,) = people.search(office.session, office.worker, "amina")
    assert (hit.person.id, [record.id for record in hit.also]) == (office.subject, [other])


def test_a_record_out_of_sight_leads_nobody_and_is_not_named(office):
    with committed(office.session) as session:
        mine = make_person(session, "Omar Inhere", vertical=office.vertical(office.care)).id
        hidden = make_person(session, "Omar Outthere", vertical=office.vertical(office.health)).id
    admin = office.administrator
    merge(office, hidden, mine, actor=admin)
    (hit,) = people.search(office.session, office.worker, "omar")
    assert (hit.person.id, hit.also) == (mine, ())
    assert same_people.known_as(office.session, office.worker, [office.person(mine)]) == {mine: []}
    with pytest.raises(NotFound):
        unmerge(office, mine)
