"""Places and programmes in the administration: what is refused is kept, and the lists cost the same however long."""

import re

import pytest

from portal.core.models import Place, Program
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_place, make_program, make_user, make_vertical
from tests.page import Browser, words
from tests.statements import counted

ADMIN = "/app/admin"


@pytest.fixture
def numbers(app) -> dict[str, int]:
    """An administrator, a vertical with a programme, and a place in another."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        coast = make_place(session, "Coast")
        quay = make_place(session, "Quay", coast)
        ada, program = make_user(session, Role.ADMINISTRATOR), make_program(session, here)
        return {"ada": ada.id, "here": here.id, "coast": coast.id, "quay": quay.id, "program": program.id}


@pytest.fixture
def ada(app, numbers) -> Browser:
    """The administrator's browser."""
    return Browser(app, numbers["ada"])


def version(page) -> str:
    """The version that a page carries."""
    return re.search(r'name="version"[^>]*value="(\d+)"', page.get_data(as_text=True))[1]


def test_a_place_is_added_moved_and_retired(app, ada, numbers):
    new = f"{ADMIN}/places/new"
    refused = ada.post(new, {"name": "quay", "parent": numbers["coast"], "code": "12"}, expect=422)
    assert "There is a place of this name there already." in words(refused)
    assert 'value="12"' in refused.get_data(as_text=True)
    ada.post(new, {"name": "Mole", "parent": 2**63, "code": "12"}, expect=422)
    page = ada.follow(ada.post(new, {"name": "Mole", "parent": numbers["coast"], "code": "12"}))
    assert "Mole is added." in words(page) and "Mole in Coast" in words(page)

    place = f"{ADMIN}/places/{numbers['quay']}"
    told = {"name": "Quay", "parent": 0, "version": version(ada.get(place)), "active": "y"}
    ada.post(place, told)
    late = ada.post(place, told | {"name": "Wharf"}, expect=409)
    assert "Lies in: Nothing: it is at the top" in words(late) and 'value="Wharf"' in late.get_data(as_text=True)
    coast = f"{ADMIN}/places/{numbers['coast']}"
    kept = {"name": "Coast", "parent": 0, "version": version(ada.get(coast))}
    assert "Move or retire those first" in words(ada.post(coast, kept, expect=409))
    with app.app_context():
        assert db.session.get(Place, numbers["quay"]).parent_id is None
    ada.get(f"{ADMIN}/places/999", expect=404)


def test_a_programme_begins_and_ends(app, ada, numbers):
    new = f"{ADMIN}/programs/new"
    told = {"name": "Food", "code": "=food", "vertical": numbers["here"]}
    assert 'value="=food"' in ada.post(new, told, expect=422).get_data(as_text=True)
    assert "Food takes cases from now on." in words(ada.follow(ada.post(new, told | {"code": "food"})))
    place = f"{ADMIN}/programs/{numbers['program']}"
    seen = version(ada.get(place))
    ada.post(place, {"name": "Shelter", "version": seen})
    assert "Shelter" in words(ada.post(place, {"name": "Late", "version": seen}, expect=409))
    with app.app_context():
        now = db.session.get(Program, numbers["program"])
        assert (now.name, now.status) == ("Shelter", "inactive")
    assert "Ended" in words(ada.get(f"{ADMIN}/programs"))


def test_the_lists_cost_the_same_however_long_they_are(app, ada, numbers):
    pages, few = (f"{ADMIN}/places", f"{ADMIN}/programs"), []
    for page in pages:
        with counted(app) as statements:
            ada.get(page)
        few.append(len(statements))
    with app.app_context(), committed(db.session) as session:
        for number in range(20):
            make_program(session, make_vertical(session))
            make_place(session, f"Place {number}", session.get(Place, numbers["coast"]))
    for page, cost in zip(pages, few, strict=True):
        with counted(app) as statements:
            ada.get(page)
        assert len(statements) == cost <= 8, page
