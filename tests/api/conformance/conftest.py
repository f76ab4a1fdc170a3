"""An office that answers every dialect, and for each of them somebody who may do much, and a stranger."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.api import DIALECTS
from portal.core import reference, tokens
from portal.core.actors import SYSTEM
from portal.core.models import User, Vertical
from portal.core.vocabulary import Dialect, Role
from portal.extensions import db
from portal.limits import limiter
from tests.api.conformance.doors import DOORS
from tests.factories import make_person, make_user, make_vertical

NAMES = tuple(dialect.name for dialect in DIALECTS)


@dataclass
class Office:
    """Who works here: ``worker`` in every standing vertical, ``stranger`` in one that has nothing to do with them."""

    app: Flask
    users: dict[str, int]
    tokens: dict[tuple[str, Dialect], str]

    def caller(self, dialect: Dialect, who: str = "worker") -> "Caller":
        """Somebody with a token of this dialect."""
        return Caller(self.app.test_client(), self.tokens[who, dialect])

    def seed(self, dialect: Dialect, count: int) -> list[tuple[dict, dict]]:
        """Make cases through a dialect; returns what was sent and answered."""
        worker, door, made = self.caller(dialect), DOORS[dialect], []
        for number in range(1, count + 1):
            method, path, body = door.create(number)
            made.append((body, worker(method, path, body).json))
            for request in door.beside(number):
                worker(*request)
        return made

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
def office(app: Flask, ground) -> Office:
    """Code lists, verticals, people, and a token for everybody and every dialect."""
    with app.app_context():
        limiter.reset()  # counts outlive the database of a test
        reference.load(db.session)
        db.session.remove()
    with ground.arranged() as session:
        standing = session.query(Vertical).all()
        users = {
            "worker": make_user(session, Role.SUPERVISOR, *standing, name="Wendy Worker").id,
            "stranger": make_user(session, Role.SUPERVISOR, make_vertical(session), name="Stig Stranger").id,
        }
        for number in range(1, 4):
            make_person(session, f"Con Stituent {number}", vertical=standing[0])
        issued = {
            (who, dialect): _issued(session, dialect, user_id)[0] for who, user_id in users.items() for dialect in NAMES
        }
    return Office(app, users, issued)


def _issued(session, dialect: Dialect, user_id: int):
    return tokens.issue(
        session, SYSTEM, dialect=dialect, user=session.get(User, user_id), scopes=tokens.SCOPES[dialect]
    )


@pytest.fixture(params=list(DOORS), ids=[name.value for name in DOORS])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Each dialect in turn."""
    return request.param
