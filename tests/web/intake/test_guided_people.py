"""People in the guided form, without script: found, taken, added to a list and taken off, and met in a case already."""

from portal.core.models import Case, Vertical
from portal.extensions import db
from tests.factories import committed, make_case, make_person
from tests.page import words
from tests.web.intake.test_guided import ONE, at


def test_who_is_found_is_asked_nothing_more_and_what_was_typed_stays_in_case_it_is_somebody_else(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        helpline = session.get(Vertical, office["helpline_id"])
        known = make_person(session, "Zawadi Known", vertical=helpline, phone="0722 000 111").id
    desk.post(at("reporter-name"), {"reporter-full_name": "Zawadi Typed", "do": "next"})
    desk.post(at("reporter-age"), {"reporter-age_value": "ten", "do": "next"})
    found = desk.follow(desk.post(at("find"), {"q": "zawadi", "do": "find"}))
    assert f'value="choose:reporter:{known}"' in found.text and "hx-post" not in found.text
    page = desk.follow(desk.post(at("find"), {"q": "zawadi", "do": f"choose:reporter:{known}"}))
    assert "From the records" in words(page) and "Question 3 of 10" in words(page)
    assert desk.post(at("find"), {"do": "next"}).location == at("clients")
    assert desk.get(at("reporter-age"), expect=303).location == at("find")
    assert "Zawadi Known" in words(desk.get(f"/app/intake/{ONE}/check"))
    forgot = desk.post(at("find"), {"do": "forget:reporter"})
    assert "Question 3 of 15" in words(desk.follow(forgot))
    assert "Zawadi Typed" in desk.get(at("reporter-name")).text
    beside = desk.post(at("reporter-reach"), {"reporter-phone": "0722000111", "do": "back"})
    assert "Use this person" in words(desk.follow(beside)) or "Use this person" in words(desk.get(at("reporter-reach")))
    desk.post(at("find"), {"do": f"choose:reporter:{known}"})
    desk.post(at("story"), {"narrative": "Came back.", "do": "next"})
    made = desk.post(f"/app/intake/{ONE}/check", {"do": "create"}).location
    with app.app_context():
        assert db.session.get(Case, int(made.rpartition("/")[2])).subject_person_id == known


def test_who_may_be_meant_stands_among_the_answers_and_is_taken_with_a_button(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        helpline = session.get(Vertical, office["helpline_id"])
        known = make_person(session, "Amina Wanjiru Kamau", vertical=helpline, phone="0722 000 111").id
    desk.post(at("clients"), {"speaks_for": "other", "do": "next"})
    desk.post(at("clients-0-name"), {"clients-0-full_name": "Kamau Ameena Wanjiru", "do": "next"})
    desk.post(at("clients-0-reach"), {"clients-0-phone": "0722000111", "do": "next"})
    beside = desk.post(f"/app/intake/alike?block=clients-0&key={ONE}", {"clients-0-full_name": "Kamau"}, expect=200)
    page = desk.get(f"/app/intake/{ONE}/check")
    for shown in (beside, page):
        assert f'value="choose:clients-0:{known}"' in shown.text and "hx-post" not in shown.text
    page = desk.follow(desk.post(f"/app/intake/{ONE}/check", {"do": f"choose:clients-0:{known}"}))
    assert "Amina Wanjiru Kamau" in words(page) and "From the records" in words(page)


def test_nobody_found_is_a_new_person_by_the_name_or_the_phone_that_was_searched_for(desk):
    assert desk.post(at("find"), {"q": "Zuri New", "do": "new"}).location == at("reporter-name")
    assert "Zuri New" in desk.get(at("reporter-name")).text
    desk.post(at("find"), {"q": "0722 000 112", "do": "new"})
    assert "0722 000 112" in desk.get(at("reporter-reach")).text
    desk.post(at("find"), {"q": "Another Name", "do": "new"})
    assert "Zuri New" in desk.get(at("reporter-name")).text


def test_people_are_added_to_the_lists_and_taken_off_and_the_others_keep_what_was_said(desk):
    assert desk.post(at("clients"), {"speaks_for": "other", "do": "next"}).location == at("clients-0-name")
    desk.post(at("clients-0-name"), {"clients-0-full_name": "Amina One", "do": "next"})
    assert desk.post(at("clients-0-papers"), {"do": "next"}).location == at("clients")
    assert desk.post(at("clients"), {"speaks_for": "other", "do": "add:clients"}).location == at("clients-1-name")
    desk.post(at("clients-1-name"), {"clients-1-full_name": "Baraka Two", "do": "next"})
    assert "Amina One" in words(desk.get(at("clients"))) and "Baraka Two" in words(desk.get(at("clients")))
    left = desk.follow(desk.post(at("clients"), {"speaks_for": "other", "do": "remove:clients-0"}))
    assert "Amina One" not in words(left) and "Baraka Two" in words(left)
    assert desk.get(at("clients-1-name"), expect=303).location == at("clients")
    desk.post(at("clients-1-name"), {"clients-1-full_name": "Late", "do": "next"})  # of one who was taken off
    assert "Late" not in words(desk.get(at("clients")))
    assert desk.post(at("clients"), {"speaks_for": "other", "do": "next"}).location == at("perpetrators")


def test_who_has_a_case_already_is_asked_about_and_the_way_back_is_to_the_guided_form(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        helpline = session.get(Vertical, office["helpline_id"])
        known = make_person(session, "Zawadi Known", vertical=helpline)
        person, case = known.id, make_case(session, helpline, subject=known).id
    desk.post(at("find"), {"do": f"choose:reporter:{person}"})
    desk.post(at("story"), {"narrative": "Came back.", "do": "next"})
    asked = desk.post(f"/app/intake/{ONE}/check", {"do": "create"}).location
    page = desk.get(asked)
    assert asked.endswith("/already") and f"/app/intake/{ONE}/guided" in page.text
    assert desk.post(asked, {"do": f"add:{case}"}).location == f"/app/cases/{case}"
