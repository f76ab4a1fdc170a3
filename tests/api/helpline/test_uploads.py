"""``POST /api/attachments/``: files that a report names afterwards."""

import io

import pytest

from portal import storage
from portal.api import uploads
from portal.core.models import Attachment, Case
from tests.api.helpline.conftest import example

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PDF = b"%PDF-1.7\n" + b"x" * 64


def send(office, holder, content: bytes, name: str = "note.png", **more):
    """Send a file as a form does."""
    headers = {"Authorization": f"Bearer {office.tokens[holder]}"} if holder else {}
    data = {"file": (io.BytesIO(content), name)}
    return office.app.test_client().post("/api/attachments/", headers=headers, data=data, **more)


def test_a_file_is_stored_under_its_checksum_and_found_on_the_case_that_names_it(office, ground):
    sent = send(office, "agent", PNG, "photo of the door.png")
    assert sent.status_code == 201
    assert sent.json["file_name"] == "photo of the door.png"
    assert (sent.json["content_type"], sent.json["size_bytes"]) == ("image/png", len(PNG))
    report = {**example("create_case"), "attachments_case": [{"attachment_id": sent.json["attachment_id"]}]}
    created = office.caller("agent").post("/api/cases/", report).json
    shown = office.caller("agent").get(f"/api/cases/{created['id']}").json
    assert shown["attachments_case"] == report["attachments_case"]
    with ground.seen() as session:
        kept = session.query(Attachment).one()
        with storage.storage().open(kept.checksum) as file:
            assert file.read() == PNG


def test_a_file_belongs_to_one_case(office, ground):
    sent = send(office, "agent", PDF, "a.pdf").json
    report = {**example("create_case"), "attachments_case": [{"attachment_id": sent["attachment_id"]}]}
    first = office.caller("agent").post("/api/cases/", report).json
    office.caller("agent").post("/api/cases/", {**report, "src_uid": "another"})
    with ground.seen() as session:
        assert session.query(Attachment).one().case_id == int(first["id"][5:])
        assert session.query(Case).count() == 2


@pytest.mark.parametrize(
    "content",
    [b"MZ" + b"\x00" * 100, b"<script>alert(1)</script>", b"<svg xmlns='x'/>", b"\x00\x01\x02\x03" * 20, b""],
)
def test_what_it_is_its_bytes_say_and_what_could_run_is_not_taken(office, ground, content):
    response = send(office, "agent", content, "harmless.png")
    assert (response.status_code, response.json) == (400, {"error": "Invalid value for field: file"})
    assert ground.count(Attachment) == 0


def test_a_name_is_never_a_path(office):
    assert send(office, "agent", PNG, "../../etc/pass\u202ewd.png").json["file_name"] == "passwd.png"


def test_no_file_at_all_is_missed(office):
    headers = {"Authorization": f"Bearer {office.tokens['agent']}"}
    response = office.app.test_client().post(
        "/api/attachments/", headers=headers, data={"other": "x"}, content_type="multipart/form-data"
    )
    assert (response.status_code, response.json) == (400, {"error": "Missing required field: file"})


def test_json_is_not_a_file(office):
    assert office.caller("agent").post("/api/attachments/", {"file": "x"}).status_code == 415


def test_a_token_and_its_scope_are_needed(office):
    assert send(office, None, PNG).status_code == 401
    assert send(office, "reader", PNG).status_code == 403
    assert send(office, "partner", PNG).status_code == 201


def test_the_same_key_sends_the_same_file_once(office, ground):
    headers = {"Authorization": f"Bearer {office.tokens['agent']}", "Idempotency-Key": "upload-1"}
    client = office.app.test_client()
    answers = [
        client.post("/api/attachments/", headers=headers, data={"file": (io.BytesIO(PNG), "a.png")}) for _ in range(2)
    ]
    assert answers[0].json == answers[1].json
    assert ground.count(Attachment) == 1
    other = client.post("/api/attachments/", headers=headers, data={"file": (io.BytesIO(PDF), "a.png")})
    assert other.status_code == 409


def test_a_file_beyond_the_limit_is_413_and_leaves_nothing(office, ground, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 32)
    response = send(office, "agent", PNG)
    assert (response.status_code, response.json) == (413, {"error": "Request body too large"})
    assert ground.count(Attachment) == 0
    folder = office.app.extensions["settings"].data_dir / storage.FOLDER
    assert list(folder.glob(".arriving-*")) == []
