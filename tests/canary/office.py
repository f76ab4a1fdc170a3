"""A world for those who otherwise see everything: what stays closed to administrators and auditors, too.

It has three grounds that share no row: cases that are restricted to others, the record of a relative of those who walk
with the cases about it, and what is a colleague's own. Every table that hangs on one of them has a row there at least,
and each column of words a mark for each.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.core import clock, indexing
from portal.core.models import Case, CasePerson, Notice, OwnRecord, Person, User, Vertical
from portal.core.vocabulary import Origin, Role, Status
from portal.extensions import db
from tests.canary.marks import UNMARKED, World, mark, marked_columns, wanted_tables
from tests.canary.rows import row_of
from tests.canary.walkers import glass_that_was_broken
from tests.factories import (
    committed,
    make_case,
    make_conflict,
    make_consent,
    make_household,
    make_person,
    make_request,
    make_user,
    make_vertical,
    put_into,
)

RESTRICTED, RELATIVE, COLLEAGUE = "of a restricted case", "of a relative", "of a colleague"
WALKERS = {
    "administrator who is not on the list": Role.ADMINISTRATOR,
    "auditor who is not on the list": Role.AUDITOR,
    "supervisor of the service who is not on the list": Role.SUPERVISOR,
}
# What a rule lets them read although it hangs on something closed.
SEEN = {
    ("consent_evidence", RESTRICTED): "It proves the consent of somebody who is known; its file alone is of the case.",
}
_BY_WORDS = ("audit_events", "workflow_instances")  # what names its object in words


@dataclass(frozen=True)
class Ground:
    """Why rows are closed, which are closed themselves, and what the rows that hang on them point to."""

    why: str
    closed: dict[str, list[int]]
    named: dict[str, int]  # table → the row that is pointed to
    others: dict[str, int] = field(default_factory=dict)  # and the second one
    by_words: dict[str, dict[str, Any]] = field(default_factory=dict)  # what points to them, and by no key of a table


def build_office(app: Flask) -> World:
    """Make the grounds first, so that their rows have the lowest numbers; mark them, and let everybody walk."""
    world = World()
    with app.app_context():
        with committed(db.session) as session:
            service = make_vertical(session, "SERVICE")
            grounds = [_restricted(session, service), _of_a_relative(session, service)]
            grounds.append(_of_a_colleague(session, service))
        with committed(db.session) as session:
            made = [(ground, *one) for ground in reversed(grounds) for one in _fill(session, ground, grounds[-1])]
        with committed(db.session) as session:
            _mark(session, world, made)
        with committed(db.session) as session:
            world.restricted_case, world.relative = grounds[0].named["cases"], grounds[1].named["people"]
            known = session.get_one(Person, grounds[0].named["people"])
            _let_walk(session, world, session.get_one(Vertical, service.id), known)
            indexing.rebuild_after(session, 0)
        db.session.remove()
    return world


def _restricted(session, service: Vertical) -> Ground:
    """Two cases that only their owner sees, about somebody who is known to all: that record is no secret."""
    insider = make_user(session, Role.SUPERVISOR, service)
    person, other = (make_person(session, f"Known {name}", vertical=service) for name in "AB")
    cases = [make_case(session, service, owner=insider, subject=person, status=Status.ACTIVE) for _ in range(2)]
    for case in cases:
        case.restricted = True
    _close_long_ago(session, cases[1])
    session.add(CasePerson(case_id=cases[0].id, person_id=other.id, role="perpetrator"))
    session.flush()
    first, second = (case.id for case in cases)
    by_words = _by_words({"chain_key": f"case:{first}", "case_id": first}, first) | {
        "contacts": {"case_id": first, "outcome": "case_created"}
    }
    closed = {"cases": [first, second]}
    return Ground(
        RESTRICTED, closed, _named(session, service, person, first, insider), _others(other, second), by_words
    )


def _of_a_relative(session, service: Vertical) -> Ground:
    """Somebody's record with a household and consent, and two cases about them that all of the service see."""
    told = {"phone": "+254711222333", "national_id": "ZQ1234567", "national_id_type": "passport"}
    relative = make_person(session, "Hidden Relative", vertical=service, **told)
    insider, other = make_user(session, Role.SUPERVISOR, service), make_person(session, "Known C", vertical=service)
    cases = [make_case(session, service, owner=insider, subject=relative, status=Status.ACTIVE) for _ in range(2)]
    _close_long_ago(session, cases[1])
    named = _named(session, service, relative, cases[0].id, insider)
    closed = {"people": [relative.id], "households": [named["households"]], "cases": [case.id for case in cases]}
    by_words = _by_words({"chain_key": f"person:{relative.id}"}, cases[0].id)
    return Ground(RELATIVE, closed, named, _others(other, cases[1].id), by_words)


def _of_a_colleague(session, service: Vertical) -> Ground:
    """What is each worker's own."""
    insider = make_user(session, Role.SUPERVISOR, service)
    named = {"users": insider.id, "verticals": service.id}
    own = {"idempotency_keys": {"principal": f"user:{insider.id}"}}
    own["saved_views"] = {"shared_with": "nobody", "vertical_id": None}
    return Ground(COLLEAGUE, {"users": [insider.id]}, named, by_words=own)


def _close_long_ago(session, case: Case) -> None:
    """Any rule of retention would reach the case."""
    put_into(session, case, Status.CLOSED)
    case.closed_at = clock.now() - dt.timedelta(days=9000)


def _named(session, service: Vertical, person, case: int, insider: User) -> dict[str, int]:
    household, consent = make_household(session, person), make_consent(session, person, service)
    named = {"people": person.id, "households": household.id, "consents": consent.id}
    return named | {"cases": case, "users": insider.id, "verticals": service.id}


def _others(person, case: int) -> dict[str, int]:
    return {"people": person.id, "cases": case}


def _by_words(event: dict[str, Any], case: int) -> dict[str, dict[str, Any]]:
    """An event, and a question that waits for an answer."""
    return dict(zip(_BY_WORDS, ({**event, "seq": 9999}, {"target_type": "case", "target_id": case}), strict=True))


def _fill(session, ground: Ground, of_a_colleague: Ground) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Each table that hangs on a ground, with a condition that finds its rows there; one is made where none is."""
    hanging = set(ground.closed)
    for table in [User.__table__, *wanted_tables()]:
        if not _hangs(ground, table, hanging):
            continue
        there = _there(ground, table, hanging)
        hanging.add(table.name)
        if table.name not in ground.named:
            found = session.execute(sa.select(*table.primary_key.columns).where(there)).first()
            if found is None:
                named = of_a_colleague.named | ground.named
                row = row_of(table, named, ground.others, ground.by_words.get(table.name, {}))
                found = session.execute(sa.insert(table).values(row)).inserted_primary_key
            ground.named[table.name] = found[0]
        yield table, there


def _hangs(ground: Ground, table: sa.Table, hanging: set[str]) -> bool:
    """Whether a table has rows on this ground; a colleague's own is what points to nobody else."""
    if table.name in ground.closed or table.name in ground.by_words:
        return True
    pointing = {_target(column) for column in table.columns} - {None}
    elsewhere = pointing - {*hanging, "organisations", "verticals"} or table.name in _BY_WORDS
    if ground.why == COLLEAGUE and elsewhere:
        return False
    return bool(pointing & hanging)


def _target(column: sa.Column) -> str | None:
    return next((key.column.table.name for key in column.foreign_keys), None)


def _there(ground: Ground, table: sa.Table, hanging: set[str]) -> sa.ColumnElement[bool]:
    """What finds the rows of a table on a ground: the closed ones themselves, and what points to one of them."""
    if table.name in ground.closed:
        return table.c.id.in_(ground.closed[table.name])
    if table.name in ground.by_words:
        return sa.and_(*(table.c[name] == value for name, value in ground.by_words[table.name].items()))
    targets = {column: _target(column) for column in table.columns if _target(column) in hanging}
    return sa.or_(*(column.in_(ground.closed.get(to, [ground.named[to]])) for column, to in targets.items()))


def _mark(session, world: World, made: list[tuple[Ground, sa.Table, sa.ColumnElement[bool]]]) -> None:
    """Put a mark of its own into every column of words on each ground, and tell by which ids it could be asked for."""
    words: dict[str, list[sa.Column]] = {}
    for table, column in marked_columns():
        words.setdefault(table.name, []).append(column)
    for ground, table, there in made:
        for column in words.get(table.name, ()) if (table.name, ground.why) not in SEEN else ():
            told, value = mark(len(world.marks))
            changed = session.execute(sa.update(table).where(there).values({column.name: value}))
            assert changed.rowcount, f"nothing of {table.name} is there {ground.why}"
            world.marks[told] = f"{table.name}.{column.name} {ground.why}"
        if table.name == "cases":
            for case in session.scalars(sa.select(Case).where(there)):
                case.reference = f"HIDDEN-{case.id:06}"
                world.marks[case.reference.casefold()] = f"cases.reference {ground.why}"
        if "uuid" in table.c and table.name not in UNMARKED:
            found = session.scalars(sa.select(table.c.uuid).where(there))
            world.uuids_of.setdefault(table.name, []).extend(map(str, found))


def _let_walk(session, world: World, service: Vertical, known: Person) -> None:
    """All of them are of the same family, and once had to do with what is closed to them."""
    closed = session.scalars(sa.select(Case).where(Case.reference.like("HIDDEN-%")).order_by(Case.id)).all()
    for name, role in WALKERS.items():
        walker = make_user(session, role, *([service] if role is Role.SUPERVISOR else []))
        session.add(OwnRecord(user_id=walker.id, person_id=world.relative, tie="relative"))
        for case in closed:
            told = {"kind": "case.given", "text": f"{case.reference}: something happened."}
            session.add(Notice(user_id=walker.id, case_id=case.id, **told))
            session.add(glass_that_was_broken(walker.id, case.id))
        world.walkers[name] = walker.id
    _open(session, world, service, known, closed)


def _open(session, world: World, service: Vertical, known: Person, closed: list[Case]) -> None:
    """What all of them see, and what stands beside it: the same person, a conflict, a request, an old case."""
    own = make_case(session, service, subject=known)
    beside = make_conflict(session, own, closed[0], closed[-1])
    make_request(session, known)
    for case in (own, closed[1], closed[-1]):
        case.origin = Origin.WEBFORM
    world.visible_case = own.id
    world.uuids_of["cases"].append(str(own.uuid))
    world.uuids_of["conflicts"].append(str(beside.uuid))
