"""Code lists in the administration: what is refused is kept, and two editors do not overwrite one another."""

import re

from portal.core.models import CodeValue
from portal.core.reference.codes import LISTS
from portal.core.vocabulary import Role
from portal.extensions import db
from portal.web.admin import words as said
from tests.factories import committed, make_user
from tests.page import Browser, words
from tests.statements import counted

ADMIN = "/app/admin/lists"


def test_a_code_is_added_changed_and_kept_by_its_contract(app):
    with app.app_context(), committed(db.session) as session:
        code = CodeValue(list_name="sex", value=LISTS["sex"][0][0], label="Male", sort=1)
        session.add(code)
        number, of_contract = make_user(session, Role.ADMINISTRATOR).id, code.id
    ada = Browser(app, number)
    told = {"label": "Dho Luo", "value": "v" * 65}
    assert 'value="Dho Luo"' in ada.post(f"{ADMIN}/language/new", told, expect=422).get_data(as_text=True)
    page = ada.follow(ada.post(f"{ADMIN}/language/new", told | {"value": "luo"}))
    assert "Dho Luo can be chosen from now on." in words(page)

    place = f"{ADMIN}/code/{of_contract}"
    version = re.search(r'name="version"[^>]*value="(\d+)"', ada.get(place).get_data(as_text=True))[1]
    told = {"label": "Man or boy", "sort": "3", "version": version}
    refused = ada.post(place, told, expect=409)
    assert "A contract names this code" in words(refused) and 'value="Man or boy"' in refused.get_data(as_text=True)
    ada.post(place, told | {"active": "y"})
    late = ada.post(place, told | {"label": "Late", "active": "y"}, expect=409)
    assert "What people read: Man or boy" in words(late) and 'value="Late"' in late.get_data(as_text=True)
    assert "of a contract" in words(ada.get(f"{ADMIN}/sex"))
    ada.get(f"{ADMIN}/nonsense", expect=404)
    with counted(app) as statements:
        page = ada.get(ADMIN)
    assert len(statements) <= 7 and str(said.LISTS["constituency_status"]) in words(page)
