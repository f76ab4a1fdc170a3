"""``jobs run`` and ``clock advance``: what the portal does by itself, and how to see it without waiting."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from portal import jobs_in_server
from portal.core import audit, clock, jobs
from portal.core.models import AuditCheckpoint, Consent, Draft, IdempotencyKey, JobLease
from portal.core.vocabulary import ConsentStatus
from portal.extensions import db
from tests.cli.conftest import both_engines
from tests.factories import committed, make_consent, make_person, make_user, make_vertical

DAY = dt.timedelta(days=1)


@pytest.fixture
def ageing(session):
    """A kept answer, a draft and two consents, each with a life of its own."""
    with committed(session):
        user, vertical = make_user(session), make_vertical(session, consent=True)
        now = clock.now()
        session.add(IdempotencyKey(principal="user:1", method="POST", route="/cases", key="k", request_digest="d"))
        session.add(Draft(user_id=user.id, form="note", key="1", body="{}", expires_at=now + 3 * DAY))
        make_consent(session, make_person(session), vertical, active_until=now + 2 * DAY)
        make_consent(session, make_person(session), vertical)
    return session


def left(session) -> tuple[int, int, list[str]]:
    labels = session.scalars(sa.select(Consent.status).order_by(Consent.id)).all()
    counts = [session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (IdempotencyKey, Draft)]
    session.rollback()
    return (*counts, [label.value for label in labels])


@both_engines
def test_what_is_over_goes_when_it_is_over_and_not_before(ageing, run):
    run("jobs", "run", "--once")
    assert left(ageing) == (1, 1, ["active", "active"])

    run("clock", "advance", "24h")
    run("clock", "advance", "1m")
    assert "idempotency.purge: 1 changed" in run("jobs", "run", "--once").output
    assert left(ageing) == (0, 1, ["active", "active"])

    run("clock", "advance", "1d")
    assert "consents.label: 1 changed" in run("jobs", "run", "--once").output
    assert left(ageing) == (0, 1, ["expired", "active"])

    run("clock", "advance", "1d")
    assert "drafts.expire: 1 changed" in run("jobs", "run", "--once").output
    assert left(ageing) == (0, 0, ["expired", "active"])
    assert list(audit.verify(ageing)) == []


def test_a_label_is_no_new_version_of_a_consent(ageing, run):
    run("clock", "advance", "7d")
    run("jobs", "run", "--once")
    expired = ageing.scalar(sa.select(Consent).where(Consent.status == ConsentStatus.EXPIRED))
    assert expired.version_id == 1
    assert expired.updated_at < clock.now() - 6 * DAY


@both_engines
def test_a_job_runs_when_it_is_due_and_not_again_before(session):
    def names() -> list[str]:
        return [ran.name for ran in jobs.run_due(session)]

    assert names() == [job.name for job in jobs.JOBS]
    assert names() == []
    clock.advance(dt.timedelta(minutes=16))
    again = names()
    assert "audit.checkpoint" in again
    assert again == [job.name for job in jobs.JOBS if job.every <= dt.timedelta(minutes=16)]


@both_engines
def test_a_job_that_another_process_is_at_is_left_to_it_until_its_lease_runs_out(session):
    with committed(session):
        session.add(JobLease(name="drafts.expire", holder="elsewhere:1", until=clock.now() + jobs.LEASE))
    assert {ran.name: ran.changed for ran in jobs.run_due(session)}["drafts.expire"] is None
    clock.advance(jobs.LEASE + dt.timedelta(seconds=1))
    assert {ran.name: ran.changed for ran in jobs.run_due(session)}["drafts.expire"] == 0


def test_more_than_one_batch_is_done_in_one_run(session):
    with committed(session):
        user = make_user(session)
        session.add_all(
            Draft(user_id=user.id, form="note", key=str(number), body="{}", expires_at=clock.now())
            for number in range(1001)
        )
    assert {ran.name: ran.changed for ran in jobs.run_due(session)}["drafts.expire"] == 1001


def test_long_work_gives_way_to_other_jobs_until_it_is_due_again(session):
    ran = []
    long = jobs.Job("long", DAY, lambda _session: ran.append("long") or 10, at_once=10, a_run=30)
    other = jobs.Job("other", DAY, lambda _session: ran.append("other") or 0)
    assert [one.changed for one in jobs.run_due(session, jobs=(long, other))] == [30, 0]
    assert ran == ["long"] * 3 + ["other"]


def test_the_server_does_the_work_by_itself(app, loaded):
    stop, sealed = threading.Event(), threading.Event()

    def told(connection, cursor, statement, *_):
        if statement.startswith("INSERT INTO audit_checkpoints"):
            sealed.set()
            stop.set()

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "after_cursor_execute", told)
    try:
        thread = jobs_in_server.start(app, stop=stop)
        assert sealed.wait(30)
        thread.join(30)
    finally:
        sa.event.remove(engine, "after_cursor_execute", told)
    assert not thread.is_alive()
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditCheckpoint)) == 1


@pytest.mark.parametrize(
    ("written", "seconds"), [("24h", 86400), ("30m", 1800), ("7d", 604800), ("90s", 90), ("1d12h", 129600)]
)
def test_the_clock_moves_by_what_is_written(app, run, written, seconds):
    before = clock.now()
    run("clock", "advance", written)
    assert 0 <= (clock.now() - before).total_seconds() - seconds < 60


@pytest.mark.parametrize("written", ["24", "h", "-1h", "1w", ""])
def test_what_is_no_duration_is_refused_with_an_example(app, run, written):
    assert "write it like 24h, 30m, 7d" in run("clock", "advance", "--", written, code=2).output


def test_the_clock_of_a_live_installation_stands_firm(app, as_live, run):
    before = clock.now()
    assert "in demo and test installations only" in run("clock", "advance", "24h", code=1).output
    assert clock.now() - before < dt.timedelta(minutes=1)
