"""Two records of one person become one as a pointer: an office, and joining records and taking them apart in it."""

import pytest

from portal.core import person_merging
from portal.core.models import Person
from tests.core.offices import build
from tests.factories import committed, make_person


@pytest.fixture
def office(session):
    made = build(session)
    made.consent()
    return made


@pytest.fixture
def other(office) -> int:
    """A second record of the subject."""
    with committed(office.session):
        return make_person(
            office.session,
            "Amina Testpersson",
            verified=True,
            vertical=office.vertical(office.care),
            phone="+254711222333",
            national_id="AB1234567",
            external_id="X-9",
        ).id


def merge(office, keep, joins, actor=None, reason="The same phone and name"):
    actor = actor or office.worker
    return office.do(
        actor, lambda s: person_merging.merge(s, actor, office.person(keep), office.person(joins), reason=reason)
    )


def unmerge(office, joined, actor=None, **more):
    actor = actor or office.worker
    more = {"reason": "They are sisters", **more}
    return office.do(actor, lambda s: person_merging.unmerge(s, actor, office.person(joined), **more))


def roots(office, *numbers) -> list[int | None]:
    office.session.rollback()
    return [office.session.get(Person, number, populate_existing=True).root_id for number in numbers]


def named(office, name: str = "Omar Testperson", **told) -> int:
    with committed(office.session):
        return make_person(office.session, name, vertical=office.vertical(office.care), **told).id
