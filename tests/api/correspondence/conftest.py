"""An office that takes mail of other systems, and the systems that send it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from portal.core import audit, tokens
from portal.core.actors import SYSTEM
from portal.core.models import Base, Case, CorrespondenceCase, Inbox, Message
from portal.core.vocabulary import Dialect, Origin, Role
from portal.extensions import db
from tests.factories import committed, make_case, make_organisation, make_user, make_vertical, put_into

EXAMPLES = Path(__file__).parent / "examples"

# Grow by calling and being refused; what is not casework.
BESIDE = {"api_calls", "api_tokens", "audit_events", "audit_chains", "rate_limits", "job_leases"}


def example(name: str, **changes: Any) -> dict[str, Any]:
    """An example of the contract, with some keys otherwise; one that is ``...`` is left out."""
    body = {**json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8")), **changes}
    return {key: value for key, value in body.items() if value is not ...}


def message(uid: str = "msg-001", **changes: Any) -> dict[str, Any]:
    """A message like the contract's, with some keys otherwise; one that is ``...`` is left out."""
    body = {**example("put_case")["messages"][0], "messageUid": uid, **changes}
    return {key: value for key, value in body.items() if value is not ...}


@dataclass
class Sender:
    """A system that sends mail with a token; every answer that has a body must be JSON."""

    app: Flask
    token: str
    scheme: str = ""

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        headers = {"Authorization": f"{self.scheme}{self.token}", **options.pop("headers", {})}
        sent = {"data": body} if isinstance(body, bytes | str) else ({} if body is None else {"json": body})
        answer = self.app.test_client().open(f"/v1/case{path}", method=method, headers=headers, **{**sent, **options})
        assert answer.status_code == 204 or answer.is_json, (answer.status, answer.data)
        return answer

    def put(self, body: Any = None, **options: Any) -> TestResponse:
        return self("PUT", "", example("put_case") if body is None else body, **options)

    def put_message(self, body: Any = None, **options: Any) -> TestResponse:
        return self("PUT", "/messages", example("put_message") if body is None else body, **options)

    def post(self, body: Any = None, **options: Any) -> TestResponse:
        return self("POST", "/messages", example("post_message") if body is None else body, **options)

    def patch(self, body: Any = None, uid: str = "case-12345", **options: Any) -> TestResponse:
        return self("PATCH", f"/{uid}", example("patch_case") if body is None else body, **options)

    def get(self, uid: str = "case-12345", **options: Any) -> TestResponse:
        return self("GET", f"/{uid}", **options)


@dataclass
class MailOffice:
    """An office with a vertical for mail, its caseworker, and two partner systems."""

    app: Flask
    worker_id: int
    vertical_id: int
    partner_id: int
    tokens: dict[str, str]

    def sender(self, name: str = "partner", scheme: str = "") -> Sender:
        return Sender(self.app, self.tokens[name], scheme)

    def do(self, work: Callable[[Any], Any]) -> Any:
        """Arrange: ``work(session)`` in a unit of its own."""
        with self.app.app_context():
            with committed(db.session):
                found = work(db.session)
            db.session.remove()
        return found

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of casework as it stands, so that two moments can be compared."""
        with self.app.app_context(), db.engine.connect() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(sa.select(*map(_stored, table.c)))))
                for table in Base.metadata.sorted_tables
                if table.name not in BESIDE
            }

    def case(self, uid: str = "case-12345") -> Case:
        """The case that a sender opened, detached, as it stands."""
        return self.look(
            lambda session: session.scalar(
                sa.select(Case)
                .join(CorrespondenceCase, CorrespondenceCase.case_id == Case.id)
                .where(CorrespondenceCase.case_uid == uid)
            )
        )

    def messages(self) -> list[Message]:
        """All messages there are, in the order of their arrival, detached."""
        return self.look(lambda session: session.scalars(sa.select(Message).order_by(Message.id)).all())

    def look(self, work: Callable[[Any], Any]) -> Any:
        """Look at rows; they are detached."""
        with self.app.app_context():
            found = work(db.session)
            db.session.expunge_all()
            db.session.remove()
        return found

    def put_into(self, status: Any, uid: str = "case-12345") -> int:
        """Put a sender's case into a state, as if the office had."""
        number = self.case(uid).id
        self.do(lambda session: put_into(session, session.get(Case, number), status))
        return number

    def events(self, action: str) -> list[dict[str, Any]]:
        """The details of audit events of this name, oldest first."""
        query = sa.select(audit.AuditEvent.details).where(audit.AuditEvent.action == action)
        return self.look(lambda session: [dict(d) for d in session.scalars(query.order_by(audit.AuditEvent.id))])

    def audit_breaks(self) -> list[Any]:
        return self.look(lambda session: list(audit.verify(session)))


def _stored(column: sa.Column) -> sa.ColumnElement:
    """A column as it is stored: encrypted ones as they lie there."""
    return sa.type_coerce(column, sa.LargeBinary()) if type(column.type).__name__ == "EncryptedText" else column


@pytest.fixture
def office(app: Flask, installation) -> MailOffice:
    return MailOffice(app, *installation.begin_with("correspondence", lambda: _built(app)))


def _built(app: Flask) -> tuple[int, int, int, dict[str, str]]:
    with app.app_context():
        session = db.session
        with committed(session):
            vertical = make_vertical(session, "MAIL", default_for=Origin.CORRESPONDENCE)
            make_case(session, vertical)  # somebody else's, to be left alone
            worker = make_user(session, Role.CASEWORKER, vertical)
            partner, other = make_organisation(session), make_organisation(session)
            issued = {
                "partner": {"organisation": partner},
                "closer": {"organisation": partner, "scopes": ["v1:case", "case:close"]},
                "other": {"organisation": other},
                "worker": {"user": worker},
                "outsider": {"user": make_user(session, Role.CASEWORKER, make_vertical(session))},
                "auditor": {"user": make_user(session, Role.AUDITOR)},
            }
            texts = {
                name: tokens.issue(session, SYSTEM, dialect=Dialect.CORRESPONDENCE, **holder)[0]
                for name, holder in issued.items()
            }
            texts["helpline"] = tokens.issue(session, SYSTEM, dialect=Dialect.HELPLINE, organisation=partner)[0]
            made = worker.id, vertical.id, partner.id, texts
        session.remove()
    return made


@pytest.fixture
def sender(office: MailOffice) -> Sender:
    """A partner's system, with a token that may not close."""
    return office.sender()


@pytest.fixture
def closer(office: MailOffice) -> Sender:
    """The same partner's system, with a token that may close."""
    return office.sender("closer")


@pytest.fixture
def inbox(office: MailOffice) -> Callable[..., int]:
    """``inbox(address, **vertical)``: an inbox that a vertical of its own answers; returns the vertical's id."""

    def make(address: str, **more: Any) -> int:
        def work(session: Any) -> int:
            vertical = make_vertical(session, **more)
            session.add(Inbox(address=address, vertical_id=vertical.id))
            return vertical.id

        return office.do(work)

    return make
