"""Generated cases by the hundred thousand, for trying out how the portal behaves when it is full.

Rows are written in batches, each in a unit of its own, so that an interrupted run goes on where it stopped. Generated
cases have no audit events of their own; each batch has one, and the chains verify as ever.
"""

import contextlib
import datetime as dt
import gc
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, indexing, sequences
from portal.core.actors import SYSTEM
from portal.core.models import (
    Case,
    CasePerson,
    CaseStatusHistory,
    CaseSuspension,
    Message,
    Note,
    Person,
    PersonContact,
    PersonKey,
    Review,
    Setting,
    User,
    Vertical,
    VerticalMember,
)
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from portal.demo.generated import BLOCK, DOORS, NEW_PEOPLE, Ground, Rows, add_case, add_person, person_index, uuid_of
from portal.demo.insertion import Inserter

BATCH = 5000


@dataclass(frozen=True)
class Batch:
    """How far the loading has come."""

    done: int
    added: int


def load(session: Session, *, cases: int, seed: int) -> Iterator[Batch]:
    """Make sure that the first *cases* generated cases of *seed* are there; yields after each batch.

    The same seed makes the same cases, counted back from the moment of its first batch.
    """
    done, ground = _ground(session, seed)
    while done < cases:
        with _not_collecting(), unit_of_work(session, SYSTEM, intent="demo.generate"):
            added = min(BATCH, cases - done)
            _add(session, ground, range(done, done + added))
            done += added
            state = {"done": done, "present": ground.present.isoformat()}
            session.merge(Setting(key=_key(seed), value=json.dumps(state)))
            audit.append(session, SYSTEM, "demo.generate", chain="organisation:1", details={"seed": seed, "done": done})
        yield Batch(done, added)


@contextlib.contextmanager
def _not_collecting() -> Iterator[None]:
    """A batch makes a hundred thousand rows and no cycles; looking for cycles among them takes a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _key(seed: int) -> str:
    return f"demo.generated.{seed}"


def _ground(session: Session, seed: int) -> tuple[int, Ground]:
    kept = session.get(Setting, _key(seed))
    state = json.loads(kept.value) if kept is not None else {"done": 0, "present": clock.now().isoformat()}
    rows = session.execute(
        sa.select(Vertical.default_for, Vertical.id, Vertical.reference_prefix).where(
            Vertical.default_for.in_(DOORS.values())
        )
    )
    verticals = {origin.name: (vertical_id, prefix) for origin, vertical_id, prefix in rows}
    ground = Ground(
        seed=seed,
        present=dt.datetime.fromisoformat(state["present"]),
        verticals=verticals,
        workers={code: _workers(session, vertical_id) for code, (vertical_id, _) in verticals.items()},
        uuid_base=random.Random(f"uuid {seed}").getrandbits(64) << 64,  # noqa: S311 - invented data
    )
    session.rollback()
    return state["done"], ground


def _workers(session: Session, vertical_id: int) -> tuple[tuple[int, str], ...]:
    query = sa.select(User.id, User.name).join(VerticalMember, VerticalMember.user_id == User.id)
    able = User.role.in_((Role.AGENT, Role.CASEWORKER)), User.active, VerticalMember.vertical_id == vertical_id
    return tuple(session.execute(query.where(*able).order_by(User.id)))


def _add(session: Session, ground: Ground, indexes: range) -> None:
    _prepare(session)
    rows, people = Rows(), {}
    next_person, next_case = _following(session, Person), _following(session, Case)
    for index in indexes:
        if index % BLOCK < NEW_PEOPLE:
            people[index] = next_person
            add_person(rows, ground, index, next_person)
            next_person += 1
    made_cases = range(next_case, next_case + len(indexes))
    for case_id, index in zip(made_cases, indexes, strict=True):
        whose = person_index(index)
        if whose not in people:  # brought by a case of the batch before
            people[whose] = session.scalars(sa.select(Person.id).where(Person.uuid == uuid_of(ground, 1, whose))).one()
        add_case(rows, ground, index, case_id, people[whose])
    inserter = Inserter(session.connection())
    for model, made in (
        (Person, rows.people),
        (PersonKey, rows.keys),
        (PersonContact, rows.contacts),
        (Case, rows.cases),
        (CasePerson, rows.parts),
        (CaseStatusHistory, rows.history),
        (CaseSuspension, rows.suspensions),
        (Message, rows.messages),
        (Note, rows.notes),
        (Review, rows.reviews),
    ):
        inserter.insert(model.__table__, made)
    sequences.catch_up(session, Person, Case)
    indexing.index(session, made_cases)


def _prepare(session: Session) -> None:
    """Keep others from taking numbers meanwhile (PostgreSQL), and the indexes of a batch in memory (SQLite)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("LOCK TABLE people, cases IN SHARE ROW EXCLUSIVE MODE"))
    else:
        session.execute(sa.text("PRAGMA cache_size = -262144"))


def _following(session: Session, model: type) -> int:
    return (session.scalar(sa.select(sa.func.max(model.id))) or 0) + 1
