"""An office that answers this dialect, with the people that the contract's example speaks of."""

from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core import reference, tokens
from portal.core.actors import SYSTEM
from portal.core.models import Base, User, Vertical
from portal.core.vocabulary import Dialect, Origin, Role
from portal.extensions import db
from portal.limits import limiter
from tests.api.constituency.example import BODY, REQUEST
from tests.factories import committed, make_person, make_user, make_vertical

# Grow by reading, signing in and being refused; what is not casework.
BESIDE = {"api_calls", "api_tokens", "audit_events", "audit_chains", "audit_values", "rate_limits", "job_leases"}


@dataclass
class Caller:
    """Somebody who calls the dialect with a token; every answer must be JSON."""

    app: Flask
    token: str
    scheme: str = "Bearer "

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        client: FlaskClient = self.app.test_client()
        headers = {"Authorization": f"{self.scheme}{self.token}", **options.pop("headers", {})}
        sent = {"data": body} if isinstance(body, bytes) else ({} if body is None else {"json": body})
        if isinstance(body, bytes):
            sent["content_type"] = "application/json"
        answer = client.open(f"/api/ajax{path}", method=method, headers=headers, **{**sent, **options})
        assert answer.mimetype == "application/json", (answer.status, answer.data)
        assert answer.json is not None
        return answer

    def get(self, path: str, **options: Any) -> TestResponse:
        return self("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self("POST", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self("DELETE", path, **options)


@dataclass
class Office:
    """Ids of those who work here: 1 the administrator, 2 John Smith; constituent 5 is Eva Garcia of XYZ Ltd."""

    app: Flask
    users: dict[str, int]
    tokens: dict[str, str]
    stranger_id: int  # a constituent of another vertical
    outsider_id: int  # a user of another vertical

    def calls_as(self, name: str) -> Caller:
        return Caller(self.app, self.tokens[name])

    def rows(self) -> dict[str, int]:
        """How many rows each table of casework has."""
        with self.app.app_context():
            counts = {
                table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table))
                for table in Base.metadata.sorted_tables
                if table.name not in BESIDE
            }
            db.session.remove()
        return counts

    def do(self, work):
        """Arrange or look: ``work(session)`` in a unit of its own."""
        with self.app.app_context():
            with committed(db.session):
                found = work(db.session)
            db.session.remove()
        return found


@pytest.fixture
def office(app: Flask, installation) -> Office:
    with app.app_context():
        limiter.reset()  # counts outlive the database of a test
    return Office(app, **installation.begin_with("constituency", lambda: _built(app)))


def _built(app: Flask) -> dict[str, Any]:
    with app.app_context():
        reference.load(db.session)
        with committed(db.session) as session:
            made = _people(session)
            issued = {name: _token(session, user_id) for name, user_id in made["users"].items()}
        db.session.remove()
    return {"tokens": issued, **made}


def _people(session) -> dict[str, Any]:
    vertical = session.scalars(sa.select(Vertical).where(Vertical.default_for == Origin.CONSTITUENCY)).one()
    elsewhere = make_vertical(session)
    users = {
        "administrator": make_user(session, Role.ADMINISTRATOR, name="Ada Minister"),
        "caseworker": make_user(session, Role.CASEWORKER, vertical, name="John Smith"),
        "supervisor": make_user(session, Role.SUPERVISOR, vertical, name="Sue Pervis"),
        "agent": make_user(session, Role.AGENT, vertical, name="Ann Gent"),
        "auditor": make_user(session, Role.AUDITOR, name="Audrey Torr"),
        "outsider": make_user(session, Role.SUPERVISOR, elsewhere, name="Otto Side"),
    }
    for number in range(1, 5):
        make_person(session, f"Con Stituent {number}", vertical=vertical)
    eva = {"given_name": "Eva", "family_name": "Garcia", "organisation_name": "XYZ Ltd"}
    assert make_person(session, "Eva Garcia", vertical=vertical, **eva).id == 5
    assert (users["administrator"].id, users["caseworker"].id) == (1, 2)
    return {
        "users": {name: user.id for name, user in users.items()},
        "stranger_id": make_person(session, "Somebody Elsewhere", vertical=elsewhere).id,
        "outsider_id": users["outsider"].id,
    }


def _token(session, user_id: int) -> str:
    user = session.get(User, user_id)
    return tokens.issue(session, SYSTEM, dialect=Dialect.CONSTITUENCY, user=user)[0]


@pytest.fixture
def administrator(office: Office) -> Caller:
    return office.calls_as("administrator")


@pytest.fixture
def caseworker(office: Office) -> Caller:
    return office.calls_as("caseworker")


@pytest.fixture
def supervisor(office: Office) -> Caller:
    return office.calls_as("supervisor")


@pytest.fixture
def outsider(office: Office) -> Caller:
    return office.calls_as("outsider")


@pytest.fixture
def auditor(office: Office) -> Caller:
    return office.calls_as("auditor")


@pytest.fixture
def case_number(caseworker: Caller) -> int:
    """A case of Eva Garcia's, made as the contract's example does, beside one of somebody else's."""
    other = {**BODY, "constituentID": 1, "caseTypeID": 64, "summary": "Noise at night"}
    assert caseworker.post("/cases", other).status_code == 201
    return caseworker.post("/cases", REQUEST).json["id"]
