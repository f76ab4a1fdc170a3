"""Verticals and their rules: what is said is checked, a version never changes, and what it does is shown first."""

import dataclasses
import json

import pytest
import sqlalchemy as sa

from portal.core import policy_packs, role_matrix, vertical_register
from portal.core.actors import Actor
from portal.core.errors import Forbidden, InvalidInput, Refused, StaleVersion
from portal.core.models import AuditEvent, AuditValue, PolicyPack, Vertical
from portal.core.permissions import Permission, role_permissions
from portal.core.policy_packs import ADJUSTABLE, STEERING, PackTold
from portal.core.unit import unit_of_work
from portal.core.vertical_register import VerticalTold
from portal.core.vocabulary import ConsentMode, Origin, Role
from tests.factories import actor_of, committed, make_case, make_consent, make_person, make_user, make_vertical

NAMES = VerticalTold("Harbour", "HB", "Africa/Nairobi")
CONSENT = PackTold(ConsentMode.REQUIRED)


@pytest.fixture
def ada(session) -> Actor:
    """An administrator."""
    with committed(session):
        return actor_of(session, make_user(session, Role.ADMINISTRATOR))


@pytest.fixture
def here(session) -> int:
    """A vertical without consent, in which an agent and two caseworkers work on three cases."""
    with committed(session):
        vertical = make_vertical(session, "HERE")
        for role in (Role.AGENT, Role.CASEWORKER, Role.CASEWORKER):
            make_user(session, role, vertical)
        person = make_person(session)
        make_consent(session, person, vertical)
        for subject in (person, make_person(session, "Omar Testperson"), None):
            make_case(session, vertical, subject=subject)
        return vertical.id


def put(session, actor, number: int, told: PackTold, version: int = 1) -> int:
    """Put rules in force in a unit of its own; the version in force then."""
    with unit_of_work(session, actor, intent="vertical.rules"):
        held = vertical_register.hold(session, actor, number)
        return policy_packs.put(session, actor, held, told, version=version).version


def events(session, number: int) -> list[tuple[str, dict, dict]]:
    """What was written down of a vertical."""
    found = []
    query = sa.select(AuditEvent).where(AuditEvent.chain_key == f"vertical:{number}").order_by(AuditEvent.seq)
    for event in session.scalars(query):
        rows = session.scalars(sa.select(AuditValue).where(AuditValue.event_id == event.id))
        found.append((event.action, event.details, {row.field: (row.before, row.after) for row in rows}))
    return found


def test_a_line_of_service_is_opened_with_its_first_rules(session, ada):
    with unit_of_work(session, ada, intent="vertical.create"):
        made = vertical_register.create(session, ada, NAMES, CONSENT, code=" harbour ")
        number = made.id
    vertical = session.get(Vertical, number)
    assert (vertical.code, vertical.reference_prefix, vertical.pack.version) == ("HARBOUR", "HB", 1)
    assert [action for action, *_ in events(session, number)] == ["vertical.create", "vertical.rules"]
    for role in Role:
        assert role_permissions(role, vertical.pack) == role_permissions(role)


@pytest.mark.parametrize(
    ("target", "code", "names", "rules"),
    [
        ("code", "HERE", NAMES, CONSENT),
        ("code", "1A", NAMES, CONSENT),
        ("code", "A" * 21, NAMES, CONSENT),
        ("name", "NEW", dataclasses.replace(NAMES, name=" "), CONSENT),
        ("prefix", "NEW", dataclasses.replace(NAMES, prefix="=1"), CONSENT),
        ("time_zone", "NEW", dataclasses.replace(NAMES, time_zone="Nowhere/Here"), CONSENT),
        ("lawful_basis", "NEW", NAMES, PackTold(ConsentMode.NOT_REQUIRED, " ")),
        ("grace_days", "NEW", NAMES, PackTold(ConsentMode.REQUIRED, grace_days=91)),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(session, ada, here, target, code, names, rules):
    with pytest.raises(InvalidInput) as refusal, unit_of_work(session, ada, intent="vertical.create"):
        vertical_register.create(session, ada, names, rules, code=code)
    assert refusal.value.target == target
    assert session.scalar(sa.select(sa.func.count()).select_from(Vertical)) == 1


def test_a_vertical_is_renamed_over_the_version_that_was_read(session, ada, here):
    def change(told: VerticalTold, version: int) -> None:
        with unit_of_work(session, ada, intent="vertical.change"):
            held = vertical_register.hold(session, ada, here)
            vertical_register.change(session, ada, held, told, version=version)

    change(dataclasses.replace(NAMES, active=False), 1)
    (action, details, values) = events(session, here)[-1]
    assert (action, details["fields"]) == ("vertical.change", ["name", "reference_prefix", "status", "time_zone"])
    assert values["name"] == ("Here", "Harbour") and values["status"] == ("active", "inactive")
    with pytest.raises(StaleVersion):
        change(NAMES, 1)
    with committed(session):
        session.get(Vertical, here).default_for = Origin.HELPLINE
    with pytest.raises(Refused, match="stays open"):
        change(dataclasses.replace(NAMES, active=False), 2)


def test_new_rules_are_shown_with_what_they_change_for_whom_and_then_hold(session, ada, here):
    vertical = vertical_register.find(session, ada, here)
    same = policy_packs.told_of(vertical.pack)
    assert not policy_packs.preview(session, ada, vertical, same)
    assert put(session, ada, here, same) == 1, "what changes nothing is no version"

    stricter = PackTold(ConsentMode.REQUIRED, "", False, 14, True, True)
    shown = policy_packs.preview(session, ada, vertical, stricter)
    assert shown.fields["consent_mode"] == (ConsentMode.NOT_REQUIRED, ConsentMode.REQUIRED)
    assert shown.fields["grace_days"] == (0, 14)
    assert Permission.CLOSE in shown.lost[Role.AGENT] and not shown.gained
    assert shown.people == {Role.AGENT: 1, Role.CASEWORKER: 2}
    assert (shown.cases, shown.unconsented) == (3, 2)
    assert vertical.pack.version == 1, "a look changes nothing"

    assert put(session, ada, here, stricter) == 2
    first, second = reversed(policy_packs.history(session, ada, session.get(Vertical, here)))
    assert (first.current, second.current, first.consent_mode) == (False, True, ConsentMode.NOT_REQUIRED)
    action, details, values = events(session, here)[-1]
    assert (action, details["version"]) == ("vertical.rules", 2)
    assert values["consent_mode"] == ("not_required", "required") and values["grace_days"] == ("0", "14")
    with pytest.raises(StaleVersion):
        put(session, ada, here, same, version=1)


@pytest.mark.parametrize("mode", ConsentMode)
def test_a_vertical_settles_who_may_do_what_of_a_case_and_nothing_else_moves(session, ada, here, mode):
    usual = role_matrix.usual(mode)
    for version, one in enumerate(ADJUSTABLE, start=1):
        turned = frozenset(STEERING) - usual[one]
        said = {other: usual[other].intersection(STEERING) for other in ADJUSTABLE} | {one: turned}
        assert put(session, ada, here, PackTold(mode, "Public task", holders=said), version) == version + 1
        pack = session.get(Vertical, here).pack
        now = role_matrix.holders(pack)
        assert now == usual | {one: turned | usual[one].difference(STEERING)}
        assert list(pack.role_matrix) == [one.value]
        assert policy_packs.told_of(pack).holders == said


def test_what_the_whole_installation_settles_no_vertical_settles(session, ada, here):
    for holders in (
        {Permission.ADMINISTER: frozenset({Role.AGENT})},
        {Permission.VIEW: frozenset()},
        {Permission.CLOSE: frozenset({Role.AUDITOR})},
    ):
        with pytest.raises(InvalidInput, match="whole installation"):
            put(session, ada, here, PackTold(ConsentMode.REQUIRED, holders=holders))


def test_rows_that_no_screen_settles_stay(session, ada, here):
    with committed(session):
        session.get(Vertical, here).pack.role_matrix = {"message.write": ["supervisor"], "case.close": ["supervisor"]}
    told = policy_packs.told_of(session.get(Vertical, here).pack)
    put(session, ada, here, dataclasses.replace(told, grace_days=3))
    kept = session.scalars(sa.select(PolicyPack).where(PolicyPack.current)).one().role_matrix
    assert kept["message.write"] == ["supervisor"]
    assert json.loads(json.dumps(kept))["case.close"] == ["supervisor", "administrator"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_keep_verticals(session, here, role):
    with committed(session):
        other = actor_of(session, make_user(session, role))
        vertical = session.get(Vertical, here)
    for attempt in (
        lambda: vertical_register.listed(session, other),
        lambda: vertical_register.find(session, other, here),
        lambda: vertical_register.hold(session, other, here),
        lambda: vertical_register.create(session, other, NAMES, CONSENT, code="NEW"),
        lambda: vertical_register.change(session, other, vertical, NAMES, version=1),
        lambda: policy_packs.history(session, other, vertical),
        lambda: policy_packs.preview(session, other, vertical, CONSENT),
        lambda: policy_packs.put(session, other, vertical, CONSENT, version=1),
    ):
        with pytest.raises(Forbidden):
            attempt()
