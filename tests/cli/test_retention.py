"""``retention preview`` and ``retention run``: JSON for programs on standard output, sentences on standard error."""

import json

import pytest
import sqlalchemy as sa

from portal.core import clock, retention
from portal.core.models import Case, Person
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.cli.conftest import both_engines
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical


@pytest.fixture
def office(app) -> dict:
    """A case to be archived, one to be erased, and somebody whom nothing keeps; rules for both, that are off."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        closed, archived = (make_case(session, here, status=one).reference for one in (Status.CLOSED, Status.ARCHIVED))
        person = make_person(session, "Amina Forgotten", vertical=here).id
        old = retention.months_before(clock.now(), 30)
        session.execute(sa.update(Case.__table__).values(closed_at=old))
        session.execute(sa.update(Case.__table__).where(Case.archived_at.is_not(None)).values(archived_at=old))
        session.execute(sa.update(Person.__table__).values(updated_at=old))
        admin = actor_of(session, make_user(session, Role.ADMINISTRATOR))
        rules = [
            retention.create(session, admin, vertical=here.id, archive_months=12, erase_months=24),
            retention.create_for_people(session, admin, months=24),
        ]
        return {"closed": closed, "archived": archived, "person": person, "rules": [one.id for one in rules]}


@both_engines
def test_what_is_previewed_is_what_a_run_does_once_the_rules_are_on(run, app, office):
    assert json.loads(run("retention", "run").stdout) == {"cases": 0, "people": 0, "failed": 0}
    seen = run("retention", "preview")
    of_cases, of_people = json.loads(seen.stdout)["rules"]
    due = {"months": 12, "number": 1, "more": False, "first": [office["closed"]]}
    assert of_cases == {
        "of": "HERE",
        "on": False,
        "held": 0,
        "archive": due,
        "erase": due | {"months": 24, "first": [office["archived"]]},
    }
    [line] = of_people["erase"].pop("first")
    assert of_people == {"of": "people", "on": False, "held": 0, "erase": {"months": 24, "number": 1, "more": False}}
    assert (line["person"], line["why"]) == (office["person"], "written")
    assert "HERE (off): archive 1, erase 1, held 0" in seen.stderr and "people (off): erase 1" in seen.stderr
    assert "Amina" not in seen.output

    with app.app_context(), committed(db.session) as session:
        admin = actor_of(session, make_user(session, Role.ADMINISTRATOR))
        for number in office["rules"]:
            rule = retention.find(session, admin, number)
            retention.switch(session, admin, rule, active=True, version=rule.version_id)
    done = run("retention", "run")
    assert json.loads(done.stdout) == {"cases": 2, "people": 1, "failed": 0}
    assert "Cases archived or erased: 2. People erased: 1. Not erased: 0." in done.stderr
    assert json.loads(run("retention", "run").stdout) == {"cases": 0, "people": 0, "failed": 0}
    with app.app_context():
        assert db.session.get(Person, office["person"]).erased_at is not None


def test_without_a_rule_nothing_is_told(run):
    seen = run("retention", "preview")
    assert (json.loads(seen.stdout), "There is no rule." in seen.stderr) == ({"rules": []}, True)
