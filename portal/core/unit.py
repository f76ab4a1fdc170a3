"""The unit of work: the only place that commits."""

import contextlib
from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.core import audit, notices, pair_finding, written_people
from portal.core.actors import Actor
from portal.core.database import Busy, writing
from portal.core.errors import DomainError, StaleVersion


@contextlib.contextmanager
def unit_of_work(session: Session, actor: Actor, *, intent: str) -> Iterator[Session]:
    """One effect with its history and audit, committed whole or not at all.

    Load what you change inside it: a read transaction left open on the session is ended first, because a snapshot
    cannot be upgraded to a write. Pass words, numbers and hashes that are already computed; nothing slow belongs
    inside, for SQLite has one writer at a time.

    People who were written are compared with everybody else before it ends: the same from every door.

    A refused effect leaves exactly one refusal event behind (``intent`` names it), in a transaction of its own.
    Raises StaleVersion when another editor changed the same row first.
    """
    session.rollback()
    engine = session.get_bind()
    try:
        with writing(engine):
            try:
                written_people.take(session)  # of a unit that failed before
                yield session
                pair_finding.compare_written(session)
                session.commit()
            except BaseException:
                session.rollback()
                raise
    except StaleDataError as stale:
        raise StaleVersion("Somebody else changed this record at the same moment.") from stale
    except DomainError as refusal:
        if refusal.recorded:
            _record_refusal(session, actor, intent, refusal)
        raise


def write_in_passing(session: Session, statement: sa.Update, *, wait: bool = False) -> bool:
    """Execute one small statement that is no effect of casework, such as when a session was last used.

    Nobody waits for it: while another writer is at work it is left undone, unless the caller asks to *wait*. Returns
    whether it was done. What was loaded before is to be loaded anew.
    """
    session.rollback()
    try:
        with writing(session.get_bind(), wait=wait):
            session.execute(statement)
            session.commit()
    except Busy:
        return False
    return True


def record_reading(
    session: Session, actor: Actor, action: str, *, opened: Collection[int] = (), **details: object
) -> None:
    """Append a reading to the actor's own chain in a short transaction; the page fails when it cannot be written.

    ``opened`` are the numbers of cases that were opened by it: what the actor was told of them is read now.
    """
    session.rollback()
    with writing(session.get_bind()):
        if opened:
            notices.put_away(session, actor, opened)
        audit.append(session, actor, action, chain=audit.actor_chain(actor), details=details)
        session.commit()


def record_refusal(session: Session, actor: Actor, intent: str, refusal: DomainError, **details: object) -> None:
    """Append the event of a refusal that came before any unit of work began, in a short transaction of its own.

    ``details`` are for the audit alone; those of the refusal are told to the caller, too.
    """
    session.rollback()
    _record_refusal(session, actor, intent, refusal, **details)


def _record_refusal(session: Session, actor: Actor, intent: str, refusal: DomainError, **more: object) -> None:
    with writing(session.get_bind()):
        audit.append(
            session,
            actor,
            intent,
            chain=audit.actor_chain(actor),
            outcome="refused",
            details={"code": refusal.code, **audit.plain(refusal.details), **more},
        )
        session.commit()
