"""A new password by a link that an administrator made: once, and the link's secret stands nowhere on the way."""

import pytest

from portal.core import accounts, passwords
from portal.core.actors import SYSTEM
from portal.core.models import User
from portal.core.vocabulary import Role
from portal.extensions import db
from portal.limits import limiter
from tests.factories import committed, make_user, make_vertical
from tests.page import Browser, words

EMAIL = "ana@office.example"
NEW = "seven quiet herons wading"


@pytest.fixture
def ana(app) -> int:
    """A caseworker who forgot her password."""
    with app.app_context(), committed(db.session) as session:
        limiter.reset()
        return make_user(
            session, Role.CASEWORKER, make_vertical(session), password=True, email=EMAIL, name="Ana Diallo"
        ).id


@pytest.fixture
def secret(app, ana) -> str:
    """What the link holds."""
    with app.app_context(), committed(db.session) as session:
        return passwords.issue_reset(session, SYSTEM, session.get(User, ana))


def test_a_new_password_is_chosen_once_and_every_session_ends(app, ana, secret, caplog):
    signed_in, someone, other = Browser(app, ana), Browser(app), Browser(app)
    led = someone.get(f"/app/reset/{secret}", expect=303)
    assert (led.headers["Location"], led.headers["Referrer-Policy"]) == ("/app/reset", "no-referrer")
    other.get(f"/app/reset/{secret}", expect=303)
    page = someone.get("/app/reset")
    assert EMAIL in words(page) and secret not in page.get_data(as_text=True)
    with someone.client.session_transaction(path="/app/") as cookie:
        assert secret not in str(dict(cookie))
    done = someone.post("/app/reset", {"new": NEW, "again": NEW})
    assert done.headers["Location"] == "/app/login"
    assert "Sign in with the new one" in words(someone.follow(done))
    signed_in.get("/app/account", expect=303)
    assert someone.post("/app/login", {"email": EMAIL, "password": NEW}).headers["Location"] == "/app/"
    assert "does not work" in words(other.post("/app/reset", {"new": NEW, "again": NEW}, expect=404))
    assert secret not in caplog.text


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("short", "short", "at least 12 characters"),
        ("password1234", "password1234", "lists of passwords that were stolen"),
        ("the diallo family boat", "the diallo family boat", "must not contain your name"),
        ("abcdefghijklmnop", "abcdefghijklmnop", "easy to guess"),
        (NEW, NEW + "!", "The two new passwords differ"),
        ("", "", "Enter a new password"),
    ],
)
def test_what_will_not_do_is_said_beside_the_field_and_leaves_the_link_open(app, ana, secret, new, again, said):
    someone = Browser(app)
    someone.get(f"/app/reset/{secret}", expect=303)
    page = someone.post("/app/reset", {"new": new, "again": again}, expect=422)
    assert said in words(page)
    with app.app_context():
        assert accounts.check_password(db.session, EMAIL, NEW) is None
    someone.get("/app/reset")
