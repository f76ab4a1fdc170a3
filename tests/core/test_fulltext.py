"""Words are found in everything that was told and written, at once, and only by those who may see it."""

import pytest
import sqlalchemy as sa

from portal.core import attachments, cases, fulltext, indexing, merging, messages, notes, participants, splitting
from portal.core.models import Attachment, Note, SearchText, User, Vertical
from portal.core.splitting import Part
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_case, make_participant, make_user, make_vertical


@pytest.fixture
def office(session) -> dict[str, int]:
    """A case with a note, a message and a file; a worker here, one elsewhere."""
    with committed(session):
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSE")
        worker, stranger = make_user(session, Role.CASEWORKER, here), make_user(session, Role.SUPERVISOR, elsewhere)
        told = {"summary": "Missed school", "narrative": "She waits at the Große Brücke, café side.", "plan": ""}
        case = make_case(session, here, owner=worker, **told)
        other = make_case(session, elsewhere, narrative="The bridge is closed.")
        return {
            "worker": worker.id,
            "stranger": stranger.id,
            "case": case.id,
            "other": other.id,
            "here": here.id,
            "elsewhere": elsewhere.id,
        }


@pytest.fixture
def actor(session, office):
    return lambda name: actor_of(session, session.get(User, office[name]))


@pytest.fixture
def found(session, actor):
    """``found(text, who)``: the kinds of texts and their cases, newest first."""

    def look(text: str, who: str = "worker", **more) -> list[tuple[str, int]]:
        asked = fulltext.question(text)
        hits = fulltext.find(session, actor(who), asked, **more).hits if asked else []
        return [(hit.kind, hit.case_id) for hit in hits]

    return look


@pytest.fixture
def do(session, actor, office):
    """``do(work)``: one unit of the worker's on the case."""

    def act(work, who: str = "worker"):
        with unit_of_work(session, actor(who), intent="test"):
            return work(session, actor(who), cases.find(session, actor(who), office["case"], lock=True))

    return act


def rows(session) -> set[tuple]:
    """What the index holds, its own numbers apart."""
    table = SearchText.__table__
    query = sa.select(table.c.case_id, table.c.kind, table.c.source_id, table.c.words, table.c.scope)
    return {tuple(row) for row in session.execute(query)}


@pytest.mark.parametrize(
    "text",
    ["school", "SCHOOL missed", "grosse brucke", "Große Brücke", "CAFE", "bru", '"große brücke"', "brücke school"],
)
def test_words_are_found_in_any_order_and_spelling(found, office, text):
    assert found(text) == [("case", office["case"])]


@pytest.mark.parametrize("text", ['"brücke große"', "school absent", "ool", '"school missed"'])
def test_what_does_not_stand_there_is_not_found(found, text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    ["", " ", "*", '"', '""', "a", "NEAR(", 'elm" OR 1=1 --', "words:school*", "AND", "\x00", "%_", "(((", "a & b | !"],
)
def test_no_text_is_too_strange(found, text):
    assert all(kind == "case" for kind, _ in found(text))


def test_notes_messages_and_names_of_files_are_found_as_soon_as_they_are_written(session, found, do, office):
    do(lambda s, a, case: notes.write(s, a, case, "The landlady knows of the kitten."))
    do(lambda s, a, case: messages.write(s, a, case, "Please bring the kitten's papers."))
    file = attachments.Brought("kitten-passport.pdf", "0" * 64, 100, "application/pdf")
    do(lambda s, a, case: attachments.add(s, a, file, case=case))
    assert [kind for kind, _ in found("kitten")] == ["attachment", "message", "note"]
    assert [kind for kind, _ in found("kitten", kinds=("note",))] == ["note"]


def test_what_is_rewritten_is_found_by_the_new_words_alone(session, found, do, office):
    do(lambda s, a, case: cases.update(s, a, case, {"narrative": "She waits at the harbour."}))
    assert found("harbour") == [("case", office["case"])]
    assert found("brucke") == []


def test_a_note_that_was_taken_back_is_not_found(session, found, do):
    do(lambda s, a, case: notes.write(s, a, case, "Written in error: kitten."))
    note = session.scalars(sa.select(Note)).one()
    do(lambda s, a, _case: notes.take_back(s, a, s.get(Note, note.id)))
    assert found("kitten") == []


def test_a_refused_change_leaves_no_word(session, found, actor, office):
    class Refusal(Exception):
        pass

    with pytest.raises(Refusal), unit_of_work(session, actor("worker"), intent="test"):
        case = cases.find(session, actor("worker"), office["case"], lock=True)
        notes.write(session, actor("worker"), case, "kitten")
        session.flush()
        raise Refusal
    assert found("kitten") == []


def test_nobody_finds_what_they_may_not_see(found, office):
    assert found("school", "stranger") == []
    assert found("bridge") == []
    assert found("bridge", "stranger") == [("case", office["other"])]


def test_whoever_comes_to_see_a_case_finds_it_and_no_longer_when_that_ends(session, found, office):
    with committed(session):
        case = session.get(cases.Case, office["case"])
        part = make_participant(session, case, session.get(Vertical, office["elsewhere"]), opted_in=False)
    assert found("school", "stranger") == []
    with committed(session):
        session.get(type(part), part.id).status = "opted_in"
    assert found("school", "stranger") == [("case", office["case"])]
    with committed(session):
        case, part = session.get(cases.Case, office["case"]), session.get(type(part), part.id)
        worker = actor_of(session, session.get(User, office["worker"]))
        participants.end(session, worker, case, part, "OTHER", "They are done.")
    assert found("school", "stranger") == []


def test_an_owner_elsewhere_finds_the_case(session, found, office):
    with committed(session):
        session.get(cases.Case, office["case"]).owner_id = office["stranger"]
    assert found("school", "stranger") == [("case", office["case"])]


def test_what_goes_to_another_case_is_found_there(session, found, do, office):
    do(lambda s, a, case: notes.write(s, a, case, "About the kitten."))
    note = session.scalars(sa.select(Note)).one()
    with committed(session):
        supervisor = make_user(session, Role.SUPERVISOR, session.get(Vertical, office["here"]))
    boss = actor_of(session, supervisor)
    with unit_of_work(session, boss, intent="test"):
        case = cases.find(session, boss, office["case"], lock=True)
        splitting.split(session, boss, case, [Part(note_ids=[note.uuid])], reason_code="DIFFERENT_NEEDS")
    [(kind, number)] = found("kitten")
    assert kind == "note" and number != office["case"]


def test_the_index_is_what_building_it_anew_makes(session, do, office, actor):
    do(lambda s, a, case: notes.write(s, a, case, "About the kitten."))
    do(lambda s, a, case: messages.write(s, a, case, "Bring papers."))
    do(lambda s, a, case: cases.update(s, a, case, {"plan": "Call on Monday"}))
    file = attachments.Brought("papers.pdf", "0" * 64, 100, "application/pdf")
    do(lambda s, a, case: attachments.add(s, a, file, case=case))
    before = rows(session)
    with committed(session):
        assert indexing.rebuild_after(session, 0) == (office["other"], 2)
        assert indexing.rebuild_after(session, office["other"]) == (0, 0)
    assert rows(session) == before
    assert len(before) == 5


def test_merging_and_taking_apart_leave_the_index_as_it_was(session, found, office):
    with committed(session):
        here = session.get(Vertical, office["here"])
        boss_id, source = (
            make_user(session, Role.SUPERVISOR, here).id,
            make_case(session, here, narrative="A kitten.").id,
        )
    boss, before = actor_of(session, session.get(User, boss_id)), rows(session)
    with unit_of_work(session, boss, intent="test"):
        target, other = session.get(cases.Case, office["case"]), session.get(cases.Case, source)
        merging.merge(session, boss, target, [other], reason_code="DUPLICATE_RECORD")
    assert found("kitten") == [("case", office["case"])], "what was merged is read on the survivor"
    with unit_of_work(session, boss, intent="test"):
        merging.unmerge(session, boss, session.get(cases.Case, source))
    assert found("kitten") == [("case", source)]
    with committed(session):
        indexing.rebuild_after(session, 0)
    assert rows(session) == before


def test_a_file_that_is_not_stored_yet_is_not_found(session, found, office):
    with committed(session):
        session.add(
            Attachment(
                case_id=office["case"],
                file_name="kitten.pdf",
                content_type="application/pdf",
                size_bytes=1,
                classification="general",
                description="",
                state="pending",
            )
        )
    assert found("kitten") == []
