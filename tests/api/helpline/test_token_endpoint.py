"""``POST /api/webhook/webform/auth/token/``: in the live environment only, and only for whom the door was opened."""

import datetime as dt
import re
import shutil
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey

from portal import create_app
from portal.config import load_settings
from portal.core import clock, organisations, reference
from portal.core.actors import SYSTEM
from portal.core.models import ApiToken, AuditEvent, Notice, Organisation
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.api.conftest import Ground
from tests.api.helpline.conftest import example
from tests.factories import make_user

pytestmark = pytest.mark.slow

PATH = "/api/webhook/webform/auth/token/"
NOT_AUTHORISED = {"status": "error", "message": "Organization not authorized to access this resource"}


@pytest.fixture
def live(sqlite_installation, tmp_path) -> Iterator[Flask]:
    """A live installation with the organisation of the contract's example, and an administrator."""
    shutil.copyfile(sqlite_installation.settings.data_dir / "template.db", tmp_path / "portal.db")
    key = "a key that is long enough for an installation that is live"
    app = create_app(
        load_settings(
            {
                "PORTAL_ENVIRONMENT": "live",
                "PORTAL_DATA_DIR": str(tmp_path),
                "PORTAL_DATA_KEYS": Fernet.generate_key().decode(),
                **{f"PORTAL_{name}": key for name in ("SECRET_KEY", "INDEX_KEY", "AUDIT_KEY", "TOKEN_KEYS")},
            }
        )
    )
    with app.app_context():
        reference.load(db.session)
        db.session.remove()
    with Ground(app).arranged() as session:
        make_user(session, Role.ADMINISTRATOR)
        organisations.register(session, SYSTEM, name="CPMIS System", email="admin@cpmis.org")
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        app.extensions["limits_engine"].dispose()


@pytest.fixture
def live_ground(live: Flask) -> Ground:
    """The database of the live installation."""
    return Ground(live)


def arm(ground: Ground, **options) -> None:
    """Open the window, as an administrator does."""
    with ground.arranged() as session:
        organisations.arm(session, SYSTEM, session.query(Organisation).filter_by(name="CPMIS System").one(), **options)


def test_outside_of_the_live_environment_there_is_no_such_endpoint(office):
    response = office.caller(None).post(PATH, example("token"))
    assert (response.status_code, response.json) == (404, {"status": "error", "message": "Not found"})


def test_the_example_of_the_contract_is_answered_as_documented(live, live_ground):
    arm(live_ground)
    response = live.test_client().post(PATH, json=example("token"))
    assert response.status_code == 200
    body = response.json
    assert list(body) == ["status", "message", "token", "organization_id", "expires"]
    assert (body["status"], body["message"]) == ("success", "Authentication token generated successfully.")
    assert body["organization_id"].isdecimal()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["expires"])
    report = live.test_client().post(
        "/api/webhook/webform/", json=example("webform"), headers={"Authorization": f"Bearer {body['token']}"}
    )
    assert report.status_code == 201


def test_the_window_opens_once(live, live_ground):
    arm(live_ground)
    client = live.test_client()
    assert client.post(PATH, json=example("token")).status_code == 200
    response = client.post(PATH, json=example("token"))
    assert (response.status_code, response.json) == (403, NOT_AUTHORISED)


MISMATCHES = [
    {"organization_name": "CPMIS System", "organization_email": "somebody@else.example"},
    {"organization_name": "An invented organisation", "organization_email": "admin@cpmis.org"},
]


@pytest.mark.parametrize("body", MISMATCHES)
def test_every_mismatch_is_the_same_refusal_and_closes_nothing(live, live_ground, body):
    arm(live_ground)
    client = live.test_client()
    response = client.post(PATH, json=body)
    assert (response.status_code, response.json) == (403, NOT_AUTHORISED)
    assert client.post(PATH, json=example("token")).status_code == 200


def test_without_a_window_and_after_it_nobody_gets_a_token(live, live_ground):
    client = live.test_client()
    assert client.post(PATH, json=example("token")).status_code == 403
    arm(live_ground)
    with live_ground.arranged() as session:  # the clock of a live installation is not moved
        partner = session.query(Organisation).filter_by(name="CPMIS System").one()
        partner.armed_until -= dt.timedelta(minutes=31)
    assert client.post(PATH, json=example("token")).status_code == 403
    assert live_ground.count(ApiToken) == 0
    assert live_ground.count(AuditEvent, AuditEvent.outcome == "refused", AuditEvent.action == "token.claim") == 2


def test_the_name_and_the_address_are_compared_without_case(live, live_ground):
    arm(live_ground)
    body = {"organization_name": " cpmis  SYSTEM", "organization_email": "Admin@CPMIS.org "}
    assert live.test_client().post(PATH, json=body).status_code == 200


def test_a_window_for_one_address_is_closed_to_others(live, live_ground):
    arm(live_ground, address="192.0.2.7")
    client = live.test_client()
    assert client.post(PATH, json=example("token")).status_code == 403
    there = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.post(PATH, json=example("token"), environ_base=there).status_code == 200


@pytest.mark.parametrize("field", ["organization_name", "organization_email"])
def test_what_is_missing_is_named(live, field):
    body = example("token")
    del body[field]
    response = live.test_client().post(PATH, json=body)
    assert (response.status_code, response.json) == (400, {"status": "error", "message": f"{field} is required"})


def test_two_tokens_live_and_a_third_ends_the_oldest(live, live_ground):
    client, given = live.test_client(), []
    for _ in range(3):
        arm(live_ground)
        given.append(client.post(PATH, json=example("token")).json["token"])
    statuses = [
        client.post(
            "/api/webhook/webform/", json=example("webform"), headers={"Authorization": f"Bearer {token}"}
        ).status_code
        for token in given
    ]
    assert statuses == [401, 201, 201]


def test_the_sixth_attempt_in_an_hour_waits_wherever_it_comes_from(live):
    client = live.test_client()
    for number in range(5):
        there = {"REMOTE_ADDR": f"192.0.2.{number}"}
        assert client.post(PATH, json=example("token"), environ_base=there).status_code == 403
    response = client.post(PATH, json=example("token"), environ_base={"REMOTE_ADDR": "192.0.2.99"})
    assert (response.status_code, response.json) == (429, {"status": "error", "message": "Too many requests"})
    assert 0 < int(response.headers["Retry-After"]) <= 3600


def test_the_sixth_attempt_from_one_address_waits_whoever_it_is_for(live):
    client = live.test_client()
    for number in range(5):
        client.post(PATH, json={"organization_name": f"Guess {number}", "organization_email": "a@b.example"})
    assert client.post(PATH, json=example("token")).status_code == 429


def test_administrators_are_told_and_the_audit_knows_the_token_but_not_its_text(live, live_ground):
    arm(live_ground)
    text = live.test_client().post(PATH, json=example("token")).json["token"]
    with live_ground.seen() as session:
        assert session.query(Notice).one().kind == "token.issued"
        token = session.query(ApiToken).one()
        issued = session.query(AuditEvent).filter_by(action="token.issue").one()
        assert issued.details["jti"] == token.jti
        assert text not in str([event.details for event in session.query(AuditEvent)])
        assert token.digest != text
        assert token.expires_at - clock.now() > dt.timedelta(days=89)
    claims = jwt.decode(text, jwt_key(live), algorithms=["HS256"]).claims
    assert (claims["iss"], claims["aud"], claims["jti"]) == ("portal", "helpline", token.jti)


def jwt_key(app: Flask):
    """The signing key of the installation."""
    return OctKey.import_key(app.extensions["settings"].token_keys[0])
