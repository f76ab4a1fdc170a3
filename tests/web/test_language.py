"""Choosing a language: only among those of the installation, and only where there is a choice."""

import dataclasses

import pytest
import sqlalchemy as sa

from portal.config import ConfigurationError, load_settings
from portal.core.models import AuditEvent, User
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_user, make_vertical

PATH = "/app/account/language"


def _somebody(app) -> int:
    with app.app_context(), committed(db.session) as session:
        return make_user(session, Role.AGENT, make_vertical(session)).id


def _speaking(app, monkeypatch, *languages: str) -> None:
    several = dataclasses.replace(app.extensions["settings"], languages=languages)
    monkeypatch.setitem(app.extensions, "settings", several)


def test_where_there_is_one_language_nothing_is_asked(app, browser_as):
    user = _somebody(app)
    someone = browser_as(user)
    assert b'id="language"' not in someone.client.get("/app/account").data
    sent = {"csrf_token": someone.csrf_token(), "language": "ar"}
    assert someone.client.post(PATH, data=sent).status_code == 303
    with app.app_context():
        assert db.session.get(User, user).locale == "en"


def test_a_language_is_chosen_kept_and_recorded(app, browser_as, monkeypatch):
    _speaking(app, monkeypatch, "en", "ar")
    someone = browser_as(_somebody(app))
    page = someone.client.get("/app/account").get_data(as_text=True)
    assert '<html lang="en" dir="ltr"' in page
    assert "العربية" in page
    for language in ("fr", "ar"):  # the first is not spoken here
        someone.client.post(PATH, data={"csrf_token": someone.csrf_token(), "language": language})
    assert '<html lang="ar" dir="rtl"' in someone.client.get("/app/account").get_data(as_text=True)
    chosen = sa.select(AuditEvent).where(AuditEvent.action == "account.choose_language")
    with app.app_context():
        assert [event.details for event in db.session.scalars(chosen)] == [{"from": "en", "to": "ar"}]


def test_a_stranger_is_spoken_to_as_their_browser_wishes(app, client, monkeypatch):
    _speaking(app, monkeypatch, "en", "ar")
    for wish, spoken in (("ar", "ar"), ("ar-EG, en;q=0.5", "ar"), ("fr", "en"), ("", "en")):
        page = client.get("/app/login", headers={"Accept-Language": wish}).get_data(as_text=True)
        assert f'<html lang="{spoken}"' in page


def test_a_language_that_nobody_knows_is_refused_at_the_start(tmp_path):
    with pytest.raises(ConfigurationError, match="'xx'"):
        load_settings({"PORTAL_ENVIRONMENT": "test", "PORTAL_DATA_DIR": str(tmp_path), "PORTAL_LANGUAGES": "en,xx"})
