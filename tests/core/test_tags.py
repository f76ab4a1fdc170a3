"""Tags: one text each in the office, changed by whoever made them."""

import pytest

from portal.core import cases, tags
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound, ReadOnly
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role, Status
from tests.factories import actor_of, committed, make_case, make_user, make_vertical


@pytest.fixture
def office(session):
    with committed(session):
        vertical = make_vertical(session)
        actor = actor_of(session, make_user(session, Role.CASEWORKER, vertical))
        number = make_case(session, vertical).id
        mine = tags.create(session, actor, "Housing").id
        other = tags.create(session, actor, "100% urgent").id
    return vertical, actor, number, mine, other


def test_a_text_is_taken_whatever_its_case(session, office):
    _, actor, _, mine, other = office
    with pytest.raises(AlreadyDone), unit_of_work(session, actor, intent="tag.create"):
        tags.create(session, actor, " housing ")
    with pytest.raises(AlreadyDone), unit_of_work(session, actor, intent="tag.rename"):
        tags.rename(session, actor, tags.find(session, other), "HOUSING")
    assert [tag.text for tag in tags.search(session, limit=10)[0]] == ["100% urgent", "Housing"]
    assert tags.find(session, mine).text == "Housing"


@pytest.mark.parametrize("text", ["", "  ", "x" * 256])
def test_a_tag_needs_a_text_of_readable_length(session, office, text):
    _, actor, *_ = office
    with pytest.raises(InvalidInput), unit_of_work(session, actor, intent="tag.create"):
        tags.create(session, actor, text)
    assert tags.search(session, limit=10)[1] == 2


def test_searching_takes_no_character_as_a_wildcard(session, office):
    *_, other = office
    assert ([tag.id for tag in tags.search(session, "0% U", limit=5)[0]], tags.search(session, "_", limit=5)[1]) == (
        [other],
        0,
    )


def test_a_tag_is_put_on_once_and_taken_off_once(session, office):
    _, actor, number, mine, other = office
    for _ in range(2):
        with unit_of_work(session, actor, intent="case.tag"):
            case = cases.find(session, actor, number, lock=True)
            tags.put_on(session, actor, case, tags.find(session, other))
            tags.put_on(session, actor, case, tags.find(session, mine))
    assert tags.of_cases(session, [number]) == {number: sorted((mine, other))}
    with unit_of_work(session, actor, intent="case.untag"):
        tags.take_off(session, actor, cases.find(session, actor, number, lock=True), tags.find(session, mine))
    with pytest.raises(NotFound), unit_of_work(session, actor, intent="case.untag"):
        tags.take_off(session, actor, cases.find(session, actor, number, lock=True), tags.find(session, mine))
    assert tags.of_cases(session, [number]) == {number: [other]}


def test_only_its_maker_or_an_administrator_takes_a_tag_from_the_office(session, office):
    vertical, actor, number, mine, _ = office
    with committed(session):
        colleague = actor_of(session, make_user(session, Role.SUPERVISOR, vertical))
        administrator = actor_of(session, make_user(session, Role.ADMINISTRATOR))
        tags.put_on(session, actor, cases.find(session, actor, number), tags.find(session, mine))
    with pytest.raises(Forbidden), unit_of_work(session, colleague, intent="tag.remove"):
        tags.remove(session, colleague, tags.find(session, mine))
    with unit_of_work(session, administrator, intent="tag.remove"):
        tags.remove(session, administrator, tags.find(session, mine))
    assert tags.of_cases(session, [number]) == {}


def test_a_closed_case_keeps_its_tags(session, office):
    vertical, actor, _, mine, _ = office
    with committed(session):
        closed = make_case(session, vertical, status=Status.CLOSED).id
    with pytest.raises(ReadOnly), unit_of_work(session, actor, intent="case.tag"):
        tags.put_on(session, actor, cases.find(session, actor, closed, lock=True), tags.find(session, mine))
    assert tags.of_cases(session, [closed]) == {}
