"""Households in the browser: found, registered, verified, with who belongs to them from when until when."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import clock, households
from portal.core.models import AuditEvent, Household, HouseholdMember, Person, Vertical
from portal.core.vocabulary import Role, Verification
from portal.extensions import db
from tests.factories import committed, make_case, make_household, make_person, make_user, make_vertical
from tests.page import words
from tests.statements import counted


@pytest.fixture
def office(app) -> dict[str, object]:
    """A household with its leader and a child, whom a service knows, and somebody of another service."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSE")
        leader = make_person(session, "Amina Testperson", vertical=here)
        child = make_person(session, "Nia Testperson", vertical=here)
        hidden = make_person(session, "Hidden Stranger", vertical=elsewhere)
        home = make_household(session, leader)
        home.name = "Testperson home"
        since = clock.today() - dt.timedelta(days=100)
        session.add(
            HouseholdMember(household_id=home.id, person_id=child.id, relationship_type="child", effective_from=since)
        )
        return {
            "home": home.uuid,
            "leader": leader.id,
            "child": child.id,
            "hidden": hidden.id,
            "here": here.id,
            "worker": make_user(session, Role.CASEWORKER, here, name="Jo Worker").id,
            "other": make_user(session, Role.CASEWORKER, here).id,
            "auditor": make_user(session, Role.AUDITOR).id,
            "stranger": make_user(session, Role.SUPERVISOR, elsewhere).id,
        }


@pytest.fixture
def path(office) -> str:
    return f"/app/households/{office['home']}"


def day(moment: dt.date) -> list[str]:
    return [str(moment.day), str(moment.month), str(moment.year)]


def memberships(app) -> list[HouseholdMember]:
    with app.app_context():
        return list(db.session.scalars(sa.select(HouseholdMember).order_by(HouseholdMember.id)))


class TestFinding:
    """The list, and a search in it."""

    def test_a_household_is_found_by_its_name_and_by_who_belongs_to_it(self, worker):
        for text in ("", "testperson home", "amina", "nia"):
            shown = words(worker.get(f"/app/households/?q={text}"))
            assert "Testperson home Led by Amina Testperson · 1 member" in shown, text
        assert "No household was found" in words(worker.get("/app/households/?q=nobody"))

    def test_what_is_not_the_readers_is_not_there(self, browser_as, office, path):
        stranger = browser_as(office["stranger"])
        for text in ("", "testperson", "nia"):
            assert "Testperson home" not in words(stranger.get(f"/app/households/?q={text}"))
        for where in (path, f"{path}/members/new", f"{path}/members/{office['child']}/end", f"{path}/verification"):
            stranger.get(where, expect=404)

    def test_somebody_of_another_service_finds_nobody_by_a_member_they_do_not_see(self, app, worker, office):
        with app.app_context(), committed(db.session) as session:
            home = session.scalars(sa.select(Household)).one()
            today = clock.today()
            session.add(HouseholdMember(household_id=home.id, person_id=office["hidden"], effective_from=today))
        assert "Testperson home" not in words(worker.get("/app/households/?q=hidden"))
        shown = words(worker.get(f"/app/households/{office['home']}"))
        assert "Somebody you may not see" in shown
        assert "Hidden Stranger" not in shown

    def test_the_list_goes_on_page_by_page_at_the_same_cost(self, app, worker, office, path):
        def cost(where: str) -> int:
            worker.get(where)
            with counted(app) as statements:
                worker.get(where)
            return sum(text.lstrip().upper().startswith("SELECT") for text in statements)

        few = [cost("/app/households/"), cost(path), cost(f"/app/people/{office['leader']}")]
        with app.app_context(), committed(db.session) as session:
            leader, home = session.get(Person, office["leader"]), session.scalars(sa.select(Household)).one()
            vertical = session.get(Vertical, office["here"])
            for number in range(30):
                one = make_household(session, leader)
                one.name = f"Further home {number:02}"
                member = make_person(session, f"Member Number{number}", vertical=vertical)
                since = clock.today()
                session.add(HouseholdMember(household_id=home.id, person_id=member.id, effective_from=since))
                make_case(session, vertical, subject=home)
        assert [cost("/app/households/"), cost(path), cost(f"/app/people/{office['leader']}")] == few
        first = worker.get("/app/households/").get_data(as_text=True)
        assert "Further home 29" in first
        following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert "Testperson home" in words(worker.get(following))


class TestRegistering:
    """A household begins with its leader."""

    def test_the_leader_is_searched_for_and_the_household_is_provisional(self, app, worker, browser_as, office):
        found = worker.get("/app/households/new?q=nia").get_data(as_text=True)
        assert f"/app/households/new?leader={office['child']}" in found
        chosen = words(worker.get(f"/app/households/new?leader={office['child']}"))
        assert "Nia Testperson" in chosen
        typed = {"leader": office["child"], "name": " The  new home ", "address": "1 Invented Road"}
        made = worker.follow(worker.post("/app/households/new", typed))
        assert "The new home" in words(made)
        assert "You registered this record; somebody else verifies it." in words(made)
        with app.app_context():
            home = db.session.scalars(sa.select(Household).order_by(Household.id.desc()).limit(1)).one()
            assert (home.name, home.address, home.registered_by_id) == (
                "The new home",
                "1 Invented Road",
                office["worker"],
            )
        other = browser_as(office["other"])
        other.post(f"/app/households/{home.uuid}/verification", {"decision": "verified"})
        with app.app_context():
            assert db.session.get(Household, home.id).verification_status is Verification.VERIFIED

    @pytest.mark.parametrize(
        ("typed", "said"), [({"name": ""}, "Give the household a name."), ({}, "household a name")]
    )
    def test_without_a_name_nothing_is_registered(self, worker, office, typed, said):
        page = worker.post("/app/households/new", {"leader": office["child"], "address": "kept", **typed}, expect=422)
        assert said in words(page)
        assert "kept" in page.get_data(as_text=True)

    def test_nobody_who_is_not_seen_can_be_chosen(self, worker, office):
        worker.get(f"/app/households/new?leader={office['hidden']}", expect=404)
        worker.post("/app/households/new", {"leader": office["hidden"], "name": "x"}, expect=404)
        assert "Choose the person first." in words(worker.post("/app/households/new", {"name": "x"}, expect=422))
        assert "Find" in words(worker.get(f"/app/households/new?leader={2**63}")), "beyond what a row can have is none"
        worker.post("/app/households/new", {"leader": 2**63, "name": "x"}, expect=422)


class TestBelonging:
    """Who joins and who leaves."""

    def test_somebody_joins_with_a_relation_and_a_day_and_does_not_join_twice(self, app, worker, office, path):
        assert f"{path}/members/new?person={office['leader']}" in worker.get(f"{path}/members/new?q=amina").get_data(
            as_text=True
        )
        typed = {"person": office["leader"], "relation": "leader", "start": day(clock.today())}
        shown = words(worker.follow(worker.post(f"{path}/members/new", typed)))
        assert "Amina Testperson belongs to the household." in shown
        assert memberships(app)[-1].relationship_type == "leader"
        again = words(worker.post(f"{path}/members/new", typed, expect=409))
        assert "This person belongs to the household at that time already." in again

    def test_a_day_that_is_none_is_said_beside_the_field(self, worker, office, path):
        typed = {"person": office["leader"], "relation": "x" * 65, "start": ["31", "2", "2026"]}
        page = words(worker.post(f"{path}/members/new", typed, expect=422))
        assert "Enter a real date" in page
        assert "Write at most 64 characters here" in page

    def test_somebody_leaves_with_a_reason_and_stays_in_the_record(self, app, worker, office, path):
        where = f"{path}/members/{office['child']}/end"
        assert "Choose a reason." in words(worker.post(where, {"until": day(clock.today())}, expect=422))
        early = day(clock.today() - dt.timedelta(days=200))
        assert "The end must be after the beginning." in words(
            worker.post(where, {"until": early, "reason": "MOVED_OUT"}, expect=422)
        )
        shown = words(worker.follow(worker.post(where, {"until": day(clock.today()), "reason": "MOVED_OUT"})))
        assert "Belonged to it before" in shown
        assert "Moved out" in shown
        assert memberships(app)[0].end_reason == "MOVED_OUT"
        late = worker.post(where, {"until": day(clock.today()), "reason": "MOVED_OUT"}, expect=409)
        assert "This membership has ended already." in words(late)
        worker.get(f"{path}/members/{office['leader']}/end", expect=404)

    def test_nobody_joins_an_archived_household(self, app, worker, office, path):
        worker.post(f"{path}/archive", {"reason": "REGISTERED_IN_ERROR"})
        assert "This record is archived" in words(worker.get(path))
        assert "The record of this household is archived." in words(worker.get(f"{path}/members/new"))
        typed = {"person": office["leader"], "relation": "leader", "start": day(clock.today())}
        worker.post(f"{path}/members/new", typed, expect=409)
        assert len(memberships(app)) == 1
        worker.post(f"{path}/restore", {"reason": "ARCHIVED_IN_ERROR"})
        worker.post(f"{path}/members/new", typed)


def test_a_reading_is_recorded_and_who_may_only_read_is_offered_nothing(app, browser_as, office, path):
    auditor = browser_as(office["auditor"])
    page = auditor.get(path).get_data(as_text=True)
    assert "Add somebody" not in page
    assert "/end" not in page
    with app.app_context():
        events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.actor_id == office["auditor"])).all()
        home = db.session.scalars(sa.select(Household)).one()
        assert (events[-1].action, events[-1].details) == ("household.read", {"household": home.id})
        assert households.members(db.session, home)
