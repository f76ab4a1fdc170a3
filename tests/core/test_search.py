"""Lists of cases: the same scope as everywhere, every case once, in each order and on each engine."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa

from portal.core import clock, lookup, people, search, verticals, worklist
from portal.core.errors import InvalidInput
from portal.core.models import (
    Assignment,
    Case,
    CasePerson,
    CaseRestriction,
    Consent,
    Message,
    Participant,
    User,
    VerticalMember,
    WorkflowInstance,
)
from portal.core.paging import Cursor
from portal.core.permissions import visible_cases
from portal.core.search import ListFilter, Order, Sort
from portal.core.vocabulary import Answer, Delivery, Direction, Origin, ParticipantStatus, Priority, Role, Status
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_household,
    make_participant,
    make_person,
    make_user,
    make_vertical,
)

ALL = ListFilter(statuses=frozenset(Status))
NEWEST = Sort(Order.UPDATED, descending=True)
SORTS = [Sort(by, descending) for by in Order for descending in (True, False)]


def ids(page) -> list[int]:
    return [case.id for case in page.cases]


@pytest.fixture
def office(session):
    """Users who see much, little and nothing; cases in every state, owned, shared and restricted."""
    dice = random.Random(5)
    with committed(session):
        verticals = [make_vertical(session) for _ in range(3)]
        users = {
            "wide": make_user(session, Role.SUPERVISOR, *verticals),
            "one": make_user(session, Role.CASEWORKER, verticals[0]),
            "none": make_user(session, Role.CASEWORKER),
            "administrator": make_user(session, Role.ADMINISTRATOR),
            "auditor": make_user(session, Role.AUDITOR),
        }
        owners = [None, *list(users.values())[:3]]
        for _ in range(40):
            vertical, owner, status = dice.choice(verticals), dice.choice(owners), dice.choice(list(Status))
            case = make_case(session, vertical, owner=owner, status=status)
            _scatter(session, case, dice, verticals, users)
    return users


def _scatter(session, case, dice, verticals, users):
    day = dt.date(2026, 3, 1) + dt.timedelta(days=dice.randrange(9))
    facts = {
        "priority": dice.choice(list(Priority)),
        "review_date": dice.choice([None, day]),
        "restricted": dice.random() < 0.2,
        "last_actioned_at": clock.now() - dt.timedelta(hours=dice.randrange(9)),
    }
    session.execute(sa.update(Case.__table__).where(Case.__table__.c.id == case.id).values(**facts))
    other = dice.choice([one for one in verticals if one.id != case.primary_vertical_id])
    if dice.random() < 0.3:
        make_participant(session, case, other, opted_in=dice.random() < 0.7)
    if dice.random() < 0.2:
        ended = dice.choice([None, clock.now() - dt.timedelta(days=1)])
        begun = clock.now() - dt.timedelta(days=2)
        session.add(Assignment(case_id=case.id, user_id=users["none"].id, effective_from=begun, effective_until=ended))
    if dice.random() < 0.3:
        session.add(CaseRestriction(case_id=case.id, user_id=users["one"].id))


def test_the_list_holds_exactly_what_the_plain_scope_shows(session, office):
    everything = set(session.scalars(sa.select(Case.id)))
    for who, user in office.items():
        actor = actor_of(session, user)
        visible = set(session.scalars(sa.select(Case.id).where(visible_cases(actor))))
        assert set(ids(search.page(session, actor, ALL, NEWEST, limit=200))) == visible
        assert set() < visible < everything, who


@pytest.mark.parametrize("who", ["wide", "administrator"])
def test_turning_the_pages_shows_every_case_once_and_turning_back_shows_the_same_pages(session, office, who):
    actor = actor_of(session, office[who])
    for sort in SORTS:
        page = search.page(session, actor, ALL, sort, limit=7)
        forwards = [page]
        while page.following:
            page = search.page(session, actor, ALL, sort, cursor=page.following, limit=7)
            forwards.append(page)
        whole = ids(search.page(session, actor, ALL, sort, limit=200))
        assert [number for one in forwards for number in ids(one)] == whole, sort
        assert forwards[0].preceding is None and forwards[-1].following is None
        for expected in reversed(forwards[:-1]):
            page = search.page(session, actor, ALL, sort, cursor=page.preceding, limit=7)
            assert (ids(page), page.first) == (ids(expected), expected.first), sort
        assert page.preceding is None


def test_each_order_is_the_order_it_says(session, office):
    actor = actor_of(session, office["wide"])

    def listed(by, descending):
        return search.page(session, actor, ALL, Sort(by, descending), limit=200).cases

    updated = [case.last_actioned_at for case in listed(Order.UPDATED, True)]
    assert updated == sorted(updated, reverse=True)
    numbers = [case.id for case in listed(Order.REFERENCE, False)]
    assert numbers == sorted(numbers)
    dates = [case.review_date for case in listed(Order.NEXT_DATE, False)]
    dated = [date for date in dates if date]
    assert dated == sorted(dated) and dates[len(dated) :] == [None] * (len(dates) - len(dated)) and dated
    rank = {Priority.HIGH: 0, Priority.UNKNOWN: 0, Priority.MEDIUM: 1, Priority.LOW: 2}
    ranks = [rank[case.priority] for case in listed(Order.PRIORITY, True)]
    assert ranks == sorted(ranks) and set(ranks) == {0, 1, 2}


def test_open_cases_are_shown_unless_closed_ones_are_asked_for(session, office):
    actor = actor_of(session, office["wide"])
    usual = search.page(session, actor, ListFilter(), NEWEST, limit=200).cases
    assert {case.lifecycle_status for case in usual} == set(Status) - {Status.CLOSED, Status.ARCHIVED}
    closed = search.page(session, actor, ListFilter(statuses=frozenset({Status.CLOSED})), NEWEST, limit=200).cases
    assert {case.lifecycle_status for case in closed} == {Status.CLOSED}


def test_a_filter_by_vertical_leaves_out_what_is_seen_in_other_ways(session, office):
    for who in ("wide", "none", "administrator"):
        actor = actor_of(session, office[who])
        visible = session.scalars(sa.select(Case).where(visible_cases(actor))).all()
        for vertical in {case.primary_vertical_id for case in visible}:
            wanted = ListFilter(statuses=frozenset(Status), verticals=frozenset({vertical}))
            found = ids(search.page(session, actor, wanted, NEWEST, limit=200))
            assert set(found) == {case.id for case in visible if case.primary_vertical_id == vertical}


def test_filters_narrow_and_never_widen(session, office):
    actor = actor_of(session, office["one"])
    owner = office["wide"].id
    wanted = ListFilter(owners=frozenset({owner}), priorities=frozenset({Priority.HIGH, Priority.LOW}))
    visible = session.scalars(sa.select(Case).where(visible_cases(actor))).all()
    expected = {
        case.id
        for case in visible
        if case.owner_id == owner
        and case.priority in wanted.priorities
        and case.lifecycle_status not in (Status.CLOSED, Status.ARCHIVED)
    }
    assert set(ids(search.page(session, actor, wanted, NEWEST, limit=200))) == expected
    from_the_web = ListFilter(origins=frozenset({Origin.WEBFORM}))
    assert ids(search.page(session, actor, from_the_web, NEWEST)) == []


def test_the_counts_are_the_lengths_of_the_lists_and_stop_at_the_cap(session, office):
    for who in office:
        actor = actor_of(session, office[who])
        lists = {"all": ListFilter(), "mine": ListFilter(mine=True), "unassigned": ListFilter(unassigned=True)}
        lengths = {
            name: len(ids(search.page(session, actor, wanted, NEWEST, limit=200))) for name, wanted in lists.items()
        }
        assert search.counts(session, actor, lists) == lengths
    wide = actor_of(session, office["wide"])
    assert search.counts(session, wide, {"all": ListFilter()}, most=5) == {"all": 6}


def test_mine_is_what_i_own_and_what_i_am_assigned_to_now(session, office):
    actor = actor_of(session, office["none"])
    found = ids(search.page(session, actor, ListFilter(mine=True, statuses=frozenset(Status)), NEWEST, limit=200))
    everything = ids(search.page(session, actor, ALL, NEWEST, limit=200))
    assert sorted(found) == sorted(everything) and found


def test_a_cursor_of_another_order_is_refused(session, office):
    actor = actor_of(session, office["wide"])
    for cursor in (Cursor(7, 7), Cursor(clock.now(), 7, part=5), Cursor("x", 1)):
        with pytest.raises(InvalidInput):
            search.page(session, actor, ALL, NEWEST, cursor=cursor)


@pytest.fixture
def named(session):
    """A case with a client whose name has accents, one of a household, one of somebody else, one out of sight."""
    with committed(session):
        here, elsewhere = make_vertical(session, "NMD"), make_vertical(session)
        worker = make_user(session, Role.CASEWORKER, here)
        zsofia = make_person(session, "Zsófia Pípacs", vertical=here, phone="+254 711 222 333", national_id="AB-12 345")
        case = make_case(session, here, summary="Asked about a school place", narrative="She lives by the Blue River.")
        session.add(CasePerson(case_id=case.id, person_id=zsofia.id, role="client"))
        leader = make_person(session, "Tomás Brightwater", vertical=here)
        household = make_case(session, here, subject=make_household(session, leader))
        other = make_case(session, here, subject=make_person(session, "Noor Halabi", vertical=here))
        hidden = make_case(session, elsewhere, narrative="She lives by the Blue River.")
        session.add(CasePerson(case_id=hidden.id, person_id=zsofia.id, role="client"))
    return worker, {"case": case, "household": household, "other": other, "hidden": hidden}


def test_a_list_is_filtered_by_number_reference_and_name_without_accents(session, named):
    worker, cases = named
    actor = actor_of(session, worker)

    def found(text):
        return ids(search.page(session, actor, ListFilter(text=text), NEWEST))

    case, household = cases["case"], cases["household"]
    assert found("zsofia") == found("PIPACS zso") == found(str(case.id)) == found(case.reference.lower()) == [case.id]
    assert found(household.subject_household.name) == [household.id]
    assert found("halabi") == [cases["other"].id]
    assert found("nobody of this name") == found(cases["hidden"].reference) == []


def test_looking_up_finds_by_each_way_and_says_which(session, named):
    worker, cases = named
    actor, case = actor_of(session, worker), cases["case"]

    def found(text):
        return [(hit.case.id, hit.matched) for hit in lookup.everywhere(session, actor, text).cases]

    assert found(case.reference) == found(str(case.id).zfill(2)) == [(case.id, "reference")]
    assert found("pipacs") == found("0711 222333") == found("ab12345") == [(case.id, "person")]
    assert found("blue river") == found("SCHOOL place") == [(case.id, "case")]
    assert found("100%") == found("_") == found(" ") == []


def test_looking_up_shows_nothing_out_of_sight(session, named):
    worker, cases = named
    hidden = cases["hidden"]
    assert lookup.everywhere(session, actor_of(session, worker), hidden.reference).cases == []
    with committed(session):
        stranger = make_user(session, Role.CASEWORKER)
    found = lookup.everywhere(session, actor_of(session, stranger), "zsofia")
    assert (found.cases, found.people) == ([], [])


def test_people_are_found_by_words_phone_and_number(session, named):
    actor = actor_of(session, named[0])
    for text in ("Zsofia", "711222333", "AB12345"):
        assert [hit.person.full_name for hit in people.search(session, actor, text)] == ["Zsófia Pípacs"]


@pytest.fixture
def desk(session):
    """One worker with a case of each kind that asks for something."""
    today = clock.today()
    with committed(session):
        vertical, partner = make_vertical(session), make_vertical(session, name="Education")
        worker = make_user(session, Role.CASEWORKER, vertical)
        rows = {
            "quiet": {"review_date": today + dt.timedelta(days=90)},
            "undated": {},
            "late": {"review_date": today - dt.timedelta(days=4)},
            "today": {"review_date": today},
            "danger": {"immediate_danger": Answer.YES, "review_date": today + dt.timedelta(days=90)},
            "triage": {"needs_triage": True},
            "reopened": {"status": Status.REOPENED},
            "stabilized": {"status": Status.STABILIZED},
            "suspended": {"status": Status.SUSPENDED},
            "closed": {"status": Status.CLOSED},
            "waiting": {},
            "replied": {},
        }
        cases = {name: make_case(session, vertical, owner=worker, **facts) for name, facts in rows.items()}
        cases["nobody"] = make_case(session, vertical)
        make_participant(session, cases["waiting"], partner, opted_in=False)
        received = {"direction": Direction.INBOUND, "delivery": Delivery.RECEIVED}
        session.add(Message(case_id=cases["replied"].id, text="Please call me.", **received))
    return worker, {name: case.id for name, case in cases.items()}


def test_each_row_says_why_it_is_there(session, desk):
    worker, numbers = desk
    actor, today = actor_of(session, worker), clock.today()
    page = worklist.page(session, actor, ALL, NEWEST, today)
    names = {number: name for name, number in numbers.items()}
    why = {names[row.case.id]: row.why.value for row in page.rows}
    assert why == {
        "quiet": "in_work",
        "undated": "no_date",
        "late": "overdue",
        "today": "review_today",
        "danger": "danger",
        "triage": "triage",
        "reopened": "state",
        "stabilized": "state",
        "suspended": "state",
        "closed": "state",
        "waiting": "not_opted_in",
        "replied": "replied",
        "nobody": "unassigned",
    }
    told = {names[row.case.id]: row for row in page.rows}
    assert told["late"].told["days"] == 4 and told["late"].is_late and not told["today"].is_late
    assert told["danger"].in_danger and not told["quiet"].in_danger
    assert told["waiting"].told["vertical"] == "Education"


def test_the_views_hold_what_their_names_say(session, desk):
    worker, numbers = desk
    actor, today = actor_of(session, worker), clock.today()
    names = {number: name for name, number in numbers.items()}

    def held(view):
        wanted = worklist.of_view(view, ListFilter(), today)
        page = worklist.page(session, actor, wanted, worklist.usual_sort(view), today)
        return {names[row.case.id] for row in page.rows}

    mine = set(numbers) - {"closed", "nobody"}
    assert held(worklist.View.MINE) == mine
    assert held(worklist.View.NEEDS_ME) == {"late", "today", "danger", "triage", "reopened", "replied"}
    assert held(worklist.View.UNASSIGNED) == {"nobody"}
    assert held(worklist.View.OVERDUE) == {"late"}
    assert held(worklist.View.AWAITING) == {"waiting"}
    assert held(worklist.View.TEAM) == held(worklist.View.ALL) == mine | {"nobody"}
    counts = worklist.counts(session, actor, today)
    assert counts == {view.value: len(held(view)) for view in worklist.View} | {worklist.TRIAGE: 1}


def test_what_needs_somebody_is_told_with_its_reason(session, desk):
    worker, numbers = desk
    today = clock.today()
    with committed(session):
        vertical = session.get(Case, numbers["quiet"]).primary_vertical
        supervisor = make_user(session, Role.SUPERVISOR, vertical)
        consenting = make_vertical(session, consent=True)
        session.add(VerticalMember(user_id=worker.id, vertical_id=consenting.id))
        ending, lasting = (make_case(session, consenting, owner=worker) for _ in range(2))
        until = clock.now() + dt.timedelta(days=9)
        session.execute(
            sa.update(Consent).where(Consent.person_id == ending.subject_person_id).values(active_until=until)
        )
        escalated = session.get(Case, numbers["quiet"])
        escalated.escalated, escalated.escalated_to_id = True, supervisor.id
        asker = actor_of(session, make_user(session, Role.SUPERVISOR, vertical))
        for name in ("undated", "closed"):
            case = session.get(Case, numbers[name])
            session.add(
                WorkflowInstance(
                    target_type="case", target_id=case.id, purpose="transfer_owner", requested_by_id=asker.user_id
                )
            )

    def told(user):
        actor = actor_of(session, user)
        answering = worklist.answering(actor, verticals.listed(session))
        wanted = worklist.of_view(worklist.View.NEEDS_ME, ListFilter(), today, answering=answering)
        page = worklist.page(session, actor, wanted, NEWEST, today, view=worklist.View.NEEDS_ME, answering=answering)
        return {row.case.id: row.why.value for row in page.rows}

    assert told(supervisor) == {numbers["quiet"]: "escalated", numbers["undated"]: "approval"}
    assert told(worker)[ending.id] == "consent_expires" and lasting.id not in told(worker)
    assert numbers["undated"] not in told(worker), "whoever cannot answer is not told"
    with committed(session):
        asked = session.get(User, asker.user_id)
    assert told(asked) == {}, "nobody answers what they asked themselves"


def test_a_team_is_the_verticals_of_the_reader_and_nothing_else(session, office):
    for user in office.values():
        actor = actor_of(session, user)
        wanted = worklist.of_view(worklist.View.TEAM, ALL, clock.today())
        own = Case.primary_vertical_id.in_(actor.vertical_ids)
        expected = set(session.scalars(sa.select(Case.id).where(visible_cases(actor), own)))
        assert set(ids(search.page(session, actor, wanted, NEWEST, limit=200))) == expected
        waiting = sa.select(Participant.case_id).where(Participant.status == ParticipantStatus.PENDING_OPT_IN)
        expected = set(session.scalars(sa.select(Case.id).where(visible_cases(actor), Case.id.in_(waiting))))
        wanted = worklist.of_view(worklist.View.AWAITING, ALL, clock.today())
        assert set(ids(search.page(session, actor, wanted, NEWEST, limit=200))) == expected


def test_a_vertical_that_was_removed_is_no_longer_waited_for(session, desk):
    worker, numbers = desk
    with committed(session):
        case = session.get(Case, numbers["waiting"])
        participant = make_participant(session, case, make_vertical(session), opted_in=False)
        session.execute(
            sa.text("UPDATE case_participants SET status='removed', removed_at=added_at WHERE id <> :id"),
            {"id": participant.id},
        )
    page = worklist.page(session, actor_of(session, worker), ALL, NEWEST, clock.today())
    row = next(row for row in page.rows if row.case.id == numbers["waiting"])
    assert row.told["vertical"] == participant.vertical.name
    assert participant.status is ParticipantStatus.PENDING_OPT_IN
