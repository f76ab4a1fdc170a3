"""Verticals in the administration: opening one, and rules that hold only after what they change was shown."""

import re

import pytest

from portal.core.models import Vertical
from portal.core.vocabulary import ConsentMode, Role
from portal.extensions import db
from tests.factories import committed, make_case, make_user, make_vertical
from tests.page import Browser, words
from tests.statements import counted

VERTICALS = "/app/admin/verticals"
RULES = {"consent_mode": "required", "grace_days": "14", "auto_intake": "y"}


@pytest.fixture
def numbers(app) -> dict[str, int]:
    """An administrator, and a vertical without consent in which an agent works."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        ada = make_user(session, Role.ADMINISTRATOR)
        make_user(session, Role.AGENT, here, name="Ola Agent")
        make_case(session, here)
        return {"ada": ada.id, "here": here.id}


@pytest.fixture
def ada(app, numbers) -> Browser:
    """The administrator's browser."""
    return Browser(app, numbers["ada"])


def hidden(page, *names: str) -> dict[str, str]:
    """The hidden fields of a page."""
    html = page.get_data(as_text=True)
    return {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)[1] for name in names}


def pack_of(app, number: int):
    """The rules in force."""
    with app.app_context():
        return db.session.get(Vertical, number).pack


def test_a_vertical_is_opened_and_what_is_refused_is_kept(app, ada):
    told = {"name": "Harbour", "code": "harbour", "prefix": "HB", "time_zone": "Nowhere", **RULES}
    refused = ada.post(f"{VERTICALS}/new", told, expect=422)
    assert "There is no such time zone." in words(refused) and 'value="HB"' in refused.get_data(as_text=True)
    page = ada.follow(ada.post(f"{VERTICALS}/new", told | {"time_zone": "Africa/Nairobi"}))
    assert "Harbour is open." in words(page) and "Its rules, version 1" in words(page)
    assert "HARBOUR" in words(ada.get(VERTICALS))


def test_rules_hold_only_after_what_they_change_was_shown(app, ada, numbers):
    place = f"{VERTICALS}/{numbers['here']}/rules"
    first = ada.get(place)
    assert 'value="case.close:agent" checked' in first.get_data(as_text=True)
    told = {**RULES, "may": ["case.close:supervisor"], **hidden(first, "version", "seen")}
    shown = ada.post(place, told | {"step": "save"}, expect=200)
    assert "What this would change" in words(shown) and "1 open case is judged by it at once." in words(shown)
    assert "Agent (1 works here) may no longer:" in words(shown) and "Close a case" in words(shown)
    assert pack_of(app, numbers["here"]).version == 1, "what was not shown is not put in force"

    seen = told | hidden(shown, "seen")
    other = ada.post(place, seen | {"grace_days": "15", "step": "save"}, expect=200)
    assert "0 → 15" in words(other) and pack_of(app, numbers["here"]).version == 1

    page = ada.follow(ada.post(place, seen | {"step": "save"}))
    assert "works by version 2 of its rules from now on" in words(page)
    pack = pack_of(app, numbers["here"])
    assert (pack.consent_mode, pack.grace_days, pack.version) == (ConsentMode.REQUIRED, 14, 2)
    assert "Its rules, all versions 2" in words(page)

    late = ada.post(place, seen | {"step": "save"}, expect=409)
    assert "Somebody else put new rules in force meanwhile" in words(late)


def test_a_lawful_basis_is_asked_for_where_consent_is_not(ada, numbers):
    place = f"{VERTICALS}/{numbers['here']}/rules"
    told = {"consent_mode": "not_required", "grace_days": "91", **hidden(ada.get(place), "version", "seen")}
    assert "Between 0 and 90 days." in words(ada.post(place, told, expect=422))
    assert "Name the lawful basis" in words(ada.post(place, told | {"grace_days": "0"}, expect=422))


def test_two_who_rename_do_not_overwrite_one_another(ada, numbers):
    place = f"{VERTICALS}/{numbers['here']}/change"
    told = {"prefix": "HE", "time_zone": "Europe/London", "active": "y", **hidden(ada.get(place), "version")}
    assert "Here One is saved." in words(ada.follow(ada.post(place, told | {"name": "Here One"})))
    late = ada.post(place, told | {"name": "Here Two"}, expect=409)
    assert "Name: Here One" in words(late) and 'value="Here Two"' in late.get_data(as_text=True)


def test_the_lists_cost_the_same_however_long_they_are(app, ada, numbers):
    pages = (VERTICALS, f"{VERTICALS}/{numbers['here']}", "/app/admin/roles")
    few = []
    for page in pages:
        with counted(app) as statements:
            ada.get(page)
        few.append(len(statements))
    with app.app_context(), committed(db.session) as session:
        for number in range(12):
            make_user(session, Role.CASEWORKER, make_vertical(session, f"MORE{number}"), session.get(Vertical, 1))
    for page, cost in zip(pages, few, strict=True):
        with counted(app) as statements:
            ada.get(page)
        assert len(statements) == cost <= 11, page
