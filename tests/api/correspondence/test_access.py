"""Who may send: tokens, raw or as Bearer, of this dialect, and what each may do."""

import pytest

from portal.core.models import Organisation
from tests.api.correspondence.conftest import Sender, example

UNAUTHORIZED = (401, {"error": "Unauthorized"})


@pytest.mark.parametrize("scheme", ["", "Bearer ", "bearer  "])
def test_a_token_is_taken_raw_or_as_bearer(office, scheme):
    assert office.sender("partner", scheme).put().status_code == 200


@pytest.mark.parametrize("header", [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "x.y.z"}])
@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "GET"])
def test_without_a_good_token_nothing_is_told(office, app, header, method):
    before = office.rows()
    path = {"PUT": "", "POST": "/messages"}.get(method, "/case-12345")
    answer = app.test_client().open(f"/v1/case{path}", method=method, headers=header, data=b"{not json")
    assert (answer.status_code, answer.json) == UNAUTHORIZED
    assert office.rows() == before


def test_a_token_of_another_dialect_opens_nothing(office):
    answer = office.sender("helpline").put()
    assert (answer.status_code, answer.json) == UNAUTHORIZED


def test_a_token_in_the_address_is_not_taken_unless_the_office_allows_it(office, app, monkeypatch):
    client, address = app.test_client(), f"/v1/case?api-token={office.tokens['partner']}"
    assert client.put(address, json=example("put_case")).status_code == 401
    settings = app.extensions["settings"]
    allowed = type(settings)(**{**vars(settings), "allow_query_token": True})
    monkeypatch.setitem(app.extensions, "settings", allowed)
    assert client.put(address, json=example("put_case")).status_code == 200


def test_an_organisation_that_was_deactivated_is_403(office, sender):
    office.do(lambda session: setattr(session.get(Organisation, office.partner_id), "status", "inactive"))
    answer = sender.put()
    assert (answer.status_code, list(answer.json)) == (403, ["error"])


def test_a_caseworker_may_send_as_the_office(office):
    worker = office.sender("worker")
    assert worker.put(example("put_case", status="closed")).json["status"] == "closed"
    assert worker.get().status_code == 200


@pytest.mark.parametrize("name", ["outsider", "auditor"])
def test_a_user_of_another_vertical_or_without_the_right_may_not(office, name):
    before = office.rows()
    answer = office.sender(name).put()
    assert (answer.status_code, list(answer.json)) == (403, ["error"])
    assert office.rows() == before


def test_a_case_that_a_user_cannot_see_is_absent_for_them(office):
    office.sender("worker").put()
    before = office.rows()
    outsider = office.sender("outsider")
    assert [answer.status_code for answer in (outsider.get(), outsider.patch(), outsider.put(), outsider.post())] == [
        404
    ] * 4
    assert office.rows() == before


def test_a_refusal_is_recorded(office):
    office.sender("outsider").put()
    assert office.events("correspondence.put")[-1]["code"] == "ERR_AUTH_FORBIDDEN"


def test_reading_is_recorded(office, sender):
    sender.put()
    sender.get()
    assert office.events("case.read") == [{"case": office.case().id}]


def test_an_idempotency_key_gets_the_first_answer_again(office):
    sender = Sender(office.app, office.tokens["partner"])
    first = sender.post(example("post_message"), headers={"Idempotency-Key": "k"})
    sender.put()
    again = sender.post(example("post_message"), headers={"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["Idempotency-Replayed"] == "true"
