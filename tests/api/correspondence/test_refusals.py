"""What is refused changes nothing, and says where it is wrong."""

import json

import pytest

from tests.api.correspondence.conftest import example, message

pytestmark = pytest.mark.slow

X = "x" * 256
TOO_LARGE = "x" * (256 * 1024 + 1)


def put(**changes):
    return "put", example("put_case", **changes)


def put_with(**changes):
    return put(messages=[message(**changes)])


def field(name, value="x"):
    return {"name": name, "value": value}


INVALID = [
    (put(caseUid=...), "caseUid"),
    (put(caseUid=None), "caseUid"),
    (put(caseUid=""), "caseUid"),
    (put(caseUid=" \t"), "caseUid"),
    (put(caseUid=12), "caseUid"),
    (put(caseUid=X), "caseUid"),
    (put(source=...), "source"),
    (put(source=" "), "source"),
    (put(source=X), "source"),
    (put(created=...), "created"),
    (put(created="2024-01-15"), "created"),
    (put(created="2024-01-15T10:00:00"), "created"),
    (put(created=1705312800), "created"),
    (put(updated=...), "updated"),
    (put(updated="yesterday"), "updated"),
    (put(updated=None), "updated"),
    (put(subject=...), "subject"),
    (put(subject="  "), "subject"),
    (put(inbox=X), "inbox"),
    (put(inbox=["a"]), "inbox"),
    (put(status="x" * 65), "status"),
    (put(priority="x" * 65), "priority"),
    (put(priority=1), "priority"),
    (put(tags="a"), "tags"),
    (put(tags=["a", None]), "tags[1]"),
    (put(tags=["a", " "]), "tags[1]"),
    (put(tags=["a", "b", "a"]), "tags[2]"),
    (put(tags=["x" * 65]), "tags[0]"),
    (put(customFields={"a": "b"}), "customFields"),
    (put(customFields=[field(f"f{n}") for n in range(11)]), "customFields"),
    (put(customFields=[field("a"), field("a")]), "customFields[1].name"),
    (put(customFields=[field("a b")]), "customFields[0].name"),
    (put(customFields=[field("a\n")]), "customFields[0].name"),
    (put(customFields=[field("é")]), "customFields[0].name"),
    (put(customFields=[field("")]), "customFields[0].name"),
    (put(customFields=[field("a", 5)]), "customFields[0].value"),
    (put(customFields=["a"]), "customFields[0]"),
    (put(messages=...), "messages"),
    (put(messages=None), "messages"),
    (put(messages=[]), "messages"),
    (put(messages={}), "messages"),
    (put(messages=[None]), "messages[0]"),
    (put(messages=[message("a"), message("a")]), "messages[1].messageUid"),
    (put(messages=[message(str(n)) for n in range(201)]), "messages"),
    (put_with(uid=""), "messages[0].messageUid"),
    (put_with(messageUid=...), "messages[0].messageUid"),
    (put_with(created="2024-01-15T10:00:00+0100"), "messages[0].created"),
    (put_with(direction=...), "messages[0].direction"),
    (put_with(direction="Sideways"), "messages[0].direction"),
    (put_with(direction=1), "messages[0].direction"),
    (put_with(text=...), "messages[0].text"),
    (put_with(text=None), "messages[0].text"),
    (put_with(to=...), "messages[0].to"),
    (put_with(to={}), "messages[0].to"),
    (put_with(to=["a@b.example"]), "messages[0].to[0]"),
    (put_with(**{"from": ...}), "messages[0].from"),
    (put_with(**{"from": "a@b.example"}), "messages[0].from"),
    (put_with(**{"from": {"name": X}}), "messages[0].from.name"),
    (put_with(direction="outbound", **{"from": {"name": "N", "id": " "}}), "messages[0].from.id"),
    (put_with(direction="outbound", **{"from": {}}), "messages[0].from.id"),
    (put_with(type=X), "messages[0].type"),
    (put_with(subject="x" * 1001), "messages[0].subject"),
    (put_with(attachments=[X]), "messages[0].attachments[0]"),
    (put_with(attachments=["a"] * 51), "messages[0].attachments"),
    (put_with(attachments=[{"name": "a"}]), "messages[0].attachments[0]"),
    (("put_message", example("put_message", message=...)), "message"),
    (("put_message", example("put_message", message=[])), "message"),
    (("put_message", example("put_message", subject="")), "subject"),
    (("post", example("post_message", caseUid=...)), "caseUid"),
    (("post", example("post_message", caseUid="")), "caseUid"),
    (("post", example("post_message", text=...)), "text"),
    (("post", {"caseUid": "case-12345", "message": {"text": "x"}}), "messageUid"),
    (("patch", {"subject": " "}), "subject"),
    (("patch", {"subject": None}), "subject"),
    (("patch", {"updated": "now"}), "updated"),
    (("patch", {"onlyUpdateCustomFields": "true"}), "onlyUpdateCustomFields"),
    (("patch", {"onlyUpdateCustomFields": 1}), "onlyUpdateCustomFields"),
    (("patch", {"onlyUpdateCustomFields": True, "tags": [""]}), "tags[0]"),
    (("patch", {"caseUid": "another"}), "caseUid"),
    (("patch", {"externalUid": "another"}), "externalUid"),
    (("patch", {"messages": [{}]}), "messages[0].messageUid"),
]


@pytest.mark.parametrize(
    ("request_", "where"), INVALID, ids=[f"{send}-{where}-{n}" for n, ((send, _), where) in enumerate(INVALID)]
)
def test_what_is_not_valid_is_refused_with_its_place(office, sender, request_, where):
    sender.put()
    before = office.rows()
    send, body = request_
    answer = getattr(sender, send)(body)
    assert answer.status_code == 400, answer.json
    assert answer.json["error"] == "Validation failed"
    assert where in [detail["field"] for detail in answer.json["details"]], answer.json
    assert all(detail["message"] for detail in answer.json["details"])
    assert office.rows() == before


def test_an_invalid_message_is_told_even_where_there_is_no_case(office, sender):
    assert sender.post(example("post_message", created="x")).status_code == 400


TAKEN = [
    put(caseUid="x" * 255, source="x" * 255, subject="x" * 1000, inbox="x" * 255, tags=["x" * 64], status="x" * 64),
    put(tags=None, customFields=None, inbox=None, status=None, priority=None),
    put(tags=["a", "A"], unknown=1),
    put(customFields=[field(f"f{n}") for n in range(10)]),
    put(updated="2020-01-01T00:00Z"),
    put(messages=[message(str(n)) for n in range(200)]),
    put_with(to=[], type=..., subject=..., attachments=..., text=""),
    put_with(to=[{"name": None, "email": None, "id": None}, {}], attachments=None, subject=None, type=" "),
    put_with(direction="INBOUND", **{"from": {}}),
    put_with(direction="outbound", **{"from": {"id": "7"}}),
    put_with(text="x" * (256 * 1024)),
    put_with(created="2013-12-12T05:35Z"),
    put_with(text="NUL \x00 and half a pair"),
]


@pytest.mark.parametrize(("send", "body"), TAKEN)
def test_what_is_unusual_is_taken(sender, send, body):
    answer = getattr(sender, send)(body)
    assert answer.status_code == 200, answer.json
    again = sender.get(body["caseUid"]).json
    assert sender.put(again).status_code == 200  # what is told can be said again
    assert sender.get(body["caseUid"]).json == again


LARGE = [
    put_with(text=TOO_LARGE),
    put_with(text="é" * (128 * 1024 + 1)),
    put(customFields=[field("a", "x" * 20_000), field("b", "x" * 20_000)]),
    ("post", example("post_message", text=TOO_LARGE)),
    ("put", json.dumps(example("put_case", padding="x" * (5 * 1024 * 1024)))),
]


@pytest.mark.parametrize(("send", "body"), LARGE, ids=range(len(LARGE)))
def test_what_is_too_large_is_413(office, sender, send, body):
    sender.put()
    before = office.rows()
    answer = getattr(sender, send)(body)
    assert (answer.status_code, list(answer.json)) == (413, ["error"])
    assert office.rows() == before


@pytest.mark.parametrize("send", ["put", "put_message", "post", "patch"])
@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"a": NaN}', b"caseUid=1&source=2", b""])
def test_what_is_not_json_is_400(office, sender, send, body):
    before = office.rows()
    answer = getattr(sender, send)(body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400
    if body or send == "patch":
        assert answer.json == {"error": "Invalid JSON"}
    assert office.rows() == before


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"x"'])
@pytest.mark.parametrize("send", ["put", "put_message", "post", "patch"])
def test_what_is_no_object_is_400(sender, send, body):
    assert getattr(sender, send)(body).status_code == 400


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/json; charset=utf-8", "application/vnd.x+json"]
)
def test_json_is_taken_whatever_it_is_called(sender, content_type):
    body = json.dumps(example("put_case"))
    assert sender.put(body, content_type=content_type).status_code == 200


def test_a_case_that_is_not_there_is_404(office, sender):
    office.sender("other").put()
    before = office.rows()
    for answer in (sender.patch(), sender.patch({}), sender.get()):
        assert (answer.status_code, answer.json) == (404, {"error": "Case not found"})
    assert office.rows() == before


def test_a_path_or_method_that_is_not_there_is_told_in_this_dialect(sender):
    gone = sender("DELETE", "/case-12345")
    assert (gone.status_code, list(gone.json)) == (405, ["error"])
    assert gone.headers["Allow"]
    assert sender("GET", "").status_code == 405
