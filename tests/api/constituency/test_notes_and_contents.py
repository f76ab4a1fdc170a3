"""Notes of cases, and the files, messages, appointments and review dates on them."""

import datetime as dt
import io

import pytest

from portal.api import uploads
from portal.core import clock, reviews
from portal.core.actors import SYSTEM
from portal.core.models import Attachment, Case, Message, Note
from portal.core.vocabulary import Delivery, Direction, Status
from tests.factories import put_into

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def test_a_note_is_written_read_put_right_and_taken_back(office, case_number, caseworker, supervisor):
    made = caseworker.post(f"/cases/{case_number}/notes", {"note": "  Rang the council "})
    assert made.status_code == 201
    assert list(made.json) == ["id", "note", "created", "createdBy", "createdByName"]
    assert (made.json["note"], made.json["createdBy"], made.json["createdByName"]) == (
        "Rang the council",
        2,
        "John Smith",
    )
    number = made.json["id"]
    assert caseworker.get(f"/casenotes/{number}").json == {**made.json, "caseID": case_number}
    assert supervisor.patch(f"/casenotes/{number}", {"note": "x"}).json == {"error": "Forbidden"}
    assert caseworker.patch(f"/casenotes/{number}", {"note": "Rang twice"}).json["note"] == "Rang twice"
    assert supervisor.delete(f"/casenotes/{number}").status_code == 403
    gone = caseworker.delete(f"/casenotes/{number}")
    assert gone.json == {"success": True, "message": f"Case note {number} deleted"}
    assert caseworker.get(f"/casenotes/{number}").json == {"error": "Case note not found"}
    assert caseworker.get(f"/cases/{case_number}/notes").json == []
    assert office.do(lambda session: session.get(Note, number).text) == "Rang twice"


def test_notes_come_a_page_at_a_time_and_move_the_case(office, case_number, caseworker):
    def long_ago(session):
        session.get(Case, case_number).last_actioned_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)

    office.do(long_ago)
    for number in range(5):
        caseworker.post(f"/cases/{case_number}/notes", {"note": f"note {number}"})
    path = f"/cases/{case_number}/casenotes"
    body = caseworker.get(path, query_string={"page": 2, "limit": 2}).json
    assert ([note["note"] for note in body["casenotes"]], body["totalResults"], body["page"]) == (
        ["note 2", "note 1"],
        5,
        2,
    )
    oldest = caseworker.get(path, query_string={"orderBy": "oldest", "limit": 1}).json
    assert oldest["casenotes"][0]["note"] == "note 0"
    assert caseworker.get(f"/cases/{case_number}").json["lastActioned"] > "2020-01-02"
    assert [note["note"] for note in caseworker.get(f"/cases/{case_number}/notes").json][0] == "note 4"


@pytest.mark.parametrize("asked", [{"page": 0}, {"limit": 201}, {"orderBy": "text"}])
def test_a_wrong_page_is_named(case_number, caseworker, asked):
    answer = caseworker.get(f"/cases/{case_number}/casenotes", query_string=asked)
    assert (answer.status_code, answer.json) == (400, {"error": f"Invalid value for field: {next(iter(asked))}"})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "No data provided"),
        ({"note": None}, "Missing required field: note"),
        ({"note": " "}, "Missing required field: note"),
        ({"text": "x"}, "Missing required field: note"),
        ({"note": 5}, "Invalid value for field: note"),
        ({"note": "x" * (64 * 1024 + 1)}, "Invalid value for field: note"),
    ],
)
def test_a_wrong_note_leaves_nothing(office, case_number, caseworker, told, words):
    before = office.rows()
    answer = caseworker.post(f"/cases/{case_number}/notes", told)
    assert (answer.status_code, answer.json) == (400, {"error": words})
    assert office.rows() == before


def test_a_locked_case_takes_no_note_and_strangers_see_none(office, case_number, caseworker, outsider):
    number = caseworker.post(f"/cases/{case_number}/notes", {"note": "Before"}).json["id"]
    assert outsider.get(f"/casenotes/{number}").status_code == 404
    assert outsider.get(f"/cases/{case_number}/notes").status_code == 404
    assert outsider.post(f"/cases/{case_number}/notes", {"note": "x"}).json == {"error": "Case not found"}
    office.do(lambda session: put_into(session, session.get(Case, case_number), Status.SUSPENDED))
    before = office.rows()
    assert caseworker.post(f"/cases/{case_number}/notes", {"note": "x"}).status_code == 409
    assert caseworker.patch(f"/casenotes/{number}", {"note": "x"}).status_code == 409
    assert office.rows() == before


def send(caller, file, **form):
    return caller("POST", "/casefiles", data={"file": file, **form}, content_type="multipart/form-data")


def test_a_file_is_sent_listed_and_read_as_what_it_is(office, case_number, caseworker, outsider):
    made = send(
        caseworker, (io.BytesIO(PDF), "../../etc/application.pdf"), caseID=str(case_number), description="As sent"
    )
    assert (made.status_code, list(made.json)) == (201, ["id", "filename"])
    number = made.json["id"]
    told = caseworker.get(f"/casefiles/{number}").json
    assert told == {
        "id": number,
        "caseID": case_number,
        "filename": "application.pdf",
        "description": "As sent",
        "contentType": "application/pdf",
        "size": len(PDF),
        "uploaded": told["uploaded"],
        "uploadedBy": 2,
    }
    assert caseworker.get(f"/cases/{case_number}/files").json == [told]
    assert caseworker.get(f"/cases/{case_number}/attachments").json == []
    headers = {"Authorization": f"Bearer {caseworker.token}"}
    content = office.app.test_client().get(f"/api/ajax/casefiles/{number}/content", headers=headers)
    assert (content.status_code, content.data, content.mimetype) == (200, PDF, "application/pdf")
    assert content.headers["Content-Disposition"] == "attachment; filename=application.pdf"
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    content.close()
    for path in ("", "/content"):
        assert outsider.get(f"/casefiles/{number}{path}").json == {"error": "Case file not found"}


def test_a_file_that_is_not_taken_leaves_no_row(office, case_number, caseworker, outsider):
    before = office.rows()
    number = str(case_number)
    html = send(caseworker, (io.BytesIO(b"<html><script>x</script>"), "a.pdf"), caseID=number)
    assert html.json == {"error": "Invalid value for field: file"}
    empty = send(caseworker, (io.BytesIO(b""), "a.txt"), caseID=number)
    assert empty.status_code == 400
    assert send(caseworker, (io.BytesIO(PDF), "a.pdf")).json == {"error": "Missing required field: caseID"}
    assert send(caseworker, (io.BytesIO(PDF), "a.pdf"), caseID="x").json == {"error": "Invalid value for field: caseID"}
    assert send(outsider, (io.BytesIO(PDF), "a.pdf"), caseID=number).json == {
        "error": "Invalid value for field: caseID"
    }
    without = caseworker("POST", "/casefiles", data={"caseID": number}, content_type="multipart/form-data")
    assert without.json == {"error": "Missing required field: file"}
    assert caseworker.post("/casefiles", {"caseID": case_number}).status_code == 415
    assert office.rows() == before


def test_a_file_beyond_the_limit_is_413(office, case_number, caseworker, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 10)
    before = office.rows()
    answer = send(caseworker, (io.BytesIO(PDF), "a.pdf"), caseID=str(case_number))
    assert (answer.status_code, answer.json) == (413, {"error": "Request body too large"})
    assert office.rows() == before


def test_emails_and_letters_are_messages_by_channel(office, case_number, caseworker):
    def arrange(session):
        for kind, channel in (("Email", None), ("whatever", "letter"), ("portal", None)):
            message = Message(
                case_id=case_number,
                direction=Direction.INBOUND,
                channel=channel,
                kind=kind,
                sender={"name": "Eva Garcia", "email": "eva@garcia.example"},
                recipients=[{"email": "desk@office.example"}],
                subject="My flat",
                text=f"by {channel or kind}",
                delivery=Delivery.RECEIVED,
                sent_at=clock.now(),
            )
            session.add(message)
            session.flush()
            file = {"file_name": "a.txt", "content_type": "text/plain", "checksum": "0" * 64, "state": "stored"}
            session.add(Attachment(case_id=case_number, message_id=message.id, **file))

    office.do(arrange)
    emails = caseworker.get(f"/cases/{case_number}/emails").json
    assert [(mail["body"], mail["from"], mail["to"], mail["caseID"]) for mail in emails] == [
        ("by Email", "Eva Garcia", ["desk@office.example"], case_number)
    ]
    assert [letter["body"] for letter in caseworker.get(f"/cases/{case_number}/letters").json] == ["by letter"]
    assert len(caseworker.get(f"/cases/{case_number}/attachments").json) == 3
    assert caseworker.get(f"/cases/{case_number}/files").json == []


def test_appointments_are_reviews_with_a_time(office, case_number, caseworker):
    def arrange(session):
        reviews.add(
            session, SYSTEM, session.get(Case, case_number), dt.date(2031, 2, 2), time=dt.time(10, 30), note="Surgery"
        )

    office.do(arrange)
    shown = caseworker.get(f"/cases/{case_number}/appointments").json
    assert [(each["date"], each["time"], each["note"]) for each in shown] == [("2031-02-02", "10:30", "Surgery")]
    dates = caseworker.get(f"/cases/{case_number}/reviewDates").json
    assert [each["reviewDate"] for each in dates] == ["2024-03-15"]
    assert dates == caseworker.get(f"/reviewDates/forCase/{case_number}").json


@pytest.mark.parametrize("what", ["files", "attachments", "emails", "letters", "appointments", "reviewDates"])
def test_the_contents_of_an_invisible_case_are_not_there(case_number, outsider, what):
    assert outsider.get(f"/cases/{case_number}/{what}").json == {"error": "Case not found"}
