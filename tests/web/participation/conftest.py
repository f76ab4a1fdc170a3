"""A case that services share, in the browser: the services, who works in them, and asking for an approval."""

import pytest
import sqlalchemy as sa

from portal.core.models import AuditEvent, Case, Participant, Vertical, WorkflowInstance
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import (
    committed,
    make_case,
    make_consent,
    make_participant,
    make_person,
    make_user,
    make_vertical,
    put_into,
)

WHY = {"reason": "BETTER_PLACED"}


@pytest.fixture
def office(app) -> dict[str, int]:
    """A service that works on consent and asks for approvals, one that may take part, one without consent; a case."""
    with app.app_context(), committed(db.session) as session:
        care = make_vertical(session, "CARE", consent=True, transfer_requires_approval=True)
        health, desk = make_vertical(session, "HEALTH", consent=True), make_vertical(session, "DESK", name="Open desk")
        subject = make_person(session, "Amina Testperson", verified=True)
        make_consent(session, subject, care)
        owner = make_user(session, Role.CASEWORKER, care, name="Ana Worker")
        users = {
            "worker": owner,
            "agent": make_user(session, Role.AGENT, care, name="Ali Agent"),
            "lead": make_user(session, Role.SUPERVISOR, care, name="Lea Lead"),
            "second": make_user(session, Role.SUPERVISOR, care, name="Sam Second"),
            "healer": make_user(session, Role.CASEWORKER, health, name="Hal Healer"),
            "nurse": make_user(session, Role.AGENT, health, name="Nia Nurse"),
            "stranger": make_user(session, Role.SUPERVISOR, desk, name="Una Stranger"),
            "auditor": make_user(session, Role.AUDITOR, name="Aud Auditor"),
        }
        case = make_case(session, care, owner=owner, subject=subject, status=Status.ACTIVE)
        verticals = {"care": care.id, "health": health.id, "desk": desk.id}
        more = {"case": case.id, "noise": make_case(session, care).id, "subject": subject.id}
        return {**verticals, **more, **{name: user.id for name, user in users.items()}}


@pytest.fixture
def asked(arrange, office) -> int:
    """The service that may take part was asked to."""
    return arrange(lambda s: part_of(s, office, "health"))


def part_of(session, office, vertical: str, **more) -> Participant:
    return make_participant(
        session,
        session.get(Case, office["case"]),
        session.get(Vertical, office[vertical]),
        **{"opted_in": False, **more},
    )


def consent_for(session, office, vertical: str):
    return make_consent(
        session, session.get(Case, office["case"]).subject_person, session.get(Vertical, office[vertical])
    )


def case_of(app, number: int) -> Case:
    with app.app_context():
        return db.session.get(Case, number)


def version(app, office) -> dict[str, int]:
    return {"version": case_of(app, office["case"]).version_id}


def put(app, office, status: Status) -> None:
    with app.app_context(), committed(db.session) as session:
        put_into(session, session.get(Case, office["case"]), status)


def refusals(app) -> list[str]:
    with app.app_context():
        query = sa.select(AuditEvent.action).where(AuditEvent.outcome == "refused")
        return list(db.session.scalars(query.order_by(AuditEvent.id)))


def html(response) -> str:
    return response.get_data(as_text=True)


def ask(at, app, office, path, who="lead", to="desk", **more):
    sent = {"to": office[to], **WHY, **version(app, office), **more}
    return at(who).post(f"{path}/transfer/approval", sent)


def question(app) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.max(WorkflowInstance.id)))
