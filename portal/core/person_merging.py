"""Two records of one person become one: a pointer, not a move (as with cases, merging.py).

Every row keeps the record it came with; guards, pages and searches ask for all records of a person. Each decision is
an edge from the record that joins to the one that leads; ``people.root_id`` is where the standing edges end. Taking
an edge away therefore restores exactly. A merge never widens who may see what: each record is asked for by itself.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core import (
    audit,
    clock,
    consent_effects,
    consents,
    people,
    people_pairs,
    relations,
    same_people,
    suspensions,
    under_glass,
    written_people,
)
from portal.core.actors import Actor
from portal.core.errors import CannotMerge, InvalidInput, StaleVersion
from portal.core.models import Case, Consent, Person, PersonIdentifier, PersonMerge, PersonPair
from portal.core.permissions import Permission, require
from portal.core.vocabulary import LIVE, PairState

LONGEST_REASON = 1000


def merge(
    session: Session,
    actor: Actor,
    keep: Person,
    other: Person,
    *,
    reason: str,
    versions: tuple[int, int] | None = None,
) -> PersonMerge:
    """Record that *other* is the person whom *keep* leads from now on; the cases of both follow their consents at once.

    ``versions`` are those of *keep* and *other* that were compared. Raises Forbidden, NotFound for a record that
    *actor* may not see, InvalidInput without a reason, StaleVersion, CannotMerge with the rule that stands against it.
    """
    require(actor, Permission.VERIFY_PERSON)
    reason = _said(reason)
    people.find(session, actor, keep.id), people.find(session, actor, other.id)
    under_glass.require_known(session, actor, keep, other)
    _hold(session, keep, other)
    if versions is not None and versions != (keep.version_id, other.version_id):
        raise StaleVersion("One of the records was changed since it was compared.")
    check(session, keep, other)
    edge = PersonMerge(source_id=other.id, target_id=keep.id, reason=reason, actor_id=actor.user_id)
    session.add(edge)
    joining = _records(session, other)
    _lead(session, joining, keep)
    people_pairs.remember_same(session, actor, keep, other, reason)
    audit.append(session, actor, "person.merge_in", chain=_chain(keep.id), details={"people": [other.id]})
    for record in joining:
        details = {"into": keep.id, "by": other.id}
        audit.append(session, actor, "person.merge", chain=_chain(record.id), details=details)
    _follow(session, actor, _records(session, keep))
    return edge


def unmerge(session: Session, actor: Actor, other: Person, *, reason: str, different: bool = False) -> Person:
    """Take *other* from the record it was joined to, with those that had joined it before; both are what they were.

    The question waits in the queue again, if it did before; ``different`` answers it: they are two people. A case
    whose consent was the other record's is suspended. Raises Forbidden, NotFound, InvalidInput, CannotMerge.
    """
    require(actor, Permission.VERIFY_PERSON)
    reason = _said(reason)
    people.find(session, actor, other.id)
    target = people.find(session, actor, _joined(session, other).target_id)
    under_glass.require_known(session, actor, other, target)
    _hold(session, other, target)
    edge = check_apart(session, other)
    before = _records(session, other)
    branch = _branch(session, other, before)
    edge.undone_at, edge.undone_by_id, edge.undone_reason = clock.now(), actor.user_id, reason
    _lead(session, branch, other)
    written_people.note_regrouped(session, target.id)
    _answer(session, actor, edge, reason, different=different)
    audit.append(session, actor, "person.unmerge_from", chain=_chain(target.id), details={"people": [other.id]})
    for record in branch:
        audit.append(session, actor, "person.unmerge", chain=_chain(record.id), details={"from": target.id})
    _follow(session, actor, before)
    return other


def standing_edge(session: Session, person: Person) -> PersonMerge | None:
    """The decision by which this very record was joined to another, if it stands."""
    query = sa.select(PersonMerge).where(PersonMerge.source_id == person.id, PersonMerge.undone_at.is_(None))
    return session.scalar(query)


def check_apart(session: Session, other: Person) -> PersonMerge:
    """The decision that would be undone. Raises CannotMerge where there is none, or a merge of cases stands on it."""
    edge = _joined(session, other)
    before = _records(session, other)
    _require_own_cases(session, before, _branch(session, other, before))
    return edge


def _joined(session: Session, other: Person) -> PersonMerge:
    edge = standing_edge(session, other)
    if edge is None:
        raise CannotMerge("This record is not joined to another.", why="not_merged", person=other.id)
    return edge


def check(session: Session, keep: Person, other: Person) -> None:
    """Raise CannotMerge for what is one already or was put away, and where documents or a decision speak against it."""
    if keep.id == other.id:
        raise CannotMerge("This is one record, not two.", why="self", person=keep.id)
    if (keep.root_id or keep.id) == (other.root_id or other.id):
        raise CannotMerge("These records are joined already.", why="together", person=other.id)
    for person in (keep, other):
        if person.restricted_at is not None:
            raise CannotMerge("The data of one of them is restricted.", why="restricted", person=person.id)
        if person.root_id is not None:
            raise CannotMerge(
                "One of the records was joined to another meanwhile. Join those that lead.",
                why="already_merged",
                person=person.id,
            )
        if person.archived_at is not None:
            raise CannotMerge("One of the records is archived. Restore it first.", why="archived", person=person.id)
    if keep.kind != other.kind:
        raise CannotMerge("One record is of a person, the other of an organisation.", why="kind", person=other.id)
    _require_nothing_against(session, keep, other)


def _require_nothing_against(session: Session, keep: Person, other: Person) -> None:
    """Documents, a relation between the two, and what was decided say that they are two people."""
    if _documents_differ(session, keep, other):
        raise CannotMerge(
            "Both have a checked identity document of one kind, and the numbers differ. They are two people, or one of "
            "the documents was checked wrongly.",
            why="identifiers",
            person=other.id,
        )
    records = same_people.records(session, [keep.id, other.id])
    if relations.stand_between(session, records[keep.id], records[other.id]):
        raise CannotMerge(
            "They are recorded as related to each other. End that first, if it is wrong.",
            why="related",
            person=other.id,
        )
    pair = _pair(session, keep, other)
    if pair is not None and pair.state is PairState.DIFFERENT:
        raise CannotMerge(
            "It was decided that these are two people. Put the question again first.", why="decided", person=other.id
        )


def _said(reason: str) -> str:
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise InvalidInput("Say why.", target="reason", problem="missing")
    return reason


def _hold(session: Session, one: Person, other: Person) -> None:
    """Hold both people's records until commit. What leads is held by whoever changes what it leads."""
    known = same_people.records(session, [one.id, other.id])
    same_people.lock(session, [number for ids in known.values() for number in ids])
    for person in (one, other):
        session.refresh(person)
    found = same_people.records(session, [one.id, other.id])
    same_people.lock(session, [number for ids in found.values() for number in ids])


def _records(session: Session, person: Person) -> list[Person]:
    """All records that stand for this person, as they are now."""
    session.flush()
    numbers = same_people.records(session, [person.id])[person.id]
    query = sa.select(Person).where(Person.id.in_(numbers)).order_by(Person.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _branch(session: Session, person: Person, records: Iterable[Person]) -> list[Person]:
    """The record and those that joined it, directly or by another, by the standing edges."""
    numbers = [record.id for record in records]
    standing = PersonMerge.target_id.in_(numbers), PersonMerge.undone_at.is_(None)
    session.flush()
    edges = session.execute(sa.select(PersonMerge.source_id, PersonMerge.target_id).where(*standing)).all()
    found, grown = {person.id}, True
    while grown:
        joined = {source for source, target in edges if target in found} - found
        found, grown = found | joined, bool(joined)
    return [record for record in records if record.id in found]


def _lead(session: Session, records: Iterable[Person], leading: Person) -> None:
    for record in records:
        record.root_id = leading.id if record.id != leading.id else None
    written_people.note_regrouped(session, leading.id, *[record.id for record in records])
    session.flush()


def _documents_differ(session: Session, keep: Person, other: Person) -> bool:
    """Whether checked numbers of one kind have nothing in common; a renewed document may stand beside the old one."""
    records = same_people.records(session, [keep.id, other.id])
    held: list[dict[str, set[str]]] = []
    for person in (keep, other):
        query = sa.select(PersonIdentifier.kind, PersonIdentifier.blind).where(
            PersonIdentifier.person_id.in_(records[person.id]), PersonIdentifier.verified_at.is_not(None)
        )
        numbers: dict[str, set[str]] = {}
        for kind, blind in session.execute(query):
            numbers.setdefault(kind.strip().casefold(), set()).add(blind)
        held.append(numbers)
    mine, theirs = held
    return any(mine[kind].isdisjoint(theirs[kind]) for kind in mine.keys() & theirs.keys())


def _pair(session: Session, one: Person, other: Person) -> PersonPair | None:
    low, high = sorted((one.id, other.id))
    return session.scalar(sa.select(PersonPair).where(PersonPair.low_id == low, PersonPair.high_id == high))


def _require_own_cases(session: Session, records: Iterable[Person], branch: Iterable[Person]) -> None:
    """Cases that rest on consent were merged only because they support one person: that is undone first."""
    source, target, theirs = aliased(Case), aliased(Case), {record.id for record in branch}
    rest = {record.id for record in records} - theirs
    across = sa.or_(
        sa.and_(source.subject_person_id.in_(theirs), target.subject_person_id.in_(rest)),
        sa.and_(source.subject_person_id.in_(rest), target.subject_person_id.in_(theirs)),
    )
    merged = sa.select(source, target).join(target, source.merged_into_id == target.id)
    for pair in session.execute(merged.where(across)):
        if any(consents.asked_for(case.primary_vertical, case.origin) for case in pair):
            raise CannotMerge("A case of the one was merged into a case of the other. Undo that first.", why="cases")


def _answer(session: Session, actor: Actor, edge: PersonMerge, reason: str, *, different: bool) -> None:
    """What becomes of the question once the records are apart: put again, answered, or gone where nobody had put it."""
    low, high = sorted((edge.source_id, edge.target_id))
    query = sa.select(PersonPair).where(PersonPair.low_id == low, PersonPair.high_id == high)
    pair = session.scalars(query).one()
    was_found = bool(pair.explanation)
    people_pairs.reopen(session, actor, pair)
    if different:
        people_pairs.decide_different(session, actor, pair, reason)
    elif not was_found:
        session.delete(pair)
        session.flush()


def _follow(session: Session, actor: Actor, records: list[Person]) -> None:
    """Let cases follow the consents that count for them now: restored where one holds, suspended where one ended."""
    numbers = [record.id for record in records]
    given = sa.select(Consent).where(Consent.person_id.in_(numbers)).order_by(Consent.id)
    for consent in session.scalars(given).all():
        consent_effects.follow(session, actor, consent)
    theirs = sa.select(Case).where(Case.subject_person_id.in_(numbers), Case.lifecycle_status.in_(LIVE))
    for case in session.scalars(theirs.order_by(Case.id).limit(consent_effects.AT_ONCE)).all():
        suspensions.catch_up(session, actor, case)


def _chain(number: int) -> str:
    return f"person:{number}"
