"""The programme a case is in and the places it is about, said on its page."""

import re

import pytest

from portal.core import places
from portal.core.models import AuditEvent, Case, UserPlace
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import (
    committed,
    make_case,
    make_person,
    make_place,
    make_program,
    make_user,
    make_vertical,
)
from tests.page import words


@pytest.fixture
def office(app) -> dict[str, int]:
    """A case in no programme and of no place; a worker of everywhere, and one whose work is limited to the town."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        shore = make_place(session, "Shore")
        town, quay = make_place(session, "Town"), make_place(session, "Quay", shore)
        open_one, ended = make_program(session, here), make_program(session, here)
        ended.status = "ended"
        elsewhere = make_program(session, make_vertical(session, "ELSEWHERE"))
        worker = make_user(session, Role.CASEWORKER, here, name="Wen Worker")
        limited = make_user(session, Role.SUPERVISOR, here, name="Tom Townsman")
        session.add(UserPlace(user_id=limited.id, place_id=town.id))
        case = make_case(session, here, subject=make_person(session, vertical=here))
        closed = make_case(session, here, status=Status.CLOSED)
        found = {"worker": worker.id, "limited": limited.id, "case": case.id, "closed": closed.id}
        found |= {"town": town.id, "quay": quay.id, "open": open_one.id, "ended": ended.id}
        return found | {"elsewhere": elsewhere.id}


def version_of(page) -> str:
    """The version of the case that a form knows."""
    return re.search(r'name="version"[^>]*value="(\d+)"', page.get_data(as_text=True))[1]


def stored(app, office) -> tuple[int | None, set[str]]:
    """The programme and the places of the case."""
    with app.app_context():
        case = db.session.get(Case, office["case"])
        return case.program_id, {place.name for place in places.of_cases(db.session, [case.id])[case.id]}


def test_they_are_chosen_shown_on_the_case_and_kept_in_its_history(app, worker, office, path):
    form = worker.get(f"{path}/belonging")
    assert "Quay" in words(form) and "Where does this case belong?" in words(form)
    told = {"program": office["open"], "places": [office["quay"], office["town"]], "version": version_of(form)}
    page = worker.follow(worker.post(f"{path}/belonging", told))
    assert re.search(r"Programme Programme .* Places Quay ?, Town", words(page))
    history = words(worker.get(f"{path}/history"))
    assert "Places changed" in history and "Changed: programme" in history
    worker.post(f"{path}/belonging", {"program": 0, "version": version_of(worker.get(f"{path}/belonging"))})
    assert stored(app, office) == (None, set())


def test_whoever_works_elsewhere_sees_it_no_more_and_an_own_change_leads_to_where_one_still_is(at, office, path):
    limited = at("limited")
    told = {"program": 0, "places": [office["quay"]], "version": version_of(limited.get(f"{path}/belonging"))}
    assert limited.post(f"{path}/belonging", told).headers["Location"] == "/app/"
    limited.get(path, expect=404)
    at("worker").get(path)


@pytest.mark.parametrize("wrong", [{"program": "ended"}, {"program": "elsewhere"}, {"places": 99999}, {"places": "x"}])
def test_what_is_not_on_offer_changes_nothing(app, worker, office, path, wrong):
    told = {name: office.get(value, value) for name, value in wrong.items()}
    told = {"program": office["open"], "version": version_of(worker.get(f"{path}/belonging")), **told}
    assert "error-summary" in worker.post(f"{path}/belonging", told, expect=422).get_data(as_text=True)
    assert stored(app, office) == (None, set())


def test_two_who_change_it_at_once_are_told_of_one_another(app, worker, office, path):
    before = version_of(worker.get(f"{path}/belonging"))
    worker.post(f"{path}/belonging", {"program": office["open"], "version": before})
    page = worker.post(f"{path}/belonging", {"program": 0, "places": [office["town"]], "version": before}, expect=409)
    assert "Somebody changed this case meanwhile" in words(page)
    assert f'<option selected value="{office["town"]}">' in page.get_data(as_text=True)
    assert stored(app, office) == (office["open"], set())


def test_what_changed_nothing_leaves_no_trace_and_a_closed_case_is_left_alone(app, worker, office, path):
    worker.post(f"{path}/belonging", {"program": 0, "version": version_of(worker.get(f"{path}/belonging"))})
    with app.app_context():
        assert db.session.query(AuditEvent).filter(AuditEvent.action.in_(["case.places", "case.update"])).count() == 0
    worker.get(f"/app/cases/{office['closed']}/belonging", expect=409)
