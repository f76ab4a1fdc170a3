"""A transaction that lost against another at the same rows is taken again before anybody hears of it."""

import pytest
import sqlalchemy as sa

from portal.core import transitions
from portal.core.errors import StaleVersion
from portal.core.models import Case, CaseStatusHistory
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from portal.web.again import ATTEMPTS
from tests.factories import committed, make_case, make_user, make_vertical


class Deadlock(Exception):
    """What PostgreSQL's driver raises for the one it chose to end."""

    sqlstate = "40P01"


@pytest.fixture
def office(app) -> dict[str, int]:
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        worker = make_user(session, Role.SUPERVISOR, here)
        case = make_case(session, here, owner=worker)
        return {"worker": worker.id, "case": case.id, "version": case.version_id}


@pytest.fixture
def lose(monkeypatch):
    """Let the first so many steps be lost, after they wrote what they write; then may come something else."""

    def begin(times: int, error: Exception | None = None, later: Exception | None = None) -> list[int]:
        real, tried = transitions.change_status, []

        def step(*given, **named):
            tried.append(1)
            made = real(*given, **named)
            if len(tried) <= times:
                raise error or sa.exc.OperationalError("UPDATE cases", {}, Deadlock("deadlock detected"))
            if later is not None:
                raise later
            return made

        monkeypatch.setattr(transitions, "change_status", step)
        return tried

    return begin


def stabilize(browser_as, office, *, expect: int):
    """The answer to the confirmed step."""
    browser = browser_as(office["worker"])
    return browser.post(f"/app/cases/{office['case']}/stabilize", {"version": office["version"]}, expect=expect)


def stands(app, office) -> tuple[Status, int]:
    """The state of the case and the number of its steps."""
    with app.app_context():
        steps = sa.select(sa.func.count()).where(CaseStatusHistory.case_id == office["case"])
        return db.session.get(Case, office["case"]).lifecycle_status, db.session.scalar(steps)


def test_a_step_that_lost_is_taken_once_and_nobody_hears_of_it(app, browser_as, office, lose):
    before = stands(app, office)[1]
    tried = lose(2)
    stabilize(browser_as, office, expect=303)
    assert stands(app, office) == (Status.STABILIZED, before + 1)
    assert len(tried) == 3


def test_one_that_loses_every_time_is_an_error_page_that_changed_nothing(app, browser_as, office, lose):
    before = stands(app, office)
    tried = lose(100)
    answer = stabilize(browser_as, office, expect=500)
    assert "deadlock" not in answer.text
    assert stands(app, office) == before
    assert len(tried) == ATTEMPTS + 1


def test_what_trying_again_cannot_help_is_not_tried_again(app, browser_as, office, lose):
    before = stands(app, office)
    tried = lose(100, sa.exc.DataError("UPDATE cases", {}, ValueError("out of range")))
    stabilize(browser_as, office, expect=500)
    assert stands(app, office) == before
    assert len(tried) == 1


def test_a_refusal_of_the_second_try_is_told_as_one(app, browser_as, office, lose):
    before = stands(app, office)
    lose(1, later=StaleVersion("Somebody else changed this case meanwhile."))
    stabilize(browser_as, office, expect=409)
    assert stands(app, office) == before
