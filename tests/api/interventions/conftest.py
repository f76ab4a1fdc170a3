"""Two services that work on consent, their people with a token each, and the calls of contract 004."""

import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.core import clock, tokens
from portal.core.actors import SYSTEM
from portal.core.vocabulary import Dialect, Role
from portal.extensions import db
from tests.factories import make_place, make_program, make_user, make_vertical

DAY = dt.timedelta(days=1)


def at(days: float = 0) -> str:
    """A moment some days from now, as this dialect writes it."""
    return (clock.now() + days * DAY).isoformat().replace("+00:00", "Z")


def error(answer, status: int, code: str | None = None, target: str | None = None) -> dict:
    """The failure, which has the one shape that failures have here."""
    assert answer.status_code == status, (answer.status_code, answer.json)
    assert set(answer.json) == {"error"}
    told = answer.json["error"]
    assert set(told) == {"code", "message", "target", "traceId", "details"}
    assert told["code"].startswith("ERR_") and told["message"] and isinstance(told["details"], dict)
    assert told["traceId"] == answer.headers["X-Request-ID"]
    if code is not None:
        assert told["code"] == code
    if target is not None:
        assert told["target"] == target
    return told


@dataclass
class Caller:
    """A client with a token."""

    client: FlaskClient
    token: str | None
    user_id: str | None = None

    def get(self, path: str, **query: Any):
        """GET with the token."""
        return self.client.get(path, query_string=query or None, headers=self._headers({}))

    def post(self, path: str, body: Any = None, **headers: str):
        """POST JSON with the token."""
        return self.client.post(path, json={} if body is None else body, headers=self._headers(headers))

    def patch(self, path: str, body: Any, **headers: str):
        """PATCH JSON with the token."""
        return self.client.patch(path, json=body, headers=self._headers(headers))

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.token}", **named} if self.token else named


@dataclass
class Office:
    """Who calls, and the ids of what there is."""

    app: Flask
    ground: Any
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    verticals: dict[str, str] = field(default_factory=dict)
    programs: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def caller(self, name: str | None) -> Caller:
        """A fresh client with that token."""
        return Caller(self.app.test_client(), self.tokens[name] if name else None, self.users.get(name or ""))

    def __getattr__(self, name: str) -> Caller:
        """``office.worker``: a client with the worker's token."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self.caller(name)

    def file(self) -> str:
        """A file that proves something."""
        form = {"file": (io.BytesIO(b"%PDF-1.4 consent"), "consent.pdf"), "target_type": "consent"}
        made = self.app.test_client().post(
            "/attachments",
            data=form,
            content_type="multipart/form-data",
            headers={"Authorization": f"Bearer {self.tokens['worker']}"},
        )
        assert made.status_code == 201, made.json
        return made.json["attachment_id"]

    def person(self, name: str = "Amina Testperson", *, verified: bool = True) -> str:
        """A person, registered by the worker and verified by another one."""
        made = self.worker.post("/persons", {"full_name": name, "date_of_birth": "2001-02-03"})
        assert made.status_code == 201, made.json
        if verified:
            done = self.other.post(f"/persons/{made.json['person_id']}/verify")
            assert done.status_code == 200, done.json
        return made.json["person_id"]

    def consent(self, person: str, vertical: str = "CARE", *, until: float | None = None) -> str:
        """An active consent."""
        body = {
            "vertical_id": self.verticals[vertical],
            "active_from": at(-1),
            "evidence_attachment_ids": [self.file()],
        }
        if until is not None:
            body["active_until"] = at(until)
        made = self.worker.post(f"/persons/{person}/consents", body)
        assert (made.status_code, made.json["status"]) == (201, "active"), made.json
        return made.json["consent_id"]

    def case(self, person: str | None = None, *, to: str = "draft", **more: Any) -> str:
        """A case of somebody who consented, walked to a state."""
        if person is None:
            person = self.person(f"Person {len(self.places)} {clock.now().timestamp()}")
            self.consent(person)
        body = {
            "subject_type": "person",
            "subject_id": person,
            "primary_vertical_id": self.verticals["CARE"],
            **more,
        }
        made = self.worker.post("/cases", body)
        assert made.status_code == 201, made.json
        self.walk(made.json["case_id"], to)
        return made.json["case_id"]

    def walk(self, case: str, to: str) -> None:
        """From draft to a state, by those who may."""
        verified = {"verified_by": self.users["other"], "verified_at": at()}
        steps = [
            ("draft", None, None, None),
            ("submitted", "worker", "submit", {"submission_notes": "As told."}),
            ("verified", "other", "verify", verified),
            ("active", "supervisor", "activate", {}),
            ("stabilized", "worker", "stabilize", {}),
            ("closed", "worker", "close", {"closure_reason": "OBJECTIVES_MET"}),
            ("archived", "supervisor", "archive", {"reason_code": "RETENTION"}),
        ]
        if to == "suspended":
            self.walk(case, "active")
            self.step("supervisor", case, "suspend", {"suspension_reason": "POLICY_SUSPENSION"})
            return
        if to == "reopened":
            self.walk(case, "closed")
            self.step("supervisor", case, "reopen", {"reason_code": "NEW_INFORMATION"})
            return
        for state, who, action, body in steps:
            if action:
                self.step(who, case, action, body)
            if state == to:
                return

    def step(self, who: str, case: str, action: str, body: dict[str, Any]) -> dict[str, Any]:
        """One step that must succeed."""
        answer = self.caller(who).post(f"/cases/{case}/{action}", body)
        assert answer.status_code == 200, answer.json
        return answer.json


@pytest.fixture
def office(app: Flask, ground, installation) -> Office:
    """The office."""
    return Office(app, ground, **installation.begin_with("interventions", lambda: _built(app, ground)))


def _built(app: Flask, ground) -> dict[str, dict[str, str]]:
    with ground.arranged() as session:
        care = make_vertical(session, "CARE", consent=True, grace_days=7)
        health, desk = make_vertical(session, "HEALTH", consent=True), make_vertical(session, "DESK")
        strict = make_vertical(session, "STRICT", consent=True, transfer_requires_approval=True)
        elsewhere = make_vertical(session, "ELSEWHERE", consent=True)
        verticals = {v.code: str(v.uuid) for v in (care, health, desk, strict, elsewhere)}
        programs = {v.code: str(make_program(session, v).uuid) for v in (care, health)}
        country = make_place(session, "Country")
        town = make_place(session, "Town", country)
        places = {"country": str(country.uuid), "town": str(town.uuid)}
        users = {
            "worker": make_user(session, Role.CASEWORKER, care, strict),
            "other": make_user(session, Role.CASEWORKER, care, strict),
            "agent": make_user(session, Role.AGENT, care),
            "supervisor": make_user(session, Role.SUPERVISOR, care, strict),
            "second": make_user(session, Role.SUPERVISOR, care, strict),
            "healer": make_user(session, Role.CASEWORKER, health),
            "stranger": make_user(session, Role.SUPERVISOR, elsewhere),
            "administrator": make_user(session, Role.ADMINISTRATOR),
            "auditor": make_user(session, Role.AUDITOR),
        }
        issued = {
            name: tokens.issue(session, SYSTEM, dialect=Dialect.INTERVENTIONS, user=user)[0]
            for name, user in users.items()
        }
        ids = {name: str(user.uuid) for name, user in users.items()}
        issued["reader"] = tokens.issue(
            session, SYSTEM, dialect=Dialect.INTERVENTIONS, user=users["worker"], scopes=["cases:read"]
        )[0]
        issued["of_another_door"] = tokens.issue(session, SYSTEM, dialect=Dialect.HELPLINE, user=users["worker"])[0]
    with app.app_context():
        db.session.remove()
    return {"tokens": issued, "users": ids, "verticals": verticals, "programs": programs, "places": places}
