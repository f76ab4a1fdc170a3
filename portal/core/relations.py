"""Who is what to whom: relations between two people, seen from either side, as far as both may be seen.

Each stays with the record it was made with; all records of a person are asked for together. Who is named as family of
somebody who works here is closed to them (closed_people.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, own_records, people, reasons, restriction, same_people, under_glass
from portal.core.actors import Actor
from portal.core.database import locked
from portal.core.errors import AlreadyDone, InvalidInput, NotFound, ReadOnly, StaleVersion
from portal.core.models import AuditEvent, Case, CasePerson, Person, Relation
from portal.core.permissions import Permission, require, visible_cases, visible_people
from portal.core.relation_kinds import RelationKind, inverse
from portal.core.vocabulary import PersonRole

EVENTS = ("relation.add", "relation.change", "relation.end")
LONGEST_NOTE = 1000
MOST = 200  # of one person; who has more of them is no person


@dataclass(frozen=True)
class Line:
    """What *other* is to the person who is looked at. ``rows``: all that say the same, of whichever records."""

    rows: tuple[Relation, ...]
    other: Person
    kind: str
    accused: bool  # an alleged perpetrator in a case that the reader sees: the name is not shown unasked
    own: frozenset[int]  # the records of the person who is looked at

    def stored(self, row: Relation, kind: str) -> str:
        """A kind as that row keeps it: what its ``other`` is to its ``person``."""
        return kind if row.person_id in self.own else inverse(kind)

    @property
    def row(self) -> Relation:
        """The one that is read and changed."""
        return self.rows[0]

    @property
    def stands(self) -> bool:
        """Whether it is so now; else it was so once."""
        return self.row.ended_at is None


def of_person(session: Session, actor: Actor, person: Person) -> list[Line]:
    """The relations of a person, in any record of theirs, to people whom *actor* sees; those that ended come last.

    What was recorded in error is left out. At a fixed number of statements.
    """
    mine = same_people.records(session, [person.id])[person.id]
    rows = session.scalars(_told(mine).order_by(Relation.ended_at.is_not(None), Relation.id).limit(MOST)).all()
    if not rows:
        return []
    named = {number for row in rows for number in (row.person_id, row.other_id)}
    roots = sa.select(Person.root_id).where(Person.id.in_(named))
    query = sa.select(Person).where(sa.or_(Person.id.in_(named), Person.id.in_(roots)), visible_people(actor))
    seen = {one.id: one for one in session.scalars(query)}
    accused = accused_among(session, actor, seen.keys() - set(mine))
    found: dict[tuple, Line] = {}
    for row in rows:
        own, other = (row.person_id, row.other_id) if row.person_id in mine else (row.other_id, row.person_id)
        if own not in seen or other not in seen or other in mine:
            continue
        kind = row.kind if own == row.person_id else inverse(row.kind)
        leading = seen.get(seen[other].root_id or other, seen[other])
        key = leading.id, kind, row.ended_at is None
        before = found.get(key)
        hidden = not accused.isdisjoint((other, leading.id)) or (before is not None and before.accused)
        found[key] = Line((*(before.rows if before else ()), row), leading, kind, hidden, frozenset(mine))
    return list(found.values())


def find(session: Session, actor: Actor, person: Person, number: int) -> Line:
    """That relation of this person. Raises NotFound where there is none, or *actor* does not see the other."""
    for line in of_person(session, actor, person):
        if number in {row.id for row in line.rows}:
            return line
    raise NotFound("There is no such relation.", target="relation")


def add(session: Session, actor: Actor, person: Person, other: Person, *, kind: str, note: str = "") -> Relation:
    """Record that *other* is the *kind* of *person*: their parent, their neighbour.

    Raises Forbidden, NotFound for somebody whom *actor* does not see, InvalidInput for one person or an unknown kind,
    AlreadyDone where it stands so already, ReadOnly for a record that is archived or restricted.
    """
    require(actor, Permission.REGISTER_PERSON)
    kind = _known(kind)
    _hold(session, actor, person, other)
    if (person.root_id or person.id) == (other.root_id or other.id):
        raise InvalidInput("This is the same person. Choose somebody else.", target="other")
    _require_new(session, actor, person, other, kind)
    before = own_records.left_by(session, (person.id, other.id))
    low, high, stored = _in_order(person.id, other.id, kind)
    made = Relation(person_id=low, other_id=high, kind=stored, note=_short(note))
    session.add(made)
    session.flush()
    _record(session, actor, "relation.add", made, {"note": (None, made.note)}, kinds=(None, stored))
    own_records.hand_over(session, (person.id, other.id), but=before)
    return made


def change(
    session: Session, actor: Actor, person: Person, line: Line, *, kind: str, note: str, version: int
) -> Relation:
    """Put right what *line*'s other is to *person*, and what is noted about it. Raises as ``add``, and StaleVersion."""
    require(actor, Permission.REGISTER_PERSON)
    kind, first = _known(kind, line.kind), line.row
    _hold(session, actor, person, line.other)
    _require_current(session, first, version)
    if kind != line.kind:
        _require_new(session, actor, person, line.other, kind, beside=line)
    both = (person.id, line.other.id)
    before = own_records.left_by(session, both)
    for row in line.rows:
        was, told = row.kind, row.note
        row.kind = line.stored(row, kind)
        if row is first:
            row.note = _short(note)
        if (row.kind, row.note) != (was, told):
            session.flush()
            _record(session, actor, "relation.change", row, {"note": (told, row.note)}, kinds=(was, row.kind))
    own_records.hand_over(session, both, but=before)
    return first


def end(
    session: Session,
    actor: Actor,
    person: Person,
    line: Line,
    *,
    reason_code: str | None,
    text: str | None = None,
    version: int,
) -> None:
    """Record that it is so no longer, or never was, in every record that says it.

    Raises Forbidden, InvalidInput, AlreadyDone, StaleVersion, ReadOnly.
    """
    require(actor, Permission.REGISTER_PERSON)
    code, words = reasons.given(reasons.RELATION_END, reason_code, text, text_with_other=True)
    _hold(session, actor, person, line.other, archived=True)
    _require_current(session, line.row, version)
    for row in line.rows:
        row.ended_at, row.end_reason, row.reason_text = clock.now(), code, _short(words or "")
        session.flush()
        values = {"reason": (None, row.reason_text)} if row.reason_text else {}
        _record(session, actor, "relation.end", row, values, kinds=(row.kind, None), reason_code=code)


def stand_between(session: Session, one: Iterable[int], other: Iterable[int]) -> bool:
    """Whether a relation stands between one of these records and one of those: then they are two people."""
    one, other = list(one), list(other)
    across = sa.or_(
        sa.and_(Relation.person_id.in_(one), Relation.other_id.in_(other)),
        sa.and_(Relation.person_id.in_(other), Relation.other_id.in_(one)),
    )
    query = sa.select(Relation.id).where(across, Relation.ended_at.is_(None))
    return session.scalar(query.limit(1)) is not None


def accused_among(session: Session, actor: Actor, numbers: Iterable[int]) -> set[int]:
    """Which of these people are alleged perpetrators in a case that *actor* sees: they are not named unasked."""
    query = sa.select(CasePerson.person_id).join(Case, Case.id == CasePerson.case_id)
    query = query.where(CasePerson.person_id.in_(numbers), CasePerson.role == PersonRole.PERPETRATOR)
    return set(session.scalars(query.where(visible_cases(actor))))


def told_events(actor: Actor) -> sa.ColumnElement[bool]:
    """Of the events of a person's record those that tell of nobody whom *actor* does not see: all but some of ours."""
    other = AuditEvent.details["related_to"].as_integer()
    seen = sa.select(1).select_from(Person).where(Person.id == other, visible_people(actor)).correlate(AuditEvent)
    return sa.or_(AuditEvent.action.not_in(EVENTS), seen.exists())


def _told(mine: list[int]) -> sa.Select:
    of = sa.or_(Relation.person_id.in_(mine), Relation.other_id.in_(mine))
    return sa.select(Relation).where(of, Relation.was_true)


def _known(kind: str, now: str = "") -> str:
    """A kind of the list, or what it is now."""
    if kind != now and kind not in set(RelationKind):
        raise InvalidInput("Choose what they are to each other.", target="kind", allowed=list(RelationKind))
    return kind


def _short(text: str) -> str | None:
    return text.strip()[:LONGEST_NOTE] or None


def _in_order(person: int, other: int, kind: str) -> tuple[int, int, str]:
    return (person, other, kind) if person < other else (other, person, inverse(kind))


def _hold(session: Session, actor: Actor, person: Person, other: Person, *, archived: bool = False) -> None:
    """Both, seen and usable, held until commit: whoever relates or joins them comes one after the other."""
    both = (person, other)
    for one in both:
        people.find(session, actor, one.id)
    known = same_people.records(session, [one.id for one in both])
    same_people.lock(session, [number for ids in known.values() for number in ids])
    for one in both:
        session.refresh(one)
        if one.archived_at is not None and not archived:
            raise ReadOnly("The record of one of them is archived. Restore it first.", target="person")
        restriction.require_usable(one)
    under_glass.require_known(session, actor, *both)


def _require_new(
    session: Session, actor: Actor, person: Person, other: Person, kind: str, *, beside: Line | None = None
) -> None:
    """Raise where it stands already, or the other way round: nobody is the parent of their parent."""
    rows = set() if beside is None else {row.id for row in beside.rows}
    standing = [line for line in of_person(session, actor, person) if line.stands and line.row.id not in rows]
    kinds = {line.kind for line in standing if line.other.id in (other.id, other.root_id)}
    if kind in kinds:
        raise AlreadyDone("This is recorded already.", target="kind")
    if inverse(kind) != kind and inverse(kind) in kinds:
        raise InvalidInput("It is recorded the other way round. Put that right first.", target="kind")


def _require_current(session: Session, row: Relation, version: int) -> None:
    session.execute(locked(sa.select(Relation.id).where(Relation.id == row.id)))
    session.refresh(row)
    if row.ended_at is not None:
        raise AlreadyDone("This relation has ended already.", target="relation")
    if row.version_id != version:
        raise StaleVersion("Somebody else changed this meanwhile.", current_version=row.version_id)


def _record(
    session: Session, actor: Actor, action: str, row: Relation, values: dict, *, kinds: tuple, **more: str
) -> None:
    """In the history of both, each told from where they stand."""
    low, high = row.person_id, row.other_id
    for own, other, turned in ((low, high, False), (high, low, True)):
        told = tuple(inverse(kind) if turned and kind else kind for kind in kinds)
        changed = {name: pair for name, pair in {"relation": told, **values}.items() if pair[0] != pair[1]}
        details = {"relation": row.id, "related_to": other, **more}
        audit.append(session, actor, action, chain=f"person:{own}", details=details, values=changed)
