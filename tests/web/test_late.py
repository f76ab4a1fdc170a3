"""A form that arrives after its session is over: nothing is done, no word is lost, and nobody else gets to read it."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import clock, sessions
from portal.core.models import Draft, Message, Note
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import committed, make_case, make_user, make_vertical
from tests.page import Browser, words

TYPED = "The heating is still off; she sleeps at her aunt's."
OURS = {"Sec-Fetch-Site": "same-origin"}
THEIRS = {"Sec-Fetch-Site": "cross-site"}
KEY = "00112233445566aa"


@pytest.fixture
def office(app) -> dict[str, int]:
    """A case, one who works at it, and one who may not see it."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        elsewhere = make_vertical(session, "ELSEWHERE")
        return {
            "case": make_case(session, here, status=Status.ACTIVE).id,
            "agent": make_user(session, Role.CASEWORKER, here).id,
            "stranger": make_user(session, Role.AGENT, elsewhere).id,
        }


def late_after(someone: Browser, path: str, data: dict[str, str], **headers: str):
    """Send a form of a page that was opened before the session ran out."""
    token = someone.csrf_token()
    clock.advance(dt.timedelta(minutes=31))
    return someone.client.post(path, data={"csrf_token": token, **data}, headers={**OURS, **headers})


def kept(app) -> dict[str, tuple[int, str]]:
    """Whose drafts there are, by form, and what stands in them."""
    with app.app_context():
        return {draft.form: (draft.user_id, draft.body) for draft in db.session.scalars(sa.select(Draft))}


@pytest.mark.parametrize(
    ("path", "form", "told", "back"),
    [
        ("/app/cases/{case}/notes", "note", {"text": TYPED}, "/app/cases/{case}/messages"),
        ("/app/cases/{case}/messages", "message", {"text": TYPED}, "/app/cases/{case}/messages"),
        ("/app/cases/{case}/drafts/note", "note", {"text": TYPED}, "/app/cases/{case}/messages"),
        ("/app/cases/{case}/edit", "edit", {"narrative": TYPED, "version": "1"}, "/app/cases/{case}/edit?draft=1"),
        ("/app/cases/{case}/close", "transition", {"note": TYPED}, "/app/cases/{case}/close"),
        ("/app/intake", "intake", {"draft": KEY, "narrative": TYPED, "do": "create"}, f"/app/intake/{KEY}"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_form_of_a_session_that_ran_out_is_a_draft_of_its_owner(app, office, path, form, told, back, headers):
    someone = Browser(app, office["agent"])
    answer = late_after(someone, path.format(**office), told, **headers)
    led = answer.headers["HX-Redirect" if headers else "Location"]
    assert led.startswith("/app/login?next=")
    owner, body = kept(app)[form]
    assert (owner, TYPED in body) == (office["agent"], True)
    assert TYPED not in words(answer) and TYPED not in words(someone.get(led))
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Note)) == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0
    page = Browser(app, office["agent"]).get(back.format(**office)).get_data(as_text=True)
    assert TYPED.replace("'", "&#39;") in page


def test_nobody_leaves_a_draft_where_they_may_not_write(app, office):
    someone = Browser(app, office["stranger"])
    answer = late_after(someone, f"/app/cases/{office['case']}/notes", {"text": TYPED})
    assert kept(app) == {}
    assert answer.status_code == 401 and TYPED.split(";", maxsplit=1)[0] in answer.get_data(as_text=True)


def test_a_session_that_somebody_ended_leaves_no_draft_but_its_words_are_shown_to_their_sender(app, office):
    someone = Browser(app, office["agent"])
    token, path = someone.csrf_token(), f"/app/cases/{office['case']}/notes"
    with app.app_context(), committed(db.session) as session:
        sessions.end_all(session, office["agent"])
    sent = {"csrf_token": token, "text": f"<b>{TYPED}</b>"}
    answer = someone.client.post(path, data=sent, headers=OURS)
    assert (answer.status_code, kept(app)) == (401, {})
    assert "&lt;b&gt;The heating is still off" in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    in_part = someone.client.post(path, data=sent, headers={**OURS, "HX-Request": "true"})
    assert (in_part.status_code, in_part.data, "HX-Redirect" in in_part.headers) == (401, b"", False)


@pytest.mark.parametrize("user", ["agent", None])
def test_a_form_with_the_token_of_another_session_is_shown_back_and_kept_nowhere(app, office, user):
    someone = Browser(app, office[user] if user else None)
    sent = {"csrf_token": "of another session", "text": TYPED}
    answer = someone.client.post(f"/app/cases/{office['case']}/notes", data=sent, headers=OURS)
    assert answer.status_code == (400 if user else 401)
    assert "The heating is still off" in answer.get_data(as_text=True)
    assert kept(app) == {}


@pytest.mark.parametrize("user", ["agent", None])
def test_another_site_puts_no_words_on_our_pages(app, office, user):
    someone = Browser(app, office[user] if user else None)
    for headers in (THEIRS, {"Origin": "https://elsewhere.example"}, {}):
        answer = someone.client.post(f"/app/cases/{office['case']}/notes", data={"text": TYPED}, headers=headers)
        assert "heating" not in answer.get_data(as_text=True)


def test_a_password_is_shown_to_nobody_and_kept_nowhere(app, office):
    someone = Browser(app, office["agent"])
    answer = late_after(someone, "/app/account/password", {"present": TYPED, "password": TYPED, "again": TYPED})
    assert answer.status_code in (303, 404) and "heating" not in answer.get_data(as_text=True)
    assert kept(app) == {}


def test_what_a_page_sends_by_itself_after_the_end_is_not_kept(app, office):
    answer = late_after(
        Browser(app, office["agent"]),
        f"/app/cases/{office['case']}/drafts/note",
        {"text": TYPED},
        **{"X-Background": "1"},
    )
    assert (answer.status_code, kept(app)) == (401, {})


@pytest.mark.parametrize(
    ("path", "sent", "shown"),
    [
        (
            "/app/cases/{case}/edit",
            {"narrative": TYPED, "phone_wish": "x"},
            "What happened: The heating",
        ),
        (
            "/app/intake",
            {"reporter-full_name": "Zsófia", "clients-0-phone_wish": "Not at night", "plan": "To call"},
            "Name: Zsófia Wishes about calls: Not at night What was agreed to do: To call",
        ),
        ("/app/cases/{case}/close", {"reason": "OTHER", "note": TYPED, "unheard_of": "1"}, "unheard of: 1"),
    ],
)
def test_what_was_not_sent_stands_beside_the_words_of_its_form(app, office, path, sent, shown):
    someone = Browser(app, office["agent"])
    sent = {"csrf_token": "of another session", **sent}
    assert shown in words(someone.client.post(path.format(**office), data=sent, headers=OURS))
