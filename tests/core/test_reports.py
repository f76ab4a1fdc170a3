"""A number of the reports is the length of the list behind it, in random worlds; and who opened what is told to few."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa

from portal.core import (
    access_log,
    assignments,
    break_glass,
    clock,
    conflict_queue,
    reports,
    search,
    sensitivity,
    subject_export,
)
from portal.core.access_log import Kind, Wanted
from portal.core.errors import Forbidden
from portal.core.list_filter import ListFilter
from portal.core.models import AuditEvent, Case, Consent, Person
from portal.core.permissions import Permission, can, visible_cases
from portal.core.reports import LISTS, Figure
from portal.core.search import Order
from portal.core.sensitivity import Sensitive
from portal.core.unit import record_reading
from portal.core.vocabulary import Answer, ConflictStatus, Role, Status
from portal.core.worklist import View, of_view
from tests.core.test_visibility import populate
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_conflict,
    make_consent,
    make_person,
    make_user,
    make_vertical,
)

BY_NUMBER = search.Sort(Order.REFERENCE, descending=False)
A_DAY = dt.timedelta(days=1)


def busy_world(session, dice: random.Random) -> list:
    """What populate makes, with dates, states and conflicts that the numbers tell apart."""
    users = populate(session, dice)
    cases = list(session.scalars(sa.select(Case)))
    for case in cases:
        case.created_at = clock.now() - dice.choice([0, 1, 3]) * A_DAY - dt.timedelta(hours=1)
        case.last_actioned_at = clock.now() - dice.randrange(40) * A_DAY
        case.review_date = dice.choice([None, clock.today() - A_DAY, clock.today(), clock.today() + A_DAY])
        if dice.random() < 0.2:
            case.lifecycle_status, case.closed_at = Status.CLOSED, clock.now()
    for consent in session.scalars(sa.select(Consent)):
        consent.active_until = clock.now() + dice.choice([5, 29, 31, 90]) * A_DAY
    for _ in range(6):
        make_conflict(session, *dice.sample(cases, 2))
    return users


def listed(session, actor, wanted: ListFilter) -> set[int]:
    return {case.id for case in search.page(session, actor, wanted, BY_NUMBER, limit=1000).cases}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_each_number_is_the_length_of_the_list_behind_it(session, seed):
    with committed(session):
        users = busy_world(session, random.Random(seed))
    today, seen = clock.today(), set()
    for user in users:
        actor = actor_of(session, user)
        if not can(actor, Permission.OVERSEE):
            for ask in (reports.figures, reports.workers):
                with pytest.raises(Forbidden):
                    ask(session, actor, today)
            continue
        for vertical in (None, *(one.id for one in reports.overseen(session, actor))):
            figures = reports.figures(session, actor, today, vertical=vertical)
            for figure, (view, asked) in LISTS.items():
                behind = listed(session, actor, of_view(view, reports.within(asked, vertical), today))
                assert figures[figure] == len(behind) == len(by_hand(session, actor, figure, vertical)), figure
            waiting = conflict_queue.Wanted(ConflictStatus.OPEN, vertical)
            assert figures[Figure.CONFLICTS] == len(conflict_queue.page(session, actor, waiting, limit=99).rows)
            seen.add(tuple(figures.values()))
    assert len(seen) > 4, "the world tells them apart"


def by_hand(session, actor, figure: Figure, vertical: int | None) -> list[Case]:
    """The cases that a number counts, said once more in plain words. No assignment of this world ended today."""
    visible = session.scalars(sa.select(Case).where(visible_cases(actor)))
    mine = [case for case in visible if vertical in (None, case.primary_vertical_id)]
    mine = [case for case in mine if case.lifecycle_status is not Status.CLOSED]
    if figure is Figure.UNASSIGNED:
        return [case for case in mine if case.owner_id is None and clock.now() - case.created_at >= A_DAY]
    if figure is Figure.OVERDUE:
        return [case for case in mine if case.review_date and case.review_date < clock.today()]
    soon = sa.select(Consent.person_id, Consent.vertical_id).where(
        Consent.active_until < clock.now() + 30 * A_DAY, Consent.status == "active"
    )
    ending = set(map(tuple, session.execute(soon)))
    needs = [case for case in mine if case.primary_vertical.pack.consent_mode == "required"]
    return [case for case in needs if (case.subject_person_id, case.primary_vertical_id) in ending]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_what_each_worker_has_in_hand_is_what_their_list_shows(session, seed):
    with committed(session):
        users = busy_world(session, random.Random(seed))
    today = clock.today()
    for user in users:
        actor = actor_of(session, user)
        for vertical in (None, *(actor.vertical_ids if can(actor, Permission.OVERSEE) else ())):
            if not can(actor, Permission.OVERSEE):
                continue
            rows = reports.workers(session, actor, today, vertical=vertical)
            for row in rows:
                of_them = reports.within(ListFilter(owners=frozenset({row.user.id})), vertical)
                theirs = listed(session, actor, of_them)
                late = listed(session, actor, of_view(View.OVERDUE, of_them, today))
                assert (row.open, row.overdue) == (len(theirs), len(late))
                untouched = [session.get(Case, number).last_actioned_at for number in theirs]
                assert row.untouched_since == min(untouched, default=None)
            named = {row.user.id for row in rows}
            everybody = listed(session, actor, reports.within(ListFilter(), vertical))
            team = {vertical} if vertical else actor.vertical_ids
            for case in map(session.get, [Case] * len(everybody), everybody):
                if case.owner_id and (actor.is_administrator or case.primary_vertical_id in team):
                    assert case.owner_id in named, "nobody who has a case of the team is left out"


def test_a_case_counts_as_unassigned_a_day_after_its_owner_left_it(session):
    with committed(session):
        here = make_vertical(session)
        supervisor, worker = make_user(session, Role.SUPERVISOR, here), make_user(session, Role.CASEWORKER, here)
        actor, case = actor_of(session, supervisor), make_case(session, here)
        case.created_at = clock.now() - 9 * A_DAY
        assignments.give(session, actor, case, worker)

    def number() -> int:
        return reports.figures(session, actor, clock.today())[Figure.UNASSIGNED]

    assert number() == 0
    with committed(session):
        (standing,) = assignments.listed(session, case)
        standing.effective_from -= 9 * A_DAY
        assignments.end(session, actor, case, standing, until=clock.now(), reason_code="REASSIGNED")
    assert number() == 0, "nobody has had it for a moment only"
    with committed(session):
        standing.effective_until -= A_DAY + dt.timedelta(minutes=1)
    assert number() == 1


def test_the_order_is_by_what_is_asked_and_then_by_name(session):
    with committed(session):
        here = make_vertical(session)
        supervisor = make_user(session, Role.SUPERVISOR, here, name="Zoe")
        ben, amina = (make_user(session, Role.CASEWORKER, here, name=name) for name in ("Ben", "Amina"))
        for owner, days in ((ben, 3), (ben, 1), (amina, 9)):
            make_case(session, here, owner=owner).last_actioned_at = clock.now() - days * A_DAY
    rows = reports.workers(session, actor_of(session, supervisor), clock.today())
    orders = {
        (reports.Sort.NAME, False): ["Amina", "Ben", "Zoe"],
        (reports.Sort.OPEN, True): ["Ben", "Amina", "Zoe"],
        (reports.Sort.OLDEST, True): ["Amina", "Ben", "Zoe"],
        (reports.Sort.OVERDUE, True): ["Amina", "Ben", "Zoe"],
    }
    for (by, descending), names in orders.items():
        assert [row.user.name for row in reports.sort(rows, by, descending=descending)] == names, by
    assert [row.untouched(clock.now()) for row in rows] == [9, 3, None]


@pytest.fixture
def office(session) -> dict:
    """A supervisor, a worker of theirs and one of another service; a case that is restricted, plain, foreign."""
    with committed(session):
        here, there = make_vertical(session, "HERE"), make_vertical(session, "THERE")
        made = {
            "supervisor": make_user(session, Role.SUPERVISOR, here),
            "worker": make_user(session, Role.CASEWORKER, here, name="Ben"),
            "stranger": make_user(session, Role.CASEWORKER, there),
        }
        made |= {"plain": make_case(session, here), "violent": make_case(session, here, gbv=Answer.YES)}
        made["secret"] = make_case(session, here, owner=made["supervisor"])
        made["secret"].restricted = True
        made["foreign"] = make_case(session, there, gbv=Answer.YES)
        made["person"] = make_person(session, vertical=here)
        return {name: (actor_of(session, row) if hasattr(row, "role") else row.id) for name, row in made.items()}


def told(session, office, wanted=None, **more) -> list[tuple]:
    members = access_log.team(session, office["supervisor"])
    page = access_log.page(session, office["supervisor"], members, wanted or Wanted(), **more)
    return [(line.by, line.kind, line.case.id if line.case else None, line.times) for line in page.lines]


def test_what_a_team_opened_of_what_is_sensitive_is_told_and_nothing_else(session, office):
    worker, supervisor, stranger = office["worker"], office["supervisor"], office["stranger"]
    for actor, name in ((worker, "violent"), (worker, "violent"), (worker, "plain"), (stranger, "violent")):
        record_reading(session, actor, "case.read", case=office[name])
    record_reading(session, supervisor, "case.read", case=office["secret"])
    record_reading(session, worker, "case.read", case=office["foreign"])
    with committed(session):
        sensitivity.reveal(session, worker, Sensitive.REACH, case=session.get(Case, office["plain"]))
        sensitivity.reveal(session, worker, Sensitive.IDENTITY, person=session.get(Person, office["person"]))
        reference = session.get(Case, office["secret"]).reference
        break_glass.ask(session, worker, reference, reason_code="COVER", text="To see what is due.")
    for of in ({"case": office["plain"]}, {"case": office["violent"]}, {"person": office["person"]}):
        record_reading(session, worker, "attachment.read", attachment=1, **of)
    with committed(session):
        person = session.get(Person, office["person"])
        subject_export.begin(session, supervisor, person, reason="She asked for it.", notes=False)
    everything = [
        (supervisor.name, Kind.HOLDINGS, None, 1),
        ("Ben", Kind.FILE, None, 1),
        ("Ben", Kind.FILE, office["violent"], 1),
        ("Ben", Kind.GLASS, office["secret"], 1),
        ("Ben", Kind.REVEAL, None, 1),
        ("Ben", Kind.REVEAL, office["plain"], 1),
        (supervisor.name, Kind.READ, office["secret"], 1),
        ("Ben", Kind.READ, office["violent"], 2),
    ]
    assert told(session, office) == everything
    for kind in Kind:
        assert told(session, office, Wanted(kind=kind)) == [line for line in everything if line[1] is kind]
    alone = Wanted(worker=supervisor.user_id)
    assert told(session, office, alone) == [line for line in everything if line[0] == supervisor.name]
    assert told(session, office, Wanted(worker=stranger.user_id)) == []
    for who in (worker, stranger):
        with pytest.raises(Forbidden):
            access_log.page(session, who, [], Wanted())


def test_page_by_page_the_log_is_the_same_as_at_once(session, office):
    dice = random.Random(7)
    names = ("plain", "violent", "secret")
    for _ in range(60):
        who = dice.choice([office["worker"], office["supervisor"]])
        if dice.random() < 0.7:
            record_reading(session, who, "case.read", case=office[dice.choice(names)])
        else:
            record_reading(session, who, "sensitive.reveal", case=office[dice.choice(names)], what=Sensitive.REACH)
    members = access_log.team(session, office["supervisor"])
    whole = access_log.page(session, office["supervisor"], members, Wanted(), limit=999)
    assert whole.following is None and len(whole.lines) > 20
    for limit, depth in ((5, 999), (999, 7), (3, 4)):
        sizes, lines, before = {"limit": limit, "depth": depth}, [], 10**9
        while before is not None:
            page = access_log.page(session, office["supervisor"], members, Wanted(), before=before, **sizes)
            lines += page.lines
            before = page.following
        assert sum(line.times for line in lines) == sum(line.times for line in whole.lines), (limit, depth)
        assert [line.id for line in lines] == sorted({line.id for line in lines}, reverse=True)


def test_looking_at_the_log_is_an_event(session, office):
    with committed(session):
        access_log.record_look(session, office["supervisor"], Wanted(kind=Kind.GLASS))
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "team.read")).one()
    assert (event.actor_id, event.details) == (office["supervisor"].user_id, {"kind": "glass"})


def test_a_case_closed_by_withdrawn_consent_does_not_tell_that_violence_was_reported(session):
    with committed(session):
        careful = make_vertical(session, consent=True)
        supervisor = actor_of(session, make_user(session, Role.SUPERVISOR, careful))
        person = make_person(session, verified=True)
        consent = make_consent(session, person, careful)
        case = make_case(session, careful, subject=person, gbv=Answer.YES).id
    record_reading(session, supervisor, "case.read", case=case)

    def lines() -> int:
        members = access_log.team(session, supervisor)
        return len(access_log.page(session, supervisor, members, Wanted()).lines)

    assert lines() == 1
    with committed(session):
        session.get(Consent, consent.id).status = "withdrawn"
        session.get(Consent, consent.id).withdrawn_at = clock.now()
    assert lines() == 0
