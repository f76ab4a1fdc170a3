"""The tree of places, and programmes: what moves takes along what lies in it, and nothing lies in itself."""

import pytest
import sqlalchemy as sa

from portal.core import place_register, places, program_register, programs
from portal.core.actors import Actor
from portal.core.errors import Forbidden, InvalidInput, NotFound, Refused, StaleVersion
from portal.core.models import AuditEvent, AuditValue, Place, UserPlace
from portal.core.place_register import PlaceTold
from portal.core.reference.codes import LOCATIONS
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_place, make_user, make_vertical


@pytest.fixture
def ada(session) -> Actor:
    """An administrator."""
    with committed(session):
        return actor_of(session, make_user(session, Role.ADMINISTRATOR))


@pytest.fixture
def tree(session) -> dict[str, int]:
    """Coast with Harbour and in it Quay and Mole; Inland beside it. Somebody's work is limited to Harbour."""
    with committed(session):
        coast, inland = make_place(session, "Coast"), make_place(session, "Inland")
        harbour = make_place(session, "Harbour", coast)
        found = [coast, inland, harbour, make_place(session, "Quay", harbour), make_place(session, "Mole", harbour)]
        worker = make_user(session, name="Wen Worker")
        session.add(UserPlace(user_id=worker.id, place_id=harbour.id))
        return {place.name: place.id for place in found}


def change(session, actor, number: int, told: PlaceTold, version: int = 1) -> None:
    """Change a place in a unit of its own."""
    with unit_of_work(session, actor, intent="place.change"):
        place_register.change(session, actor, place_register.hold(session, actor, number), told, version=version)


def shown(session) -> list[str]:
    """The tree as lines, after proving that paths and levels say the same."""
    session.expire_all()
    branches = place_register.tree(session)
    numbers = {branch.place.id: branch for branch in branches}
    for branch in branches:
        parent = numbers.get(branch.place.parent_id)
        assert branch.place.path == f"{parent.place.path if parent else ''}/{branch.place.id}"
        assert branch.place.level == branch.depth
    return ["-" * branch.depth + branch.place.name for branch in branches]


def last(session) -> tuple[str, str, dict]:
    """The newest event, with its values."""
    event = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    rows = session.scalars(sa.select(AuditValue).where(AuditValue.event_id == event.id))
    return event.chain_key, event.action, {row.field: (row.before, row.after) for row in rows}


def test_a_place_that_moves_takes_along_what_lies_in_it(session, ada, tree):
    assert shown(session) == ["Coast", "-Harbour", "--Mole", "--Quay", "Inland"]
    change(session, ada, tree["Harbour"], PlaceTold("Old Harbour", tree["Inland"]))
    assert shown(session) == ["Coast", "Inland", "-Old Harbour", "--Mole", "--Quay"]
    values = {"name": ("Harbour", "Old Harbour"), "parent": (str(tree["Coast"]), str(tree["Inland"]))}
    assert last(session) == (f"place:{tree['Harbour']}", "place.change", values)
    change(session, ada, tree["Harbour"], PlaceTold("Old Harbour"), 2)
    assert shown(session) == ["Coast", "Inland", "Old Harbour", "-Mole", "-Quay"]
    with pytest.raises(StaleVersion):
        change(session, ada, tree["Harbour"], PlaceTold("Older Harbour"), 2)


def test_a_place_is_added_below_another(session, ada, tree):
    with unit_of_work(session, ada, intent="place.create"):
        place_register.create(session, ada, PlaceTold(" Pier  One ", tree["Quay"]), code="77")
    assert shown(session) == ["Coast", "-Harbour", "--Mole", "--Quay", "---Pier One", "Inland"]
    with pytest.raises(InvalidInput, match="Another place has this code"):
        place_register.create(session, ada, PlaceTold("Pier Two"), code="77")


@pytest.mark.parametrize(
    ("moved", "to", "name", "target"),
    [
        ("Coast", "Quay", "Coast", "parent"),
        ("Coast", "Coast", "Coast", "parent"),
        ("Quay", "Harbour", "mole", "name"),
        ("Inland", None, "coast", "name"),
        ("Inland", None, " ", "name"),
        ("Inland", "nowhere", "Inland", "parent"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(session, ada, tree, moved, to, name, target):
    with pytest.raises(InvalidInput) as refusal:
        change(session, ada, tree[moved], PlaceTold(name, tree.get(to, 999) if to else None))
    assert refusal.value.target == target
    assert shown(session) == ["Coast", "-Harbour", "--Mole", "--Quay", "Inland"]


def test_a_retired_place_is_offered_no_more_and_takes_nothing_in(session, ada, tree):
    with pytest.raises(Refused, match="Move or retire those first"):
        change(session, ada, tree["Harbour"], PlaceTold("Harbour", tree["Coast"], active=False))
    change(session, ada, tree["Inland"], PlaceTold("Inland", active=False))
    assert [place.name for place in places.listed(session)] == ["Coast"]
    with pytest.raises(InvalidInput):
        change(session, ada, tree["Quay"], PlaceTold("Quay", tree["Inland"]))
    with committed(session):
        session.get(Place, tree["Mole"]).code = LOCATIONS[0][0]
    with pytest.raises(Refused, match="by contract"):
        change(session, ada, tree["Mole"], PlaceTold("Mole", tree["Harbour"], active=False))


def test_whose_work_is_limited_to_a_place_is_told(session, ada, tree):
    assert place_register.placed(session, ada) == {tree["Harbour"]: 1}
    harbour = place_register.find(session, ada, tree["Harbour"])
    assert [user.name for user in place_register.people_in(session, ada, harbour)] == ["Wen Worker"]


def test_a_programme_begins_is_renamed_and_ends(session, ada):
    with committed(session):
        vertical = make_vertical(session)
        number = vertical.id
    with unit_of_work(session, ada, intent="program.create"):
        made = program_register.create(session, ada, code="food-1", name="Food", vertical=number).id
    with unit_of_work(session, ada, intent="program.change"):
        held = program_register.find(session, ada, made, lock=True)
        program_register.change(session, ada, held, name="Food for all", active=False, version=1)
    values = {"name": ("Food", "Food for all"), "status": ("active", "inactive")}
    assert last(session) == (f"program:{made}", "program.change", values)
    ended = program_register.find(session, ada, made)
    with pytest.raises(InvalidInput, match="takes no cases"):
        programs.require_of(ended, ended.vertical)
    with pytest.raises(StaleVersion):
        program_register.change(session, ada, ended, name="Food", active=True, version=1)
    for more, target in (
        ({"code": "FOOD-1"}, "code"),
        ({"code": "=1"}, "code"),
        ({"name": ""}, "name"),
        ({"vertical": 999}, "vertical"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            program_register.create(session, ada, **({"code": "NEW", "name": "New", "vertical": number} | more))
        assert refusal.value.target == target
    for find in (program_register.find, place_register.find, place_register.hold):
        with pytest.raises(NotFound):
            find(session, ada, 999)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_keep_places_and_programmes(session, tree, role):
    with committed(session):
        other = actor_of(session, make_user(session, role))
    place = session.get(Place, tree["Quay"])
    for attempt in (
        lambda: place_register.placed(session, other),
        lambda: place_register.people_in(session, other, place),
        lambda: place_register.find(session, other, place.id),
        lambda: place_register.hold(session, other, place.id),
        lambda: place_register.create(session, other, PlaceTold("New")),
        lambda: place_register.change(session, other, place, PlaceTold("New"), version=1),
        lambda: program_register.find(session, other, 1),
        lambda: program_register.create(session, other, code="NEW", name="New", vertical=1),
    ):
        with pytest.raises(Forbidden):
            attempt()
