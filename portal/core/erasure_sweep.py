"""After an erasure: the bytes of its files, what the index of words still remembers, and the list for restored backups.

The list lies beside the database and is in no backup. It holds public ids and pseudonyms, and no name: after an older
backup was restored, whoever was erased since is erased again by it.
"""

import json
import uuid
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock, erasure, erasure_plan
from portal.core import models as m
from portal.core.actors import SYSTEM
from portal.core.unit import unit_of_work

LIST = "erasures.jsonl"
_FILES = "attachments"
_folder: Path | None = None


def configure(data_dir: Path) -> None:
    """Say where files and the list lie; called once by the application factory."""
    global _folder
    _folder = data_dir


def sweep(session: Session) -> int:
    """Finish erasures that were done; how many there were.

    SQLite's index keeps words that were removed until its parts are merged, once for all that wait.
    """
    people = session.scalars(sa.select(m.Erasure).where(m.Erasure.swept_at.is_(None)).order_by(m.Erasure.id)).all()
    by_rule = sa.select(m.CaseErasure).where(m.CaseErasure.swept_at.is_(None)).order_by(m.CaseErasure.id)
    waiting = [*people, *session.scalars(by_rule)]
    for done in waiting:
        _remove_files(session, done)
    for done in people:
        _remember(done)
    if waiting and session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("INSERT INTO search_words (search_words) VALUES ('optimize')"))
    for done in waiting:
        done.files, done.swept_at = [], clock.now()
    return len(waiting)


def replay(session: Session) -> list[str]:
    """Erase again whoever the list names and a restored backup brought back; their pseudonyms."""
    done = []
    for entry in _listed():
        with unit_of_work(session, SYSTEM, intent="person.erase"):
            query = sa.select(m.Person).where(
                m.Person.uuid.in_(map(uuid.UUID, entry["uuids"])), m.Person.erased_at.is_(None)
            )
            person = session.scalars(query.order_by(m.Person.id).limit(1)).first()
            if person is not None:
                made = erasure_plan.plan(session, person)
                erasure.carry_out(session, SYSTEM, person, made, pseudonym=entry["pseudonym"])
                done.append(entry["pseudonym"])
    return done


def _remove_files(session: Session, done: m.Erasure | m.CaseErasure) -> None:
    """Remove the bytes that nobody else's file has by now."""
    still = set(session.scalars(sa.select(m.Attachment.checksum).where(m.Attachment.checksum.in_(done.files))))
    for checksum in done.files:
        if checksum not in still and _folder is not None:
            (_folder / _FILES / checksum[:2] / checksum).unlink(missing_ok=True)


def _remember(done: m.Erasure) -> None:
    if _folder is None or any(entry["uuids"] == list(done.uuids) for entry in _listed()):
        return
    with (_folder / LIST).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"pseudonym": done.pseudonym, "uuids": list(done.uuids)}) + "\n")


def _listed() -> list[dict]:
    if _folder is None or not (_folder / LIST).exists():
        return []
    return [json.loads(line) for line in (_folder / LIST).read_text(encoding="utf-8").splitlines() if line.strip()]
