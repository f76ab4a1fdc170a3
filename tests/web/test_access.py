"""Every door of the browser is tried as everybody: who gets through is what tests/web/doors.py declares."""

import pytest
from flask import Flask

from portal.core.vocabulary import Role
from tests.page import Browser
from tests.web.doors import DRAFT, ENDING, OWN, RULES, path_of, web_rules
from tests.web.world_of_doors import World, build_world


@pytest.fixture
def world(app: Flask) -> World:
    """The world every door is tried in."""
    return build_world(app)


def test_every_page_has_a_declared_rule(app):
    undeclared = {rule.endpoint for rule, _ in web_rules(app)} - RULES.keys()
    assert undeclared == set()


def test_nobody_gets_in_without_signing_in(app, world):
    nobody = Browser(app)
    token = nobody.csrf_token()
    for rule, method in web_rules(app):
        path = path_of(app, rule, world.values)
        answer = nobody.client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert (answer.status_code, answer.headers["Location"][:10]) == (303, "/app/login"), f"{method} {path}"


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_each_role_gets_through_its_doors_and_no_others(app, world, role):
    for rule, method in web_rules(app):
        if rule.endpoint in ENDING | OWN:
            continue
        someone = Browser(app, world.users[role])
        path = path_of(app, rule, world.values)
        answer = _try(someone, method, path)
        where = f"{role}: {method} {path} answered {answer.status_code}"
        if role in RULES[rule.endpoint].allowed:
            assert answer.status_code in (200, 204, 303, 409, 422), where
        elif method == "POST":
            # Who may not do it is told so; where the form itself is not in order, that may be said first.
            assert answer.status_code in (403, 409, 422), where
        else:
            assert answer.status_code == 403, where


def test_what_is_not_yours_is_not_there(app, world):
    stranger = Browser(app, world.stranger)
    for rule, method in web_rules(app):
        if RULES[rule.endpoint].scoped:
            answer = _try(stranger, method, path_of(app, rule, world.values))
            assert answer.status_code == 404, f"{method} {rule.rule} answered {answer.status_code}"


def test_a_form_without_its_token_changes_nothing(app, world):
    someone = Browser(app, world.users[Role.SUPERVISOR])
    for rule, method in web_rules(app):
        if method == "POST":
            answer = someone.client.post(path_of(app, rule, world.values))
            assert answer.status_code == 400, f"{rule.rule} answered {answer.status_code}"


def _try(someone: Browser, method: str, path: str):
    if method == "GET":
        return someone.client.get(path, buffered=True)
    return someone.client.post(path, data={"csrf_token": someone.csrf_token(), "draft": DRAFT})
