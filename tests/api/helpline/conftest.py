"""A helpline with an agent, a supervisor and a partner organisation, each with a token."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.core import organisations, reference, tokens
from portal.core.actors import SYSTEM
from portal.core.models import Vertical
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import make_user

EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> Any:
    """A request of the contracts, word for word."""
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


@dataclass
class Caller:
    """A client of this dialect, with the token it holds."""

    client: FlaskClient
    token: str | None

    def get(self, path: str, **headers: str):
        """GET with the token."""
        return self.client.get(path, headers=self._headers(headers))

    def post(self, path: str, body: Any, **headers: str):
        """POST JSON with the token."""
        return self.client.post(path, json=body, headers=self._headers(headers))

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.token}", **named} if self.token else named


@dataclass
class Office:
    """Who calls, and what they are known by."""

    app: Flask
    tokens: dict[str, str]
    ids: dict[str, int]

    def caller(self, name: str | None) -> Caller:
        """``office.caller("agent")``: a fresh client with that token."""
        return Caller(self.app.test_client(), self.tokens[name] if name else None)


@pytest.fixture
def office(app: Flask, ground, installation) -> Office:
    """A helpline that answers, with its people and one partner."""
    return Office(app, *installation.begin_with("helpline", lambda: _built(app, ground)))


def _built(app: Flask, ground) -> tuple[dict[str, str], dict[str, int]]:
    with app.app_context():
        reference.load(db.session)
        db.session.remove()
    with ground.arranged() as session:
        helpline = session.query(Vertical).filter_by(code="HELPLINE").one()
        people = {
            "agent": make_user(session, Role.AGENT, helpline, agent_code="100", name="Ada Agent"),
            "other": make_user(session, Role.AGENT, helpline, agent_code="7", name="Omar Other"),
            "supervisor": make_user(session, Role.SUPERVISOR, helpline, name="Sue Supervisor"),
            "outsider": make_user(session, Role.CASEWORKER, agent_code="900", name="Olga Outsider"),
            "administrator": make_user(session, Role.ADMINISTRATOR, name="Alva Administrator"),
            "auditor": make_user(session, Role.AUDITOR, name="Aron Auditor"),
        }
        issued = {
            name: tokens.issue(session, SYSTEM, dialect="helpline", user=user)[0] for name, user in people.items()
        }
        partner = organisations.register(session, SYSTEM, name="CPMIS System", email="admin@cpmis.org")
        rival = organisations.register(session, SYSTEM, name="Another Partner", email="desk@rival.example")
        staff = organisations.register(session, SYSTEM, name="Night Line", email="desk@night.example")
        for name, organisation, scopes in (
            ("partner", partner, None),
            ("rival", rival, None),
            ("night line", staff, ["cases:write", "cases:read"]),
        ):
            issued[name], _ = tokens.issue(
                session, SYSTEM, dialect="helpline", organisation=organisation, scopes=scopes
            )
        issued["reader"], _ = tokens.issue(
            session, SYSTEM, dialect="helpline", user=people["agent"], scopes=["cases:read"]
        )
        ids = {name: user.id for name, user in people.items()} | {
            "partner": partner.id,
            "rival": rival.id,
            "helpline": helpline.id,
        }
    return issued, ids
