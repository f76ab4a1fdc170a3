"""What no dialect lets in: nobody without a token of its own, nobody's cookie, nothing that is not the caller's."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from portal import api
from portal.core.models import ApiToken, Case, Person
from portal.core.vocabulary import Dialect
from tests.api.conformance.doors import DOORS

pytestmark = pytest.mark.slow

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UUID = "00000000-0000-4000-8000-000000000000"


def routes(app: Any, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Method and a path for every route of a dialect that asks for a token, aliases included."""
    for rule in app.url_map.iter_rules():
        room = app.blueprints.get(rule.endpoint.rpartition(".")[0])
        if getattr(room, "dialect", None) is not None and room.dialect.name is dialect and not room.public:
            path = re.sub(r"<uuid:[^>]+>", UUID, re.sub(r"<int[^>]*:[^>]+>", "1", str(rule)))
            path = re.sub(r"<[^>]+>", "1", path)
            yield from ((method, path) for method in sorted(rule.methods & set(METHODS)))


def shape_of(answer: Any) -> set[str]:
    """The keys of a JSON answer."""
    assert answer.mimetype == "application/json", answer.data
    return set(answer.json)


@pytest.fixture
def every_route(app, dialect) -> list[tuple[str, str]]:
    """At least a handful, or nothing would be proved."""
    found = list(routes(app, dialect))
    assert len(found) >= 5
    return found


class TestTokens:
    """Every route of every dialect wants a token of that dialect."""

    def test_without_a_token_every_route_is_401_in_the_dialects_shape(self, client, office, dialect, every_route):
        for method, path in every_route:
            answer = client.open(path, method=method)
            assert answer.status_code == 401, (method, path)
            assert shape_of(answer) == DOORS[dialect].failure(401), (method, path)
            assert "WWW-Authenticate" in answer.headers

    def test_a_token_of_another_dialect_is_refused_on_every_route(self, client, office, dialect, every_route):
        for other in set(DOORS) - {dialect}:
            headers = {"Authorization": f"Bearer {office.tokens['worker', other]}"}
            statuses = {client.open(path, method=method, headers=headers).status_code for method, path in every_route}
            assert statuses == {401}, other

    def test_a_signed_in_browser_opens_no_route(self, app, office, dialect, every_route):
        client = app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"], kept["_fresh"] = f"{office.users['worker']}:1", True
        assert {client.open(path, method=method).status_code for method, path in every_route} == {401}

    def test_a_token_is_over_the_moment_it_is_revoked(self, office, dialect, ground):
        caller = office.caller(dialect)
        method, path, body = DOORS[dialect].create(1, office.facts)
        assert caller(method, path, body).status_code in (200, 201)
        with ground.arranged() as session:
            for token in session.query(ApiToken):
                token.revoked_at = token.created_at
        assert caller(method, path, body).status_code == 401


class TestObjects:
    """Somebody of another vertical finds nothing of a case, whatever they call it."""

    @pytest.fixture
    def path(self, office, dialect) -> str:
        [(sent, answered)] = office.seed(dialect, 1)
        path = DOORS[dialect].read(sent, answered)
        assert office.caller(dialect)("GET", path).status_code == 200
        return path

    def test_a_case_of_others_is_absent(self, office, dialect, path):
        answer = office.caller(dialect, "stranger")("GET", path)
        assert answer.status_code == 404
        assert shape_of(answer) == DOORS[dialect].failure(404)

    def test_a_case_of_others_is_told_from_none_by_nothing(self, office, dialect, path):
        stranger = office.caller(dialect, "stranger")
        head, _, name = path.rpartition("/")
        none = f"{head}/{UUID if len(name) == len(UUID) else name.translate(str.maketrans('0123456789', '9999999999'))}"
        one, other = stranger("GET", path), stranger("GET", none)
        assert (one.status_code, _told(one.json)) == (other.status_code, _told(other.json))

    def test_no_method_below_a_case_of_others_changes_or_tells_anything(self, app, office, dialect, path, ground):
        stranger, before = office.caller(dialect, "stranger"), _cases(ground)
        tried = 0
        for rule in app.url_map.iter_rules():
            room = app.blueprints.get(rule.endpoint.rpartition(".")[0])
            if getattr(room, "dialect", None) is None or room.dialect.name is not dialect:
                continue
            first = re.sub(r"<[^>]+>", path.rpartition("/")[2], str(rule), count=1)
            if not first.startswith(path):
                continue
            for method in rule.methods & set(METHODS):
                answer = stranger(method, re.sub(r"<[^>]+>", "1", first), None if method == "GET" else {})
                assert answer.status_code in (400, 403, 404), (method, first)
                tried += 1
        assert tried >= 2
        assert _cases(ground) == before

    def test_a_case_is_not_opened_in_a_vertical_of_others(self, office, dialect, ground):
        answer = office.caller(dialect, "stranger")(*DOORS[dialect].create(1, office.facts))
        assert answer.status_code in (400, 403, 404), answer.data
        assert ground.count(Case) == 0


# What is the portal's to say, in every spelling a client could try.
NOT_THE_CALLERS = {
    "id": 4711,
    "uuid": UUID,
    "case_id": UUID,
    "reference": "X-1",
    "reference_number": "X-1",
    "owner_id": 2,
    "lifecycle_status": "closed",
    "prior_status": "active",
    "primary_vertical": 4,
    "origin": "portal",
    "organisation_id": 1,
    "restricted": True,
    "legal_hold": True,
    "verification_status": "verified",
    "verified_by": UUID,
    "created_at": "2001-01-01T00:00:00Z",
    "created_by_id": 2,
    "closed_at": "2001-01-01T00:00:00Z",
    "version_id": 99,
    "root_id": 1,
    "merged_into_id": 1,
}
STRICT = {Dialect.INTERVENTIONS}  # refuses what it does not know; the others do not look at it


def test_what_is_the_portals_to_say_is_not_the_callers(office, dialect, ground):
    method, path, body = DOORS[dialect].create(1, office.facts)
    caller = office.caller(dialect)
    if dialect in STRICT:
        for key, value in NOT_THE_CALLERS.items():
            assert caller(method, path, {**body, key: value}).status_code == 400, key
        assert ground.count(Case) == 0
        return
    assert caller(method, path, body).status_code in (200, 201)
    plain = _facts_of_the_last_case(ground)
    method, path, body = DOORS[dialect].create(2, office.facts)
    assert caller(method, path, {**NOT_THE_CALLERS, **body}).status_code in (200, 201)
    assert _facts_of_the_last_case(ground) == plain


CHANGES = {
    Dialect.CONSTITUENCY: ("PATCH", {"summary": "Another question"}),
    Dialect.HELPLINE: ("POST", {"plan": "See her again"}),
    Dialect.CORRESPONDENCE: ("PATCH", {"subject": "Another subject"}),
    Dialect.INTERVENTIONS: ("PATCH", {"program_id": None}),
}


def test_what_is_the_portals_to_say_is_not_changed_either(office, dialect, ground):
    [(sent, answered)] = office.seed(dialect, 1)
    path, caller, before = DOORS[dialect].read(sent, answered), office.caller(dialect), _facts_of_the_last_case(ground)
    method, change = CHANGES[dialect]
    answer = caller(method, path, {**NOT_THE_CALLERS, **change})
    assert answer.status_code == (400 if dialect in STRICT else 200), answer.data
    after = _facts_of_the_last_case(ground)
    assert {**after, "version_id": None} == {**before, "version_id": None}
    assert (after["version_id"] == before["version_id"]) is (dialect in STRICT)


def test_people_in_a_body_are_not_verified_by_saying_so(office, ground):
    method, path, body = DOORS[Dialect.HELPLINE].create(1, office.facts)
    person = {"fname": "Said Verified", **NOT_THE_CALLERS, "person_id": 1}
    before = ground.count(Person)
    caller = office.caller(Dialect.HELPLINE)
    assert caller(method, path, {**body, "reporter": person, "clients_case": [person]}).status_code == 201
    with ground.seen() as session:
        new = session.query(Person).order_by(Person.id).offset(before).all()
        assert new
        assert {made.verification_status.value for made in new} == {"provisional"}
        assert {made.verified_at for made in new} == {None}
        assert UUID not in {str(made.uuid) for made in new}


def _facts_of_the_last_case(ground: Any) -> dict[str, Any]:
    names = (
        "owner_id lifecycle_status prior_status primary_vertical_id origin organisation_id created_by_id closed_at "
        "merged_into_id version_id"
    ).split()
    with ground.seen() as session:
        case = session.query(Case).order_by(Case.id.desc()).first()
        assert case.id < 4711
        assert str(case.uuid) != UUID
        assert case.reference != "X-1"
        assert case.root_id in (None, case.id)
        assert case.created_at.year > 2001
        return {name: getattr(case, name) for name in names}


def _cases(ground: Any) -> list[tuple[Any, ...]]:
    with ground.seen() as session:
        return [(case.id, case.version_id, case.updated_at, case.lifecycle_status) for case in session.query(Case)]


def _told(body: Any) -> str:
    """A failure without the name of its request, which differs from one to the next."""
    return re.sub(r"[0-9a-f]{32}", "…", str(body))


class TestFailures:
    """A request that is no request of a dialect fails in its shape; next door a page fails as a page."""

    @pytest.fixture
    def call(self, office, dialect):
        return office.caller(dialect)

    def fails(self, answer: Any, dialect: Dialect, status: int) -> None:
        assert answer.status_code == status, (answer.status, answer.data)
        assert shape_of(answer) == DOORS[dialect].failure(status)

    def test_an_unknown_path(self, call, dialect):
        prefixes = next(door.prefixes for door in api.DIALECTS if door.name is dialect)
        for prefix in prefixes:
            self.fails(call("GET", f"{prefix}/a/b/c/d/e/f"), dialect, 404)

    def test_a_wrong_method(self, call, office, dialect):
        _, path, _ = DOORS[dialect].create(1, office.facts)
        answer = call("DELETE", path)
        self.fails(answer, dialect, 405)
        assert "DELETE" not in answer.headers["Allow"]

    def test_a_wrong_content_type(self, call, office, dialect):
        method, path, _ = DOORS[dialect].create(1, office.facts)
        answer = call.client.open(
            path,
            method=method,
            data="a=b",
            content_type="application/x-www-form-urlencoded",
            headers={"Authorization": f"Bearer {call.token}"},
        )
        self.fails(answer, dialect, 400 if dialect is Dialect.CORRESPONDENCE else 415)

    @pytest.mark.parametrize("body", [b"{", b"{} {}", b'{"a": NaN}', b"\xff", b"[" * 70 + b"]" * 70])
    def test_malformed_json(self, call, office, dialect, body):
        method, path, _ = DOORS[dialect].create(1, office.facts)
        headers = {"Authorization": f"Bearer {call.token}", "Content-Type": "application/json"}
        self.fails(call.client.open(path, method=method, data=body, headers=headers), dialect, 400)

    def test_a_body_that_is_too_large(self, call, office, dialect):
        method, path, body = DOORS[dialect].create(1, office.facts)
        limit = next(door.max_body for door in api.DIALECTS if door.name is dialect)
        self.fails(call(method, path, {**body, "more": "x" * limit}), dialect, 413)

    def test_beside_its_prefixes_a_page_answers(self, client, dialect):
        for prefix in next(door.prefixes for door in api.DIALECTS if door.name is dialect):
            answer = client.get(f"{prefix}x/unheard-of")
            assert answer.mimetype == "text/html"
            assert answer.status_code == 404
