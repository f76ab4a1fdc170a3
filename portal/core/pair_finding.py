"""Finding people who may be the same as somebody who was written, whatever door they came through.

Candidates share a key with them; a key that very many share is left out, and so the work does not grow with the
number of people (what that may hide: ``blocking``). Each candidate is scored, and those from the threshold on become
pairs. ``unit_of_work`` asks for this at the end of each unit in which people were written; a job asks once more,
because two units that ran side by side did not see each other's people (PostgreSQL), and for people who were written
before there were keys.

Nothing here waits for rows that another unit holds: a unit that ends here holds cases and audit chains already, and
people come before those in the lock order (``database``). What is held is left to the job.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core import blocking, clock, person_records, written_people
from portal.core.matching import Score, score
from portal.core.models import Person, PersonKey, PersonPair
from portal.core.name_matching import share
from portal.core.person_records import BLOCK, Known
from portal.core.vocabulary import PairState

AT_ONCE = 25
A_RUN = 1000  # people whom the job compares before other jobs have their turn

_COUNTED = 1000  # a name word that so many have is common, however many more there are

_mine, _other = aliased(PersonKey), aliased(PersonKey)


@dataclass(frozen=True)
class Found:
    """Somebody who may be the same person, and why."""

    person_id: int
    points: int
    explanation: Mapping[str, Mapping[str, object]]
    state: PairState


def compare_written(session: Session) -> None:
    """Look for doubles of everybody who was written in this unit of work; a fixed number of statements."""
    session.flush()
    written = written_people.take(session)
    if again := written.changed | written.regrouped:
        due = sa.select(Person.id).where(Person.id.in_(again), Person.compared_at.is_not(None))
        _beside_the_mapper(session, due.with_for_update(key_share=True, skip_locked=True), None)
    if written.new or again:
        compare(session, written.new, written.changed, written.regrouped)


def compare_due(session: Session) -> int:
    """Compare some of those whom the job has not seen since they were written; how many there were."""
    due = sa.select(Person.id).where(Person.compared_at.is_(None)).order_by(Person.id).limit(AT_ONCE)
    ids = session.scalars(due.with_for_update(key_share=True, skip_locked=True)).all()
    if ids:
        compare(session, (), ids)
        _beside_the_mapper(session, ids, clock.now())
    return len(ids)


def _beside_the_mapper(session: Session, which: sa.Select | Collection[int], moment) -> None:
    """Being compared is no new version of a person."""
    people = Person.__table__
    values = {"compared_at": moment, "updated_at": people.c.updated_at}
    session.execute(sa.update(people).where(people.c.id.in_(which)).values(**values))


def compare(
    session: Session, new: Collection[int], changed: Collection[int], regrouped: Collection[int] = ()
) -> dict[int, list[Found]]:
    """Renew the keys of these people and the pairs they make with others; what was found for each.

    The regrouped keep their keys, and pairs among themselves are left to whoever regrouped them.
    """
    asked = {*new, *changed, *regrouped}
    known = person_records.load(session, asked)
    written = {number: one for number, one in known.items() if number in asked}
    person_records.write_keys(session, [one for one in written.values() if one.person_id in new], anew=False)
    if changed:
        person_records.write_keys(session, [one for one in written.values() if one.person_id in changed], anew=True)
    sizes, frequency = _counts(session, written)
    near = _candidates(session, written, sizes)
    pairs = _pairs_of(session, [one.stands_for for one in written.values()]) if changed or regrouped else {}
    free = _hold(session, pairs.values()) if pairs else {}
    others = {number for ids in near.values() for number in ids}.union(*pairs.keys())
    others |= {one.stands_for for one in known.values()}
    known |= person_records.load(session, others - known.keys()) if others - known.keys() else {}
    scores = _scores(written, near, pairs, known, frequency)
    scores = {ids: found for ids, found in scores.items() if not set(ids) <= set(regrouped)}
    decided = _decided(pairs, known)
    _keep(session, {ids: found for ids, found in scores.items() if ids in free or ids not in pairs}, free, decided)
    return _found(written, scores, pairs, decided)


def _counts(session: Session, written: Collection[int]) -> tuple[dict[str, int], dict[str, float]]:
    """How many share each key of these people, up to a limit; and which share of all people has each name word."""

    def sharing(kind: str, most: int) -> sa.Select:
        same = sa.select(sa.literal(1)).where(_other.kind == kind, _other.key == _mine.key).correlate(_mine)
        number = sa.select(sa.func.count()).select_from(same.limit(most).subquery()).scalar_subquery()
        return sa.select(_mine.kind, _mine.key, number).where(_mine.person_id.in_(written), _mine.kind == kind)

    everybody = sa.select(sa.literal(""), sa.literal(""), sa.select(sa.func.max(Person.id)).scalar_subquery())
    rows = session.execute(sa.union_all(sharing(BLOCK, blocking.MOST + 1), sharing("name", _COUNTED), everybody)).all()
    people = next(number for kind, _, number in rows if not kind) or 0
    sizes = {key: number for kind, key, number in rows if kind == BLOCK}
    shares = {key: share(number, people) if number < _COUNTED else 1.0 for kind, key, number in rows if kind == "name"}
    return sizes, shares


def _candidates(session: Session, written: Collection[int], sizes: Mapping[str, int]) -> dict[int, list[int]]:
    """For each of these people the others who share a telling key with them, the likeliest first."""
    telling = [key for key, size in sizes.items() if 1 < size <= blocking.MOST]
    if not telling:
        return {}
    query = sa.select(PersonKey.key, PersonKey.person_id).where(PersonKey.kind == BLOCK, PersonKey.key.in_(telling))
    members = defaultdict(list)
    for key, number in session.execute(query):
        members[key].append(number)
    return blocking.nearest(members, written)


def _pairs_of(session: Session, ids: Collection[int]) -> dict[tuple[int, int], PersonPair]:
    """Every pair of which one of these people is a part, by whichever record of theirs."""
    records = sa.select(Person.id).where(sa.or_(Person.id.in_(ids), Person.root_id.in_(ids)))
    parts = [sa.select(PersonPair.id).where(column.in_(records)) for column in (PersonPair.low_id, PersonPair.high_id)]
    query = sa.select(PersonPair).where(PersonPair.id.in_(sa.union(*parts))).order_by(PersonPair.id)
    pairs = session.scalars(query.execution_options(populate_existing=True))
    return {(pair.low_id, pair.high_id): pair for pair in pairs}


def _hold(session: Session, pairs: Iterable[PersonPair]) -> dict[tuple[int, int], PersonPair]:
    """Those of the pairs that no other unit holds, until commit; who holds the others compares them or decides."""
    query = sa.select(PersonPair).where(PersonPair.id.in_([pair.id for pair in pairs])).order_by(PersonPair.id)
    free = session.scalars(query.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    return {(pair.low_id, pair.high_id): pair for pair in free}


def _decided(pairs: Mapping[tuple[int, int], PersonPair], known: Mapping[int, Known]) -> set[tuple[int, int]]:
    """Which people were found to be two, by whichever records of theirs."""
    decided = [ids for ids, pair in pairs.items() if pair.state is PairState.DIFFERENT]
    return {tuple(sorted(known[number].stands_for for number in ids)) for ids in decided}


def _scores(
    written: Mapping[int, Known],
    near: Mapping[int, Iterable[int]],
    pairs: Collection[tuple[int, int]],
    known: Mapping[int, Known],
    frequency: Mapping[str, float],
) -> dict[tuple[int, int], Score]:
    """The best score of any two records that stand for two people, of whom one was written."""
    groups = defaultdict(list)
    for one in known.values():
        groups[one.stands_for].append(one)
    mine = {one.stands_for for one in written.values()}
    wanted = {
        tuple(sorted((written[number].stands_for, known[other].stands_for)))
        for number, others in near.items()
        for other in others
        if other in known
    }
    wanted |= {pair for pair in pairs if not mine.isdisjoint(pair)}
    found = {}
    for low, high in wanted:
        records = [(one, other) for one in groups[low] for other in groups[high] if _comparable(one, other)]
        if low != high and records and not _gone(low, high, known):
            scores = [score(one.record, other.record, frequency) for one, other in records]
            found[low, high] = max(scores, key=lambda each: each.points)
    return found


def _comparable(one: Known, other: Known) -> bool:
    return one.kind == other.kind


def _gone(low: int, high: int, known: Mapping[int, Known]) -> bool:
    return any(number in known and known[number].archived for number in (low, high))


def _keep(
    session: Session,
    scores: Mapping[tuple[int, int], Score],
    pairs: Mapping[tuple[int, int], PersonPair],
    decided: Collection[tuple[int, int]],
) -> None:
    """Make the pairs that are missing, and let those that wait follow what is known now.

    What was decided stands whatever is learnt later, with the score that it was decided by: people ask again.
    """
    for ids, pair in pairs.items():
        if ids in scores and pair.state is PairState.OPEN:
            _follow(session, pair, scores[ids])
    unasked = sorted(scores.keys() - pairs.keys() - set(decided))
    missing = {ids: scores[ids] for ids in unasked if scores[ids].is_likely}
    if missing:
        _make(session, missing)


def _follow(session: Session, pair: PersonPair, found: Score) -> None:
    if not found.is_likely:
        session.delete(pair)
    elif pair.score != found.points or pair.explanation != explained(found):
        pair.score, pair.explanation = found.points, explained(found)


def _make(session: Session, found: Mapping[tuple[int, int], Score]) -> None:
    """Add pairs in one order, and wait for nobody: who is held by another unit is left to the job."""
    ids = {number for pair in found for number in pair}
    there = sa.select(Person.id).where(Person.id.in_(ids)).order_by(Person.id)
    free = set(session.scalars(there.with_for_update(read=True, key_share=True, skip_locked=True)))
    rows = [
        {"low_id": low, "high_id": high, "score": each.points, "explanation": explained(each)}
        for (low, high), each in found.items()
        if {low, high} <= free
    ]
    if rows:
        session.execute(person_records.insert_or_keep(session, PersonPair.__table__), rows)


def explained(found: Score) -> dict[str, dict[str, object]]:
    """The reasons of a score as they are stored with a pair."""
    return {name: {"agreement": each.word, "points": each.points} for name, each in found.fields.items()}


def _found(
    written: Mapping[int, Known],
    scores: Mapping[tuple[int, int], Score],
    pairs: Mapping[tuple[int, int], PersonPair],
    decided: Collection[tuple[int, int]],
) -> dict[int, list[Found]]:
    found: dict[int, list[Found]] = {number: [] for number in written}
    for ids, each in sorted(scores.items(), key=lambda item: (-item[1].points, item[0])):
        unasked = PairState.DIFFERENT if ids in decided else PairState.OPEN
        state = pairs[ids].state if ids in pairs else unasked
        if not each.is_likely and state is PairState.OPEN:
            continue
        for number, one in written.items():
            if one.stands_for in ids:
                other = ids[1] if ids[0] == one.stands_for else ids[0]
                found[number].append(Found(other, each.points, explained(each), state))
    return found
