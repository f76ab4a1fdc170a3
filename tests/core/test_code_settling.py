"""Codes that no list knew: mapped once for all, for reports to come and for the cases that carry them."""

import pytest

from portal.core import audit, code_mapping, code_settling, intake
from portal.core.code_mapping import Mapped
from portal.core.errors import Forbidden, InvalidInput
from portal.core.models import (
    AuditEvent,
    AuditValue,
    Case,
    CasePerson,
    CodeMapping,
    CodeValue,
    PersonIdentifier,
    UnmappedCode,
)
from portal.core.told import Doubt
from portal.core.vocabulary import Role, Status
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_organisation,
    make_person,
    make_user,
    make_vertical,
    put_into,
)

LISTS = ("case_category", "sex", "relationship", "health", "national_id_type")


@pytest.fixture
def administrator(session):
    """An administrator; each list has one value, ``ours``."""
    with committed(session):
        session.add_all(CodeValue(list_name=name, value="ours", label="Ours") for name in LISTS)
        return actor_of(session, make_user(session, Role.ADMINISTRATOR))


@pytest.fixture
def partner(session):
    """A partner organisation."""
    with committed(session):
        return make_organisation(session)


def reported(session, partner, list_name="case_category", *, note="", **facts):
    """A case of the partner that carries the code 999 of a list."""
    with committed(session):
        vertical = make_vertical(session)
        case = make_case(session, vertical, **{"organisation_id": partner.id, "category": "999", **facts})
        intake.keep_doubts(session, case, [Doubt(list_name, "some.field", "999", note)])
        return case


def map_it(session, actor, partner, list_name="case_category", value="ours"):
    """Map 999 and settle what can be settled at once."""
    with committed(session):
        mapping = code_mapping.map_once(session, actor, partner, list_name, "999", value)
        return code_settling.settle(session, actor, mapping)


def flags(session):
    """How many values are flagged."""
    return session.query(UnmappedCode).count()


def test_codes_are_counted_by_who_sent_them_with_what_can_be_changed_now(session, administrator, partner):
    for _ in range(2):
        reported(session, partner)
    closed = reported(session, partner)
    with committed(session):
        put_into(session, closed, Status.CLOSED)
        other = make_organisation(session)
    reported(session, other)
    reported(session, other, note="a doubt about this report alone")
    reported(session, other, "priority")
    found = [(one.organisation_id, one.raw, one.cases, one.changeable) for one in listed(session, administrator)]
    assert found == [(partner.id, "999", 3, 2), (other.id, "999", 1, 1)]
    assert [one.organisation for one in listed(session, administrator, organisation_id=other.id)] == [other.name]
    assert listed(session, administrator, list_name="sex") == []


def listed(session, actor, **wanted):
    """The codes that are open."""
    return code_settling.listed(session, actor, **wanted)


def test_a_mapped_code_counts_for_reports_to_come_of_this_sender_alone(session, administrator, partner):
    reported(session, partner)
    assert map_it(session, administrator, partner) == 1
    asked = [("case_category", "999")]
    assert code_mapping.known(session, partner.id, asked).meaning(*asked[0]) == "ours"
    assert code_mapping.known(session, 1, asked).meaning(*asked[0]) is None
    assert listed(session, administrator) == []


def test_cases_that_carry_it_are_changed_and_lose_their_flag(session, administrator, partner):
    case = reported(session, partner)
    version = case.version_id
    map_it(session, administrator, partner)
    assert (case.category, flags(session)) == ("ours", 0)
    assert case.version_id == version + 1
    event = session.query(AuditEvent).filter_by(case_id=case.id, action="case.code_mapped").one()
    kept = session.query(AuditValue).filter_by(event_id=event.id).one()
    assert (kept.field, kept.before, kept.after) == ("category", "999", "ours")
    assert (event.actor_id, event.details["raw"]) == (administrator.user_id, "999")
    assert list(audit.verify(session)) == []


def test_what_somebody_corrected_meanwhile_stays(session, administrator, partner):
    case = reported(session, partner, category="chosen by hand")
    map_it(session, administrator, partner)
    assert (case.category, flags(session)) == ("chosen by hand", 0)


def test_a_closed_case_keeps_its_code_until_it_is_opened_again(session, administrator, partner):
    case = reported(session, partner)
    with committed(session):
        put_into(session, case, Status.CLOSED)
    assert map_it(session, administrator, partner) == 0
    assert (case.category, flags(session)) == ("999", 1)
    with committed(session):
        put_into(session, case, Status.REOPENED)
    with committed(session):
        assert code_settling.settle(session) == 1
    assert (case.category, flags(session)) == ("ours", 0)


def test_many_cases_are_settled_part_by_part(session, administrator, partner, monkeypatch):
    monkeypatch.setattr(code_settling, "AT_ONCE", 2)
    for _ in range(5):
        reported(session, partner)
    assert map_it(session, administrator, partner) == 2
    parts = []
    for _ in range(3):
        with committed(session):
            parts.append(code_settling.settle(session))
    assert parts == [2, 1, 0]
    assert {case.category for case in session.query(Case)} == {"ours"}


@pytest.mark.parametrize(
    ("list_name", "fact", "of_part"),
    [("sex", "sex", False), ("relationship", "relationship_code", True), ("health", "health", True)],
)
def test_codes_of_people_and_of_their_part_are_given_their_meaning(
    session, administrator, partner, list_name, fact, of_part
):
    case = reported(session, partner, list_name)
    with committed(session):
        people = [make_person(session, name) for name in ("Amina Testperson", "Ola Testperson")]
        parts = [CasePerson(case_id=case.id, person_id=one.id, role="client") for one in people]
        session.add_all(parts)
        holders = parts if of_part else people
        setattr(holders[0], fact, "999")
        setattr(holders[1], fact, "another")
    map_it(session, administrator, partner, list_name)
    assert [getattr(holder, fact) for holder in holders] == ["ours", "another"]
    event = session.query(AuditEvent).filter_by(action="person.code_mapped").one()
    assert event.chain_key == f"person:{people[0].id}"
    assert flags(session) == 0


def test_the_kind_of_a_claimed_identity_number_is_given_its_meaning_and_of_a_verified_one_not(
    session, administrator, partner
):
    case = reported(session, partner, "national_id_type")
    with committed(session):
        person = make_person(session)
        session.add(CasePerson(case_id=case.id, person_id=person.id, role="client"))
        rows = [
            PersonIdentifier(person_id=person.id, kind="999", value=str(place), blind=str(place)) for place in (1, 2)
        ]
        rows[1].verified_at = case.created_at
        session.add_all(rows)
    map_it(session, administrator, partner, "national_id_type")
    assert [row.kind for row in rows] == ["ours", "999"]


def test_a_code_is_mapped_to_a_value_of_its_list(session, administrator, partner):
    for value in ("", "theirs"):
        with pytest.raises(InvalidInput):
            map_it(session, administrator, partner, value=value)
    with pytest.raises(InvalidInput), committed(session):
        code_mapping.map_once(session, administrator, partner, "sex", "9" * 65, "ours")


def test_mapping_it_again_changes_it_and_both_are_kept(session, administrator, partner):
    with committed(session):
        session.add(CodeValue(list_name="case_category", value="other", label="Other"))
    for value in ("ours", "other"):
        map_it(session, administrator, partner, value=value)
    assert session.query(CodeMapping).one().value == "other"
    kept = session.query(AuditValue).order_by(AuditValue.id).all()
    assert [(value.before, value.after) for value in kept] == [(None, "ours"), ("ours", "other")]


def test_what_was_mapped_is_read_with_its_words(session, administrator, partner):
    reported(session, partner)
    assert code_mapping.mapped(session, administrator, partner) == []
    assert code_mapping.meaning(session, administrator, partner, "case_category", "999") is None
    map_it(session, administrator, partner)
    with committed(session):
        other = make_organisation(session)
    assert code_mapping.mapped(session, administrator, other) == []
    assert code_mapping.mapped(session, administrator, partner) == [Mapped("case_category", "999", "ours", "Ours")]
    assert code_mapping.meaning(session, administrator, partner, "case_category", "999") == "ours"


def test_one_code_is_found_with_its_cases_or_without_any(session, administrator, partner):
    reported(session, partner)
    found = code_settling.find(session, administrator, partner, "case_category", "999")
    assert (found.organisation, found.cases, found.changeable) == (partner.name, 1, 1)
    assert code_settling.find(session, administrator, partner, "case_category", "1").cases == 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_codes_are_an_administrators_business(session, administrator, partner, role):
    with committed(session):
        actor = actor_of(session, make_user(session, role))
    with pytest.raises(Forbidden):
        map_it(session, actor, partner)
    with pytest.raises(Forbidden):
        listed(session, actor)
    with pytest.raises(Forbidden):
        code_settling.find(session, actor, partner, "sex", "1")
    with pytest.raises(Forbidden):
        code_mapping.mapped(session, actor, partner)
    with pytest.raises(Forbidden):
        code_mapping.meaning(session, actor, partner, "sex", "1")
