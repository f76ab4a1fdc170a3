"""PATCH changes what is in its body, and nothing else."""

from urllib.parse import quote

import pytest

from tests.api.correspondence.conftest import example, message

FIELD = {"name": "customerType", "value": "gold"}


@pytest.fixture(autouse=True)
def known(sender):
    sender.put(example("put_case", priority="low"))


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        ({}, {}),
        ({"subject": "New"}, {"subject": "New"}),
        ({"source": "other"}, {"source": "other"}),
        ({"tags": ["a"]}, {"tags": ["a"]}),
        ({"tags": None}, {"tags": []}),
        ({"inbox": None}, {"inbox": ...}),
        ({"priority": "high"}, {"priority": "high"}),
        ({"priority": None}, {"priority": ...}),
        ({"updated": "2024-02-01T00:00Z"}, {"updated": "2024-02-01T00:00:00Z"}),
        ({"customFields": [FIELD]}, {"customFields": [FIELD, {"name": "productVersion", "value": "2.1.0"}]}),
        ({"customFields": [{"name": "customerType", "value": " "}]}, {}),
        ({"customFields": [{"name": "customerType"}]}, {}),
        ({"customFields": None}, {"customFields": []}),
        ({"customFields": []}, {}),
        ({"unknown": {"to": "us"}}, {}),
        ({"caseUid": "case-12345", "externalUid": "case-12345"}, {}),
        (
            {"onlyUpdateCustomFields": True, "customFields": [FIELD], "subject": "x", "status": "pending"}
            | {"updated": "2024-02-01T00:00Z", "messages": [message("m2")]},
            {"customFields": [FIELD, {"name": "productVersion", "value": "2.1.0"}]},
        ),
        ({"onlyUpdateCustomFields": True, "subject": "x"}, {}),
    ],
)
def test_only_what_is_there_is_changed(sender, body, changes):
    before = sender.get().json
    answer = sender.patch(body)
    assert answer.status_code == 200, answer.json
    expected = {name: value for name, value in {**before, **changes}.items() if value is not ...}
    assert sender.get().json == expected


def test_messages_are_added_and_may_be_named_as_later_versions_do(sender):
    later = message("x", messageUid=..., direction=..., externalUid="m2", type="outbound")
    sender.patch({"messages": [later, message(text="Replaced.")]})
    first, second = sender.get().json["messages"]
    assert (first["messageUid"], first["text"]) == ("msg-001", "Replaced.")
    assert (second["messageUid"], second["direction"], second["type"]) == ("m2", "Outbound", "email")


def test_fields_are_at_most_ten_after_merging(office, sender):
    eight = [{"name": f"f{number}", "value": "x"} for number in range(8)]
    assert sender.patch({"customFields": eight}).status_code == 200
    before = office.rows()
    answer = sender.patch({"customFields": [{"name": "f8", "value": "x"}]})
    assert (answer.status_code, answer.json["details"][0]["field"]) == (400, "customFields")
    assert office.rows() == before


@pytest.mark.parametrize("uid", ["a/b", "a//b", "messages", "ünï cöde", "100%", "a?b#c", "a+b", "x/"])
def test_a_key_may_hold_any_character(sender, uid):
    assert sender.put(example("put_case", caseUid=uid)).status_code == 200
    assert sender.patch({"subject": "Found"}, quote(uid, safe="")).status_code == 200
    told = sender.get(quote(uid, safe="")).json
    assert (told["caseUid"], told["subject"]) == (uid, "Found")
