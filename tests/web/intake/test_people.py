"""People on the form of the intake: added, removed, found in the records."""

import re

import sqlalchemy as sa

from portal.core import drafts
from portal.core.models import AuditEvent, CasePerson, User, Vertical
from portal.extensions import db
from tests.factories import actor_of, committed, make_person
from tests.page import words
from tests.web.intake.conftest import KEY, TOLD, counts, typed


def test_adding_and_removing_people_keeps_everything_typed(app, desk):
    page = desk.post("/app/intake", {**TOLD, "do": "add:clients"}, expect=200)
    text = page.get_data(as_text=True)
    assert 'name="clients-2-full_name"' in text
    assert typed(page, "clients-1-full_name") == "Baraka Testchild"
    page = desk.post("/app/intake", {**TOLD, "do": "remove:clients-0"}, expect=200)
    assert 'name="clients-1-full_name"' not in page.get_data(as_text=True)
    assert typed(page, "clients-0-full_name") == "Baraka Testchild"
    assert typed(page, "narrative").startswith("They were told to leave.")
    assert counts(app) == (0, 0, 0, 0)


def test_with_htmx_only_the_list_comes_back(desk):
    part = desk.post("/app/intake", {**TOLD, "do": "add:perpetrators"}, expect=200, headers={"HX-Request": "true"})
    text = part.get_data(as_text=True)
    assert text.lstrip().startswith('<section class="group" id="intake-perpetrators"')
    focused = re.findall(r"<input[^>]*data-focus[^>]*>", text)
    assert len(focused) == 1
    assert 'name="perpetrators-1-full_name"' in focused[0]
    assert "<html" not in text


def test_a_list_takes_so_many_people_and_no_more(desk):
    crowd = {f"clients-{number}-full_name": f"Client {number}" for number in range(20)}
    page = desk.post("/app/intake", {"draft": KEY, **crowd, "do": "add:clients"}, expect=200)
    assert 'name="clients-20-full_name"' not in page.get_data(as_text=True)
    assert "takes no more people" in words(page)


def test_the_search_finds_people_one_may_see_and_is_audited(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        mine = make_person(session, "Zawadi Known", vertical=session.get(Vertical, office["helpline_id"])).id
        make_person(session, "Zawadi Elsewhere", vertical=session.get(Vertical, office["health_id"]))
    found = desk.get("/app/intake/search?q=zawadi", headers={"HX-Request": "true"})
    assert "Zawadi Known" in words(found)
    assert "Zawadi Elsewhere" not in words(found)
    assert f'value="choose:reporter:{mine}"' in found.get_data(as_text=True)
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "people.search")).one()
        assert event.details == {"people": [mine]}
    plain = desk.get("/app/intake/search?q=zawadi")
    assert f'href="/app/intake?person={mine}"' in plain.get_data(as_text=True)


def test_a_person_from_the_records_is_put_on_the_case_and_not_made_again(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        known = make_person(session, "Zawadi Known", vertical=session.get(Vertical, office["helpline_id"])).id
    page = desk.post("/app/intake", {**TOLD, "do": f"choose:clients-0:{known}"}, expect=200)
    assert typed(page, "clients-0-person_id") == str(known)
    assert "From the records" in words(page)
    assert typed(page, "clients-0-full_name") == "Amina Testchild"  # in case it is the wrong person
    desk.post("/app/intake", {**TOLD, "clients-0-person_id": str(known), "do": "create"})
    with app.app_context():
        on_case = db.session.scalars(sa.select(CasePerson.person_id).where(CasePerson.role == "client")).all()
        assert known in on_case
    assert counts(app)[1] == 4  # the known one, and three new ones


def test_a_person_whom_one_may_not_see_cannot_be_put_on_a_case(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        hidden = make_person(session, "Zawadi Hidden", vertical=session.get(Vertical, office["health_id"])).id
    before = counts(app)
    page = desk.post("/app/intake", {**TOLD, "clients-0-person_id": str(hidden), "do": "create"}, expect=422)
    assert "Zawadi Hidden" not in page.get_data(as_text=True)
    assert counts(app) == before


def test_searching_from_a_block_shows_its_own_results(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        known = make_person(session, "Baraka Testchild", vertical=session.get(Vertical, office["helpline_id"])).id
    page = desk.post("/app/intake", {**TOLD, "do": "find:clients-1"}, expect=200)
    assert f'value="choose:clients-1:{known}"' in page.get_data(as_text=True)


def test_who_may_be_meant_stands_beside_the_block_and_is_taken_with_a_button(app, desk, office, browser_as):
    with app.app_context(), committed(db.session) as session:
        known = make_person(
            session,
            "Amina Wanjiru Kamau",
            vertical=session.get(Vertical, office["helpline_id"]),
            phone="0722 000 111",
        ).id
    typed = {"draft": KEY, "clients-0-full_name": "Kamau Ameena Wanjiru", "clients-0-phone": "0722000111"}
    htmx = {"HX-Request": "true"}
    page = desk.post("/app/intake/alike?block=clients-0", data=typed, headers=htmx, expect=200)
    assert "Use this person" in page.text and "same phone number" in words(page) and "000" not in page.text
    shown = {**typed, "alike-clients-0": str(known)}
    desk.post("/app/intake/alike?block=clients-0", data=shown, headers=htmx, expect=204)
    assert "Use this person" in desk.post("/app/intake", data={**typed, "do": "keep"}, expect=200).text
    browser_as(office["health"]).post("/app/intake/alike?block=clients-0", data=typed, headers=htmx, expect=204)
    taken = desk.post("/app/intake", data={**shown, "do": f"choose:clients-0:{known}"}, expect=200)
    assert "Amina Wanjiru Kamau" in taken.text and "Use this person" not in taken.text
    with app.app_context():
        agent = actor_of(db.session, db.session.get(User, office["agent"]))
        assert not any(name.startswith("alike") for name in drafts.find(db.session, agent, "intake", KEY))
