"""What goes wrong on our side is said without telling how we are built, and leaves nothing half done."""

import pytest
import sqlalchemy as sa

from portal.api.helpline import reports
from portal.core import intake
from portal.core.models import Case, Person
from tests.api.helpline.conftest import example


def test_a_fault_is_a_500_in_the_shape_of_the_dialect_and_takes_everything_back(office, ground, monkeypatch, caplog):
    kept = intake.take

    def breaks(session, actor, report):
        kept(session, actor, report)
        raise RuntimeError("the disk of the server is full of secrets")

    monkeypatch.setattr(reports.intake, "take", breaks)
    response = office.caller("agent").post("/api/cases/", example("create_case"))
    assert (response.status_code, response.json) == (500, {"error": "Internal server error"})
    assert response.headers["X-Request-ID"]
    assert ground.count(Case) == ground.count(Person) == 0
    monkeypatch.undo()
    assert office.caller("agent").post("/api/cases/", example("create_case")).status_code == 201


def test_an_error_of_the_database_does_not_carry_what_was_said_into_the_log(office, monkeypatch, caplog):
    def breaks(session, actor, report):
        narrative = report.facts["narrative"]
        session.execute(sa.text("INSERT INTO no_such_table VALUES (:said)"), {"said": narrative})

    monkeypatch.setattr(reports.intake, "take", breaks)
    report = {**example("create_case"), "narrative": "what nobody else should read"}
    assert office.caller("agent").post("/api/cases/", report).status_code == 500
    assert "no_such_table" in caplog.text
    assert "nobody else" not in caplog.text


FAILURES = [
    ("get", "/api/cases/case_1/nothing/here", 404, {"status": "error", "message": "Not found"}),
    ("get", "/api/webhook/elsewhere", 404, {"status": "error", "message": "Not found"}),
    ("delete", "/api/cases/", 405, {"status": "error", "message": "Method not allowed"}),
    ("put", "/api/cases", 405, {"status": "error", "message": "Method not allowed"}),
]


@pytest.mark.parametrize(("method", "path", "status", "body"), FAILURES)
def test_what_is_not_there_is_told_in_the_shape_of_the_dialect(client, method, path, status, body):
    response = getattr(client, method)(path)
    assert (response.status_code, response.json) == (status, body)


def test_elsewhere_failures_are_pages(client):
    assert client.get("/nothing").content_type.startswith("text/html")
    assert client.get("/api/nothing").content_type.startswith("text/html")
