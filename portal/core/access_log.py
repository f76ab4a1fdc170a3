"""What a team opened of what is sensitive, and when: for whoever oversees it, on cases and people that they may see.

Listed are masked facts that were asked for, readings of sensitive cases and of files that hang on them or on a person,
case files and all that is held about somebody where it was taken out, and cases that were opened by breaking the glass.
Cases that are restricted, and those in which violence was reported, are sensitive. A page looks back through a bounded
number of events; where it found few, it says how far it looked.
"""

import datetime as dt
import enum
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, consents
from portal.core.actors import Actor
from portal.core.models import AuditEvent, Case, Person, User, VerticalMember
from portal.core.permissions import Permission, require, visible_cases, visible_people
from portal.core.vocabulary import Answer

PAGE = 50
DEPTH = 2000  # events of each sort that a page looks through
_APART = 60  # in a team of more people their readings are looked for together


class Kind(enum.StrEnum):
    """What was done."""

    REVEAL = "reveal"
    READ = "read"
    FILE = "file"
    EXPORT = "export"
    HOLDINGS = "holdings"
    GLASS = "glass"


_ACTIONS = {
    Kind.REVEAL: "sensitive.reveal",
    Kind.READ: "case.read",
    Kind.FILE: "attachment.read",
    Kind.EXPORT: "case.export",
    Kind.HOLDINGS: "person.export",
    Kind.GLASS: "case.break_glass",
}
_KINDS = {action: kind for kind, action in _ACTIONS.items()}
_OF_SENSITIVE_CASES = (Kind.READ, Kind.FILE)  # of other cases they are a day's work
_columns = (AuditEvent.id, AuditEvent.at, AuditEvent.actor_id, AuditEvent.actor_name, AuditEvent.action)
_columns += (AuditEvent.case_id, AuditEvent.details)


@dataclass(frozen=True)
class Wanted:
    """Whose readings and of which kind; None means all."""

    worker: int | None = None
    kind: Kind | None = None


@dataclass(frozen=True)
class Line:
    """One thing that was opened, by whom; the same again without anything between is one line with its ``times``."""

    id: int
    at: dt.datetime
    by: str
    user_id: int
    kind: Kind
    details: dict
    case: Case | None
    person: Person | None
    times: int = 1


@dataclass(frozen=True)
class Page:
    """Lines, newest first; before which event the next page begins, and how far back this one looked where it is so."""

    lines: list[Line]
    following: int | None
    reached: dt.datetime | None


def team(session: Session, actor: Actor) -> list[User]:
    """Those whose readings *actor* oversees, by name: who belongs to their verticals; for administrators everybody."""
    require(actor, Permission.OVERSEE)
    query = sa.select(User).where(User.kind == "person").order_by(User.name, User.id)
    if not actor.is_administrator:
        mine = VerticalMember.vertical_id.in_(sorted(actor.vertical_ids))
        query = query.where(User.id.in_(sa.select(VerticalMember.user_id).where(mine)))
    return list(session.scalars(query))


def record_look(session: Session, actor: Actor, wanted: Wanted) -> None:
    """Note in the actor's own chain that they look at what others opened. Raises Forbidden."""
    require(actor, Permission.OVERSEE)
    asked = {"worker": wanted.worker, "kind": wanted.kind}
    audit.append(session, actor, "team.read", details={name: value for name, value in asked.items() if value})


def page(
    session: Session,
    actor: Actor,
    members: Collection[User],
    wanted: Wanted,
    *,
    before: int | None = None,
    limit: int = PAGE,
    depth: int = DEPTH,
) -> Page:
    """A page of what these members (as ``team`` gives them) opened, from before the event with that number.

    In a fixed number of statements, beside those about cases to which consent was once withdrawn. Raises Forbidden.
    """
    require(actor, Permission.OVERSEE)
    numbers = sorted(one.id for one in members if wanted.worker in (None, one.id))
    known = None if actor.is_administrator and wanted.worker is None else numbers
    found, cut = [], 0
    for branches, most in ((_rare(wanted, known), depth), _readings(wanted, known, depth)):
        rows, whole_from = _walk(session, [_before(branch, before) for branch in branches], most)
        found += rows
        cut = max(cut, whole_from)
    rows = sorted((row for row in found if row.id >= cut), key=lambda row: -row.id)
    lines = _lines(session, actor, rows)
    if len(lines) > limit:
        return Page(_together(lines[:limit]), lines[limit - 1].id, None)
    return Page(_together(lines), cut or None, next((row.at for row in rows if row.id == cut), None))


def _rare(wanted: Wanted, numbers: Sequence[int] | None) -> list[sa.Select]:
    """Everything but readings, each kind by the index over what was done; None: whoever did it."""
    kinds = [kind for kind in Kind if kind is not Kind.READ and wanted.kind in (None, kind)]
    return [_done(kind, numbers) for kind in kinds]


def _readings(wanted: Wanted, numbers: Sequence[int] | None, depth: int) -> tuple[list[sa.Select], int]:
    """Readings of cases, each member's by the index over what they did; a big team's are looked for together."""
    if wanted.kind not in (None, Kind.READ) or numbers == []:
        return [], depth
    if numbers is None or len(numbers) > _APART:
        return [_done(Kind.READ, numbers)], depth
    each = [_done(Kind.READ).where(AuditEvent.actor_id == number) for number in numbers]
    return each, max(depth // len(numbers), 1)


def _done(kind: Kind, numbers: Sequence[int] | None = None) -> sa.Select:
    """What users did of a kind; by these alone where they are given."""
    query = sa.select(*_columns).where(AuditEvent.actor_kind == "user", AuditEvent.outcome == "done")
    query = query.where(AuditEvent.action == _ACTIONS[kind])
    if numbers is None:
        return query
    # As an expression, so that the database walks by what was done, newest first, and need not sort.
    return query.where(sa.func.coalesce(AuditEvent.actor_id, 0).in_(numbers))


def _before(query: sa.Select, before: int | None) -> sa.Select:
    query = query if before is None else query.where(AuditEvent.id < before)
    return query.order_by(AuditEvent.id.desc())


def _walk(session: Session, branches: list[sa.Select], most: int) -> tuple[list[sa.Row], int]:
    """The newest of each branch in one statement; and the event from which on that is all there is."""
    if not branches:
        return [], 0
    each = [
        branch.add_columns(sa.literal(number, sa.Integer).label("branch")).limit(most).subquery()
        for number, branch in enumerate(branches)
    ]
    rows = list(session.execute(sa.union_all(*[sa.select(one) for one in each])))
    ends: dict[int, list[int]] = {}
    for row in rows:
        ends.setdefault(row.branch, []).append(row.id)
    return rows, max((min(ids) for ids in ends.values() if len(ids) == most), default=0)


def _lines(session: Session, actor: Actor, rows: Iterable[sa.Row]) -> list[Line]:
    """Those events that are about a case or a person that the reader may see; of readings, those of sensitive cases."""
    told = [(row, _number(row.case_id, row.details.get("case")), _number(row.details.get("person"))) for row in rows]
    numbers = {case for _row, case, _person in told if case}
    seen = {
        case.id: case for case in session.scalars(sa.select(Case).where(Case.id.in_(numbers), visible_cases(actor)))
    }
    alone = {person for _row, case, person in told if person and not case}
    people = sa.select(Person).where(Person.id.in_(alone), visible_people(actor))
    known = {person.id: person for person in session.scalars(people)}
    sensitive = _sensitive(session, seen.values())
    lines = []
    for row, case, person in told:
        kind = _KINDS[row.action]
        there = case in seen if case else person in known
        if there and (kind not in _OF_SENSITIVE_CASES or not case or case in sensitive):
            about = (row.details, seen.get(case), None if case else known.get(person))
            lines.append(Line(row.id, row.at, row.actor_name, row.actor_id, kind, *about))
    return lines


def _number(*values: object) -> int | None:
    """The first that is a number, of what an event names."""
    return next((value for value in values if isinstance(value, int)), None)


def _sensitive(session: Session, cases: Iterable[Case]) -> set[int]:
    """Which cases are sensitive. That violence was reported is not told of one of which nothing is read any more."""
    cases = list(cases)
    reported = [case for case in cases if case.gbv is Answer.YES and not case.restricted]
    closed = consents.withdrawn_among(session, reported) if reported else set()
    return {case.id for case in cases if case.restricted} | {case.id for case in reported} - closed


def _together(lines: list[Line]) -> list[Line]:
    """The same by the same person with nothing between is one line, at its newest."""
    made: list[Line] = []
    for line in lines:
        same = made and _what(made[-1]) == _what(line)
        if same:
            made[-1] = replace(made[-1], times=made[-1].times + 1)
        else:
            made.append(line)
    return made


def _what(line: Line) -> tuple[object, ...]:
    """What makes two lines the same; each breaking of the glass is its own."""
    own = line.id if line.kind is Kind.GLASS else None
    about = line.case.id if line.case else None, line.person.id if line.person else None
    return line.user_id, line.kind, line.details.get("what"), *about, own
