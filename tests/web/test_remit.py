"""Place and programme in the browser: what is outside somebody's remit is for them as if it were not there."""

import re

import pytest

from portal.core.models import CasePlace, UserPlace, UserProgram
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_person, make_place, make_program, make_user, make_vertical
from tests.page import Browser, words
from tests.statements import counted

SELECTS = 14


@pytest.fixture
def office(app) -> dict[str, int]:
    """A service with a case near, one far away, one in another programme and one of which nothing is known."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        near, far = make_place(session, "Near"), make_place(session, "Far")
        quay = make_place(session, "Quay", near)
        mine, other = make_program(session, here), make_program(session, here)
        wen = make_user(session, Role.SUPERVISOR, here, name="Wen Worker")
        session.add(UserPlace(user_id=wen.id, place_id=near.id))
        session.add(UserProgram(user_id=wen.id, program_id=mine.id))
        found = {"wen": wen.id, "ada": make_user(session, Role.ADMINISTRATOR).id, "near place": near.id, "far": far.id}
        found |= {"here": here.id, "mine": mine.id, "other": other.id}
        where = {"near": (quay, mine), "away": (far, mine), "elsewhere": (quay, other), "unknown": (None, None)}
        for name, (place, program) in where.items():
            person = make_person(session, f"Person {name.title()}", vertical=here)
            told = {"narrative": f"heron {name}", "program_id": program.id if program else None}
            case = make_case(session, here, subject=person, **told)
            if place is not None:
                session.add(CasePlace(case_id=case.id, place_id=place.id))
            found |= {f"{name} case": case.id, f"{name} person": person.id, f"{name} reference": case.reference}
        return found


@pytest.fixture
def wen(app, office) -> Browser:
    """Whoever works near, in one programme."""
    return Browser(app, office["wen"])


def seen_by(browser: Browser, office) -> set[str]:
    """Which cases the work-list shows."""
    shown = browser.get("/app/?view=all").get_data(as_text=True)
    return {name for name in ("near", "away", "elsewhere", "unknown") if office[f"{name} reference"] in shown}


def test_what_is_outside_is_absent_on_every_page_and_reads_as_what_never_was(wen, office):
    assert seen_by(wen, office) == {"near", "unknown"}
    for name in ("away", "elsewhere"):
        for kind, never in (("case", "/app/cases/99999"), ("person", "/app/people/99999")):
            path = f"/app/{'cases' if kind == 'case' else 'people'}/{office[f'{name} {kind}']}"
            hidden, absent = wen.get(path, expect=404), wen.get(never, expect=404)
            assert _bare(hidden) == _bare(absent)
        assert office[f"{name} reference"] not in words(wen.get("/app/search?q=heron"))
        assert f"Person {name.title()}" not in words(wen.get("/app/people?q=person"))
    assert office["near reference"] in words(wen.get("/app/search?q=heron"))
    assert "Person Near" in words(wen.get("/app/people?q=person"))


def _bare(page) -> str:
    """A page without what is new each time."""
    text = re.sub(r'(nonce|value|content|data-left)="[^"]*"', "", page.get_data(as_text=True))
    return re.sub(r"/app/(cases|people)/[0-9]+|\b[0-9a-f]{32}\b", "", text)


@pytest.mark.parametrize("tab", ["all", "unassigned", "team"])
def test_the_tabs_count_what_is_seen(app, wen, office, tab):
    assert title(wen.get(f"/app/?view={tab}")).count("(2)") == 1
    if tab == "all":
        assert title(Browser(app, office["ada"]).get("/app/?view=all")).count("(4)") == 1


def title(page) -> str:
    """What stands above a page."""
    return re.search(r"<title>([^<]*)</title>", page.get_data(as_text=True))[1]


def test_it_holds_from_the_next_request_and_an_assignment_lets_somebody_see_one_case(app, wen, office):
    ada = Browser(app, office["ada"])
    page = ada.get(f"/app/admin/users/{office['wen']}/change").get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    told = {"name": "Wen Worker", "role": "supervisor", "verticals": [office["here"]], "version": version}
    told |= {"places": [office["far"]], "programs": [office["mine"], office["other"]]}
    ada.post(f"/app/admin/users/{office['wen']}/change", told)
    assert seen_by(wen, office) == {"away", "unknown"}
    shown = words(ada.get(f"/app/admin/users/{office['wen']}"))
    assert "Limited to places Far" in shown and "Limited to programmes Here: Programme" in shown
    ada.post(f"/app/cases/{office['near case']}/assign", {"assigned_to": office["wen"], "version": 1})
    assert seen_by(wen, office) == {"near", "away", "unknown"}


def test_a_remit_costs_no_statement(app, wen, office):
    for path in (
        "/app/?view=all",
        "/app/",
        f"/app/cases/{office['near case']}",
        f"/app/cases/{office['near case']}/people",
    ):
        wen.get(path)
        with counted(app) as statements:
            wen.get(path)
        selects = [one for one in statements if one.lstrip().upper().startswith("SELECT") and "audit_" not in one]
        assert len(selects) <= SELECTS, (path, [one[:80] for one in selects])
