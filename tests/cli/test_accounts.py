"""``user``, ``organisation`` and ``token``: who may come in, by which door."""

import pytest
import sqlalchemy as sa

from portal.core import accounts, passwords, second_factor, tokens
from portal.core.actors import from_user
from portal.core.errors import NotAuthenticated
from portal.core.keys import digest
from portal.core.models import Organisation, User
from portal.core.unit import unit_of_work
from portal.extensions import db

pytestmark = pytest.mark.slow


def test_a_user_is_created_with_their_verticals_and_can_sign_in(loaded, run, rows, session):
    made = run(
        *("user", "create", "--email", "ada@office.example", "--name", "Ada Diallo", "--role", "agent"),
        *("--vertical", "HELPLINE", "--vertical", "CONSTITUENCY", "--agent-code", "101", "--password-stdin"),
        stdin="a long enough password\n",
    )
    assert made.output == "Created user 1: Ada Diallo, agent.\n"
    codes = rows("SELECT v.code FROM vertical_members m JOIN verticals v ON v.id = m.vertical_id ORDER BY v.code")
    assert codes == [("CONSTITUENCY",), ("HELPLINE",)]
    assert accounts.check_password(session, "ada@office.example", "a long enough password").agent_code == "101"
    assert accounts.check_password(session, "ada@office.example", "another password") is None


def test_a_password_can_be_typed_at_a_prompt_that_does_not_show_it(loaded, run):
    user = ("user", "create", "--email", "ada@office.example", "--name", "Ada Diallo", "--role", "agent")
    said = run(*user, stdin="a long enough password\na long enough password\n").output
    assert "a long enough password" not in said
    assert "Created user 1" in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--email", "ada@office.example", "--role", "agent"), "There is a user with this e-mail already."),
        (("--email", "b@office.example", "--role", "agent", "--vertical", "MOON"), "There is no vertical MOON."),
        (("--email", "b@office.example", "--role", "king"), "is not one of 'agent', 'caseworker'"),
    ],
)
def test_what_is_wrong_with_a_user_is_said_and_nobody_is_created(loaded, run, rows, options, sentence):
    create = ("user", "create", "--name", "Ada Diallo", "--password-stdin")
    run(*create, "--email", "Ada@Office.example", "--role", "agent", stdin="a long enough password\n")
    result = run(*create, *options, stdin="a long enough password\n", code=2 if "king" in options else 1)
    assert sentence in result.output
    assert rows("SELECT count(*) FROM users") == [(1,)]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 12 characters"),
        ("password1234", "lists of passwords that were stolen"),
        ("diallo in a boat at sea", "must not contain a name"),
    ],
)
def test_a_weak_password_is_refused(loaded, run, count, password, why):
    user = ("user", "create", "--email", "a@office.example", "--name", "Ada Diallo", "--role", "agent")
    assert why in run(*user, "--password-stdin", stdin=f"{password}\n", code=1).output
    assert count("users") == 0


def test_a_link_for_a_new_password_is_alone_on_standard_output(loaded, run, session):
    user = ("user", "create", "--email", "ada@office.example", "--name", "Ada Diallo", "--role", "agent")
    run(*user, "--password-stdin", stdin="a long enough password\n")
    link = run("user", "reset-link", "ADA@office.example").stdout.removesuffix("\n")
    assert passwords.holder(session, digest(link.removeprefix("/app/reset/"))).name == "Ada Diallo"
    assert "There is no user" in run("user", "reset-link", "nobody@office.example", code=1).output


def test_an_empty_installation_says_what_comes_first(app, run, session):
    session.execute(sa.delete(Organisation))
    session.commit()
    user = ("user", "create", "--email", "a@office.example", "--name", "Ada", "--role", "agent", "--password-stdin")
    assert "First: flask --app wsgi reference load" in run(*user, stdin="x\n", code=1).output


def test_an_organisation_is_registered_armed_listed_and_deactivated(loaded, run):
    run(
        "organisation",
        "create",
        "--name",
        "Harbour Clinic",
        "--email",
        "desk@clinic.example",
        "--priorities",
        "upstream",
    )
    assert "Harbour Clinic can fetch one token until" in run("organisation", "arm", "harbour clinic").output
    line = run("organisation", "list").output.splitlines()[-1].split()
    assert line[1:6] == ["Harbour", "Clinic", "desk@clinic.example", "partner", "active"]
    assert line[-1] == "UTC"
    run("organisation", "deactivate", "Harbour Clinic")
    assert run("organisation", "list").output.splitlines()[-1].split()[-2:] == ["inactive", "-"]
    assert "This organisation is not active." in run("organisation", "arm", "Harbour Clinic", code=1).output


def test_an_unknown_organisation_is_no_traceback(loaded, run):
    assert "There is no organisation 'Nobody'" in run("organisation", "deactivate", "Nobody", code=1).output


def test_a_token_is_alone_on_standard_output_and_opens_its_dialect(run, app):
    run("demo", "load")
    issued = run("token", "issue", "--dialect", "helpline", "--user", "Agent@demo.example", "--days", "3")
    text = issued.stdout.removesuffix("\n")
    assert "\n" not in text
    with app.app_context():
        actor = tokens.resolve(db.session, text, "helpline")
        assert actor.email == "agent@demo.example"
        with pytest.raises(NotAuthenticated):
            tokens.resolve(db.session, text, "constituency")


def test_a_token_of_an_organisation_carries_its_usual_scope(run, app):
    run("demo", "load")
    text = run("token", "issue", "--dialect", "helpline", "--organisation", "cpmis system").stdout.strip()
    with app.app_context():
        assert tokens.resolve(db.session, text, "helpline").scopes == {"webform"}


def test_a_revoked_token_is_refused_and_listed_as_revoked(run, app):
    run("demo", "load")
    text = run("token", "issue", "--dialect", "interventions", "--user", "supervisor@demo.example").stdout.strip()
    listed = run("token", "list").output
    assert text not in listed
    jti, dialect, holder, *_, state = listed.splitlines()[1].split()
    assert (dialect, holder, state) == ("interventions", "supervisor@demo.example", "valid")

    run("token", "revoke", jti)

    assert run("token", "list").output.split()[-1] == "revoked"
    with app.app_context(), pytest.raises(NotAuthenticated):
        tokens.resolve(db.session, text, "interventions")


@pytest.mark.parametrize("holder", [(), ("--user", "agent@demo.example", "--organisation", "CPMIS System")])
def test_a_token_needs_exactly_one_holder(loaded, run, holder):
    assert "Say whose token it is" in run("token", "issue", "--dialect", "helpline", *holder, code=2).output


def test_a_token_for_nobody_is_refused_in_words(loaded, run, rows):
    issue = ("token", "issue", "--dialect", "helpline", "--user", "nobody@demo.example")
    assert "There is no user 'nobody@demo.example'." in run(*issue, code=1).output
    assert rows("SELECT count(*) FROM api_tokens") == [(0,)]


def test_a_lost_second_factor_is_reset_by_name_and_whoever_has_none_is_told(loaded, run, session, rows):
    user = ("user", "create", "--email", "ada@office.example", "--name", "Ada Diallo", "--role", "agent")
    run(*user, "--password-stdin", stdin="a long enough password\n")
    ada = from_user(session, session.scalars(sa.select(User)).one())
    with unit_of_work(session, ada, intent="test"):
        second_factor.begin(session, ada)
    said = run("user", "reset-second-factor", "Ada@Office.example").output
    assert "signs in with the password alone" in said
    assert rows("SELECT count(*) FROM second_factors") == [(0,)]
    for email, sentence in (("ada@office.example", "has no second factor"), ("x@y.example", "There is no user")):
        assert sentence in run("user", "reset-second-factor", email, code=1).output
