"""A survivor is read as one with what was merged into it; each row still says on which case it happened."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import case_people, clock, merge_choices, merge_preview, merging, messages, notes, timeline
from portal.core.errors import Forbidden, InvalidInput
from portal.core.models import Case, CasePerson, Message, Service
from portal.core.timeline import Kind
from portal.core.vocabulary import Direction, Status
from tests.core.offices import build
from tests.factories import committed, make_household, make_person
from tests.statements import counted_in


@pytest.fixture
def office(session):
    return build(session)


@pytest.fixture
def pair(office):
    """Two cases of the desk, each with a client, a note, a message and a service, merged into the first."""
    numbers = [office.opened(Status.ACTIVE, vertical=office.desk) for _ in range(2)]
    for place, number in enumerate(numbers):
        _furnish(office, number, f"{'AB'[place]}", minutes=place)
    merge(office, *numbers)
    return numbers


def _furnish(office, number: int, letter: str, *, minutes: int) -> None:
    office.do(office.worker, lambda s: notes.write(s, office.worker, s.get(Case, number), f"note {letter}"))
    at = clock.now() - dt.timedelta(hours=1, minutes=minutes)
    with committed(office.session) as session:
        person = make_person(session, f"Client {letter}")
        session.add(CasePerson(case_id=number, person_id=person.id, role="client", position=0))
        session.add(Service(case_id=number, label=f"service {letter}"))
        more = {"direction": Direction.INBOUND, "sent_at": at, "delivery": "received", "kind": "sms"}
        session.add(Message(case_id=number, text=f"message {letter}", sender={"name": f"Client {letter}"}, **more))


def merge(office, target: int, *sources: int, actor=None) -> None:
    actor = actor or office.supervisor

    def work(session):
        named = [session.get(Case, number) for number in sources]
        return merging.merge(session, actor, session.get(Case, target), named, reason_code="DUPLICATE_RECORD")

    office.do(actor, work)


def group(office, number: int, actor=None) -> list[int]:
    return merging.group(office.session, actor or office.worker, office.case(number))


def test_the_timeline_of_a_survivor_is_that_of_all_and_each_entry_says_where_it_happened(office, pair):
    target, source = pair
    page = timeline.page(office.session, office.worker, office.case(target), group=group(office, target))
    said = {entry.text: entry.case_id for entry in page.entries if entry.kind in timeline.THREAD}
    assert said == {"note A": target, "message A": target, "note B": source, "message B": source}
    order = [entry.cursor for entry in page.entries]
    assert order == sorted(order, key=lambda one: (one.at, one.kind, one.id), reverse=True)
    steps = [entry.case_id for entry in page.entries if entry.kind is Kind.STATUS]
    assert set(steps) == {target, source}


def test_pages_of_the_union_leave_nothing_out_and_repeat_nothing(office, pair):
    target, _source = pair
    case, numbers = office.case(target), group(office, target)
    whole = timeline.page(office.session, office.worker, case, group=numbers).entries
    found, before = [], None
    while True:
        part = timeline.page(office.session, office.worker, case, group=numbers, limit=3, before=before)
        found += part.entries
        before = part.older
        if before is None:
            break
    assert [entry.cursor for entry in found] == [entry.cursor for entry in whole]


def test_the_merged_case_itself_still_tells_only_its_own(office, pair):
    target, source = pair
    assert group(office, source) == [source]
    page = timeline.page(office.session, office.worker, office.case(source), group=group(office, source))
    assert {entry.case_id for entry in page.entries} == {source}
    alone = timeline.page(office.session, office.worker, office.case(target))
    assert {entry.case_id for entry in alone.entries} == {target}


def test_people_and_services_of_both_stand_on_the_survivor_its_own_first(office, pair):
    target, source = pair
    parts = case_people.of_case(office.session, office.case(target), group=group(office, target))
    assert [(part.person.display_name, part.case_id) for part in parts] == [("Client A", target), ("Client B", source)]
    found = case_people.services(office.session, office.case(target), group=group(office, target))
    assert [(service.label, service.case_id) for service in found] == [("service A", target), ("service B", source)]
    assert [part.case_id for part in case_people.of_case(office.session, office.case(target))] == [target]


def test_a_person_of_a_merged_case_can_be_written_to_on_the_survivor(office, pair):
    target, _source = pair
    parts = case_people.of_case(office.session, office.case(target), group=group(office, target))
    other = parts[1].person_id

    def write(session):
        return messages.write(session, office.worker, session.get(Case, target), "Good day", to=office.person(other))

    assert office.session.get(Message, office.do(office.worker, write)).case_id == target
    with committed(office.session):
        other = make_person(office.session, "Client C").id
    with pytest.raises(InvalidInput):
        office.do(office.worker, write)


def test_what_a_reader_may_not_see_is_no_part_of_their_union(office):
    office.consent(office.health)
    numbers = [office.opened(Status.ACTIVE, vertical=of) for of in (office.desk, office.health)]
    _furnish(office, numbers[0], "A", minutes=0)
    with committed(office.session) as session:
        hidden = make_person(session, "Client Hidden").id
        session.add(CasePerson(case_id=numbers[1], person_id=hidden, role="client", position=0))
    merge(office, *numbers, actor=office.administrator)
    assert group(office, numbers[0]) == [numbers[0]]
    assert merging.members(office.session, office.worker, office.case(numbers[0])) == {}
    everything = merging.members(office.session, office.administrator, office.case(numbers[0]))
    assert everything == {numbers[1]: office.case(numbers[1]).reference}
    with pytest.raises(InvalidInput):
        office.do(
            office.worker,
            lambda s: messages.write(s, office.worker, s.get(Case, numbers[0]), "Hello", to=office.person(hidden)),
        )


def test_whether_a_case_holds_others_comes_with_the_case(office, pair):
    target, source = pair
    wanted = sa.orm.undefer(Case.holds_others)
    found = {case.id: case.holds_others for case in office.session.scalars(sa.select(Case).options(wanted))}
    assert found == {target: True, source: False}
    office.do(office.supervisor, lambda s: merging.unmerge(s, office.supervisor, s.get(Case, source)))
    office.session.expire_all()
    assert not office.session.scalars(sa.select(Case).where(Case.id == target).options(wanted)).one().holds_others


def test_the_preview_counts_every_kind_of_child_in_one_statement(office, pair):
    target, source = pair
    with counted_in(office.session) as statements:
        kinds = merge_preview.rows(office.session, [target], [source])
    assert len(statements) == 1
    shown = {kind.name: (kind.of_target, kind.of_sources) for kind in kinds}
    assert {name: shown[name] for name in ("notes", "messages", "case_people", "services")} == dict.fromkeys(
        ("notes", "messages", "case_people", "services"), (1, 1)
    )


def test_every_table_that_belongs_to_cases_is_counted_or_said_not_to_be_content():
    named = {table.name for table, _column in merge_preview.children()} | merge_preview.NOT_CONTENT
    belongs = {
        table.name
        for table in Case.metadata.sorted_tables
        if any(key.column.table.name == "cases" for key in table.foreign_keys)
    }
    assert belongs <= named


def test_the_preview_says_what_would_be_refused_to_this_reader_and_which_conflicts_it_settles(office):
    office.consent()
    target, source = office.opened(Status.ACTIVE), office.opened(Status.VERIFIED)

    def shown(actor, *sources):
        return merge_preview.preview(office.session, actor, office.case(target), [office.case(n) for n in sources])

    assert isinstance(shown(office.worker, source).refusal, Forbidden)
    assert isinstance(shown(office.supervisor, target).refusal, InvalidInput)
    found = shown(office.supervisor, source)  # that they support the same was found when the second was opened
    assert (found.refusal, found.settled) == (None, 1)
    elsewhere = office.opened(Status.ACTIVE, vertical=office.desk)
    assert shown(office.supervisor, elsewhere).settled == 0


def test_cases_of_the_same_people_and_the_one_named_are_what_can_be_chosen(office):
    first, second = (office.opened(Status.ACTIVE, vertical=office.desk) for _ in range(2))
    with committed(office.session) as session:
        other = make_person(session, "Omar Testperson").id
    third = office.opened(Status.ACTIVE, vertical=office.desk, subject=other)

    def chosen(choice, *more, actor=office.worker):
        return [case.id for case in choice(office.session, actor, office.case(first), *more)]

    assert chosen(merge_choices.suggested) == [second]
    assert chosen(merge_choices.suggested, actor=office.stranger) == []
    with committed(office.session) as session:
        session.add(CasePerson(case_id=first, person_id=other, role="client"))
        household = make_household(session, office.person()).id
        session.get(Case, second).subject_person_id = None
        session.get(Case, second).subject_household_id = household
    assert chosen(merge_choices.suggested) == [third]
    reference = office.case(third).reference
    assert chosen(merge_choices.found, f" {reference.lower()} ") == chosen(merge_choices.found, str(third)) == [third]
    assert chosen(merge_choices.found, reference, actor=office.stranger) == []
    assert chosen(merge_choices.found, office.case(first).reference) == []  # not itself
