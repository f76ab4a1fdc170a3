"""Which case another is merged with: what is offered, found, and cannot be named."""

import pytest

from portal.core.models import Case, CasePerson
from portal.extensions import db
from tests.factories import committed, make_case, make_household, make_person
from tests.page import words
from tests.web.merging.conftest import BECAUSE, at, fresh, ref, version


def test_the_menu_offers_merging_to_those_who_may_and_says_who_can_to_the_others(lead, office, browser_as):
    assert "Merge with another case" in words(lead.get(at(office, "case")))
    page = words(browser_as(office["worker"]).get(at(office, "case")))
    assert "Merge with another case" not in page
    assert "Merge You may not do this here. Who can: a supervisor or an administrator." in page


def test_cases_of_the_same_people_are_suggested_and_no_others(app, lead, office):
    page = words(lead.get(at(office, "case", "/merge")))
    assert ref(app, office, "twin") in page and "Came in autumn" in page
    for name in ("other", "hidden"):
        assert ref(app, office, name) not in page
    assert "Told elsewhere" not in page


def test_a_case_is_suggested_by_its_clients_and_by_its_household_too(app, lead, office):
    with app.app_context(), committed(db.session) as session:
        client = session.query(CasePerson).filter_by(case_id=office["case"]).one().person_id
        session.add(CasePerson(case_id=office["other"], person_id=client, role="client"))
        home = make_household(session, make_person(session, "Head Testperson"))
        here = session.get(Case, office["case"]).primary_vertical
        pair = [make_case(session, here, subject=home, summary=f"Household {n}").id for n in "AB"]
    assert "Another matter" in words(lead.get(at(office, "case", "/merge")))
    page = words(lead.get(f"/app/cases/{pair[0]}/merge"))
    assert "Household B" in page


def test_another_case_is_found_by_its_reference_if_it_may_be_seen(app, lead, office):
    found = lead.get(at(office, "case", f"/merge?q={ref(app, office, 'other').lower()}"))
    assert "Another matter" in words(found)
    for asked in (ref(app, office, "hidden"), "NOPE-404", "x%00'"):
        page = words(lead.get(at(office, "case", f"/merge?q={asked}")))
        assert "No other case has this number, or it is not yours to see." in page
    assert "Told elsewhere" not in words(lead.get(at(office, "case", f"/merge?q={office['hidden']}")))


@pytest.mark.parametrize("which", ["hidden", None])
def test_what_may_not_be_seen_cannot_be_named_or_counted(app, lead, office, which):
    number = office[which] if which else 999999
    lead.get(at(office, "case", f"/merge?with={number}"), expect=404)
    form = {**version(app, office), "other": str(number), **BECAUSE}
    lead.post(at(office, "case", "/merge"), form, expect=404)
    assert fresh(app, office["hidden"]).merged_into_id is None
