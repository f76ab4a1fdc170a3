"""Every form of the administration, sent once: what it leaves in the audit, what it does not take, and two at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from flask import Flask, url_for

from portal.core import clock, tokens
from portal.core.actors import SYSTEM
from portal.core.models import (
    AuditEvent,
    Base,
    CodeValue,
    Place,
    Program,
    RetentionRule,
    SecondFactor,
    UnmappedCode,
    User,
    Vertical,
)
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_organisation, make_place, make_program, make_user, make_vertical
from tests.page import Browser, words
from tests.races import both, meeting

RULES = {"consent_mode": "required", "grace_days": "14", "auto_intake": "y"}
FOREIGN = "zq-not-theirs-to-set"
# What no form of the administration asks for, sent with each.
INJECTED = dict.fromkeys(
    "id uuid number kind password_hash session_epoch created_at created_by created_by_id updated_at version_id "
    "organisation organisation_id status state root_id owner_id vertical_id digest jti family issued_by_id path level "
    "scope is_admin admin deleted last_activity_at locale default_for armed_until armed_address".split(),
    FOREIGN,
)


@dataclass
class Office:
    """Two administrators, and the numbers of what there is."""

    ada: int
    bob: int
    at: dict[str, object] = field(default_factory=dict)


@pytest.fixture
def office(app) -> Office:
    """One of everything that the administration changes."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        ada, bob = (make_user(session, Role.ADMINISTRATOR, name=name) for name in ("Ada Admin", "Bob Admin"))
        wen = make_user(session, Role.CASEWORKER, here, name="Wen Worker", email="wen@office.example")
        session.add(SecondFactor(user_id=wen.id, secret="A" * 32, confirmed_at=clock.now()))
        partner, waiting = make_organisation(session), make_organisation(session, status="pending")
        session.add(UnmappedCode(case_id=make_case(session, here).id, list_name="sex", field="x", raw="9"))
        code = CodeValue(list_name="sex", value="x1", label="One")
        rule = RetentionRule(scope=str(here.id), vertical_id=here.id, active=False, archive_months=12)
        session.add_all([code, rule])
        session.flush()
        jti = tokens.issue(session, SYSTEM, dialect="helpline", user=wen)[1].jti
        place, program = make_place(session, "Quay"), make_program(session, here)
        rows = {"here": here, "wen": wen, "partner": partner, "waiting": waiting, "code": code, "rule": rule}
        rows |= {"place": place, "program": program}
        return Office(ada.id, bob.id, {"jti": jti, **{name: row.id for name, row in rows.items()}})


def version(app: Flask, model: type, number: object) -> dict[str, str]:
    """The field by which a form says what it was made from."""
    with app.app_context():
        return {"version": str(db.session.get(model, number).version_id)}


def writes(app: Flask, office: Office, ada: Browser) -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
    """Each endpoint with the values of its address and a form that does something, in an order that works."""
    at = office.at
    yield "register", {}, {"name": "Harbour Trust", "email": "it@harbour.example", "priorities": "contract"}
    yield "approve", {"number": at["waiting"]}, {}
    yield "arm", {"number": at["partner"]}, {"minutes": "30", "address": "192.0.2.7"}
    yield "disarm", {"number": at["partner"]}, {}
    yield "defaults", {"number": at["partner"]}, {"plan": "None yet", "status": "", "priority": ""}
    yield "priorities", {"number": at["partner"]}, {"one": "low", "two": "medium", "three": "high"}
    yield "arm", {"number": at["partner"]}, {"minutes": "30", "address": "192.0.2.7"}
    coded = {"organisation": at["partner"], "list": "sex", "raw": "9"}
    yield "map_code", coded, {"value": "x1"}
    yield "deactivate", {"number": at["partner"]}, {}
    yield "issue_token", {}, {"dialect": "interventions", "holder": f"user:{at['wen']}", "days": "30"}
    yield "rotate_token", {"jti": at["jti"]}, {"when": "now"}
    yield "revoke_token", {"jti": newest_token(app)}, {"reason": "COMPROMISED"}
    yield "create_user", {}, {"name": "Nia New", "email": "nia@office.example", "role": "agent", "agent_code": "100"}
    told = {"name": "Wen Walker", "role": "supervisor", "verticals": [at["here"]], "places": [at["place"]]}
    yield "change_user", {"number": at["wen"]}, {**told, **version(app, User, at["wen"])}
    yield "reset_second_factor", {"number": at["wen"]}, {}
    yield "make_link", {"number": at["wen"]}, {}
    yield "deactivate_user", {"number": at["wen"]}, version(app, User, at["wen"])
    yield "activate_user", {"number": at["wen"]}, {}
    named = {"name": "Harbour", "prefix": "HB", "time_zone": "Africa/Nairobi", "active": "y"}
    yield "create_vertical", {}, {**named, **RULES, "code": "HARBOUR"}
    yield "change_vertical", {"number": at["here"]}, {**named, **version(app, Vertical, at["here"])}
    yield "vertical_rules", {"number": at["here"]}, previewed(app, ada, at["here"])
    yield "create_program", {}, {"code": "SPRING", "name": "Spring", "vertical": at["here"]}
    yield "change_program", {"number": at["program"]}, {"name": "Autumn", **version(app, Program, at["program"])}
    yield "create_place", {}, {"name": "Harbour", "code": "77", "parent": "0"}
    told = {"name": "Old Quay", "parent": "0", "active": "y"}
    yield "change_place", {"number": at["place"]}, {**told, **version(app, Place, at["place"])}
    yield "create_code", {"list_name": "language"}, {"value": "luo", "label": "Dho Luo"}
    told = {"label": "Uno", "sort": "3", "review_in_days": "7"}
    yield "change_code", {"number": at["code"]}, {**told, **version(app, CodeValue, at["code"])}
    yield "create_retention", {}, {"vertical": "0", "archive_months": "12", "erase_months": "24"}
    yield "create_people_retention", {}, {"erase_months": "24"}
    of = {"number": at["rule"]}
    yield "change_retention", of, {"archive_months": "18", **version(app, RetentionRule, at["rule"])}
    yield "begin_retention", of, {"seen": "y", **version(app, RetentionRule, at["rule"])}
    yield "rest_retention", of, version(app, RetentionRule, at["rule"])


def newest_token(app: Flask) -> str:
    """The name of the token that was issued last."""
    with app.app_context():
        return db.session.scalar(sa.text("SELECT jti FROM api_tokens ORDER BY id DESC LIMIT 1"))


def previewed(app: Flask, ada: Browser, number: object) -> dict[str, object]:
    """Rules whose effect was shown: only those are put in force."""
    place = f"/app/admin/verticals/{number}/rules"
    told = {**RULES, "may": ["case.close:supervisor"], **_hidden(ada.get(place))}
    return told | _hidden(ada.post(place, told | {"step": "save"}, expect=200)) | {"step": "save"}


def _hidden(page) -> dict[str, str]:
    return {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1] for name in ("version", "seen")}


def address(app: Flask, endpoint: str, values: dict[str, object]) -> str:
    """The address of one of the forms."""
    with app.test_request_context():
        return url_for(f"admin.{endpoint}", **values)


def send(app: Flask, someone: Browser, endpoint: str, values: dict, form: dict) -> int:
    """Send a form; the status of the answer."""
    answer = someone.client.post(
        address(app, endpoint, values), data={"csrf_token": someone.csrf_token(), **INJECTED, **form}
    )
    assert answer.status_code in (200, 303), f"{endpoint}: {answer.status_code} {words(answer)[:600]}"
    return answer.status_code


# A column that an event tells by another name.
TOLD_AS = {
    "users.active": "state",
    "api_tokens.revoked_at": "ends",
    "api_tokens.expires_at": "ends",
    "organisations.priority_confirmed": "priority_map",
}
# What follows from what is told, or counts only.
FOLLOWS = {"version_id", "updated_at", "last_actioned_at", "session_epoch", "current", "level", "path"}


@pytest.fixture
def changed(app) -> Iterator[set[str]]:
    """Which columns of which rows were changed since this was last emptied."""
    found: set[str] = set()

    def look(session, *_more) -> None:
        for row in session.dirty:
            state = sa.inspect(row)
            names = [one.key for one in state.mapper.column_attrs if state.attrs[one.key].history.has_changes()]
            if not row.__tablename__.startswith("audit_"):
                found.update(f"{row.__tablename__}.{name}" for name in names if name not in FOLLOWS)

    sa.event.listen(sa.orm.Session, "before_flush", look)
    yield found
    sa.event.remove(sa.orm.Session, "before_flush", look)


def _says_both(event: AuditEvent) -> bool:
    """Whether it tells what was before and what is after; where something began, nothing was before."""
    told = event.details
    return bool(told.get("values")) or {"from", "to"} <= told.keys() or {"before", "after"} <= told.keys()


def test_every_change_says_in_the_audit_what_was_before_and_what_is_after(app, office, changed):
    ada, tried, silent = Browser(app, office.ada), set(), []
    for endpoint, values, form in writes(app, office, ada):
        with app.app_context():
            last = db.session.scalar(sa.select(sa.func.max(AuditEvent.id)))
        changed.clear()
        send(app, ada, endpoint, values, form)
        tried.add(endpoint)
        with app.app_context():
            query = sa.select(AuditEvent).where(AuditEvent.id > last, AuditEvent.outcome == "done")
            events = list(db.session.scalars(query))
            if not events or any(event.actor_id != office.ada for event in events):
                silent.append(f"{endpoint}: no event of whoever did it")
            silent += [f"{endpoint}: {event.action} {event.details}" for event in events if not _says_both(event)]
            named = {name for event in events for name in (*event.details, *event.details.get("values", ()))}
            missing = {one for one in changed if TOLD_AS.get(one, one.partition(".")[2]) not in named}
            silent += [f"{endpoint}: {one} changed and no event names it" for one in sorted(missing)]
    assert silent == []
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert tried == {name.removeprefix("admin.") for name in posts if name.startswith("admin.")}


def test_no_form_sets_what_it_does_not_ask_for(app, office):
    ada = Browser(app, office.ada)
    for endpoint, values, form in writes(app, office, ada):
        send(app, ada, endpoint, values, form)
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            for row in db.session.execute(sa.select(table)):
                assert FOREIGN not in repr(row), table.name


CREATES = {
    "register": ("organisations", {"name": "Harbour Trust", "email": "it@harbour.example"}),
    "create_user": ("users", {"name": "Nia New", "email": "nia@office.example", "role": "agent", "agent_code": "100"}),
    "create_vertical": (
        "verticals",
        {"name": "Harbour", "prefix": "HB", "time_zone": "UTC", "code": "HARBOUR", **RULES},
    ),
    "create_program": ("programs", {"code": "SPRING", "name": "Spring"}),
    "create_place": ("places", {"name": "Harbour", "parent": "0"}),
    "create_code": ("codes", {"value": "luo", "label": "Dho Luo"}),
    "create_retention": ("retention_rules", {"vertical": "0", "archive_months": "12"}),
    "create_people_retention": ("retention_rules", {"erase_months": "24"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("engine_name", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_of_two_who_add_the_same_at_once_the_second_is_told_beside_the_field(app, office):
    for endpoint, (table, told) in CREATES.items():
        browsers = [Browser(app, office.ada), Browser(app, office.bob)]
        form = told | ({"vertical": str(office.at["here"])} if endpoint == "create_program" else {})
        place = address(app, endpoint, {"list_name": "language"} if endpoint == "create_code" else {})
        sent = {"csrf_token": "", **form}

        def post(someone: Browser, place=place, sent=sent):
            return someone.client.post(place, data=sent | {"csrf_token": someone.csrf_token()})

        with meeting(app, table):
            first, second = sorted(
                both(app, *[lambda one=one: post(one) for one in browsers]), key=lambda answer: answer.status_code
            )
        assert first.status_code in (200, 303), f"{endpoint}: {words(first)[:600]}"
        assert second.status_code == 422, f"{endpoint}: {second.status_code}"
        assert 'aria-invalid="true"' in second.text, endpoint
        assert "Please put this right" in words(second), endpoint


def test_every_form_that_adds_something_is_tried_by_two(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if "admin.create" in rule.endpoint}
    assert {name.removeprefix("admin.") for name in endpoints} | {"register"} == CREATES.keys()
