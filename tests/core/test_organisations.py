"""Partner organisations: registering, opening the door once, closing it, and settling what their priorities mean."""

import datetime as dt

import pytest

from portal.core import audit, clock, organisations, tokens
from portal.core.actors import SYSTEM
from portal.core.errors import Forbidden, InvalidInput, NotFound
from portal.core.models import AuditEvent, AuditValue, Notice, Organisation
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_user


def register(session, **more):
    """Register a partner."""
    told = {"name": "Harbour Children", "email": "desk@harbour.example", **more}
    with committed(session):
        return organisations.register(session, SYSTEM, **told)


def test_a_registered_partner_is_let_in_unless_it_has_to_wait(session):
    assert register(session).status == "active"
    waiting = register(session, name="Another", pending=True)
    assert waiting.status == "pending"
    with committed(session):
        organisations.approve(session, SYSTEM, waiting)
    assert waiting.status == "active"


@pytest.mark.parametrize(
    "told",
    [{"name": " "}, {"email": "nowhere"}, {"name": "harbour  CHILDREN"}, {"name": "B", "time_zone": "../etc/passwd"}],
)
def test_a_partner_has_a_name_of_its_own_and_an_address(session, told):
    register(session)
    with pytest.raises(InvalidInput):
        register(session, **told)


def test_priorities_mean_what_the_contract_says_until_somebody_confirms_otherwise(session):
    partner = register(session)
    assert (partner.priority_map["1"], partner.priority_confirmed) == ("high", False)
    with committed(session):
        organisations.confirm_priorities(session, SYSTEM, partner, organisations.PRIORITY_MAPS["upstream"])
    assert (partner.priority_map["1"], partner.priority_confirmed) == ("low", True)
    with pytest.raises(InvalidInput), committed(session):
        organisations.confirm_priorities(session, SYSTEM, partner, {"1": "urgent"})


def test_only_an_active_partner_is_armed(session):
    partner = register(session, pending=True)
    with pytest.raises(InvalidInput), committed(session):
        organisations.arm(session, SYSTEM, partner)


@pytest.mark.parametrize(
    "wrong", [{"window": dt.timedelta(hours=25)}, {"window": dt.timedelta()}, {"address": "the desk"}]
)
def test_a_window_is_open_for_a_day_at_the_most_and_for_a_network_address(session, wrong):
    partner = register(session)
    with pytest.raises(InvalidInput), committed(session):
        organisations.arm(session, SYSTEM, partner, **wrong)
    with pytest.raises(InvalidInput), committed(session):
        organisations.arm(session, SYSTEM, session.get(Organisation, 1))


def test_a_window_can_be_closed_before_anybody_used_it(session):
    partner = register(session)
    with committed(session):
        organisations.arm(session, SYSTEM, partner, address=" 2001:DB8::0001 ")
    assert partner.armed_address == "2001:db8::1"
    with committed(session):
        organisations.disarm(session, SYSTEM, partner)
    assert (partner.armed_until, partner.armed_address) == (None, None)


def test_every_change_of_a_partner_is_kept_with_what_was_before(session):
    partner = register(session)
    with committed(session):
        organisations.deactivate(session, SYSTEM, partner)
        organisations.deactivate(session, SYSTEM, partner)
        organisations.approve(session, SYSTEM, partner)
        organisations.set_defaults(session, SYSTEM, partner, {"plan": "Call back"})
        organisations.set_defaults(session, SYSTEM, partner, {})
        organisations.confirm_priorities(session, SYSTEM, partner, organisations.PRIORITY_MAPS["upstream"])
    kept = [(value.field, value.before, value.after) for value in session.query(AuditValue).order_by(AuditValue.id)]
    assert [one[:2] for one in kept[:4]] == [(name, None) for name in ("name", "email", "status", "priority_map")]
    assert kept[4:8] == [
        ("status", "active", "inactive"),
        ("status", "inactive", "active"),
        ("defaults", "{}", '{"plan": "Call back"}'),
        ("defaults", '{"plan": "Call back"}', "{}"),
    ]
    assert kept[8][:2] == ("priority_map", None)
    assert list(audit.verify(session)) == []


def test_a_partner_is_found_by_its_number(session):
    partner = register(session)
    assert organisations.find_by_number(session, partner.id) is partner
    with pytest.raises(NotFound):
        organisations.find_by_number(session, 4711)


def test_the_installation_itself_cannot_be_deactivated(session):
    with pytest.raises(InvalidInput), committed(session):
        organisations.deactivate(session, SYSTEM, session.get(Organisation, 1))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_partners_are_an_administrators_business(session, role):
    partner = register(session)
    with committed(session):
        actor = actor_of(session, make_user(session, role))
    for act in (organisations.arm, organisations.disarm, organisations.deactivate, organisations.approve):
        with pytest.raises(Forbidden), committed(session):
            act(session, actor, partner)
    with pytest.raises(Forbidden), committed(session):
        organisations.register(session, actor, name="Mine", email="a@b.example")


def test_everything_that_is_done_to_a_partner_is_in_its_chain(session):
    partner = register(session)
    with committed(session):
        organisations.arm(session, SYSTEM, partner)
        organisations.deactivate(session, SYSTEM, partner)
    actions = [event.action for event in session.query(AuditEvent).filter_by(chain_key=f"organisation:{partner.id}")]
    assert actions == ["organisation.register", "organisation.arm", "organisation.deactivate"]
    assert partner.armed_until is None


def test_administrators_are_warned_twice_before_a_token_runs_out_and_once_each_time(session):
    partner = register(session)
    with committed(session):
        for _ in range(2):
            make_user(session, Role.ADMINISTRATOR)
        make_user(session, Role.CASEWORKER)
        tokens.issue(session, SYSTEM, dialect="helpline", organisation=partner, days=30)
    made = []
    for days in (0, 15, 2, 10, 1, 2):
        clock.advance(dt.timedelta(days=days, minutes=1))
        with committed(session):
            made.append(organisations.warn_of_expiry(session))
    assert made == [0, 0, 2, 2, 0, 0]
    assert all("Harbour Children" in notice.text for notice in session.query(Notice))


def test_partners_are_listed_with_the_installation_first(session):
    register(session)
    assert [one.name for one in organisations.listed(session)] == ["This office", "Harbour Children"]
