"""One worker who writes on two cases at the same moment, in two tabs: neither waits for what the other holds."""

import threading

import pytest
import sqlalchemy as sa

from portal.core import clock, outbox
from portal.core.models import HeldMessage, Message
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_user, make_vertical
from tests.page import Browser
from tests.races import both


@pytest.fixture
def engine_name() -> str:
    """On SQLite one writer follows the other, whatever they hold."""
    return "postgresql"


@pytest.mark.postgres
def test_two_messages_at_once_with_others_held_on_both_cases_are_both_sent_without_a_deadlock(app, monkeypatch):
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session)
        worker = make_user(session, Role.SUPERVISOR, here)
        cases = [make_case(session, here, owner=worker) for _ in range(2)]
        for case in cases:
            outbox.hold(session, actor_of(session, worker), case, "What was sent first.")
        clock.advance(outbox.HOLD)
        user, numbers = worker.id, [case.id for case in cases]
    real, gate, tried = outbox.release, threading.Barrier(2), []

    def release(*given, **named):
        if len(tried) < 2:
            tried.append(1)
            gate.wait(20)  # each holds its case by now
        else:
            tried.append(1)
        return real(*given, **named)

    monkeypatch.setattr(outbox, "release", release)
    monkeypatch.setattr(outbox, "AT_ONCE", 1)  # so that each tab finds one, and the other's case is not its own
    tabs = [Browser(app, user) for _ in numbers]
    # The tab of the second case comes to what is held on the first, and the other way round.
    came = both(app, *[lambda tab=tab, n=n: _send(tab, n) for tab, n in zip(tabs, reversed(numbers), strict=True)])
    assert came == [303, 303]
    assert len(tried) == 2, "one was ended and begun again"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2
        held = sa.select(HeldMessage.case_id).where(HeldMessage.state == "held")
        assert sorted(db.session.scalars(held)) == sorted(numbers)


def _send(tab: Browser, number: int) -> int:
    return tab.post(f"/app/cases/{number}/messages", {"text": "What was sent next."}).status_code
