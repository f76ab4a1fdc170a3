"""Pairs of people who may be the same: the queue of those that wait, and what was decided about each."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import audit, clock, paging, pair_finding, under_glass
from portal.core.actors import Actor
from portal.core.database import held
from portal.core.errors import AlreadyDone, InvalidInput, NotFound
from portal.core.models import Person, PersonPair, User
from portal.core.paging import Cursor, Page
from portal.core.pair_finding import Found
from portal.core.permissions import Permission, require, visible_people
from portal.core.vocabulary import PairState

PAGE = 25
MANY = 100  # from here on a number says "many"


# Nobody is asked about who was put away, or was joined with another record meanwhile.
_STANDING = (Person.archived_at.is_(None), Person.root_id.is_(None))


def find(session: Session, person: Person) -> list[Found]:
    """Everybody who may be the same as *person*, the likeliest first, whether decided or not; pairs follow.

    ``unit_of_work`` asks for everybody who was written in it; ask yourself where the answer is needed earlier. Whoever
    shows the answer must leave out whom the actor may not see: ``waiting`` does so.
    """
    session.flush()
    return pair_finding.compare(session, (), {person.id})[person.id]


def find_pair(session: Session, actor: Actor, number: int, *, lock: bool = False) -> PersonPair:
    """The pair with that number, if *actor* may see both people. Raises NotFound."""
    query = sa.select(PersonPair).where(PersonPair.id == number, *_both_visible(actor))
    found = session.scalar(held(query) if lock else query)
    if found is None:
        raise NotFound("There is no such pair of people.", target="pair")
    return found


def between(session: Session, actor: Actor, one: Person, other: Person) -> PersonPair | None:
    """The pair that these two people make, if there is one and *actor* may see both."""
    low, high = sorted((one.id, other.id))
    return session.scalar(
        sa.select(PersonPair).where(PersonPair.low_id == low, PersonPair.high_id == high, *_both_visible(actor))
    )


def decided_by(session: Session, pair: PersonPair) -> str:
    """The name of who decided a pair; empty where nobody did."""
    return session.scalar(sa.select(User.name).where(User.id == pair.decided_by_id)) or ""


def number_waiting(session: Session, actor: Actor) -> int:
    """How many open pairs *actor* may see, counted up to MANY. Raises Forbidden."""
    require(actor, Permission.VIEW_PEOPLE)
    some = sa.select(PersonPair.id).where(PersonPair.state == PairState.OPEN, *_both_visible(actor, *_STANDING))
    return session.scalar(sa.select(sa.func.count()).select_from(some.limit(MANY).subquery())) or 0


def waiting(
    session: Session,
    actor: Actor,
    *,
    state: PairState = PairState.OPEN,
    person: Person | None = None,
    at_least: int | None = None,
    below: int | None = None,
    cursor: Cursor | None = None,
    limit: int = PAGE,
) -> Page[PersonPair]:
    """Pairs of which *actor* may see both people, the likeliest first; those of *person*, or of a score.

    Open ones, unless those that were decided in a way are asked for. Raises Forbidden, and InvalidInput for a cursor of
    another list.
    """
    require(actor, Permission.VIEW_PEOPLE)
    standing = _STANDING if state is PairState.OPEN else ()
    query = sa.select(PersonPair).where(PersonPair.state == state, *_both_visible(actor, *standing))
    query = query.options(joinedload(PersonPair.low), joinedload(PersonPair.high))
    if person is not None:
        query = query.where(sa.or_(PersonPair.low_id == person.id, PersonPair.high_id == person.id))
    if at_least is not None:
        query = query.where(PersonPair.score >= at_least)
    if below is not None:
        query = query.where(PersonPair.score < below)
    return paging.newest_first(session, query, PersonPair.score, PersonPair.id, cursor=cursor, limit=limit)


def decide_different(session: Session, actor: Actor, pair: PersonPair, reason: str) -> PersonPair:
    """Say that these are two people, and why; remembered, so that the question is not put again.

    Raises Forbidden, NotFound, AlreadyDone for a pair that was decided, InvalidInput without a reason.
    """
    require(actor, Permission.VERIFY_PERSON)
    pair = find_pair(session, actor, pair.id, lock=True)
    under_glass.require_known(session, actor, pair.low_id, pair.high_id)
    if pair.state is not PairState.OPEN:
        raise AlreadyDone("This pair was decided already.", target="pair", status=pair.state.value)
    reason = reason.strip()
    if not reason:
        raise InvalidInput("Say why these are two people.", target="reason", problem="missing")
    return _decide(session, actor, pair, PairState.DIFFERENT, reason)


def ask_again(session: Session, actor: Actor, pair: PersonPair) -> PersonPair:
    """Put the question of two who were said to be different once more. Raises Forbidden, NotFound, AlreadyDone."""
    require(actor, Permission.VERIFY_PERSON)
    pair = find_pair(session, actor, pair.id, lock=True)
    under_glass.require_known(session, actor, pair.low_id, pair.high_id)
    if pair.state is not PairState.DIFFERENT:
        raise AlreadyDone("This pair was not said to be two people.", target="pair", status=pair.state.value)
    return reopen(session, actor, pair)


def remember_same(session: Session, actor: Actor, one: Person, other: Person, reason: str) -> PersonPair:
    """Note that two people were found to be one, by whoever joins their records and has checked that *actor* may.

    A pair that nobody had found is made: what people decide is remembered either way.
    """
    low, high = sorted((one.id, other.id))
    query = sa.select(PersonPair).where(PersonPair.low_id == low, PersonPair.high_id == high)
    pair = session.scalar(held(query))
    if pair is None:
        pair = PersonPair(low_id=low, high_id=high, score=0, explanation={})
        session.add(pair)
    return _decide(session, actor, pair, PairState.SAME, reason.strip())


def reopen(session: Session, actor: Actor, pair: PersonPair) -> PersonPair:
    """Take back what was decided, so that the pair waits again: after a joining of records was undone."""
    pair.state, pair.reason, pair.decided_by_id, pair.decided_at = PairState.OPEN, None, None, None
    return _record(session, actor, pair, "person_pair.reopen")


def _decide(session: Session, actor: Actor, pair: PersonPair, state: PairState, reason: str) -> PersonPair:
    pair.state, pair.reason = state, reason or None
    pair.decided_by_id, pair.decided_at = actor.user_id, clock.now()
    return _record(session, actor, pair, f"person_pair.{state.value}")


def _record(session: Session, actor: Actor, pair: PersonPair, action: str) -> PersonPair:
    session.flush()
    details = {"pair": pair.id, "people": [pair.low_id, pair.high_id]}
    audit.append(session, actor, action, chain=f"person:{pair.low_id}", details=details)
    return pair


def _both_visible(actor: Actor, *more: sa.ColumnElement[bool]) -> Iterable[sa.ColumnElement[bool]]:
    """Whoever may not see both people is not told that they look alike."""
    for column in (PersonPair.low_id, PersonPair.high_id):
        seen = sa.select(1).select_from(Person).where(Person.id == column, visible_people(actor), *more)
        yield seen.correlate(PersonPair).exists()
