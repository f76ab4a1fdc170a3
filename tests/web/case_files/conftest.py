"""The files of a case in the browser: a case, who works on it, and sending to it."""

import io
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.core import attachments
from portal.core.actors import SYSTEM
from portal.core.models import Attachment, AuditEvent, Case
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import committed, make_case, make_consent, make_participant, make_person, make_user, make_vertical
from tests.sent_files import PDF


@pytest.fixture
def office(app) -> dict[str, int]:
    """A service that works on consent, its staff, another that takes part, and a case."""
    with app.app_context(), committed(db.session) as session:
        care, health = make_vertical(session, "CARE", consent=True), make_vertical(session, "HEALTH")
        person = make_person(session, "Amina Testperson", verified=True, vertical=care)
        consent = make_consent(session, person, care)
        case = make_case(session, care, subject=person, status=Status.ACTIVE)
        make_participant(session, case, health)
        return {
            "case": case.id,
            "person": person.id,
            "consent": consent.id,
            "worker": make_user(session, Role.CASEWORKER, care, name="Jo Worker").id,
            "boss": make_user(session, Role.SUPERVISOR, care, name="Bo Boss").id,
            "guest": make_user(session, Role.AGENT, health, name="Gus Guest").id,
            "auditor": make_user(session, Role.AUDITOR).id,
            "stranger": make_user(session, Role.SUPERVISOR, make_vertical(session, "ELSEWHERE")).id,
        }


@pytest.fixture
def path(office) -> str:
    return f"/app/cases/{office['case']}/files"


def send(browser, path: str, *files: tuple[str, bytes], expect: int = 303, **typed):
    """The form as a browser without JavaScript sends it."""
    fields = {"description": "", "classification": "general", **typed}
    fields["files"] = [(io.BytesIO(content), name) for name, content in files]
    return browser.post(path, fields, expect=expect, content_type="multipart/form-data")


def on_case(app) -> list[Attachment]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Attachment).order_by(Attachment.id)))


def stored(app) -> set[str]:
    """What lies in the storage, unfinished arrivals too."""
    folder = Path(app.extensions["settings"].data_dir) / "attachments"
    return {file.name for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def before(app) -> set[str]:
    """What lay in the storage already; other tests have files too."""
    return stored(app)


def put(app, office, name: str = "letter.pdf", content: bytes = PDF, **more) -> str:
    """A file that came otherwise; returns where it is read."""
    kept = app.extensions["storage"].put(io.BytesIO(content), limit=len(content))
    with app.app_context(), committed(db.session) as session:
        brought = attachments.Brought(name, kept.checksum, kept.size_bytes, kept.content_type)
        case = session.get(Case, more.pop("case", office["case"]))
        made = attachments.add(session, SYSTEM, brought, case=case)
        for column, value in more.items():
            setattr(made, column, value)
        session.flush()
        return f"/app/files/{made.uuid}"


def events(app, action: str) -> list[AuditEvent]:
    with app.app_context():
        return list(db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == action)))
