"""One's own account: who one is here, and a new password."""

import pytest
import sqlalchemy as sa

from portal.core import accounts, clock, outside_identities, tokens
from portal.core.actors import SYSTEM
from portal.core.models import AuditEvent, OutsideIdentity, SecondFactor, User
from portal.core.vocabulary import Role
from portal.extensions import db
from portal.limits import limiter
from tests.factories import PASSWORD, actor_of, committed, make_user, make_vertical
from tests.page import Browser, words

NEW = "seven quiet herons wading"


@pytest.fixture
def worker(app) -> int:
    """A caseworker with a password."""
    with app.app_context(), committed(db.session) as session:
        health = make_vertical(session, name="Health")
        return make_user(session, Role.CASEWORKER, health, password=True, name="Ana Worker", email="ana@x.example").id


def change(browser: Browser, current: str, new: str, again: str | None = None, *, expect: int = 303):
    again = new if again is None else again
    return browser.post("/app/account/password", {"current": current, "new": new, "again": again}, expect=expect)


def has_password(app, password: str) -> bool:
    with app.app_context():
        return accounts.check_password(db.session, "ana@x.example", password) is not None


def test_it_says_who_one_is_here(app, worker):
    said = words(Browser(app, worker).get("/app/account"))
    for fact in ("Ana Worker", "ana@x.example", "Caseworker", "Health", "My drafts", "Sign out"):
        assert fact in said


def test_a_new_password_replaces_the_old_and_ends_every_other_session(app, worker):
    here, elsewhere = Browser(app, worker), Browser(app, worker)
    elsewhere.get("/app/account")
    page = here.follow(change(here, PASSWORD, NEW))
    assert "Your password is changed" in words(page)
    assert has_password(app, NEW) and not has_password(app, PASSWORD)
    elsewhere.get("/app/account", expect=303)
    here.get("/app/account")


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        ("not my password", NEW, NEW, "This is not your present password"),
        (PASSWORD, "too short", "too short", "at least 12 characters"),
        (PASSWORD, NEW, NEW + "!", "The two new passwords differ"),
        (PASSWORD, PASSWORD, PASSWORD, "must differ from the present one"),
        ("", "", "", "Enter your present password"),
    ],
)
def test_a_password_that_will_not_do_is_refused_beside_its_field(app, worker, current, new, again, said):
    someone = Browser(app, worker)
    page = change(someone, current, new, again, expect=422)
    assert said in words(page)
    assert not new or new not in page.get_data(as_text=True)
    assert has_password(app, PASSWORD)
    someone.get("/app/account")


def test_whoever_took_over_a_session_does_not_guess_its_password_for_long(app, worker):
    with app.app_context():
        limiter.reset()  # counts outlive the database of a test
    someone = Browser(app, worker)
    for _ in range(10):
        change(someone, "not my password", NEW, expect=422)
    assert "not your present password" not in words(change(someone, PASSWORD, NEW, expect=422))
    assert has_password(app, PASSWORD)
    with app.app_context():
        limiter.reset()
    change(someone, PASSWORD, NEW)


def test_changing_it_and_failing_to_are_events_without_the_password(app, worker):
    someone = Browser(app, worker)
    change(someone, "not my password", NEW, expect=422)
    change(someone, PASSWORD, NEW)
    with app.app_context():
        events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "account.change_password")).all()
        assert [(event.outcome, event.actor_id) for event in events] == [("refused", worker), ("done", worker)]
        assert all(not event.details for event in events)
        assert db.session.get(User, worker).session_epoch == 2


def test_signing_out_everywhere_else_ends_every_other_session_and_is_an_event(app, worker):
    here, elsewhere, lent = Browser(app, worker), Browser(app, worker), Browser(app, worker)
    page = here.follow(here.post("/app/account/sessions/end"))
    assert "You are signed out everywhere else." in words(page)
    elsewhere.get("/app/account", expect=303)
    lent.get("/app/account", expect=303)
    here.get("/app/account")
    with app.app_context():
        (event,) = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "account.end_sessions"))
        assert (event.outcome, event.actor_id, event.chain_key) == ("done", worker, f"user:{worker}")


def test_whoever_can_act_as_one_or_let_somebody_in_is_named_and_one_is_told(app, worker):
    with app.app_context(), committed(db.session) as session:
        ada = make_user(session, Role.ADMINISTRATOR, name="Ada Admin").id
        owner = session.get(User, worker)
        session.add(SecondFactor(user_id=worker, secret="A" * 32, confirmed_at=clock.now()))
        session.add(OutsideIdentity(user_id=worker, issuer="https://id.example", subject="7"))
        jti = tokens.issue(session, actor_of(session, owner), dialect="helpline", user=owner)[1].jti
    one, admin = Browser(app, worker), Browser(app, ada)
    assert "Nobody else did anything" in words(one.get("/app/account"))
    assert "Issued by you" in words(one.get("/app/account"))
    admin.post(f"/app/admin/users/{worker}/password-link", expect=200)
    admin.post(f"/app/admin/users/{worker}/second-factor")
    told = {"dialect": "interventions", "holder": f"user:{worker}", "days": "30"}
    admin.post("/app/admin/tokens/new", told, expect=200)
    admin.post(f"/app/admin/tokens/{jti}/rotate", {"when": "now"}, expect=200)
    with app.app_context(), committed(db.session) as session:
        outside_identities.forget(session, SYSTEM, session.get(User, worker))
    one = Browser(app, worker)
    number, notices, account = (words(one.get(f"/app/{page}")) for page in ("notices/number", "notices", "account"))
    assert number.split()[0] == "5"
    for said in (notices, account):
        for done in (
            "A link to choose a new password for your account was made by Ada Admin",
            "A token that acts as you was issued by Ada Admin",
            "Your second factor was taken away by Ada Admin",
            "Who you are at your sign-in provider was forgotten by whoever runs the server",
        ):
            assert done in said
    assert account.count("A token that acts as you was issued by Ada Admin") == 2
    assert account.count("Issued by Ada Admin") == 2 and "Issued by you" not in account
    one.post("/app/notices/read")
    assert "Your second factor was taken away by Ada Admin" in words(one.get("/app/account"))


def test_a_token_that_acts_as_one_is_ended_by_its_owner_and_by_nobody_else_there(app, worker):
    with app.app_context(), committed(db.session) as session:
        ada = make_user(session, Role.ADMINISTRATOR, name="Ada Admin").id
        jti = tokens.issue(session, SYSTEM, dialect="helpline", user=session.get(User, worker))[1].jti
    Browser(app, ada).post(f"/app/account/tokens/{jti}/end", expect=404)
    one = Browser(app, worker)
    assert "Issued by whoever runs the server" in words(one.get("/app/account"))
    page = one.follow(one.post(f"/app/account/tokens/{jti}/end"))
    assert "That token is ended" in words(page) and "Tokens that act as you" not in words(page)
    one.post("/app/account/tokens/none-of-ours/end", expect=404)
