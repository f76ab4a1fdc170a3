"""What somebody asks about their own data, in the browser: the register, and everything as one file."""

import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from portal.core import attachments
from portal.core.actors import SYSTEM
from portal.core.models import AuditEvent, Case, CasePerson, Person, SubjectRequest
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import committed, make_case, make_person, make_request, make_user, make_vertical, put_into
from tests.page import words


@pytest.fixture
def office(app) -> dict[str, int]:
    """A person with a case and a file on it, a supervisor and a caseworker."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        person = make_person(session, "Amina Testperson", phone="+254711222333", vertical=here)
        case = make_case(session, here, subject=person, narrative="What Amina <b>told</b>.")
        session.add(CasePerson(case_id=case.id, person_id=person.id, role="client"))
        stored = app.extensions["storage"].put(io.BytesIO(b"Dear Amina"), limit=99)
        brought = attachments.Brought("../a letter.txt", stored.checksum, stored.size_bytes, stored.content_type)
        attachments.add(session, SYSTEM, brought, case=case)
        return {
            "supervisor": make_user(session, Role.SUPERVISOR, here, name="Sam Super").id,
            "worker": make_user(session, Role.CASEWORKER, here).id,
            "person": person.id,
        }


@pytest.fixture
def path(office) -> str:
    return f"/app/people/{office['person']}"


@pytest.fixture
def supervisor(browser_as, office):
    return browser_as(office["supervisor"])


ASKED = {"kind": "rectification", "asked_by": "Amina, by phone", "asked_on": ["1", "3", "2026"], "details": "My name"}


def test_a_request_is_written_down_seen_by_supervisors_and_answered_with_a_reason(app, supervisor, office, path):
    page = supervisor.follow(supervisor.post(f"{path}/rights", ASKED))
    assert "To have something put right" in words(page) and "Overdue" in words(page)
    assert "Amina Testperson" in words(supervisor.get("/app/rights"))
    with app.app_context():
        asked = db.session.scalars(sa.select(SubjectRequest)).one()
    to_answer = f"{path}/rights/{asked.id}"
    refused = supervisor.post(to_answer, {"version": asked.version_id, "answer": "refused", "reason": " "}, expect=422)
    assert "the person may ask" in words(refused)
    supervisor.post(to_answer, {"version": asked.version_id, "answer": "refused", "reason": "It was right"})
    assert "It was right" in words(supervisor.get(f"{path}/rights"))
    assert "No request is open" in words(supervisor.get("/app/rights"))
    assert "A request answered" in words(supervisor.get(f"{path}/history"))
    assert "This was answered already" in words(supervisor.get(to_answer))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"asked_on": ["31", "2", "2026"]}, "Enter a real date"),
        ({"asked_on": ["", "", ""]}, "Say when it was asked"),
        ({"asked_by": ""}, "Say who asked"),
        ({"kind": "magic"}, "Choose one of the list"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(supervisor, path, wrong, said):
    answer = supervisor.post(f"{path}/rights", ASKED | wrong, expect=422)
    assert said in words(answer) and "My name" in answer.text


def test_everything_is_one_file_that_is_read_without_the_portal(app, supervisor, office, path):
    with app.app_context(), committed(db.session) as session:
        make_request(session, session.get(Person, office["person"]))
    assert "1 case about them" in words(supervisor.get(f"{path}/export"))
    assert "Say why" in words(supervisor.post(f"{path}/export", {"notes": "y"}, expect=422))
    answer = supervisor.post(f"{path}/export", {"reason": "She asked for it", "notes": "y"}, expect=200)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    held = json.loads(archive.read("everything.json"))
    assert held["cases"][0]["narrative"] == "What Amina <b>told</b>."
    assert held["person_contacts"][0]["value"] == "+254711222333"
    page = archive.read("everything.html").decode()
    assert "What Amina &lt;b&gt;told&lt;/b&gt;." in page and "<script" not in page
    (letter,) = [name for name in archive.namelist() if name.startswith("files/")]
    assert archive.read(letter) == b"Dear Amina" and ".." not in letter and held["files"][0]["file"] == letter
    assert "No request is open" in words(supervisor.get("/app/rights"))
    with app.app_context():
        assert db.session.scalar(sa.select(AuditEvent.action).where(AuditEvent.action == "person.export"))


def test_only_those_who_answer_are_offered_it(browser_as, office, path):
    page = browser_as(office["worker"]).get(path)
    assert "/rights" not in page.text


def test_restricted_data_says_so_wherever_the_person_is_shown_and_is_not_corrected(app, supervisor, office, path):
    assert "Say why" in words(supervisor.post(f"{path}/restriction", {"act": "restrict"}, expect=422))
    supervisor.post(f"{path}/restriction", {"act": "restrict", "reason": "She disputes it"})
    for page in (
        path,
        f"{path}/rights",
        f"{path}/history",
        "/app/people",
        "/app/people?q=Amina",
        "/app/cases/1/people",
    ):
        assert "Restricted" in words(supervisor.get(page)), page
    assert "neither changed nor used" in words(supervisor.post(f"{path}/identity", CLAIM, expect=409))
    supervisor.post(f"{path}/restriction", {"act": "lift", "reason": "Settled"})
    assert "Restricted" not in words(supervisor.get(path))
    supervisor.post(f"{path}/identity", CLAIM)


CLAIM = {"kind": "passport", "number": "EX12345"}


@pytest.mark.slow
def test_two_people_erase_somebody_after_seeing_what_goes_and_the_certificate_stays(app, browser_as, office, path):
    with app.app_context(), committed(db.session) as session:
        admins = [make_user(session, Role.ADMINISTRATOR).id for _ in range(2)]
    first, second = (browser_as(admin) for admin in admins)
    assert "Nobody asked for it" in words(first.get(f"{path}/erasure"))
    first.post(f"{path}/rights", ASKED | {"kind": "erasure"})
    assert "is not closed" in words(second.get(f"{path}/erasure"))
    with app.app_context(), committed(db.session) as session:
        put_into(session, session.get(Case, 1), Status.CLOSED)
    assert "Another administrator" in words(first.get(f"{path}/erasure"))
    first.post(f"{path}/erasure", {"sure": "y"}, expect=422)
    assert "How they are reached" in words(second.get(f"{path}/erasure"))
    assert "Tick this first" in words(second.post(f"{path}/erasure", expect=422))
    certificate = words(second.follow(second.post(f"{path}/erasure", {"sure": "y"})))
    assert "Erased person" in certificate and "swept" in certificate and "Amina" not in certificate
    for page in (path, f"{path}/history", f"{path}/rights", "/app/cases/1", "/app/cases/1/people", f"{path}/consents"):
        shown = words(second.get(page))
        assert "Amina" not in shown and "Erased" in shown, page
    assert "Amina" not in words(second.get("/app/search?q=Amina+told")).replace("Amina told", "")
    first.post(f"{path}/restriction", {"act": "lift", "reason": "By mistake"}, expect=422)
