"""Merging on screen: two cases, who may merge them, and merging them."""

from contextlib import contextmanager

import pytest

from portal.core import messages, notes
from portal.core.models import Case, CasePerson, Service, User
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical

BECAUSE = {"reason": "DUPLICATE_RECORD"}


@contextmanager
def acting(app, user: int):
    """A session, committed at the end, and the user as an actor."""
    with app.app_context(), committed(db.session) as session:
        yield session, actor_of(session, session.get_one(User, user))


@pytest.fixture
def office(app) -> dict[str, int]:
    """Two cases of one woman, one of somebody else, and one in a service where nobody here works."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE", name="Helpline"), make_vertical(session, "THERE")
        woman, man = make_person(session, "Amina Testperson"), make_person(session, "Omar Testperson")
        made = {
            "lead": make_user(session, Role.SUPERVISOR, here, name="Ilse Testlead").id,
            "worker": make_user(session, Role.CASEWORKER, here, name="Jo Testworker").id,
            "admin": make_user(session, Role.ADMINISTRATOR, name="Ada Testadmin").id,
            "stranger": make_user(session, Role.SUPERVISOR, elsewhere).id,
            "case": make_case(session, here, subject=woman, summary="Came in spring").id,
            "twin": make_case(session, here, subject=woman, summary="Came in autumn").id,
            "other": make_case(session, here, subject=man, summary="Another matter").id,
            "hidden": make_case(session, elsewhere, subject=woman, summary="Told elsewhere").id,
        }
    with acting(app, made["worker"]) as (session, actor):
        for name in ("case", "twin"):
            case = session.get(Case, made[name])
            notes.write(session, actor, case, f"note of the {name}")
            messages.write(session, actor, case, f"message of the {name}")
            session.add(Service(case_id=case.id, label=f"service of the {name}"))
            person = make_person(session, f"Client of the {name}")
            session.add(CasePerson(case_id=case.id, person_id=person.id, role="client"))
    return made


def at(office, name: str, rest: str = "") -> str:
    return f"/app/cases/{office[name]}{rest}"


def fresh(app, number: int) -> Case:
    with app.app_context():
        return db.session.get(Case, number)


def ref(app, office, name: str) -> str:
    return fresh(app, office[name]).reference


def version(app, office, name: str = "case") -> dict[str, str]:
    return {"version": str(fresh(app, office[name]).version_id)}


def merge(app, office, browser, into: str = "case", gone: str = "twin", **more):
    """Confirm a merge as its page sends it."""
    expect = more.pop("expect", 303)
    form = {**version(app, office, into), "other": str(office[gone]), **BECAUSE, **more}
    return browser.post(at(office, into, "/merge"), form, expect=expect)
