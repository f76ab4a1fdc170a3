"""Periodic work: each job in a unit of its own, and once for an installation however many processes ask.

A job that is due is claimed by a lease, one row a job: whoever changes the row runs the job. A process that dies keeps
its claim until the lease runs out. Every job may run twice without harm.
"""

import datetime as dt
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import (
    audit,
    clock,
    code_settling,
    consent_effects,
    database,
    erasure_sweep,
    organisations,
    outbox,
    pair_finding,
    passwords,
    people_retention,
    people_retention_work,
    retention_work,
    sessions,
)
from portal.core.actors import SYSTEM
from portal.core.models import Consent, Draft, IdempotencyKey, JobLease
from portal.core.unit import unit_of_work
from portal.core.vocabulary import ConsentStatus

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=5)
ANSWERS_KEPT = dt.timedelta(hours=24)
_AT_ONCE = 1000


@dataclass(frozen=True)
class Job:
    """A piece of periodic work; ``run`` does a part of it in the caller's unit and tells how many rows it changed."""

    name: str
    every: dt.timedelta
    run: Callable[[Session], int]
    at_once: int = _AT_ONCE  # it did all there was when it changed fewer rows, so that nobody waits long for the writer
    after: Callable[[sa.Engine], None] | None = None  # done once the units are over, where something was changed
    a_run: int = sys.maxsize  # with so many rows it gives way to other jobs until it is due again


@dataclass(frozen=True)
class Ran:
    """A job that ran and what it changed; None where another process was at it."""

    name: str
    changed: int | None


def forget_answers(session: Session) -> int:
    """Remove answers kept for repeated requests after 24 hours."""
    key = sa.inspect(IdempotencyKey).primary_key
    old = sa.select(*key).where(IdempotencyKey.created_at < clock.now() - ANSWERS_KEPT).limit(_AT_ONCE)
    found = session.execute(old).all()
    if found:
        session.execute(sa.delete(IdempotencyKey).where(sa.tuple_(*key).in_(found)))
    return len(found)


def expire_drafts(session: Session) -> int:
    """Remove drafts whose time is over: what was never said should not be kept for ever."""
    old = sa.select(Draft.id).where(Draft.expires_at <= clock.now()).limit(_AT_ONCE)
    found = session.scalars(old).all()
    if found:
        session.execute(sa.delete(Draft).where(Draft.id.in_(found)))
    return len(found)


def refresh_consent_labels(session: Session) -> int:
    """Say "expired" of consents whose time is over. Guards read the dates: this changes what lists show, no rule."""
    table = Consent.__table__
    over = sa.select(Consent.id).where(Consent.status == ConsentStatus.ACTIVE, Consent.active_until <= clock.now())
    found = session.scalars(over.order_by(Consent.id).limit(_AT_ONCE).with_for_update(skip_locked=True)).all()
    # Beside the mapper: a label is no new version of a consent.
    label = {"status": ConsentStatus.EXPIRED, "settled_at": None, "updated_at": table.c.updated_at}
    session.execute(sa.update(table).where(table.c.id.in_(found)).values(**label))
    if found:
        audit.append(session, SYSTEM, "consent.expired", details={"consents": list(found)})
    return len(found)


def seal_audit(session: Session) -> int:
    """Seal the audit chains that moved since the last checkpoint."""
    made = audit.checkpoint(session)
    return made.chains if made is not None else 0


def gather_statistics(session: Session) -> int:
    """Let SQLite look at its tables anew, so that it takes the index that fits; PostgreSQL does so by itself."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("PRAGMA analysis_limit = 1000"))
        session.execute(sa.text("PRAGMA optimize = 0x10002"))
    return 0


JOBS = (
    Job("messages.release", dt.timedelta(seconds=20), outbox.release, at_once=outbox.AT_ONCE),
    Job("idempotency.purge", dt.timedelta(hours=1), forget_answers),
    Job("drafts.expire", dt.timedelta(hours=1), expire_drafts),
    Job("sessions.forget", dt.timedelta(hours=1), sessions.forget),
    Job("passwords.forget", dt.timedelta(hours=1), passwords.forget),
    Job("consents.label", dt.timedelta(minutes=1), refresh_consent_labels),
    Job("consents.settle", dt.timedelta(seconds=30), consent_effects.settle, at_once=consent_effects.AT_ONCE),
    Job("codes.settle", dt.timedelta(minutes=1), code_settling.settle, at_once=code_settling.AT_ONCE),
    Job(
        "people.compare",
        dt.timedelta(seconds=30),
        pair_finding.compare_due,
        at_once=pair_finding.AT_ONCE,
        a_run=pair_finding.A_RUN,
    ),
    Job(
        "retention.run",
        dt.timedelta(minutes=15),
        retention_work.run,
        at_once=retention_work.AT_ONCE,
        a_run=retention_work.A_RUN,
    ),
    Job(
        "people.look_through",
        dt.timedelta(hours=1),
        people_retention.look_through,
        at_once=people_retention.AT_ONCE,
        a_run=people_retention.A_RUN,
    ),
    Job(
        "retention.people",
        dt.timedelta(minutes=15),
        people_retention_work.run,
        at_once=people_retention_work.AT_ONCE,
        a_run=people_retention_work.A_RUN,
    ),
    Job("erasures.sweep", dt.timedelta(seconds=30), erasure_sweep.sweep, after=database.forget_log),
    Job("tokens.expiry", dt.timedelta(hours=12), organisations.warn_of_expiry),
    Job("audit.checkpoint", dt.timedelta(minutes=15), seal_audit),
    Job("database.statistics", dt.timedelta(hours=6), gather_statistics),
)


def run_due(session: Session, *, all_now: bool = False, jobs: tuple[Job, ...] = JOBS) -> Iterator[Ran]:
    """Run the jobs that are due, or all of them; yields each one that was tried, in order."""
    for job in jobs:
        if not all_now and not _is_due(session, job):
            continue
        yield Ran(job.name, _run(session, job))


def _is_due(session: Session, job: Job) -> bool:
    last = session.scalar(sa.select(JobLease.last_run_at).where(JobLease.name == job.name))
    session.rollback()  # asking is no reason to keep a snapshot open
    return last is None or last <= clock.now() - job.every


def _run(session: Session, job: Job) -> int | None:
    holder = f"{socket.gethostname()[:40]}:{os.getpid()}"
    if not _claim(session, job, holder):
        return None
    changed = 0
    while True:
        with unit_of_work(session, SYSTEM, intent=job.name):
            part = job.run(session)
        changed += part
        if part < job.at_once or changed >= job.a_run:
            break
    _release(session, job, holder)
    if changed:
        if job.after is not None:
            job.after(session.get_bind())
        logger.info("job %s changed %s rows", job.name, changed)
    return changed


def _claim(session: Session, job: Job, holder: str) -> bool:
    now = clock.now()
    with unit_of_work(session, SYSTEM, intent="jobs.claim"):
        if session.get(JobLease, job.name) is None:
            try:
                with session.begin_nested():
                    session.add(JobLease(name=job.name))
            except sa.exc.IntegrityError:  # another process made the row at the same moment
                session.expire_all()
        free = sa.or_(JobLease.until.is_(None), JobLease.until < now)
        claim = sa.update(JobLease).where(JobLease.name == job.name, free).values(holder=holder, until=now + LEASE)
        return session.execute(claim.execution_options(synchronize_session=False)).rowcount == 1


def _release(session: Session, job: Job, holder: str) -> None:
    with unit_of_work(session, SYSTEM, intent="jobs.release"):
        mine = sa.update(JobLease).where(JobLease.name == job.name, JobLease.holder == holder)
        done = mine.values(holder="", until=None, last_run_at=clock.now())
        session.execute(done.execution_options(synchronize_session=False))
