"""Who is what to whom: seen from both sides, once, by those alone who see both, and wherever it counts."""

import json

import pytest
import sqlalchemy as sa

from portal.core import (
    audit,
    audit_trail,
    erasure,
    erasure_plan,
    own_records,
    person_history,
    person_merging,
    relations,
)
from portal.core.actors import SYSTEM
from portal.core.errors import (
    AlreadyDone,
    CannotMerge,
    Forbidden,
    InvalidInput,
    NotFound,
    ReadOnly,
    StaleVersion,
)
from portal.core.models import AuditValue, CasePerson, Person, Relation
from portal.core.relation_kinds import NOT_FAMILY, RelationKind, inverse
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from tests.core.test_subject_export import everything
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical
from tests.statements import counted


class Office:
    """A service that knows Amina, Nia and Omar; another that knows Omar and somebody else."""

    def __init__(self, session) -> None:
        self.session = session
        with committed(session):
            self.here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSE")
            self.ids = {
                name: make_person(session, f"{name.title()} Testperson", vertical=self.here).id
                for name in ("amina", "nia", "omar")
            }
            self.ids["far"] = make_person(session, "Faraway Stranger", vertical=elsewhere).id
            both = make_case(session, elsewhere, subject=self["omar"])
            session.add(CasePerson(case_id=both.id, person_id=self.ids["omar"], role="client"))
            users = {
                "agent": make_user(session, Role.AGENT, self.here),
                "worker": make_user(session, Role.SUPERVISOR, self.here),
                "auditor": make_user(session, Role.AUDITOR),
                "stranger": make_user(session, Role.SUPERVISOR, elsewhere),
            }
        self.users = users

    def __getitem__(self, name: str) -> Person:
        return self.session.get(Person, self.ids[name])

    def actor(self, name: str):
        return SYSTEM if name == "system" else actor_of(self.session, self.users[name])

    def add(self, one: str, other: str, kind: str, *, by: str = "worker", note: str = "") -> int:
        """*other* is the *kind* of *one*."""
        with unit_of_work(self.session, self.actor(by), intent="relation.add"):
            return relations.add(self.session, self.actor(by), self[one], self[other], kind=kind, note=note).id

    def lines(self, name: str, by: str = "worker") -> list[relations.Line]:
        return relations.of_person(self.session, self.actor(by), self[name])

    def said(self, name: str, by: str = "worker") -> list[tuple[str, str, bool]]:
        return [(line.kind, line.other.full_name.split()[0], line.stands) for line in self.lines(name, by)]

    def end(self, name: str, reason: str = "NO_LONGER_SO", *, by: str = "worker", **more) -> None:
        with unit_of_work(self.session, self.actor(by), intent="relation.end"):
            [line] = [line for line in self.lines(name, by) if line.stands]
            told = {"reason_code": reason, "version": line.row.version_id, **more}
            relations.end(self.session, self.actor(by), self[name], line, **told)

    def change(self, name: str, *, by: str = "worker", version: int | None = None, **told) -> None:
        with unit_of_work(self.session, self.actor(by), intent="relation.change"):
            [line] = [line for line in self.lines(name, by) if line.stands]
            told = {"kind": line.kind, "note": "", "version": version or line.row.version_id, **told}
            relations.change(self.session, self.actor(by), self[name], line, **told)


@pytest.fixture
def office(session) -> Office:
    return Office(session)


def rows(session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Relation))


@pytest.mark.parametrize("kind", RelationKind)
def test_each_kind_reads_the_other_way_round_from_the_other_side(office, kind):
    assert inverse(inverse(kind)) == kind and (kind in NOT_FAMILY) == (inverse(kind) in NOT_FAMILY)
    office.add("amina", "nia", kind)
    office.add("omar", "amina", kind)
    assert office.said("amina") == [(kind, "Nia", True), (inverse(kind), "Omar", True)]
    assert office.said("nia") == [(inverse(kind), "Amina", True)]
    assert office.said("omar") == [(kind, "Amina", True)]


def test_neither_oneself_nor_a_twin_from_either_side_nor_the_parent_of_ones_parent(office, session):
    office.add("amina", "nia", "child")
    for given, refusal in (
        (("amina", "nia", "child"), AlreadyDone),
        (("nia", "amina", "parent"), AlreadyDone),
        (("amina", "nia", "parent"), InvalidInput),
        (("amina", "amina", "sibling"), InvalidInput),
        (("amina", "omar", "enemy"), InvalidInput),
    ):
        with pytest.raises(refusal):
            office.add(*given)
    office.add("amina", "nia", "ward")  # something else, too
    assert rows(session) == 2


@pytest.mark.parametrize(
    ("one", "other", "more"),
    [
        ("amina", "amina", {}),
        ("nia", "amina", {}),
        ("amina", "nia", {}),  # the twin of one that stands
        ("amina", "omar", {"end_reason": "OTHER"}),
    ],
)
def test_the_database_refuses_what_the_rules_refuse(office, session, one, other, more):
    office.add("amina", "nia", "sibling")
    with pytest.raises(sa.exc.IntegrityError), committed(session):
        told = {"person_id": office.ids[one], "other_id": office.ids[other], "kind": "sibling"}
        session.add(Relation(**told, **more))


def test_who_does_not_see_the_other_learns_of_no_relation_nor_how_many_there_are(office, session):
    office.add("omar", "far", "sibling", by="system", note="Hidden words")
    office.add("omar", "nia", "friend", note="Seen words")
    assert office.said("omar") == [("friend", "Nia", True)]
    assert office.said("omar", "stranger") == [("sibling", "Faraway", True)]
    assert len(office.lines("omar", "auditor")) == 2
    for who, hidden in (("worker", "far"), ("stranger", "nia")):
        changes = person_history.page(session, office.actor(who), office["omar"]).changes
        assert [one.other.id for one in changes if one.action == "relation.add"] == [
            number for number in (office.ids["far"], office.ids["nia"]) if number != office.ids[hidden]
        ]
    with pytest.raises(NotFound):
        office.add("omar", "far", "cousin")
    with pytest.raises(NotFound):
        relations.find(session, office.actor("worker"), office["omar"], 1)


def test_an_auditor_reads_nothing_in_the_audit_that_names_a_relative_of_theirs(office, session):
    office.add("amina", "nia", "child", note="Her daughter")
    office.add("amina", "omar", "friend")
    with committed(session):
        own_records.declare(session, office.actor("auditor"), office["nia"], tie=own_records.RELATIVE)
    wanted = audit_trail.Wanted(action="relation.")
    events = audit_trail.page(session, office.actor("auditor"), wanted).rows
    assert {event.details["related_to"] for event in events} == {office.ids["omar"], office.ids["amina"]}
    assert f"person:{office.ids['nia']}" not in {event.chain_key for event in events}


def test_who_is_accused_in_a_case_that_one_sees_is_not_named_unasked(office, session):
    office.add("amina", "omar", "aunt_or_uncle")
    with committed(session):
        case = make_case(session, office.here, subject=office["amina"])
        session.add(CasePerson(case_id=case.id, person_id=office.ids["omar"], role="perpetrator"))
    assert [line.accused for line in office.lines("amina")] == [True]
    assert [line.accused for line in office.lines("omar")] == [False]


def test_what_is_changed_or_ended_stays_in_both_histories_with_what_stood_there(office, session):
    office.add("amina", "nia", "child", note="First")
    office.change("nia", kind="grandparent", note="Second")
    office.end("amina", "OTHER", text="They were told apart")
    assert office.said("amina") == [("grandchild", "Nia", False)]
    assert office.said("nia") == [("grandparent", "Amina", False)]
    told = {}
    for name in ("amina", "nia"):
        changes = person_history.page(session, office.actor("worker"), office[name]).changes
        told[name] = [one.values for one in reversed(changes) if one.action in relations.EVENTS]
    assert told["amina"] == [
        {"relation": (None, "child"), "note": (None, "First")},
        {"relation": ("child", "grandchild"), "note": ("First", "Second")},
        {"relation": ("grandchild", None), "reason": (None, "They were told apart")},
    ]
    assert told["nia"][1]["relation"] == ("parent", "grandparent")
    assert list(audit.verify(session)) == []
    office.add("amina", "nia", "grandchild")  # it stands again
    assert [line.stands for line in office.lines("amina")] == [True, False]


def test_what_was_recorded_in_error_is_shown_no_more(office):
    office.add("amina", "nia", "child")
    office.end("nia", "RECORDED_IN_ERROR")
    assert office.said("amina") == office.said("nia") == []


def test_two_editors_never_overwrite_each_other_and_nobody_ends_it_twice(office):
    office.add("amina", "nia", "child")
    [mine] = office.lines("amina")
    office.change("nia", kind="parent", note="Theirs")
    with pytest.raises(StaleVersion):
        office.change("amina", note="Mine", version=mine.row.version_id - 1)
    with pytest.raises(StaleVersion):
        office.end("amina", version=mine.row.version_id - 1)
    office.end("amina")
    with pytest.raises(AlreadyDone):
        relations.end(office.session, SYSTEM, office["amina"], mine, reason_code="NO_LONGER_SO", version=3)


def test_a_reason_is_asked_and_who_may_not_write_does_not(office):
    office.add("amina", "nia", "child")
    for reason, text in ((None, None), ("SOMETHING", None), ("OTHER", "")):
        with pytest.raises(InvalidInput):
            office.end("amina", reason, text=text)
    for work in (
        lambda: office.add("amina", "omar", "friend", by="auditor"),
        lambda: office.end("amina", by="auditor"),
    ):
        with pytest.raises(Forbidden):
            work()
    with committed(office.session) as session:
        session.execute(
            sa.update(Person).values(restricted_at=sa.func.coalesce(Person.restricted_at, Person.created_at))
        )
    with pytest.raises(ReadOnly):
        office.add("amina", "omar", "friend", by="agent")


class TestRecordsOfOnePerson:
    """A record that was joined keeps its relations; they are the person's, and said once."""

    @pytest.fixture
    def again(self, office, session) -> int:
        with committed(session):
            office.ids["again"] = make_person(session, "Amina Again", vertical=office.here).id
        return office.ids["again"]

    def merge(self, office) -> None:
        with unit_of_work(office.session, office.actor("worker"), intent="person.merge"):
            person_merging.merge(office.session, office.actor("worker"), office["amina"], office["again"], reason="One")

    def test_they_are_said_once_changed_together_and_ended_together(self, office, again):
        office.add("amina", "nia", "child", note="Told first")
        office.add("nia", "again", "parent")
        office.add("again", "omar", "cousin")
        self.merge(office)
        assert office.said("amina") == office.said("again") == [("child", "Nia", True), ("cousin", "Omar", True)]
        assert office.said("nia") == [("parent", "Amina", True)] and office.said("omar") == [("cousin", "Amina", True)]
        with pytest.raises(AlreadyDone):
            office.add("omar", "amina", "cousin")
        with pytest.raises(InvalidInput):
            office.add("amina", "again", "sibling")
        office.change("nia", kind="guardian")
        assert office.said("amina")[0] == ("ward", "Nia", True)
        office.end("nia")
        assert [said[2] for said in office.said("again")] == [True, False]

    def test_who_is_related_is_not_made_one(self, office, again):
        office.add("again", "amina", "sibling")
        with pytest.raises(CannotMerge) as caught:
            self.merge(office)
        assert caught.value.details["why"] == "related"
        office.end("again", "RECORDED_IN_ERROR")
        self.merge(office)


def test_the_person_is_told_what_others_are_to_them_and_not_who(office, session):
    office.add("nia", "amina", "parent", note="Amina Testperson brings Nia to school")
    office.add("omar", "far", "sibling", by="system")
    asked = {"actor": office.actor("worker"), "nia": office.ids["nia"], "omar": office.ids["omar"]}
    [told] = everything(session, asked, whose="nia")["relations"]
    assert told["they_are"] == "parent" and "Amina" not in json.dumps(told) and "school" in told["note"]
    assert "note" not in everything(session, asked, whose="nia", notes=False)["relations"][0]
    found = everything(session, asked, whose="omar")
    assert found["relations"] == [] and "relation.add" not in json.dumps(found["changes"])


def test_erasing_somebody_leaves_nothing_of_what_they_were_to_others(office, session):
    office.add("amina", "nia", "child", note="Zqsecret words")
    office.change("nia", note="Zqsecret again")
    with unit_of_work(session, SYSTEM, intent="person.erase"):
        erasure.carry_out(session, SYSTEM, office["nia"], erasure_plan.plan(session, office["nia"]))
    assert rows(session) == 0 and office.said("amina", "auditor") == []
    kept = session.scalars(sa.select(AuditValue).where(AuditValue.field.in_(("note", "relation")))).all()
    assert kept and all(one.before is None and one.after is None for one in kept)
    assert list(audit.verify(session)) == []


def test_many_relations_cost_as_many_statements_as_one(app, office, session):
    office.add("amina", "nia", "child")

    def cost() -> int:
        session.rollback()
        actor, person = office.actor("worker"), office["amina"]
        with counted(app) as statements:
            relations.of_person(session, actor, person)
        return len(statements)

    few = cost()
    with committed(session):
        for number in range(30):
            other = make_person(session, f"Cousin Number{number}", vertical=office.here)
            relations.add(session, SYSTEM, office["amina"], other, kind="cousin")
    assert cost() == few and len(office.lines("amina")) == 31
