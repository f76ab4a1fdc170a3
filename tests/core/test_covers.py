"""Cover while somebody is away: it tells a colleague what they may know, opens nothing, and ends by the clock."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa

from portal.core import assignments, clock, covers, notices, search
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound
from portal.core.list_filter import ListFilter
from portal.core.models import AuditEvent, AuditValue, Case, Cover, User
from portal.core.permissions import assigned_to, visible_cases
from portal.core.search import Order, Sort
from portal.core.vocabulary import Role
from tests.core.test_visibility import populate
from tests.factories import actor_of, committed, make_case, make_user, make_vertical

DAY = dt.timedelta(days=1)


@pytest.fixture
def office(session) -> dict[str, int]:
    """Ben and Amina of one service, a supervisor of it, and somebody of another."""
    with committed(session):
        here, there = make_vertical(session, "HERE"), make_vertical(session, "THERE")
        made = {
            "ben": make_user(session, Role.CASEWORKER, here, there, name="Ben"),
            "amina": make_user(session, Role.CASEWORKER, here, name="Amina"),
            "chen": make_user(session, Role.AGENT, here, name="Chen"),
            "supervisor": make_user(session, Role.SUPERVISOR, here),
            "far": make_user(session, Role.SUPERVISOR, make_vertical(session)),
            "auditor": make_user(session, Role.AUDITOR, here),
        }
        made |= {"shared": make_case(session, here, owner=made["ben"]), "alone": make_case(session, there)}
        made["alone"].owner_id = made["ben"].id
        return {name: row.id for name, row in made.items()}


def arrange(session, office, who: str, user: str, by: str, first: float = 0, last: float = 2) -> int:
    """Let *who* say that *by* covers for *user*, from so many days on until so many days on."""
    actor = actor_of(session, session.get(User, office[who]))
    times = {"begins_at": clock.now() + first * DAY, "ends_at": clock.now() + last * DAY}
    with committed(session):
        people = session.get(User, office[user]), session.get(User, office[by])
        return covers.arrange(session, actor, *people, **times).id


def test_who_may_say_who_covers_and_who_can(session, office):
    for who, user, by, refusal in (
        ("ben", "ben", "far", InvalidInput),
        ("ben", "ben", "ben", InvalidInput),
        ("ben", "ben", "auditor", InvalidInput),
        ("amina", "ben", "amina", NotFound),
        ("far", "ben", "amina", NotFound),
        ("auditor", "ben", "amina", Forbidden),
    ):
        with pytest.raises(refusal):
            arrange(session, office, who, user, by)
    for first, last in ((2, 1), (-3, -1), (0, 400)):
        with pytest.raises(InvalidInput):
            arrange(session, office, "ben", "ben", "amina", first, last)
    arrange(session, office, "ben", "ben", "amina")
    with pytest.raises(AlreadyDone):
        arrange(session, office, "supervisor", "ben", "chen", 1, 3)
    with pytest.raises(InvalidInput, match="Ben is away"):
        arrange(session, office, "supervisor", "chen", "ben")
    arrange(session, office, "supervisor", "ben", "chen", 2, 3)
    assert [one.by.name for one in covers.standing(session, [office["ben"]])] == ["Amina", "Chen"]


def test_a_cover_is_ended_by_those_it_concerns_and_both_are_in_the_audit(session, office):
    number = arrange(session, office, "supervisor", "ben", "amina")
    for who, refusal in (("far", NotFound), ("chen", Forbidden), ("auditor", Forbidden)):
        with committed(session), pytest.raises(refusal):
            covers.end(session, actor_of(session, session.get(User, office[who])), number)
    with committed(session):
        covers.end(session, actor_of(session, session.get(User, office["amina"])), number)
    with committed(session), pytest.raises(AlreadyDone):
        covers.end(session, actor_of(session, session.get(User, office["ben"])), number)
    assert covers.standing(session, [office["ben"], office["amina"]]) == []
    events = session.scalars(sa.select(AuditEvent).where(AuditEvent.action.startswith("cover."))).all()
    assert [(one.action, one.chain_key) for one in events] == [
        ("cover.arrange", f"user:{office['ben']}"),
        ("cover.end", f"user:{office['ben']}"),
    ]
    kept = sa.select(AuditValue).where(AuditValue.event_id == events[1].id)
    assert session.scalars(kept).one().before > session.scalars(kept).one().after
    arrange(session, office, "ben", "ben", "chen")


def test_whoever_covers_is_told_what_they_may_know_until_the_clock_says_no(session, office):
    arrange(session, office, "ben", "ben", "amina", 0, 1)
    ben, amina = (actor_of(session, session.get(User, office[name])) for name in ("ben", "amina"))

    def told(actor) -> list[tuple[str, int, str]]:
        rows = notices.page(session, actor).rows
        return [(one.notice.kind, one.case.id, one.covered) for one in rows]

    with committed(session):
        supervisor = actor_of(session, session.get(User, office["supervisor"]))
        for name in ("shared", "alone"):
            notices.of_message(session, supervisor, session.get(Case, office[name]))
    assert sorted(told(ben)) == [(notices.MESSAGE, office[name], "") for name in ("shared", "alone")]
    assert told(amina) == [(notices.MESSAGE, office["shared"], "Ben")], "the other case is not there for her"
    assert notices.waiting(session, amina) == 1
    with committed(session):
        notices.clear_all(session, amina)
        notices.clear_all(session, ben)
        assignments.add(
            session,
            supervisor,
            session.get(Case, office["shared"]),
            session.get(User, office["ben"]),
            role="second",
            effective_from=clock.now(),
        )
    assert (notices.ASSIGNED, office["shared"], "Ben") in told(amina)
    clock.advance(1.1 * DAY)
    assert covers.covering(session, amina) == []
    with committed(session):
        notices.tell(session, supervisor, [ben.user_id], session.get(Case, office["shared"]), "case.new", "New.")
    assert notices.waiting(session, amina) == 1, "the one of before"


@pytest.mark.parametrize("seed", range(2))
def test_a_cover_opens_nothing_and_leads_to_what_is_seen_anyway(session, seed):
    dice = random.Random(seed)
    with committed(session):
        users = populate(session, dice)
    before = {user.id: seen(session, user) for user in users}
    with committed(session):
        for user in users:
            by = dice.choice([one for one in users if one is not user])
            session.add(Cover(user_id=user.id, by_id=by.id, begins_at=clock.now() - DAY, ends_at=clock.now() + DAY))
    for user in users:
        assert seen(session, user) == before[user.id]
    order = Sort(Order.REFERENCE, descending=False)
    for cover in session.scalars(sa.select(Cover)):
        away, by = (actor_of(session, session.get(User, number)) for number in (cover.user_id, cover.by_id))
        hands = ListFilter(workers=frozenset({away.user_id}))
        led_to = {case.id for case in search.page(session, by, hands, order, limit=99).cases}
        mine = sa.select(Case.id).where(sa.or_(Case.owner_id == away.user_id, Case.id.in_(assigned_to([away.user_id]))))
        assert led_to == set(session.scalars(mine)) & before[by.user_id]


def seen(session, user) -> set[int]:
    return set(session.scalars(sa.select(Case.id).where(visible_cases(actor_of(session, user)))))
