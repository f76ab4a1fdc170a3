"""Searching from the top of any page: what is found, how it is shown, and what stays out of sight."""

import html
import re

import pytest
import sqlalchemy as sa

from portal.core import attachments, clock, lookup, messages, notes
from portal.core.models import AuditEvent, Case, CasePerson, Consent, User
from portal.core.vocabulary import Role
from portal.extensions import db
from portal.web.search import highlight
from tests.factories import actor_of, committed, make_case, make_consent, make_person, make_user, make_vertical
from tests.page import Browser, words
from tests.statements import counted


@pytest.fixture
def office(app) -> dict[str, object]:
    """A case that a worker may see, one that they may not, and the person on both."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSE")
        person = make_person(session, "Zsófia Pipacs", vertical=here, phone="+254711222333")
        told = "Long before that, as everybody there remembers very well indeed, she lived by the Blue River."
        case = make_case(session, here, narrative=told * 3)
        hidden = make_case(session, elsewhere, narrative=told)
        session.add_all(CasePerson(case_id=one.id, person_id=person.id, role="client") for one in (case, hidden))
        ids = {"case": case.id, "hidden": hidden.id, "reference": case.reference, "secret": hidden.reference}
        worker, stranger = make_user(session, Role.AGENT, here), make_user(session, Role.AGENT)
        return {"worker": worker.id, "stranger": stranger.id, "person": person.id, **ids}


def found(response) -> tuple[list[int], list[int]]:
    """The cases and the people that a page leads to."""
    html = response.get_data(as_text=True)
    return tuple([int(n) for n in re.findall(rf'<a href="/app/{kind}/(\d+)"', html)] for kind in ("cases", "people"))


@pytest.mark.parametrize("text", ["pipacs", "ZSOFIA", "zsófia pip", "0711 222 333", "254711222333"])
def test_a_name_or_phone_finds_the_person_and_their_case(worker, office, text):
    assert found(worker.get("/app/search", query_string={"q": text})) == ([office["case"]], [office["person"]])


def test_a_reference_or_number_finds_the_case(worker, office):
    for text in (office["reference"], office["reference"].lower(), f" {office['case']:06d} "):
        assert office["case"] in found(worker.get("/app/search", query_string={"q": text}))[0]


def test_words_of_the_story_find_the_case_and_are_shown_in_their_place(worker, office):
    page = worker.get("/app/search?q=blue+river")
    assert found(page) == ([office["case"]], [])
    assert "<mark>Blue</mark> <mark>River</mark>" in page.get_data(as_text=True)


@pytest.fixture
def written(app, office):
    """A note, a message and a file about a kitten on the worker's case."""
    with app.app_context(), committed(db.session) as session:
        case = session.get(Case, office["case"])
        actor = actor_of(session, session.get(User, office["worker"]))
        notes.write(session, actor, case, "The landlady <b>knows</b> of the Kitten.")
        messages.write(session, actor, case, "Bring the papers of the kitten.")
        attachments.add(session, actor, attachments.Brought("kitten.pdf", "0" * 64, 9, "application/pdf"), case=case)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("note", "In a note: The landlady &lt;b&gt;knows&lt;/b&gt; of the Kitten"),
        ("message", "In a message: Bring the papers of the kitten"),
        ("attachment", "In the name of a file: kitten .pdf"),
    ],
)
def test_notes_messages_and_files_are_found_and_shown_in_their_place(worker, office, written, place, shown):
    page = worker.get(f"/app/search?q=kitten&in={place}")
    assert shown in words(page)
    assert "<mark>" in page.get_data(as_text=True) and "<b>knows" not in page.get_data(as_text=True)


def test_words_between_quotation_marks_follow_one_another(worker, office, written):
    assert "In a message" in words(worker.get('/app/search?q="papers of"'))
    assert "Nothing was found" in words(worker.get('/app/search?q="of papers"'))


def test_where_one_looks_is_kept_and_an_unknown_place_is_everywhere(worker, office, written):
    assert '<option selected value="note">' in worker.get("/app/search?q=school&in=note").get_data(as_text=True)
    assert found(worker.get("/app/search?q=pipacs&in=note")) == ([], [])
    assert found(worker.get("/app/search?q=pipacs&in=nowhere")) == ([office["case"]], [office["person"]])


def test_filters_are_typed_or_chosen_and_each_is_a_chip_that_takes_it_away(worker, office):
    page = worker.get("/app/search", query_string={"q": "status:active river", "vertical": "HERE", "owner": "none"})
    assert found(page) == ([office["case"]], [])
    chips = dict(re.findall(r'<a class="chip" href="([^"]+)".*?<bdi>(.*?)</bdi>', page.text))
    assert set(chips.values()) == {"Active", "Here", "Nobody has it"}
    for address, label in chips.items():
        further = worker.get(html.unescape(address))
        assert found(further) == ([office["case"]], []) and f"<bdi>{label}</bdi>" not in further.text
    assert '<option selected value="HERE">' in page.text
    assert found(worker.get("/app/search?status=closed")) == ([], [])
    assert found(worker.get("/app/search?status=active")) == ([office["case"]], [])


def test_what_is_more_than_a_page_is_seen_in_the_work_list(app, worker, office, monkeypatch):
    with app.app_context(), committed(db.session) as session:
        further = make_case(session, session.get(Case, office["case"]).primary_vertical).id
    monkeypatch.setattr(lookup, "MOST_HITS", 1)
    page = worker.get("/app/search?status=active&vertical=HERE&owner=none")
    assert found(page) == ([further], [])
    whole = html.unescape(re.search(r'<a href="([^"]+)">See all of them in the work-list', page.text)[1])
    assert sorted(found(worker.get(whole))[0]) == [office["case"], further]
    assert "in the work-list" not in words(worker.get("/app/search?status=active&from=2026-01-01"))


def test_what_is_no_filter_is_told_beside_its_field_and_nothing_is_found_in_its_place(worker, office):
    page = worker.get("/app/search", query_string={"q": "river colour:blue", "from": "soon", "status": "asleep"})
    assert found(page) == ([], [])
    for field, told in (
        ("q", "There is no filter “colour:”"),
        ("from", "“soon” is no date"),
        ("status", "“asleep” is no status. Write one of: draft, submitted"),
    ):
        beside = re.search(rf'id="{field}-error"(.*?)</p>', page.text, re.DOTALL)
        assert told in beside[1] and f'aria-describedby="{field}-error"' in page.text
        assert told in page.text[: page.text.index('role="search" aria-label')], "and once more above the form"
    assert "There is no filter" in worker.get("/app/search/quick?q=colour:blue").text


def test_what_was_told_is_not_found_once_consent_was_withdrawn(app, office):
    with app.app_context(), committed(db.session) as session:
        care = make_vertical(session, "CARE", consent=True)
        person = make_person(session, "Amal Halabi", vertical=care, verified=True)
        consent = make_consent(session, person, care)
        case = make_case(session, care, subject=person, summary="Kitten", narrative="She told of a kitten.")
        number = make_user(session, Role.CASEWORKER, care).id
        ids, reference = (case.id, consent.id), case.reference
    worker = Browser(app, number)
    assert found(worker.get("/app/search?q=kitten")) == ([ids[0]], [])
    with app.app_context(), committed(db.session) as session:
        session.get(Consent, ids[1]).withdrawn_at = clock.now()
    assert found(worker.get("/app/search?q=kitten")) == ([], [])
    page = worker.get("/app/search", query_string={"q": reference})
    assert found(page) == ([ids[0]], [])
    assert "Consent was withdrawn" in words(page) and "Kitten" not in words(page)


def test_a_page_of_hits_costs_the_same_however_many_there_are(app, worker, office):
    def cost() -> int:
        with counted(app) as statements:
            worker.get("/app/search?q=river")
        return sum(statement.startswith("SELECT") for statement in statements)

    cost()  # and whatever is asked once
    few = cost()
    with app.app_context(), committed(db.session) as session:
        here = session.get(Case, office["case"]).primary_vertical
        for number in range(12):
            make_case(session, here, narrative=f"By the river, {number}")
    assert cost() == few


@pytest.mark.parametrize(
    "text", ["x", "", "%00", "nothing like this", "%25%25%25", "'; DROP TABLE cases; --", "ab" * 400]
)
def test_what_finds_nothing_says_so_and_breaks_nothing(worker, text):
    page = worker.get(f"/app/search?q={text}")
    assert found(page) == ([], [])
    assert "Type at least two characters" in words(page) or "Nothing was found" in words(page)


def test_what_is_out_of_sight_is_not_found(app, worker, office):
    assert found(worker.get("/app/search", query_string={"q": office["secret"]}))[0] == []
    stranger = Browser(app, office["stranger"])
    for text in ("zsofia", "0711222333", "blue river", office["reference"], str(office["case"])):
        assert found(stranger.get("/app/search", query_string={"q": text})) == ([], [])
        assert found(stranger.get("/app/search/quick", query_string={"q": text})) == ([], [])


def test_while_one_types_the_first_few_are_shown_in_the_same_order_and_recorded(app, worker, office):
    whole = found(worker.get("/app/search?q=zsofia"))
    quick = worker.get("/app/search/quick?q=zsofia")
    assert found(quick) == whole != ([], [])
    assert "<html" not in quick.text
    assert "<a" not in worker.get("/app/search/quick?q=z").text, "one letter finds nothing"
    with app.app_context():
        read = db.session.scalars(sa.select(AuditEvent.details).where(AuditEvent.action == "search.read")).all()
    assert read == [{"cases": [office["case"]], "people": [office["person"]]}] * 2


def test_that_something_was_looked_up_is_recorded_without_the_words(app, worker, office):
    worker.get("/app/search?q=zsofia")
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "search.read")).one()
        assert event.details == {"cases": [office["case"]], "people": [office["person"]]}


def test_marks_ignore_accents_and_case_and_keep_the_text_whole():
    assert highlight.marked("Zsófia and ZSOFIA", ["zsofia"]) == [("Zsófia", True), (" and ", False), ("ZSOFIA", True)]
    assert highlight.marked("ﬁne Straße", ["fine", "strasse"]) == [("ﬁne", True), (" ", False), ("Straße", True)]
    for text, sought in (("İstanbul", ["i"]), ("abc", []), ("", ["a"]), ("a.b", ["."]), ("́x", ["x"])):
        assert "".join(piece for piece, _ in highlight.marked(text, sought)) == text


def test_an_excerpt_shows_the_words_with_something_around_them():
    text = "word " * 100 + "NEEDLE" + " word" * 100
    pieces = highlight.excerpt(["nothing here", text], ["needle"])
    shown = "".join(piece for piece, _ in pieces)
    assert ("NEEDLE", True) in pieces and len(shown) < 300 and shown.startswith("… ") and shown.endswith(" …")
    assert highlight.excerpt(["nothing"], ["needle"]) == []
