"""The administration: partners, tokens, calls and codes; what is refused says why, and keeps what was typed."""

import datetime as dt
import logging
import re
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from portal.core import call_log, clock, intake, organisations, tokens
from portal.core.actors import SYSTEM
from portal.core.call_log import Call
from portal.core.models import ApiCall, ApiToken, AuditEvent, AuditValue, Case, CodeValue, Organisation, User
from portal.core.told import Doubt
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_organisation, make_user, make_vertical
from tests.page import Browser, words
from tests.statements import counted

ADMIN = "/app/admin"
JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")


@dataclass(frozen=True)
class Office:
    """The numbers of those who take part."""

    administrator: int
    auditor: int
    agent: int
    partner: int
    case: int


@pytest.fixture
def office(app) -> Office:
    """An administrator, an auditor, an agent, and an active partner whose case carries a code that nobody knows."""
    with app.app_context(), committed(db.session) as session:
        vertical = make_vertical(session, "HERE")
        users = [make_user(session, Role.ADMINISTRATOR, name="Ada Admin"), make_user(session, Role.AUDITOR)]
        users.append(make_user(session, Role.AGENT, vertical, name="Ola Agent"))
        partner = make_organisation(session, "Harbour Children", status="active")
        session.add(CodeValue(list_name="case_category", value="ours", label="Neglect"))
        case = make_case(session, vertical, organisation_id=partner.id, category="999")
        intake.keep_doubts(session, case, [Doubt("case_category", "case_category_id", "999", "")])
        return Office(*(user.id for user in users), partner=partner.id, case=case.id)


@pytest.fixture
def administrator(app, office) -> Browser:
    """The administrator's browser."""
    return Browser(app, office.administrator)


@pytest.fixture
def auditor(app, office) -> Browser:
    """The auditor's browser."""
    return Browser(app, office.auditor)


def html(response) -> str:
    """The page as it came."""
    return response.get_data(as_text=True)


def partner_of(app, number: int) -> Organisation:
    """The organisation as it is now."""
    with app.app_context():
        return db.session.get_one(Organisation, number)


def call_with(app, text: str | None) -> int:
    """How the helpline's list answers to a token."""
    headers = {"Authorization": f"Bearer {text}"} if text else {}
    return app.test_client().get("/api/cases/", headers=headers).status_code


def issued(administrator: Browser, holder: str, dialect: str = "helpline", **more) -> str:
    """Issue a token by the form; returns its text, from the page that shows it."""
    told = {"dialect": dialect, "holder": holder, "days": "30", "once": "a form"} | more
    return JWT.search(html(administrator.post(f"{ADMIN}/tokens/new", told, expect=200)))[0]


def jti_of(app) -> str:
    """The name of the newest token."""
    with app.app_context():
        return db.session.scalars(sa.select(ApiToken.jti).order_by(ApiToken.id.desc())).first()


# The first page


def test_the_first_page_leads_to_what_the_reader_may_open(administrator, auditor):
    assert {"Organisations", "Tokens", "Unknown codes", "API calls"} <= links(administrator.get(f"{ADMIN}/"))
    shown = links(auditor.get(f"{ADMIN}/"))
    assert "API calls" in shown and not {"Organisations", "Tokens", "Unknown codes"} & shown


def links(page) -> set[str]:
    """What the rows of the first page are called."""
    return {name.strip() for name in re.findall(r"</svg><span>([^<]+)<small>", html(page))}


def test_the_way_there_is_in_the_navigation_of_those_who_may(app, administrator, auditor, office):
    assert f'href="{ADMIN}/"' in html(administrator.get("/app/"))
    assert f'href="{ADMIN}/calls"' in html(auditor.get("/app/"))
    assert ADMIN not in html(Browser(app, office.agent).get("/app/"))


# Calls


def keep_calls(app, office, *more: dict) -> None:
    """Calls of the agent, each a minute older than the one before."""
    usual = {
        "dialect": "helpline",
        "method": "GET",
        "route": "/api/cases/",
        "status": 200,
        "duration_ms": 7,
        "principal": f"user:{office.agent}",
    }
    calls = [
        Call(**(usual | {"at": clock.now() - dt.timedelta(minutes=n), "correlation_id": f"call{n}"} | told))
        for n, told in enumerate(more)
    ]
    with app.app_context():
        call_log.keep(db.engine, calls, [])


def correlations(page) -> list[str]:
    """The calls listed, by correlation id."""
    return re.findall(r">(call\d+)</td>", html(page))


def test_a_call_shows_who_what_how_it_ended_and_how_long_it_took(app, administrator, office):
    refused = {"principal": "anonymous", "status": 401, "method": "POST", "dialect": "correspondence"}
    keep_calls(app, office, {}, refused, {"status": 500, "principal": f"organisation:{office.partner}"})
    said = words(administrator.get(f"{ADMIN}/calls"))
    assert "Ola Agent Helpline and web form GET /api/cases/ 200, done 7 ms call0" in said
    assert "Nobody known Correspondence POST /api/cases/ 401, refused" in said
    assert "Harbour Children Helpline and web form GET /api/cases/ 500, failed" in said


def test_it_says_how_long_calls_are_kept(auditor):
    assert "Each call is kept as long as this installation" in words(auditor.get(f"{ADMIN}/calls"))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("dialect=correspondence", ["call1"]),
        ("method=post", ["call1"]),
        ("route=/api/cases/{id}", ["call2"]),
        ("outcome=refused", ["call1"]),
        ("outcome=failed", ["call3"]),
        ("outcome=done", ["call0", "call2"]),
        ("status=500", ["call3"]),
        ("who=anonymous", ["call1"]),
        ("correlation=call2", ["call2"]),
        ("since=2100-01-01", []),
        ("until=2001-01-01", []),
        ("correlation=nothing%00like%F0%9F%92%A9this", []),
        ("dialect=none&outcome=x&status=abc&since=0001-01-01&until=tomorrow", ["call0", "call1", "call2", "call3"]),
    ],
)
def test_calls_are_found_by_each_thing(app, auditor, office, asked, found):
    strange = {"principal": "anonymous", "status": 401, "method": "POST", "dialect": "correspondence"}
    keep_calls(app, office, {}, strange, {"route": "/api/cases/{id}"}, {"status": 500})
    page = auditor.get(f"{ADMIN}/calls?{asked}")
    assert correlations(page) == found
    assert found or "No call matches" in words(page)


def test_pages_of_calls_follow_one_another_and_lead_back(app, administrator, office):
    keep_calls(app, office, *({} for _ in range(60)))
    first = administrator.get(f"{ADMIN}/calls?dialect=helpline")
    following = re.search(r'rel="next" href="([^"]+)"', html(first))[1].replace("&amp;", "&")
    second = administrator.get(following)
    assert correlations(first) + correlations(second) == [f"call{n}" for n in range(60)]
    back = re.search(r'rel="prev" href="([^"]+)"', html(second))[1].replace("&amp;", "&")
    assert correlations(administrator.get(back)) == correlations(first)
    for page in ("x", "W10"):
        administrator.get(f"{ADMIN}/calls?page={page}", expect=303)


def test_looking_at_calls_is_recorded(app, auditor):
    auditor.get(f"{ADMIN}/calls?outcome=refused")
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "call_log.read")).one()
        assert event.details == {"outcome": "refused"}


def test_a_real_call_comes_to_the_page(app, administrator, office):
    assert call_with(app, issued(administrator, f"user:{office.agent}")) == 200
    with app.app_context():
        app.extensions["api_calls"].flush(db.engine)
    assert "Ola Agent Helpline and web form GET /api/cases/" in words(administrator.get(f"{ADMIN}/calls"))


# Organisations


def test_a_partner_is_registered_and_waits_until_it_is_approved(app, administrator):
    told = {"name": "Hill School", "email": "desk@hill.example", "time_zone": "Africa/Nairobi", "pending": "y"}
    page = administrator.follow(administrator.post(f"{ADMIN}/organisations/new", told))
    assert "Hill School is registered." in words(page) and "Waits for approval" in words(page)
    number = int(re.search(r"/organisations/(\d+)/approve", html(page))[1])
    assert "Only an active partner can fetch a token" in words(administrator.get(f"{ADMIN}/organisations/{number}/arm"))
    page = administrator.follow(administrator.post(f"{ADMIN}/organisations/{number}/approve"))
    assert "Hill School is active." in words(page)
    assert partner_of(app, number).status == "active"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"name": "harbour  children"}, "There is an organisation of this name already."),
        ({"name": ""}, "Give the organisation a name."),
        ({"email": "nowhere"}, "Give the e-mail address of the organisation."),
        ({"time_zone": "../etc/passwd"}, "There is no such time zone."),
    ],
)
def test_what_was_typed_about_a_partner_stays_when_it_is_refused(app, administrator, told, why):
    usual = {
        "name": "Hill School",
        "email": "desk@hill.example",
        "time_zone": "Africa/Nairobi",
        "priorities": "upstream",
    }
    page = administrator.post(f"{ADMIN}/organisations/new", usual | told, expect=422)
    assert "Please put this right" in words(page) and words(page).count(why) == 2  # in the summary and beside its field
    for typed in (usual | told).values():
        assert f'value="{typed}"' in html(page)
    assert re.search(r'<input[^>]*checked[^>]*value="upstream"', html(page))
    assert "Hill School" not in words(administrator.get(f"{ADMIN}/organisations"))


def test_a_window_is_opened_for_a_while_with_its_conditions_said(app, administrator, office):
    page = words(administrator.get(f"{ADMIN}/organisations/{office.partner}/arm"))
    assert "exactly this address: desk@partner.example" in page
    assert "One token is issued, for sending reports by web form and nothing else." in page
    assert "At most two of its web form tokens live" in page
    assert "This installation is not live: its token endpoint does not answer." in page
    told = {"minutes": "10", "address": "203.0.113.7"}
    page = administrator.follow(administrator.post(f"{ADMIN}/organisations/{office.partner}/arm", told))
    assert "Harbour Children can fetch one token until" in words(page) and "Close the window now" in words(page)
    partner = partner_of(app, office.partner)
    assert partner.armed_address == "203.0.113.7"
    assert dt.timedelta(minutes=9) < partner.armed_until - clock.now() <= dt.timedelta(minutes=10)
    page = administrator.follow(administrator.post(f"{ADMIN}/organisations/{office.partner}/disarm"))
    assert "The window of Harbour Children is closed." in words(page)
    assert partner_of(app, office.partner).armed_until is None


@pytest.mark.parametrize("told", [{"minutes": "10", "address": "the harbour"}, {"minutes": "100000", "address": "::1"}])
def test_no_window_opens_for_ever_or_for_no_address(app, administrator, office, told):
    page = administrator.post(f"{ADMIN}/organisations/{office.partner}/arm", told, expect=422)
    assert f'value="{told["address"]}"' in html(page) and "Please put this right" in words(page)
    assert partner_of(app, office.partner).armed_until is None


def test_deactivating_says_what_ends_and_ends_it(app, administrator, office):
    with app.app_context(), committed(db.session) as session:
        partner = session.get_one(Organisation, office.partner)
        text, _ = tokens.issue(session, SYSTEM, dialect="helpline", organisation=partner)
        tokens.issue(session, SYSTEM, dialect="correspondence", organisation=partner)
        organisations.arm(session, SYSTEM, partner)
    page = words(administrator.get(f"{ADMIN}/organisations/{office.partner}/deactivate"))
    assert "1 live token for Helpline and web form is refused from its next request on (403)." in page
    assert "1 live token for Correspondence is refused" in page and "Its open token window closes." in page
    page = administrator.follow(administrator.post(f"{ADMIN}/organisations/{office.partner}/deactivate"))
    assert "Harbour Children is deactivated." in words(page) and "Deactivated" in words(page)
    assert call_with(app, text) == 403 and partner_of(app, office.partner).armed_until is None
    page = administrator.get(f"{ADMIN}/organisations/{office.partner}/deactivate")
    assert "It is deactivated already" in words(page)


def test_the_installation_itself_is_not_deactivated(app, administrator):
    assert "Nobody can deactivate it here." in words(administrator.get(f"{ADMIN}/organisations/1/deactivate"))
    page = administrator.post(f"{ADMIN}/organisations/1/deactivate", expect=422)
    assert "This is the installation itself." in words(page)
    assert partner_of(app, 1).status == "active"


def test_what_priorities_mean_is_confirmed(app, administrator, office):
    address = f"{ADMIN}/organisations/{office.partner}"
    assert "Not confirmed; each report says so" in words(administrator.get(address))
    page = administrator.post(f"{address}/priorities", {"one": "low", "two": "medium", "three": "urgent"}, expect=422)
    assert re.search(r'<option selected value="low">', html(page))
    told = {"one": "low", "two": "medium", "three": "high"}
    page = words(administrator.follow(administrator.post(f"{address}/priorities", told)))
    assert "1 is low , 2 is medium , 3 is high" in page and "Confirmed" in page
    assert partner_of(app, office.partner).priority_map == {"1": "low", "2": "medium", "3": "high"}


def test_what_a_web_form_leaves_out_is_chosen_for_it(app, administrator, office):
    address = f"{ADMIN}/organisations/{office.partner}"
    told = {"name": "Harbour Children", "category": "ours", "plan": " ", "priority": "1", "status": ""}
    page = words(administrator.follow(administrator.post(f"{address}/defaults", told)))
    assert "Category: ours" in page and "Plan" not in page
    chosen = {"reporter.fname": "Harbour Children", "case_category_id": "ours", "priority": "1"}
    assert partner_of(app, office.partner).defaults == chosen
    page = administrator.post(f"{address}/defaults", told | {"plan": "x" * 501}, expect=422)
    assert "x" * 501 in html(page) and partner_of(app, office.partner).defaults == chosen


@pytest.mark.parametrize(
    "path", ["organisations/4711", "organisations/4711/arm", "tokens/none/revoke", "tokens/a%00b/rotate"]
)
def test_what_is_not_there_is_not_found(administrator, path):
    administrator.get(f"{ADMIN}/{path}", expect=404)


# Tokens


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


# Codes


def test_a_code_is_mapped_once_for_all_and_what_follows_is_said(app, administrator, office):
    page = administrator.get(f"{ADMIN}/codes")
    assert "999 Category of the case Harbour Children 1 1 Say what it means" in words(page)
    address = re.search(r'href="(/app/admin/codes/map[^"]+)"', html(page))[1].replace("&amp;", "&")
    said = words(administrator.get(address))
    assert "1 case changes, and its flag goes." in said and "Reports to come from Harbour Children are read so." in said
    assert "Choose what it means" in words(administrator.post(address, {"value": ""}, expect=422))
    assert "Choose what it means" in words(administrator.post(address, {"value": "theirs"}, expect=422))
    page = administrator.follow(administrator.post(address, {"value": "ours"}))
    assert "The code is mapped; 1 case changed." in words(page) and "Every code is known" in words(page)
    with app.app_context():
        assert db.session.get_one(Case, office.case).category == "ours"
    page = words(administrator.get(f"{ADMIN}/organisations/{office.partner}"))
    assert "999 Category of the case Neglect ours Change" in page
    page = administrator.get(address)
    assert "It has a meaning already." in words(page) and '<option selected value="ours">' in html(page)


def test_codes_are_narrowed_by_fact_and_sender(administrator, office):
    for asked, found in {
        "list=case_category": 1,
        "list=sex": 0,
        f"organisation={office.partner}": 1,
        "list=x": 1,
    }.items():
        assert words(administrator.get(f"{ADMIN}/codes?{asked}")).count("Say what it means when it is") == found, asked
    assert "Every code is known" in words(administrator.get(f"{ADMIN}/codes?organisation=1"))


@pytest.mark.parametrize("asked", ["", "?organisation=1&list=none&raw=1", "?organisation=x&list=sex&raw=1"])
def test_an_address_without_a_code_leads_to_the_list(administrator, asked):
    assert administrator.get(f"{ADMIN}/codes/map{asked}", expect=303).headers["Location"] == f"{ADMIN}/codes"


def test_a_fact_without_a_list_says_so(administrator, office):
    page = administrator.get(f"{ADMIN}/codes/map?organisation={office.partner}&list=sex&raw=7")
    assert "This installation has no list for this fact." in words(page)


# How much is asked of the database


@pytest.mark.parametrize("path", ["calls", "organisations", "organisations/{}", "tokens", "codes"])
def test_a_page_asks_the_same_however_much_there_is(app, administrator, office, path):
    path = f"{ADMIN}/{path.format(office.partner)}"
    more_of_everything(app, office, 1)
    administrator.get(path)
    with counted(app) as few:
        administrator.get(path)
    more_of_everything(app, office, 6)
    with counted(app) as many:
        page = administrator.get(path)
    assert len(reads(few)) == len(reads(many)), f"{len(reads(few))} became {len(reads(many))}"
    assert html(page).count("<tr") >= 7


def reads(statements: list[str]) -> list[str]:
    """The statements that read."""
    return [statement for statement in statements if statement.startswith("SELECT")]


def more_of_everything(app, office: Office, number: int) -> None:
    """Calls of many callers, organisations, tokens of each, and codes, some of them mapped."""
    with app.app_context(), committed(db.session) as session:
        vertical = make_vertical(session)
        for _ in range(number):
            user, partner = make_user(session), make_organisation(session)
            tokens.issue(session, SYSTEM, dialect="interventions", user=user)
            for holder in (partner, session.get_one(Organisation, office.partner)):
                tokens.issue(session, SYSTEM, dialect="helpline", organisation=holder)
            case = make_case(session, vertical, organisation_id=office.partner)
            intake.keep_doubts(session, case, [Doubt("case_category", "case_category_id", f"new {user.id}", "")])
    keep_calls(app, office, *({"principal": f"user:{office.agent - n % 3}"} for n in range(number)))
