"""The case file as its maker gets it: the PDF is read back, and says what was chosen and nothing else."""

import datetime as dt
import io
import resource
import subprocess
import unicodedata

import pypdf
import pytest
import sqlalchemy as sa

from portal.core import cases, clock, consenting, merging, messages, notes
from portal.core.models import (
    Attachment,
    AuditEvent,
    Case,
    CasePerson,
    Consent,
    Message,
    PersonContact,
    Service,
    User,
)
from portal.core.vocabulary import Direction, Role
from portal.extensions import db
from portal.web.case_file import pdf
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_consent,
    make_participant,
    make_person,
    make_user,
    make_vertical,
)
from tests.page import words
from tests.statements import counted

pytestmark = pytest.mark.slow

ALL = ["people", "identity_numbers", "story", "messages", "notes", "states", "services", "files", "consents"]
# What of the case each part alone tells.
TOLD = {
    "people": "254711222333",
    "identity_numbers": "ZZ998877",
    "story": "What she told",
    "messages": "Dear Amina",
    "notes": "Seen at the door",
    "states": "States",
    "services": "Night shelter",
    "files": "letter-of-landlord.pdf",
    "consents": "Last day",
}
HOSTILE = (
    '#panic("no") <b>bold</b> </script> *strong* _soft_ $x^2$ [link] @ref `raw` \\u{41} {{ 7*7 }} // gone? /* too */'
)


@pytest.fixture
def office(app) -> dict[str, int]:
    """A case full of words, and those who work there or elsewhere."""
    with app.app_context(), committed(db.session) as session:
        care, there = make_vertical(session, "CARE", consent=True), make_vertical(session, "THERE", consent=True)
        person = make_person(
            session,
            "Amina Testperson",
            verified=True,
            vertical=care,
            phone="+254711222333",
            national_id_type="passport",
            national_id="ZZ998877",
        )
        consent = make_consent(session, person, care, active_until=clock.now() + dt.timedelta(days=90))
        worker = make_user(session, Role.CASEWORKER, care, name="Jo Testworker")
        case = make_case(session, care, subject=person, owner=worker, narrative="What she told.", summary="Her summary")
        actor = actor_of(session, worker)
        session.add(CasePerson(case_id=case.id, person_id=person.id, role="client", position=0))
        cases.update(session, actor, case, {"plan": "Her plan"})
        notes.write(session, actor, case, "Seen at the door")
        messages.write(session, actor, case, "Dear Amina", to=person)
        session.add(Service(case_id=case.id, label="Night shelter"))
        file = {"file_name": "letter-of-landlord.pdf", "size_bytes": 3, "checksum": "0" * 64, "state": "stored"}
        file["content_type"] = "application/pdf"
        session.add(Attachment(organisation_id=1, case_id=case.id, target_type="case", **file))
        made = {"case": case.id, "person": person.id, "consent": consent.id, "worker": worker.id, "care": care.id}
        guest = make_vertical(session, "GUEST")
        make_participant(session, case, guest)
        return made | {
            "agent": make_user(session, Role.AGENT, care).id,
            "guest": make_user(session, Role.SUPERVISOR, guest).id,
            "stranger": make_user(session, Role.SUPERVISOR, there).id,
        }


@pytest.fixture
def path(office) -> str:
    return f"/app/cases/{office['case']}/file"


def asked(*parts: str, **more) -> dict:
    return {"parts": list(parts or ALL), "reason": "COURT", "as": "pdf", **more}


def read(answer) -> pypdf.PdfReader:
    assert answer.mimetype == "application/pdf"
    return pypdf.PdfReader(io.BytesIO(answer.get_data()))


def text_of(answer) -> str:
    """All words of a PDF, as a reader meets them; lines are joined, since where they break is the layout's affair."""
    found = "\n".join(page.extract_text() for page in read(answer).pages)
    return " ".join(unicodedata.normalize("NFKC", found).split())


def change(app, work) -> None:
    with app.app_context(), committed(db.session) as session:
        work(session)


def exports(app) -> list[AuditEvent]:
    with app.app_context():
        return list(db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "case.export")))


def test_the_case_leads_there_and_the_page_leaves_staff_notes_and_identity_numbers_out(worker, office, path):
    case = worker.get(f"/app/cases/{office['case']}").get_data(as_text=True)
    assert f'href="{path}"' in case
    page = worker.get(path).get_data(as_text=True)
    ticked = {part for part in ALL if f'checked id="parts-{ALL.index(part)}"' in page}
    assert ticked == set(ALL) - {"notes", "identity_numbers"}


def test_it_is_answered_for_saving_and_kept_by_nobody(worker, app, office, path):
    answer = worker.post(path, asked(), expect=200)
    with app.app_context():
        reference = db.session.get(Case, office["case"]).reference
    assert answer.headers["Content-Disposition"] == f"attachment; filename={reference}.pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("part", ALL)
def test_what_is_chosen_is_in_it_and_what_is_not_is_not(worker, path, part):
    told = TOLD[part]
    assert told in text_of(worker.post(path, asked(part), expect=200))
    others = [one for one in ALL if one != part]
    if part == "people":  # whose they are
        others.remove("identity_numbers")
    assert told not in text_of(worker.post(path, asked(*others), expect=200))


def test_each_page_says_whose_it_is_who_made_it_and_which_page_of_how_many(worker, app, office, path):
    change(app, lambda s: s.get(Case, office["case"]).__setattr__("narrative", "She told much. " * 2_000))
    answer = worker.post(path, asked(), expect=200)
    pages = read(answer).pages
    assert len(pages) > 5
    with app.app_context():
        reference = db.session.get(Case, office["case"]).reference
    name = app.extensions["settings"].installation_name
    for number, page in enumerate(pages, 1):
        said = " ".join(page.extract_text().split())
        for wanted in (name, reference, "Made by Jo Testworker on ", f"Page {number} of {len(pages)}"):
            assert wanted in said, f"page {number} lacks {wanted}"


def test_it_is_tagged_and_says_its_language_and_title(worker, path):
    made = read(worker.post(path, asked(), expect=200))
    root = made.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert made.metadata.title.startswith("Case file of")
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_names_of_other_scripts_have_a_shape_and_their_letters_can_be_read_back(worker, app, office, path):
    names = "أحمد محمود · אברהם · አበበ ቢቂላ · Ольга · Ελένη · राम · ไทย · Zoë Łukasz"
    change(app, lambda s: s.get(Case, office["case"]).__setattr__("narrative", names))
    answer = worker.post(path, asked("story"), expect=200)
    assert b"pdfuaid:part" in read(answer).trailer["/Root"]["/Metadata"].get_data()  # each letter has a shape
    said = text_of(answer)
    assert set(names) - set(said) == set()
    assert "Some characters" not in said


def test_what_no_font_draws_is_said_and_the_page_to_print_has_it(worker, app, office, path):
    change(app, lambda s: s.get(Case, office["case"]).__setattr__("narrative", "She is called 漢字.\x07"))
    answer = worker.post(path, asked("story"), expect=200)
    assert "Some characters of this case could not be drawn here" in text_of(answer)
    assert "/StructTreeRoot" in read(answer).trailer["/Root"]
    assert "漢字" in words(worker.post(path, asked("story", **{"as": "page"}), expect=200))


def test_nothing_that_was_typed_is_read_as_markup(worker, app, office, path):
    def write(session):
        case = session.get(Case, office["case"])
        case.narrative = case.summary = HOSTILE
        notes.write(session, actor_of(session, session.get(User, office["worker"])), case, HOSTILE)
        session.add(Service(case_id=case.id, label=HOSTILE))
        session.add(PersonContact(person_id=office["person"], kind="email", value="x", wish=HOSTILE))

    change(app, write)
    bare = "".join(HOSTILE.split())
    said = "".join(text_of(worker.post(path, asked(), expect=200)).split())
    assert said.count(bare) == 5
    page = worker.post(path, asked(**{"as": "page"}), expect=200).get_data(as_text=True)
    assert "<b>bold</b>" not in page
    assert page.count("&lt;b&gt;bold&lt;/b&gt;") == 5


def test_a_name_cannot_turn_what_stands_beside_it_around(worker, app, office, path):
    change(app, lambda s: s.get(Case, office["case"]).__setattr__("narrative", "safe\u202eevil\u2067end"))
    assert "safeevilend" in text_of(worker.post(path, asked("story"), expect=200))


def test_who_made_it_is_in_the_history_and_a_refused_form_leaves_no_event(worker, app, office, path):
    page = worker.post(path, asked(reason=""), expect=422)
    assert "Choose a reason." in words(page)
    assert "Say which reason." in words(worker.post(path, asked(reason="OTHER"), expect=422))
    assert "Choose what goes into the file." in words(worker.post(path, asked() | {"parts": []}, expect=422))
    assert exports(app) == []
    worker.post(path, asked("story"), expect=200)
    assert [event.details["parts"] for event in exports(app)] == [["story"]]
    assert "A case file was made" in words(worker.get(f"/app/cases/{office['case']}/history"))


def test_no_file_leaves_where_the_event_cannot_be_written(worker, app, path, monkeypatch):
    def full(*_given, **_more):
        raise sa.exc.OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr("portal.core.case_file.audit.append", full)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        answer = worker.client.post(path, data={"csrf_token": worker.csrf_token(), **asked()})
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert answer.status_code == 500
    assert b"%PDF" not in answer.get_data()


@pytest.mark.parametrize(("who", "status"), [("agent", 403), ("guest", 403), ("stranger", 404)])
def test_others_make_none(browser_as, office, path, who, status):
    someone = browser_as(office[who])
    someone.get(path, expect=status)
    someone.post(path, asked(), expect=status)
    if status == 403:
        assert "Case file…" not in words(someone.get(f"/app/cases/{office['case']}"))


def test_once_consent_was_withdrawn_there_is_none_and_the_reason_is_said(worker, app, office, path):
    def withdraw(session):
        by = actor_of(session, session.get(User, office["worker"]))
        consenting.withdraw(session, by, session.get(Consent, office["consent"]), reason_code="USER_REQUEST")

    change(app, withdraw)
    for page in (worker.get(path), worker.post(path, asked(), expect=403)):
        assert "The consent for Care was withdrawn." in words(page)
        assert "What she told" not in page.get_data(as_text=True)
    assert [event.outcome for event in exports(app)] == ["refused"]
    assert "Case file…" not in words(worker.get(f"/app/cases/{office['case']}"))


def test_what_was_merged_is_in_it_with_where_it_came_from(worker, app, office, path):
    def merge(session):
        by = actor_of(session, make_user(session, Role.SUPERVISOR, session.get(Consent, office["consent"]).vertical))
        case = session.get(Case, office["case"])
        twin = make_case(session, case.primary_vertical, subject=case.subject_person, narrative="Told again.")
        notes.write(session, by, twin, "A note of the twin")
        merging.merge(session, by, case, [twin], reason_code="DUPLICATE_RECORD")
        office["twin"] = twin.reference

    change(app, merge)
    said = text_of(worker.post(path, asked(), expect=200))
    assert "A note of the twin" in said
    assert f"From {office['twin']}" in said
    assert f"Merged into it: {office['twin']}" in said


def test_the_page_to_print_says_the_same_and_is_kept_nowhere(worker, path):
    page = worker.post(path, asked(**{"as": "page"}), expect=200)
    assert page.headers["Cache-Control"] == "no-store"
    assert {told for told in TOLD.values() if told not in words(page)} == set()


def fill(session, office, count: int) -> None:
    start = clock.now() - dt.timedelta(days=40)
    said = {"direction": Direction.INBOUND, "delivery": "received", "kind": "sms", "sender": {"name": "Amina"}}
    rows = [
        {"text": f"m{n}. " + "She told more. " * 100, "sent_at": start + dt.timedelta(minutes=n)} for n in range(count)
    ]
    session.add_all(Message(case_id=office["case"], **row, **said) for row in rows)


@pytest.mark.slow
def test_five_hundred_messages_are_all_in_it_for_the_statements_of_one(worker, app, office, path):
    few = _selects(app, worker, path)
    change(app, lambda session: fill(session, office, 500))
    assert _selects(app, worker, path) == few <= 30
    said = text_of(worker.post(path, asked("messages"), expect=200))
    assert [n for n in range(500) if f"m{n}. " not in said] == []


def _selects(app, worker, path: str) -> int:
    worker.post(path, asked("messages"), expect=200)
    with counted(app) as statements:
        worker.post(path, asked("messages"), expect=200)
    return len([text for text in statements if text.lstrip().upper().startswith("SELECT")])


@pytest.mark.slow
def test_the_largest_file_is_made_within_what_it_is_granted(worker, app, office, path):
    def write(session):
        session.get(Case, office["case"]).narrative = "She told everything. " * 9_500
        fill(session, office, 600)

    change(app, write)
    worker.post(path, asked(), expect=200)
    # Kilobytes, of the largest child so far. A child begins as what its parent is, so that less than that is not seen.
    most, ours = (resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
    assert most <= max(900 * 1024, ours)


def test_what_takes_too_long_is_refused_in_words_and_what_was_chosen_stays(worker, path, monkeypatch):
    def slow(*_given, **_more):
        raise subprocess.TimeoutExpired("typesetter", 60)

    monkeypatch.setattr(pdf.subprocess, "run", slow)
    page = worker.post(path, asked("story"), expect=422)
    assert "This is too much for one PDF." in words(page)
    assert 'checked id="parts-2"' in page.get_data(as_text=True)
