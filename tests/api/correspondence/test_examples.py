"""The contract's own examples, sent as they stand."""

import json

import pytest

from portal.api.correspondence import examples
from portal.core.vocabulary import Delivery, Direction, Origin, Priority, Status
from tests.api.correspondence.conftest import EXAMPLES, example


def verbatim(name):
    return (EXAMPLES / f"{name}.json").read_bytes()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_name(request):
    return request.param


def test_a_case_is_created_with_its_message(office, sender):
    answer = sender.put(verbatim("put_case"))
    assert (answer.status_code, answer.json) == (
        200,
        {
            "caseUid": "case-12345",
            "status": "open",
            "created": "2024-01-15T10:00:00Z",
            "updated": "2024-01-15T10:00:00Z",
        },
    )
    case = office.case()
    assert (case.origin, case.lifecycle_status, case.summary) == (
        Origin.CORRESPONDENCE,
        Status.ACTIVE,
        "Customer Support Request",
    )
    assert (case.external_status, case.priority, case.reference) == ("open", Priority.MEDIUM, f"MAIL-{case.id:06d}")
    (message,) = office.messages()
    assert (message.direction, message.channel, message.kind, message.delivery) == (
        Direction.INBOUND,
        "email",
        "email",
        Delivery.RECEIVED,
    )
    assert message.sender == {"name": "John Customer", "email": "john@customer.com", "id": "cust-123"}
    assert message.attachment_refs == ["screenshot-login-error.png"]
    assert (message.author_id, message.raw) == (None, None)


def test_the_four_examples_in_their_order(office, sender):
    statuses = [
        sender.put(verbatim("put_case")),
        sender.put_message(verbatim("put_message")),
        sender.post(verbatim("post_message")),
        sender.patch(verbatim("patch_case")),
    ]
    assert [answer.status_code for answer in statuses] == [200] * 4
    told = sender.get().json
    assert told["status"] == "resolved"
    assert [message["messageUid"] for message in told["messages"]] == ["msg-001", "msg-002", "msg-003"]
    assert [message["direction"] for message in told["messages"]] == ["Inbound", "Outbound", "Inbound"]
    assert told["customFields"] == [
        {"name": "priority", "value": "high"},
        {"name": "resolutionTime", "value": "3 hours"},
        {"name": "satisfaction", "value": "5"},
    ]
    assert (told["updated"], told["tags"]) == ("2024-01-15T13:00:00Z", ["support"])
    assert [m.delivery for m in office.messages()] == [Delivery.RECEIVED, Delivery.SENT, Delivery.RECEIVED]
    case = office.case()
    assert case.lifecycle_status is Status.STABILIZED
    assert case.priority is Priority.MEDIUM  # a custom field of that name is not the priority
    assert office.audit_breaks() == []


def test_a_case_reads_back_as_it_was_put(sender):
    sender.put(verbatim("put_case"))
    assert sender.get().json == example("put_case")


def test_a_message_for_a_case_creates_it(office, sender):
    assert sender.put_message(verbatim("put_message")).status_code == 200
    assert office.case().lifecycle_status is Status.ACTIVE
    assert sender.get().json["messages"] == [example("put_message")["message"]]


def test_a_message_for_no_case_is_answered_204_and_stored_nowhere(office, sender):
    before = office.rows()
    answer = sender.post(verbatim("post_message"))
    assert (answer.status_code, answer.data) == (204, b"")
    assert office.rows() == before


def test_the_message_may_be_nested_as_later_versions_do(office, sender):
    sender.put()
    flat = example("post_message")
    nested = {"caseUid": flat.pop("caseUid"), "message": flat}
    assert sender.post(nested).status_code == 200
    assert [m.message_uid for m in office.messages()] == ["msg-001", "msg-003"]


@pytest.mark.parametrize("name", ["put_case", "put_message", "post_message"])
def test_what_is_delivered_again_changes_nothing(office, sender, name):
    sender.put()
    send = {"put_case": sender.put, "put_message": sender.put_message, "post_message": sender.post}[name]
    first = send()
    before, events = office.rows(), len(office.events("message.receive"))
    again = send()
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert office.rows() == before
    assert len(office.events("message.receive")) == events


def test_the_document_shows_the_examples_of_the_contract():
    documented = [examples.PUT_CASE, examples.PUT_MESSAGE, examples.POST_MESSAGE, examples.PATCH_CASE]
    assert documented == [
        json.loads(verbatim(name)) for name in ("put_case", "put_message", "post_message", "patch_case")
    ]


def test_the_thread_in_the_browser_shows_the_messages(office, sender, browser_as):
    sender.put()
    sender.put_message()
    page = browser_as(office.worker_id).get(f"/app/cases/{office.case().id}")
    assert "John Customer" in page.text
    assert "having trouble logging into my account" in page.text
    assert "I can help you with the login issue" in page.text
