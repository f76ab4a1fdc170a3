"""Splitting: new drafts take what is named with them, everything else stays, and nothing is there twice."""

import uuid

import pytest
import sqlalchemy as sa

from portal.core import assignments, audit, cases, clock, indexing, messages, notes, splitting
from portal.core.errors import ConsentRequired, Forbidden, InvalidInput, ReadOnly, StaleVersion
from portal.core.models import (
    Assignment,
    Attachment,
    Case,
    CasePerson,
    CaseSplit,
    HouseholdMember,
    Message,
    Note,
    SearchText,
    Service,
    User,
)
from portal.core.splitting import Part
from portal.core.vocabulary import Status
from tests.core.offices import build
from tests.factories import committed, make_case, make_household, make_person, make_program


@pytest.fixture
def office(session):
    made = build(session)
    made.consent()
    return made


@pytest.fixture
def number(office):
    made = office.opened(Status.ACTIVE)
    for text in ("first", "second", "third"):
        office.do(office.worker, lambda s, t=text: notes.write(s, office.worker, s.get(Case, made), t))
        office.do(office.worker, lambda s, t=text: messages.write(s, office.worker, s.get(Case, made), t))
    return made


def split(office, number, *parts, actor=None, **more):
    actor = actor or office.supervisor
    more = {"reason_code": "DIFFERENT_NEEDS", **more}
    return office.do(
        actor,
        lambda s: [c.id for c in splitting.split(s, actor, cases.find(s, actor, number), parts, **more)],
    )


def test_what_is_named_moves_and_the_rest_stays(office, number):
    note = office.session.scalars(sa.select(Note).where(Note.text == "second")).one()
    message = office.session.scalars(sa.select(Message).where(Message.text == "third")).one()
    total = [office.session.query(model).count() for model in (Note, Message)]
    new, plain = split(office, number, Part(note_ids=[note.uuid], message_ids=[message.uuid], summary="Apart"), Part())
    assert [n.text for n in notes.of_case(office.session, [new], limit=9)] == ["second"]
    assert [m.text for m in messages.of_case(office.session, [new], limit=9)] == ["third"]
    assert [n.text for n in notes.of_case(office.session, [number], limit=9)] == ["third", "first"]
    assert notes.of_case(office.session, [plain], limit=9) == []
    assert [office.session.query(model).count() for model in (Note, Message)] == total
    assert [office.case(n).lifecycle_status for n in (number, new, plain)] == [
        Status.ACTIVE,
        Status.DRAFT,
        Status.DRAFT,
    ]
    assert office.case(new).summary == "Apart"
    assert office.case(new).subject_person_id == office.subject
    edges = office.session.scalars(sa.select(CaseSplit).order_by(CaseSplit.id)).all()
    assert [(e.source_id, e.new_case_id, e.reason_code) for e in edges] == [
        (number, new, "DIFFERENT_NEEDS"),
        (number, plain, "DIFFERENT_NEEDS"),
    ]
    assert list(audit.verify(office.session)) == []


def test_new_cases_are_drafts_where_no_consent_is_asked_for_too(office):
    number = office.opened(Status.ACTIVE, vertical=office.desk)
    assert [office.case(n).lifecycle_status for n in split(office, number, Part())] == [Status.DRAFT]


def test_what_is_not_of_this_case_or_named_twice_is_refused_as_a_whole(office, number):
    with committed(office.session):
        elsewhere = make_case(office.session, office.vertical(office.care)).id
    made = office.do(office.worker, lambda s: notes.write(s, office.worker, s.get(Case, elsewhere), "not of this case"))
    foreign, mine = office.session.get(Note, made).uuid, office.session.scalars(sa.select(Note)).first().uuid
    for parts in (
        [Part(note_ids=[foreign])],
        [Part(note_ids=[uuid.uuid4()])],
        [Part(note_ids=[mine]), Part(note_ids=[mine])],
        [],
        [Part()] * 11,
    ):
        with pytest.raises(InvalidInput):
            split(office, number, *parts)
    assert office.session.query(CaseSplit).count() == 0
    assert office.session.query(Case).count() == 2


def test_each_new_case_passes_the_guards_of_opening(office, number):
    with pytest.raises(Forbidden):
        split(office, number, Part(vertical=office.vertical(office.health)))
    with pytest.raises(ConsentRequired):
        split(office, number, Part(vertical=office.vertical(office.health)), actor=office.administrator)
    office.consent(office.health)
    (new,) = split(office, number, Part(vertical=office.vertical(office.health)), actor=office.administrator)
    assert office.case(new).primary_vertical_id == office.health


def test_a_programme_belongs_to_the_vertical(office, number):
    with committed(office.session):
        right = make_program(office.session, office.vertical(office.care)).id
        wrong = make_program(office.session, office.vertical(office.desk)).id
    get = lambda n: office.session.get(splitting.Program, n)  # noqa: E731 - a name for one look-up
    with pytest.raises(InvalidInput):
        split(office, number, Part(program=get(wrong)))
    (new,) = split(office, number, Part(program=get(right)))
    assert office.case(new).program_id == right


def test_a_part_of_a_households_case_may_support_one_member(office):
    with committed(office.session):
        member, stranger = (make_person(office.session, name, verified=True) for name in ("Omar One", "Sana Two"))
        household = make_household(office.session, office.person(), verified=True)
        office.session.add(
            HouseholdMember(household_id=household.id, person_id=member.id, effective_from=clock.today())
        )
        number = make_case(office.session, office.vertical(office.care), subject=household, status=Status.ACTIVE).id
        member, stranger = member.id, stranger.id
    office.consent(person=member)
    with pytest.raises(InvalidInput):
        split(office, number, Part(subject=office.person(stranger)))
    (new,) = split(office, number, Part(subject=office.person(member)), reason_code="DIFFERENT_SUBJECTS")
    assert office.case(new).subject_person_id == member


def test_whoever_goes_along_owns_the_new_case(office, number):
    def give(s):
        to = next(u for u in cases.assignable_users(s, office.care) if u.id == office.worker.user_id)
        return assignments.give(s, office.supervisor, s.get(Case, number), to)

    made = office.session.get(Assignment, office.do(office.supervisor, give))
    (new,) = split(office, number, Part(assignment_ids=[made.uuid]))
    assert (office.case(new).owner_id, office.case(number).owner_id) == (office.worker.user_id, None)


def test_who_may_not_a_locked_case_a_stale_form_and_a_missing_reason(office, number):
    with pytest.raises(Forbidden):
        split(office, number, Part(), actor=office.worker)
    with pytest.raises(StaleVersion):
        split(office, number, Part(), version=office.case(number).version_id - 1)
    for wrong in ({"reason_code": None}, {"reason_code": "NO"}, {"reason_code": "OTHER"}):
        with pytest.raises(InvalidInput):
            split(office, number, Part(), **wrong)
    with pytest.raises(ReadOnly):
        split(office, office.opened(Status.CLOSED), Part())


def searched(session) -> list[tuple]:
    """What search knows, row by row."""
    session.rollback()
    query = sa.select(SearchText.kind, SearchText.source_id, SearchText.case_id, SearchText.words, SearchText.scope)
    return sorted(map(tuple, session.execute(query)))


def test_search_knows_where_everything_went_the_files_of_messages_too(office, number):
    with committed(office.session) as session:
        message = session.scalars(sa.select(Message).where(Message.text == "second")).one()
        stored = {"content_type": "text/plain", "state": "stored", "checksum": "0" * 64}
        session.add(Attachment(case_id=number, message_id=message.id, file_name="secret photo", **stored))
        given = assignments.add(
            session,
            office.supervisor,
            cases.find(session, office.supervisor, number),
            session.get(User, office.worker.user_id),
            effective_from=clock.now(),
        )
        session.flush()
        message, given = message.uuid, given.uuid
    office.session.expunge_all()
    (new,) = split(office, number, Part(message_ids=[message], assignment_ids=[given]))
    assert office.session.scalars(sa.select(SearchText.case_id).where(SearchText.kind == "attachment")).one() == new
    kept = searched(office.session)
    with committed(office.session) as session:
        assert indexing.rebuild_after(session, 0)[1] == 2
    assert kept == searched(office.session)


def test_people_and_services_move_and_whoever_is_there_for_another_goes_with_them(office, number):
    with committed(office.session) as session:
        rows = [
            CasePerson(case_id=number, person_id=make_person(session, name).id, role=role)
            for name, role in (("Ana Client", "client"), ("Ben Client", "client"), ("Uncle", "perpetrator"))
        ]
        service = Service(case_id=number, label="School")
        session.add_all([*rows, service])
        session.flush()
        rows[2].concerning_id = rows[1].id
        (stays, goes, uncle), service = [row.id for row in rows], service.uuid
    for parts in ([Part(people=[goes])], [Part(people=[uncle])], [Part(people=[goes]), Part(people=[uncle])]):
        with pytest.raises(InvalidInput):
            split(office, number, *parts)
    with pytest.raises(InvalidInput):
        split(office, number, Part(people=[stays]), Part(people=[stays]))
    (new,) = split(office, number, Part(people=[goes, uncle], service_ids=[service]))
    found = {row.id: row.case_id for row in office.session.query(CasePerson)}
    assert found == {stays: number, goes: new, uncle: new}
    assert office.session.query(Service).one().case_id == new
