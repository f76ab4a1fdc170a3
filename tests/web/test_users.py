"""Users in the administration: what is refused keeps what was typed, and the link for a password is shown once."""

import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from portal.core.models import AuditEvent, SecondFactor, User, VerticalMember
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_place, make_user, make_vertical
from tests.page import Browser, words
from tests.statements import counted

USERS = "/app/admin/users"
CHOSEN = "seven quiet herons wading"


@pytest.fixture
def numbers(app) -> dict[str, int]:
    """Who and what there is, by name."""
    with app.app_context(), committed(db.session) as session:
        here, there = make_vertical(session, "HERE"), make_vertical(session, "THERE")
        ada = make_user(session, Role.ADMINISTRATOR, name="Ada Admin")
        wen = make_user(session, Role.CASEWORKER, here, name="Wen Worker", email="wen@office.example")
        make_case(session, here, owner=wen)
        place = make_place(session, "Quay", make_place(session, "Harbour"))
        return {"ada": ada.id, "wen": wen.id, "here": here.id, "there": there.id, "place": place.id}


@pytest.fixture
def ada(app, numbers) -> Browser:
    """The administrator's browser."""
    return Browser(app, numbers["ada"])


def link_of(page) -> str:
    """The path of the address that a page shows once."""
    return urlsplit(re.search(r'id="link"[^>]*>([^<]+)<', page.get_data(as_text=True))[1]).path


def form_of(page) -> dict[str, str]:
    """The version that a page carries."""
    return {"version": re.search(r'name="version"[^>]*value="(\d+)"', page.get_data(as_text=True))[1]}


def test_somebody_is_taken_in_and_signs_in_with_the_password_they_chose_by_the_link_that_was_shown(app, ada, numbers):
    told = {"name": "Nia New", "email": "nia.office.example", "role": "agent", "agent_code": "100"}
    refused = ada.post(f"{USERS}/new", told | {"verticals": [numbers["here"]]}, expect=422)
    page = refused.get_data(as_text=True)
    assert "Give the e-mail address of the user." in words(refused)
    assert 'value="Nia New"' in page and 'value="100"' in page
    assert re.search(r'value="agent"[^>]*checked|checked[^>]*value="agent"', page)

    told |= {"email": "nia@office.example", "verticals": [numbers["here"]], "places": [numbers["place"]]}
    shown = ada.post(f"{USERS}/new", told, expect=200)
    assert shown.headers["Cache-Control"] == "no-store"
    link, nia = link_of(shown), Browser(app)
    nia.get(link, expect=303)
    nia.post("/app/reset", {"new": CHOSEN, "again": CHOSEN})
    nia.post("/app/login", {"email": "nia@office.example", "password": CHOSEN})
    assert "Nia New" in nia.get("/app/").get_data(as_text=True)
    assert "There is a user with this e-mail already." in words(
        ada.post(f"{USERS}/new", told | {"agent_code": ""}, expect=422)
    )
    assert link not in ada.get(f"{USERS}/{_number(app, 'nia@office.example')}").get_data(as_text=True)


def test_a_link_to_choose_a_password_is_shown_once_and_the_one_before_stops_working(app, ada, numbers):
    place, asked = f"{USERS}/{numbers['wen']}", f"{USERS}/{numbers['wen']}/password-link"
    assert "Not chosen yet" in words(ada.get(place)) and asked in ada.get(place).get_data(as_text=True)
    assert "Make sure that it is they who ask" in words(ada.get(asked))
    first, second = (ada.post(asked, expect=200) for _ in range(2))
    assert second.headers["Cache-Control"] == "no-store"
    wen, stranger = Browser(app), Browser(app)
    stranger.get(link_of(first), expect=303)
    stranger.get("/app/reset", expect=404)
    wen.get(link_of(second), expect=303)
    wen.post("/app/reset", {"new": CHOSEN, "again": CHOSEN})
    wen.post("/app/login", {"email": "wen@office.example", "password": CHOSEN})
    assert "Wen Worker" in wen.get("/app/").get_data(as_text=True)
    assert "Not chosen yet" not in words(ada.get(place))
    with app.app_context():
        made = sa.select(AuditEvent.actor_id).where(AuditEvent.action == "user.reset_link")
        assert list(db.session.scalars(made)) == [numbers["ada"]] * 2
    own = f"{USERS}/{numbers['ada']}"
    assert "password-link" not in ada.get(own).get_data(as_text=True)
    assert "Nobody makes a link for themselves" in words(ada.post(f"{own}/password-link", expect=409))


def _number(app, email: str) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(User.id).where(User.email == email))


def test_two_who_change_the_same_user_do_not_overwrite_one_another(app, ada, numbers):
    place = f"{USERS}/{numbers['wen']}/change"
    version = form_of(ada.get(place))
    first = {"name": "Wen Walker", "role": "supervisor", "verticals": [numbers["there"]], **version}
    assert "Wen Walker is saved." in words(ada.follow(ada.post(place, first)))
    late = ada.post(place, {"name": "Wendy Worker", "role": "agent", **version}, expect=409)
    assert "Somebody else changed this meanwhile" in words(late)
    assert "Name: Wen Walker" in words(late) and 'value="Wendy Worker"' in late.get_data(as_text=True)
    ada.post(place, {"name": "Wendy Worker", "role": "agent", **form_of(late)})
    with app.app_context():
        now = db.session.get(User, numbers["wen"])
        members = db.session.scalars(sa.select(VerticalMember.vertical_id).where(VerticalMember.user_id == now.id))
        assert (now.name, now.role, list(members)) == ("Wendy Worker", Role.AGENT, [])


def test_what_stands_against_it_is_said_and_nothing_is_lost(ada, numbers):
    own = f"{USERS}/{numbers['ada']}/change"
    told = {"name": "Ada Renamed", "role": "agent", **form_of(ada.get(own))}
    refused = ada.post(own, told, expect=409)
    assert "Nobody changes their own role. Ask another administrator." in words(refused)
    assert 'value="Ada Renamed"' in refused.get_data(as_text=True)
    assert "Nobody deactivates themselves" in words(ada.get(f"{USERS}/{numbers['ada']}/deactivate"))
    ada.post(f"{USERS}/{numbers['ada']}/deactivate", {"version": 1}, expect=409)
    ada.get(f"{USERS}/999", expect=404)


def test_who_is_deactivated_is_out_at_once_and_their_cases_are_shown_before(app, ada, numbers):
    wen, place = Browser(app, numbers["wen"]), f"{USERS}/{numbers['wen']}"
    wen.get("/app/")
    asked = ada.get(f"{place}/deactivate")
    leading = f"/app/?view=all&amp;owner={numbers['wen']}"
    assert "1 open case" in words(asked) and leading in asked.get_data(as_text=True)
    assert "1 open case" in words(ada.get(place))
    assert "is deactivated and signed out everywhere" in words(
        ada.follow(ada.post(f"{place}/deactivate", form_of(asked)))
    )
    wen.get("/app/", expect=303)
    ada.post(f"{place}/activate")
    wen.get("/app/", expect=303)
    assert "Let them in again" not in words(ada.get(place))


def test_a_lost_second_factor_is_reset_once(app, ada, numbers):
    place = f"{USERS}/{numbers['wen']}"
    ada.post(f"{place}/second-factor", expect=409)
    with app.app_context(), committed(db.session) as session:
        session.add(SecondFactor(user_id=numbers["wen"], secret="A" * 32, confirmed_at=sa.func.now()))
    assert "Reset the second factor" in words(ada.get(place))
    ada.post(f"{place}/second-factor")
    assert "There is none" in words(ada.get(f"{place}/second-factor"))


def test_the_list_is_narrowed_and_costs_the_same_however_long_it_is(app, ada, numbers):
    assert "Wen Worker" in words(ada.get(f"{USERS}?q=wen&role=caseworker&state=active"))
    assert "No user matches" in words(ada.get(f"{USERS}?q=wen&state=inactive"))
    ada.get(f"{USERS}?page=nonsense", expect=303)
    assert "Wen Worker" in words(ada.get(f"{USERS}?role=nonsense&state=%00"))
    with counted(app) as few:
        ada.get(USERS)
    with app.app_context(), committed(db.session) as session:
        here = session.get(VerticalMember, (numbers["wen"], numbers["here"])).vertical
        for _ in range(60):
            make_user(session, Role.AGENT, here)
    with counted(app) as many:
        first = ada.get(USERS)
    assert len(many) == len(few) <= 9
    following = re.search(r'rel="next" href="([^"]+)"', first.get_data(as_text=True))[1].replace("&amp;", "&")
    assert "51–62" in words(ada.get(following))
