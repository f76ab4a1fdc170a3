"""Relations in the browser: somebody is searched for, said to be something to a person, put right, and ended."""

import pytest
import sqlalchemy as sa

from portal.core import relations
from portal.core.actors import SYSTEM
from portal.core.models import AuditEvent, CasePerson, Person, Relation
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_person, make_user, make_vertical
from tests.page import words


@pytest.fixture
def office(app) -> dict[str, int]:
    """Two people whom a service knows, somebody else, and whom a worker of the service does not see."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSE")
        made = {
            "amina": make_person(session, "Amina Testperson", vertical=here),
            "nia": make_person(session, "Nia Testperson", vertical=here),
            "uncle": make_person(session, "Badru Testuncle", vertical=here),
            "hidden": make_person(session, "Hidden Stranger", vertical=elsewhere),
            "worker": make_user(session, Role.AGENT, here),
            "auditor": make_user(session, Role.AUDITOR),
        }
        case = make_case(session, here, subject=made["amina"])
        session.add(CasePerson(case_id=case.id, person_id=made["uncle"].id, role="perpetrator"))
        return {name: row.id for name, row in made.items()}


@pytest.fixture
def worker(browser_as, office):
    return browser_as(office["worker"])


@pytest.fixture
def path(office) -> str:
    return f"/app/people/{office['amina']}"


def related(app, office, one: str, other: str, kind: str) -> int:
    with app.app_context(), committed(db.session) as session:
        both = (session.get(Person, office[name]) for name in (one, other))
        return relations.add(session, SYSTEM, *both, kind=kind).id


def test_somebody_is_found_and_related_and_both_pages_say_it(worker, office, path):
    assert "No relation to somebody whom you may see" in words(worker.get(path))
    found = worker.get(f"{path}/relations/new?q=testperson").text
    assert f"{path}/relations/new?other={office['nia']}" in found
    assert f"other={office['amina']}" not in found, "nobody is related to themself"
    assert "Hidden Stranger" not in worker.get(f"{path}/relations/new?q=hidden").text
    asked = words(worker.get(f"{path}/relations/new?other={office['nia']}"))
    assert "What is Nia Testperson to Amina Testperson?" in asked
    typed = {"other": office["nia"], "kind": "child", "note": "Lives with her"}
    answer = worker.post(f"{path}/relations/new", typed, expect=303)
    assert answer.headers["Location"].endswith("#relations-h")
    assert "Child: Nia Testperson “ Lives with her ”" in words(worker.get(path))
    assert "Parent: Amina Testperson" in words(worker.get(f"/app/people/{office['nia']}"))
    assert "Relation recorded: Nia Testperson" in words(worker.get(f"{path}/history"))


def test_what_is_wrong_is_said_beside_the_field_and_stays_typed(app, worker, office, path):
    for kind, said, status in (("", "Choose one", 422), ("enemy", "Choose one of the list", 422)):
        typed = {"other": office["nia"], "kind": kind, "note": "As typed"}
        answer = worker.post(f"{path}/relations/new", typed, expect=status)
        assert said in words(answer) and "As typed" in answer.text
    related(app, office, "nia", "amina", "parent")
    answer = worker.post(f"{path}/relations/new", {"other": office["nia"], "kind": "child", "note": "N"}, expect=409)
    assert "This is recorded already." in words(answer)
    worker.post(f"{path}/relations/new", {"other": office["hidden"], "kind": "child"}, expect=404)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Relation)) == 1


def test_a_form_that_is_out_of_date_shows_what_it_says_now_and_keeps_what_was_typed(app, worker, office, path):
    number = related(app, office, "amina", "nia", "child")
    where = f"{path}/relations/{number}"
    assert "Choose one" in words(worker.get(where))
    worker.post(where, {"kind": "grandchild", "note": "Theirs", "version": "1"}, expect=303)
    answer = worker.post(where, {"kind": "ward", "note": "Mine", "version": "1"}, expect=409)
    said = words(answer)
    assert "Somebody changed this meanwhile" in said and "It says now: Grandchild" in said and "Theirs" in said
    assert "Mine" in answer.text
    worker.post(where, {"kind": "ward", "note": "Mine", "version": "2"}, expect=303)
    assert "In their guardianship: Nia Testperson “ Mine ”" in words(worker.get(path))


def test_it_is_ended_with_a_reason_and_stays_below_the_others(app, worker, office, path):
    where = f"{path}/relations/{related(app, office, 'amina', 'nia', 'partner')}"
    assert "End the relation to Nia Testperson?" in words(worker.get(f"{where}/end"))
    assert "Choose a reason." in words(worker.post(f"{where}/end", {"version": "1"}, expect=422))
    answer = worker.post(f"{where}/end", {"version": "1", "reason": "OTHER"}, expect=422)
    assert "Say which reason." in words(answer)
    worker.post(f"{where}/end", {"version": "1", "reason": "NO_LONGER_SO"}, expect=303)
    assert "Before Partner: Nia Testperson until" in words(worker.get(path))
    worker.get(where, expect=409)
    with app.app_context():
        events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "relation.end")).all()
        assert {event.chain_key for event in events} == {f"person:{office[name]}" for name in ("amina", "nia")}


def test_an_alleged_perpetrator_is_related_without_being_named(app, worker, office, path):
    number = related(app, office, "amina", "uncle", "aunt_or_uncle")
    for page in (path, f"{path}/relations/{number}", f"{path}/relations/{number}/end"):
        said = worker.get(page).text
        assert "Name hidden" in said and "Badru" not in said
    assert "Badru" not in worker.get(f"{path}/history").text


def test_another_persons_relation_is_not_found_here_and_who_only_reads_changes_nothing(app, browser_as, office, path):
    number = related(app, office, "nia", "uncle", "cousin")
    worker, auditor = browser_as(office["worker"]), browser_as(office["auditor"])
    worker.get(f"{path}/relations/{number}", expect=404)
    assert "relations/new" not in auditor.get(f"/app/people/{office['nia']}").text
    auditor.get(f"/app/people/{office['nia']}/relations/{number}", expect=403)
