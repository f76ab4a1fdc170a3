"""Before a second case begins for somebody, what to do about the open one is asked."""

import pytest

from portal.core.models import Vertical
from portal.extensions import db
from tests.factories import committed, make_case, make_person
from tests.web.intake.conftest import KEY, counts


@pytest.fixture
def known(app, office) -> tuple[int, int]:
    """Somebody who has an open case in the helpline, and that case."""
    with app.app_context(), committed(db.session) as session:
        helpline = session.get(Vertical, office["helpline_id"])
        person = make_person(session, "Amina Wanjiru Kamau", vertical=helpline, phone="0722 000 111")
        return person.id, make_case(session, helpline, subject=person).id


@pytest.mark.parametrize("chosen", [True, False])
@pytest.mark.parametrize("answer", ["add", "create", "back"])
def test_a_second_case_is_asked_about_and_nothing_typed_is_lost(app, desk, known, chosen, answer):
    person, case = known
    who = (
        {"reporter-person_id": str(person)}
        if chosen
        else {"reporter-full_name": "Amina Wanjiru Kamau", "reporter-phone": "0722000111"}
    )
    typed = {"draft": KEY, "speaks_for": "self", **who, "narrative": "Came back.", "keep": "y", "vertical": "HELPLINE"}
    asked = desk.post("/app/intake", data={**typed, "do": "create"})
    assert asked.location == f"/app/intake/{KEY}/already"
    page = desk.get(asked.location)
    assert f"/app/cases/{case}" in page.text and "textarea" not in page.text
    before = counts(app)
    if answer == "back":
        assert "Came back." in desk.get(f"/app/intake/{KEY}").text
        return
    done = desk.post(asked.location, data={"do": f"add:{case}" if answer == "add" else "create"})
    assert (done.location == f"/app/cases/{case}") is (answer == "add")
    assert "Came back." in desk.get(done.location).text
    assert desk.get(f"/app/intake/{KEY}", expect=303).location == done.location
    assert counts(app)[0] - before[0] == (answer == "create")


def test_nobody_is_asked_about_a_case_that_is_closed_or_of_another_who_speaks_or_has_the_same_name(app, desk, known):
    person, _ = known
    told = {"draft": KEY, "reporter-person_id": str(person), "speaks_for": "other", "vertical": "HELPLINE"}
    told |= {"clients-0-full_name": "Amina Wanjiru Kamau", "narrative": "Told by a neighbour.", "do": "create"}
    assert "/already" not in desk.post("/app/intake", data=told).location
