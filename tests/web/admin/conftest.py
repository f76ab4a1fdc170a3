"""The administration in the browser: who administers, a partner, and a case of theirs."""

import datetime as dt
import re
from dataclasses import dataclass

import pytest

from portal.core import call_log, clock, intake
from portal.core.call_log import Call
from portal.core.models import CodeValue
from portal.core.told import Doubt
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_organisation, make_user, make_vertical
from tests.page import Browser

ADMIN = "/app/admin"
JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")


@dataclass(frozen=True)
class Office:
    """The numbers of those who take part."""

    administrator: int
    auditor: int
    agent: int
    partner: int
    case: int


@pytest.fixture
def office(app) -> Office:
    """An administrator, an auditor, an agent, and an active partner whose case carries a code that nobody knows."""
    with app.app_context(), committed(db.session) as session:
        vertical = make_vertical(session, "HERE")
        users = [make_user(session, Role.ADMINISTRATOR, name="Ada Admin"), make_user(session, Role.AUDITOR)]
        users.append(make_user(session, Role.AGENT, vertical, name="Ola Agent"))
        partner = make_organisation(session, "Harbour Children", status="active")
        session.add(CodeValue(list_name="case_category", value="ours", label="Neglect"))
        case = make_case(session, vertical, organisation_id=partner.id, category="999")
        intake.keep_doubts(session, case, [Doubt("case_category", "case_category_id", "999", "")])
        return Office(*(user.id for user in users), partner=partner.id, case=case.id)


@pytest.fixture
def administrator(app, office) -> Browser:
    """The administrator's browser."""
    return Browser(app, office.administrator)


@pytest.fixture
def auditor(app, office) -> Browser:
    """The auditor's browser."""
    return Browser(app, office.auditor)


def html(response) -> str:
    """The page as it came."""
    return response.get_data(as_text=True)


def call_with(app, text: str | None) -> int:
    """How the helpline's list answers to a token."""
    headers = {"Authorization": f"Bearer {text}"} if text else {}
    return app.test_client().get("/api/cases/", headers=headers).status_code


def issued(administrator: Browser, holder: str, dialect: str = "helpline", **more) -> str:
    """Issue a token by the form; returns its text, from the page that shows it."""
    told = {"dialect": dialect, "holder": holder, "days": "30", "once": "a form"} | more
    return JWT.search(html(administrator.post(f"{ADMIN}/tokens/new", told, expect=200)))[0]


def keep_calls(app, office, *more: dict) -> None:
    """Calls of the agent, each a minute older than the one before."""
    usual = {
        "dialect": "helpline",
        "method": "GET",
        "route": "/api/cases/",
        "status": 200,
        "duration_ms": 7,
        "principal": f"user:{office.agent}",
    }
    calls = [
        Call(**(usual | {"at": clock.now() - dt.timedelta(minutes=n), "correlation_id": f"call{n}"} | told))
        for n, told in enumerate(more)
    ]
    with app.app_context():
        call_log.keep(db.engine, calls, [])
