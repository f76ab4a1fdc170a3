"""An office that answers every dialect, and for each of them somebody who may do much, and a stranger."""

import itertools
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.core import reference, token_scopes, tokens
from portal.core.actors import SYSTEM
from portal.core.models import Case, User, Vertical
from portal.core.vocabulary import Dialect, Role, Status
from portal.extensions import db
from portal.limits import limiter
from tests.api.conformance.doors import DOORS, Facts
from tests.factories import (
    committed,
    make_consent,
    make_household,
    make_person,
    make_place,
    make_program,
    make_user,
    make_vertical,
    put_into,
)


@dataclass
class Office:
    """Who works here: ``worker`` in every standing vertical, ``stranger`` in one that has nothing to do with them."""

    app: Flask
    users: dict[str, int]
    tokens: dict[tuple[str, Dialect], str]
    facts: Facts

    def caller(self, dialect: Dialect, who: str = "worker") -> "Caller":
        """Somebody with a token of this dialect."""
        return Caller(self.app.test_client(), self.tokens[who, dialect])

    def seed(self, dialect: Dialect, count: int) -> list[tuple[dict, dict]]:
        """Make cases through a dialect; returns what was sent and answered."""
        worker, door, made = self.caller(dialect), DOORS[dialect], []
        for number in range(1, count + 1):
            method, path, body = door.create(number, self.facts)
            answer = worker(method, path, body)
            assert answer.status_code in (200, 201), answer.data
            made.append((body, answer.json))
            for request in door.beside(number):
                worker(*request)
        return made

    def put_into_states(self, dialect: Dialect) -> None:
        """Put the cases of a dialect into one state after the other, so that each step finds one to start from."""
        with self.app.app_context():
            with committed(db.session) as session:
                cases = session.scalars(sa.select(Case).where(Case.origin == dialect.value).order_by(Case.id))
                for case, status in zip(cases, itertools.cycle(Status), strict=False):
                    put_into(session, case, status)
            db.session.remove()

    def fresh_token(self, dialect: Dialect, who: str = "worker") -> str:
        """One more token, for calls that end their own."""
        with self.app.app_context():
            text, _ = _issued(db.session, dialect, self.users[who])
            db.session.commit()
            db.session.remove()
        return text


@dataclass
class Caller:
    """A client with a token."""

    client: FlaskClient
    token: str

    def __call__(self, method: str, path: str, body=None, **headers: str):
        sent = {} if body is None else {"json": body}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(path, method=method, headers={"Authorization": f"Bearer {self.token}", **named}, **sent)


@pytest.fixture
def office(app: Flask, ground, installation) -> Office:
    """Code lists, verticals, people, and a token for everybody and every dialect."""
    with app.app_context():
        limiter.reset()  # counts outlive the database of a test
    return Office(app, *installation.begin_with("conformance", lambda: _built(app, ground)))


def _built(app: Flask, ground) -> tuple[dict[str, int], dict[tuple[str, Dialect], str], Facts]:
    with app.app_context():
        reference.load(db.session)
        db.session.remove()
    with ground.arranged() as session:
        standing = session.query(Vertical).order_by(Vertical.id).all()
        care = make_vertical(session, "CARE", consent=True)
        worker = make_user(session, Role.SUPERVISOR, *standing, care, name="Wendy Worker")
        stranger = make_user(session, Role.SUPERVISOR, make_vertical(session), name="Stig Stranger")
        users = {"worker": worker.id, "stranger": stranger.id}
        issued = {
            (who, dialect): _issued(session, dialect, user_id)[0] for who, user_id in users.items() for dialect in DOORS
        }
        facts = _facts(session, standing[0], care, worker)
    return users, issued, facts


def _facts(session, constituency: Vertical, care: Vertical, worker: User) -> Facts:
    persons = [
        make_person(session, f"Con Stituent {number}", vertical=constituency, verified=True) for number in range(1, 13)
    ]
    consents = [make_consent(session, person, care) for person in persons]
    households = [make_household(session, leader, verified=True) for leader in persons[:2]]
    return Facts(
        vertical=str(care.uuid),
        other_vertical=str(constituency.uuid),
        program=str(make_program(session, care).uuid),
        place=str(make_place(session, "North").uuid),
        worker=str(worker.uuid),
        persons=tuple(str(person.uuid) for person in persons),
        consents=tuple(str(consent.uuid) for consent in consents),
        households=tuple(str(household.uuid) for household in households),
    )


def _issued(session, dialect: Dialect, user_id: int):
    return tokens.issue(
        session, SYSTEM, dialect=dialect, user=session.get(User, user_id), scopes=token_scopes.SCOPES[dialect]
    )


@pytest.fixture(params=list(DOORS), ids=[name.value for name in DOORS])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Each dialect in turn."""
    return request.param
