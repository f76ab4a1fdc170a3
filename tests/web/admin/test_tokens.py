"""Tokens: issued once, found, rotated, revoked."""

import datetime as dt
import logging
import re

import pytest
import sqlalchemy as sa

from portal.core import clock, tokens
from portal.core.actors import SYSTEM
from portal.core.models import ApiCall, ApiToken, AuditEvent, AuditValue, User
from portal.extensions import db
from tests.factories import committed
from tests.page import words
from tests.web.admin.conftest import ADMIN, JWT, call_with, html, issued


def jti_of(app) -> str:
    """The name of the newest token."""
    with app.app_context():
        return db.session.scalars(sa.select(ApiToken.jti).order_by(ApiToken.id.desc())).first()


def test_a_token_is_shown_once_and_kept_nowhere(app, administrator, office, caplog):
    with caplog.at_level(logging.DEBUG):
        told = {"dialect": "helpline", "holder": f"user:{office.agent}", "days": "30", "once": "one form"}
        page = administrator.post(f"{ADMIN}/tokens/new", told, expect=200)
        text = JWT.search(html(page))[0]
        assert "Copy it now. It is not shown again." in words(page)
        assert page.headers["Cache-Control"] == "no-store" and "Location" not in page.headers
        assert call_with(app, text) == 200
        again = administrator.follow(administrator.post(f"{ADMIN}/tokens/new", told))  # the page loaded anew
        assert "was issued already" in words(again)
    jti = jti_of(app)
    for path in ("tokens", f"tokens/{jti}/rotate", f"tokens/{jti}/revoke", "tokens/new", "calls"):
        assert text not in html(administrator.get(f"{ADMIN}/{path}"))
    with administrator.client.session_transaction(path="/app/") as cookie:
        assert text not in str(dict(cookie))
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ApiToken)) == 1
        for model in (ApiToken, ApiCall, AuditEvent, AuditValue):
            rows = db.session.execute(sa.select(model.__table__)).all()
            assert text not in str(rows)
    assert text not in caplog.text


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"dialect": ""}, "Choose an API."),
        ({"holder": ""}, "Choose who acts with it."),
        ({"holder": "user:4711"}, "Not a valid choice."),
        ({"days": "366"}, "Between 1 and 365 days."),
        ({"days": "many"}, "Not a valid integer value."),
        ({"scopes": ["v1:case"]}, "The scopes of this dialect are: cases:read, cases:write, webform."),
        (
            {"dialect": "interventions", "holder": "partner"},
            "In the interventions dialect a user acts, not an organisation.",
        ),
    ],
)
def test_no_token_is_issued_that_could_not_be(app, administrator, office, told, why):
    usual = {"dialect": "helpline", "holder": f"user:{office.agent}", "days": "30", "once": "a form"} | told
    usual["holder"] = usual["holder"].replace("partner", f"organisation:{office.partner}")
    page = administrator.post(f"{ADMIN}/tokens/new", usual, expect=422)
    assert words(page).count(why) == 2
    assert f'value="{usual["days"]}"' in html(page) and 'value="a form"' in html(page)
    assert not usual["dialect"] or re.search(f'<input checked[^>]*value="{usual["dialect"]}"', html(page))
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ApiToken)) == 0


def test_tokens_are_found_by_dialect_holder_and_state(app, administrator, office):
    issued(administrator, f"user:{office.agent}", once="1")
    issued(administrator, f"organisation:{office.partner}", "correspondence", once="2")
    jti = jti_of(app)
    administrator.post(f"{ADMIN}/tokens/{jti}/revoke", {"reason": "NOT_NEEDED"})
    for asked, found in {
        "": ["Harbour Children", "Ola Agent"],
        "dialect=helpline": ["Ola Agent"],
        "state=revoked": ["Harbour Children"],
        "state=live": ["Ola Agent"],
        f"holder=user:{office.agent}": ["Ola Agent"],
        f"holder=organisation:{office.partner}": ["Harbour Children"],
        "kind=issued&holder=user:x&state=none&dialect=all": ["Harbour Children", "Ola Agent"],
        "state=expired": [],
    }.items():
        page = administrator.get(f"{ADMIN}/tokens?{asked}")
        rows = re.findall(r"<tr>(?:(?!</tr>).)*<bdi>([^<]+)</bdi>", html(page), flags=re.S)
        assert rows == found, asked
        assert found or "No token matches" in words(page)


def test_a_token_is_revoked_with_a_reason_and_refused_from_then_on(app, administrator, office):
    text = issued(administrator, f"user:{office.agent}")
    address = f"{ADMIN}/tokens/{jti_of(app)}/revoke"
    assert "Its next request is refused (401)." in words(administrator.get(address))
    assert words(administrator.post(address, expect=422)).count("Choose a reason.") == 2
    page = administrator.post(address, {"reason": "OTHER", "reason_text": " "}, expect=422)
    assert words(page).count("Say which reason.") == 2
    assert re.search(r'<input checked[^>]*value="OTHER"', html(page)) and call_with(app, text) == 200
    page = administrator.follow(administrator.post(address, {"reason": "OTHER", "reason_text": "The desk moved."}))
    assert "The token of Ola Agent is revoked." in words(page) and "It has ended" in words(page)
    assert call_with(app, text) == 401
    assert "There is nothing to revoke." in words(administrator.get(address))
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "token.revoke")).one()
        assert event.details["reason"] == "OTHER" and event.actor_name == "Ada Admin"


def test_a_token_is_rotated_at_once_or_with_time_to_change_over(app, administrator, office):
    old = issued(administrator, f"user:{office.agent}")
    address = f"{ADMIN}/tokens/{jti_of(app)}/rotate"
    page = administrator.post(address, {"when": "later", "at": "", "once": "x"}, expect=422)
    assert words(page).count("Say at which hour.") == 2 and 'value="x"' in html(page)
    for at in ("9999-12-31T23:59", "0001-01-01T00:00"):
        assert "Say at which hour." in words(administrator.post(address, {"when": "later", "at": at}, expect=422))
    page = administrator.post(address, {"when": "later", "at": "2100-01-01T10:00"}, expect=422)
    assert words(page).count("The old token can live at most seven days more.") == 2
    assert 'value="2100-01-01T10:00"' in html(page)
    at = (clock.now() + dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    page = administrator.post(address, {"when": "later", "at": at, "once": "x"}, expect=200)
    new = JWT.search(html(page))[0]
    assert "The old one ends" in words(page) and call_with(app, old) == call_with(app, new) == 200
    administrator.post(address, {"when": "later", "at": at, "once": "x"})  # the page loaded anew
    address = f"{ADMIN}/tokens/{jti_of(app)}/rotate"
    newest = JWT.search(html(administrator.post(address, {"when": "now", "once": "y"}, expect=200)))[0]
    assert call_with(app, new) == 401 and call_with(app, newest) == 200
    page = administrator.post(address, {"when": "now", "once": "z"}, expect=409)
    assert "one that has ended has no successor" in words(page)


def test_a_token_of_a_sign_in_is_not_rotated(app, administrator, office):
    with app.app_context(), committed(db.session) as session:
        agent = session.get_one(User, office.agent)
        tokens.issue(session, SYSTEM, dialect="constituency", user=agent, slides_for=dt.timedelta(hours=8))
    page = administrator.get(f"{ADMIN}/tokens")
    assert "signed in" in words(page) and "/rotate" not in html(page)
    assert "A token of a sign-in is renewed" in words(administrator.get(f"{ADMIN}/tokens/{jti_of(app)}/rotate"))
    assert "No token matches" in words(administrator.get(f"{ADMIN}/tokens?kind=issued"))
