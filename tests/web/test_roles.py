"""The matrix of roles is what permissions answer, in words, and harmless in a spreadsheet."""

import csv
import io
import re

import pytest

from portal.core.models import Vertical
from portal.core.permissions import Permission, role_permissions
from portal.core.vocabulary import Role
from portal.extensions import db
from portal.web.admin.permission_words import PERMISSIONS
from tests.factories import committed, make_user, make_vertical
from tests.page import Browser, words

ROLES = "/app/admin/roles"


@pytest.fixture(params=[Role.ADMINISTRATOR, Role.AUDITOR])
def reader(app, request) -> Browser:
    """Somebody who may read what roles may do; a vertical with a matrix of its own and an evil name is there."""
    matrix = {"case.export": ["supervisor", "auditor"]}
    with app.app_context(), committed(db.session) as session:
        make_vertical(session, "OWN", name="=HYPERLINK(0)", role_matrix=matrix)
        make_vertical(session, "STRICT", consent=True)
        number = make_user(session, request.param).id
    return Browser(app, number)


def test_every_permission_has_words():
    assert set(PERMISSIONS) == set(Permission)


def test_the_export_says_what_the_rules_say_for_every_vertical_permission_and_role(app, reader):
    told = reader.get(f"{ROLES}.json").get_json()
    by_vertical = {rules["vertical"]: rules["permissions"] for rules in told["rules"]}
    with app.app_context():
        packs = {one.code: one.pack for one in db.session.query(Vertical)}
    assert set(by_vertical) == {None, *packs}
    for code, pack in packs.items():
        for role in Role:
            allowed = {name for name, holders in by_vertical[code].items() if role.value in holders}
            assert allowed == set(role_permissions(role, pack)), (code, role)
    assert "caseworker" not in by_vertical["OWN"]["case.export"] and "auditor" in by_vertical["OWN"]["case.export"]


def test_no_cell_of_the_table_is_a_formula(reader):
    answer = reader.get(f"{ROLES}.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="roles.csv"'
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert len(rows) == 1 + 4 * len(Permission)
    assert "'=HYPERLINK(0)" in {row[0] for row in rows}
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t" and cell]


def test_the_page_marks_what_differs_from_the_usual(reader):
    page = reader.get(f"{ROLES}?rules=OWN")
    assert "2 answers differ from the usual" in words(page)
    assert len(re.findall(r"</svg>differs", page.get_data(as_text=True))) == 2
    assert "Nothing differs" in words(reader.get(f"{ROLES}?rules=STRICT"))
    assert "Wherever consent is required" in words(reader.get(f"{ROLES}?rules=nonsense"))
