"""The case file: what is chosen is in it and nothing else, who took it out is written down, and it costs the same."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import case_file, clock, merging, messages, notes
from portal.core.case_file import USUAL, Part
from portal.core.errors import ConsentRequired, Forbidden, InvalidInput, NotFound
from portal.core.models import AuditEvent, AuditValue, Case, CasePerson, Message, Service
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Direction, Status
from tests.core.offices import build
from tests.factories import committed, make_person
from tests.statements import counted_in


@pytest.fixture
def office(session):
    return build(session)


@pytest.fixture
def number(office) -> int:
    """A case of the desk with a client, a message, a note and a service."""
    number = office.opened(Status.ACTIVE, vertical=office.desk)
    furnish(office, number, "A")
    return number


def furnish(office, number: int, letter: str) -> None:
    def work(session):
        case = session.get(Case, number)
        notes.write(session, office.worker, case, f"note {letter}")
        messages.write(session, office.worker, case, f"message {letter}")
        person = make_person(session, f"Client {letter}", national_id_type="passport", national_id=f"ZZ{letter}123")
        session.add(CasePerson(case_id=number, person_id=person.id, role="client", position=0))
        session.add(Service(case_id=number, label=f"service {letter}"))

    office.do(office.worker, work)


def made(office, number: int, parts=frozenset(Part), *, actor=None, reason="COURT", text=None) -> case_file.CaseFile:
    """A case file, made in a unit of its own."""
    actor = actor or office.worker
    with unit_of_work(office.session, actor, intent="case.export") as session:
        case = case_file.find(session, actor, number)
        return case_file.export(session, actor, case, parts, reason_code=reason, text=text)


def events(office, outcome: str = "done") -> list[AuditEvent]:
    wanted = AuditEvent.action == "case.export", AuditEvent.outcome == outcome
    return list(office.session.scalars(sa.select(AuditEvent).where(*wanted).order_by(AuditEvent.id)))


HELD = {
    Part.PEOPLE: "people",
    Part.MESSAGES: "messages",
    Part.NOTES: "notes",
    Part.STATES: "states",
    Part.SERVICES: "services",
}


@pytest.mark.parametrize("part", HELD)
def test_a_part_is_in_it_when_it_is_chosen_and_only_then(office, number, part):
    alone = made(office, number, {part})
    filled = {name for name in (*HELD.values(), "files", "consents") if getattr(alone, name)}
    assert filled == {HELD[part]}
    without = made(office, number, set(Part) - {part, Part.IDENTITY_NUMBERS})  # numbers come with whose they are
    assert getattr(without, HELD[part]) == []


def test_notes_and_identity_numbers_are_not_usual(office):
    assert set(Part) - USUAL == {Part.NOTES, Part.IDENTITY_NUMBERS}


def test_who_took_what_out_and_why_is_written_down_in_the_chain_of_the_case(office, number):
    made(office, number, {Part.STATES, Part.STORY}, reason="OTHER", text="Her lawyer asks.")
    event = events(office)[-1]
    assert (event.case_id, event.chain_key, event.actor_id) == (number, f"case:{number}", office.worker.user_id)
    told = {name: event.details[name] for name in ("parts", "form", "reason_code", "with")}
    assert told == {"parts": ["states", "story"], "form": "pdf", "reason_code": "OTHER", "with": []}
    kept = office.session.scalars(sa.select(AuditValue).where(AuditValue.event_id == event.id)).one()
    assert (kept.field, kept.after) == ("reason", "Her lawyer asks.")


@pytest.mark.parametrize(
    ("parts", "reason", "target"),
    [({Part.STORY}, None, "reason_code"), ({Part.STORY}, "OTHER", "reason_text"), (set(), "COURT", "parts")],
)
def test_without_a_reason_or_a_part_there_is_no_file(office, number, parts, reason, target):
    with pytest.raises(InvalidInput) as refused:
        made(office, number, parts, reason=reason)
    assert refused.value.target == target
    assert events(office) == []


def test_an_auditor_makes_none_and_that_is_written_down(office, number):
    with pytest.raises(Forbidden):
        made(office, number, actor=office.auditor)
    assert [event.actor_id for event in events(office, "refused")] == [office.auditor.user_id]


def test_of_a_case_that_is_not_seen_there_is_none(office, number):
    with pytest.raises(NotFound):
        made(office, number, actor=office.stranger)


def test_once_consent_was_withdrawn_there_is_none(office):
    consent = office.consent()
    number = office.opened(Status.ACTIVE)
    assert [one.id for one in made(office, number).consents] == [consent]
    office.withdraw(consent)
    with pytest.raises(ConsentRequired):
        made(office, number)
    assert len(events(office)) == 1
    assert len(events(office, "refused")) == 1


def test_what_was_merged_is_in_it_and_says_so(office, number):
    other = office.opened(Status.ACTIVE, vertical=office.desk)
    furnish(office, other, "B")

    def merge(session):
        target, source = session.get(Case, number), session.get(Case, other)
        merging.merge(session, office.supervisor, target, [source], reason_code="DUPLICATE_RECORD")

    office.do(office.supervisor, merge)
    whole = made(office, number)
    assert [note.text for note in whole.notes] == ["note A", "note B"]
    assert {service.case_id for service in whole.services} == {number, other}
    assert {part.person.display_name for part in whole.people} >= {"Client A", "Client B"}
    assert list(whole.joined) == [other]
    assert events(office)[-1].details["with"] == [other]


def fill(office, number: int, count: int, text: str = "Hello. ") -> None:
    start = clock.now() - dt.timedelta(days=40)
    with committed(office.session) as session:
        said = {"direction": Direction.INBOUND, "delivery": "received", "kind": "sms", "sender": {"name": "Amina"}}
        session.add_all(
            Message(case_id=number, text=f"{text}{n}", sent_at=start + dt.timedelta(minutes=n), **said)
            for n in range(count)
        )


def cost(office, number: int) -> int:
    with counted_in(office.session) as statements:
        made(office, number)
    return len([text for text in statements if text.lstrip().upper().startswith("SELECT")])


def test_five_hundred_messages_cost_the_statements_of_one(office, number):
    few = cost(office, number)
    fill(office, number, 500)
    assert cost(office, number) == few <= 24


def test_the_newest_are_kept_where_there_are_too_many(office, number, monkeypatch):
    fill(office, number, 9)
    monkeypatch.setattr(case_file, "MOST_ENTRIES", 4)
    whole = made(office, number)
    assert [entry.text for entry in whole.messages] == ["Hello. 6", "Hello. 7", "Hello. 8", "message A"]
    assert whole.shortened == {Part.MESSAGES}


def test_the_newest_are_kept_where_they_are_too_long(office, number, monkeypatch):
    fill(office, number, 9)
    monkeypatch.setattr(case_file, "MOST_CHARACTERS", 26)
    whole = made(office, number)
    assert [entry.text for entry in whole.messages] == ["Hello. 7", "Hello. 8", "message A"]
    assert whole.shortened == {Part.MESSAGES}


def test_lines_count_beside_letters(office, number, monkeypatch):
    fill(office, number, 2, "a\nb\n")
    monkeypatch.setattr(case_file, "MOST_CHARACTERS", 9 + 5 + 2 * case_file.A_LINE)
    assert [entry.text for entry in made(office, number).messages] == ["a\nb\n1", "message A"]
