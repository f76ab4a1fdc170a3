"""Code lists: values stay for ever, what a contract names stays offered, and every change says what was before."""

import pytest
import sqlalchemy as sa

from portal.core import code_register, codes
from portal.core.errors import Forbidden, InvalidInput, NotFound, Refused, StaleVersion
from portal.core.models import AuditEvent, AuditValue, CodeValue
from portal.core.reference.codes import LISTS
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_user

SAME = {"label": "Kiswahili", "sort": 1, "review_in_days": None, "active": True}


@pytest.fixture
def ada(session):
    """An administrator; a code of a contract and one of the office are there."""
    with committed(session):
        value, label = LISTS["sex"][0]
        session.add(CodeValue(list_name="sex", value=value, label=label, sort=1))
        session.add(CodeValue(list_name="language", value="sw", label="Swahili", sort=1))
        return actor_of(session, make_user(session, Role.ADMINISTRATOR))


def change(session, actor, number: int, version: int = 1, **more) -> None:
    """Change a code in a unit of its own."""
    with unit_of_work(session, actor, intent="code.change"):
        held = code_register.find(session, actor, number, lock=True)
        code_register.change(session, actor, held, **(SAME | more), version=version)


def number_of(session, name: str) -> int:
    return session.scalar(sa.select(CodeValue.id).where(CodeValue.list_name == name))


def test_a_code_is_added_renamed_and_retired(session, ada):
    number = number_of(session, "language")
    with unit_of_work(session, ada, intent="code.create"):
        code_register.create(session, ada, "language", value=" luo ", label=" Dho  Luo ")
    assert [(one.value, one.label, one.sort) for one in code_register.listed(session, ada, "language")] == [
        ("sw", "Swahili", 1),
        ("luo", "Dho Luo", 2),
    ]
    change(session, ada, number, active=False, review_in_days=7)
    event = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    rows = session.scalars(sa.select(AuditValue).where(AuditValue.event_id == event.id))
    assert {row.field: (row.before, row.after) for row in rows} == {
        "label": ("Swahili", "Kiswahili"),
        "active": ("true", "false"),
        "review_in_days": (None, "7"),
    }
    assert [one.value for one in codes.listed(session, "language")] == ["luo"]
    assert ("language", 2, 1) in code_register.lists(session, ada)
    with pytest.raises(StaleVersion):
        change(session, ada, number)


def test_what_a_contract_names_stays_offered_and_can_be_renamed(session, ada):
    number = number_of(session, "sex")
    with pytest.raises(Refused, match="contract"):
        change(session, ada, number, active=False)
    change(session, ada, number, label="Man or boy")
    assert codes.find(session, *("sex", LISTS["sex"][0][0])).label == "Man or boy"


@pytest.mark.parametrize(
    ("told", "target"),
    [
        ({"value": "sw"}, "value"),
        ({"value": " "}, "value"),
        ({"value": "v" * 65}, "value"),
        ({"label": " "}, "label"),
    ],
)
def test_what_cannot_be_added_is_said_beside_its_field(session, ada, told, target):
    with pytest.raises(InvalidInput) as refusal:
        code_register.create(session, ada, "language", **({"value": "new", "label": "New"} | told))
    assert refusal.value.target == target
    for more, beside in (({"sort": -1}, "sort"), ({"review_in_days": -1}, "review_in_days"), ({"label": ""}, "label")):
        with pytest.raises(InvalidInput) as refusal:
            change(session, ada, number_of(session, "language"), **more)
        assert refusal.value.target == beside


def test_other_lists_are_not_there_and_others_keep_none(session, ada):
    for attempt in (
        lambda: code_register.listed(session, ada, "nonsense"),
        lambda: code_register.create(session, ada, "location", value="1", label="Here"),
        lambda: code_register.find(session, ada, 999),
    ):
        with pytest.raises(NotFound):
            attempt()
    with committed(session):
        other = actor_of(session, make_user(session, Role.SUPERVISOR))
    code = session.get(CodeValue, number_of(session, "language"))
    for attempt in (
        lambda: code_register.lists(session, other),
        lambda: code_register.listed(session, other, "language"),
        lambda: code_register.find(session, other, code.id),
        lambda: code_register.create(session, other, "language", value="1", label="One"),
        lambda: code_register.change(session, other, code, **SAME, version=1),
    ):
        with pytest.raises(Forbidden):
            attempt()
