"""The cases of a conflict side by side: what is said of each, field by field, and whether it is the same support."""

import enum
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import clock, households, same_people
from portal.core.models import Case, Household, HouseholdMember, Participant, Service
from portal.core.vocabulary import ParticipantStatus

# What was told or written, and so is read by nobody once consent was withdrawn.
_WRITTEN = frozenset({"services", "summary"})
HIDDEN = object()  # stands for a value that is not for anybody


class Verdict(enum.StrEnum):
    """How what is said of the cases agrees."""

    SAME = "same"
    ALIKE = "alike"  # a household and one of its members; some of several
    OVERLAP = "overlap"  # times that are not the same, but meet
    DIFFERENT = "different"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True)
class Row:
    """One field: what each case says of it, in the order of the cases, and how that agrees."""

    field: str  # an identifier, put into words by whoever shows it
    values: list[Any]
    verdict: Verdict


def compare(session: Session, cases: Sequence[Case], *, closed: Collection[int] = ()) -> list[Row]:
    """Every field of *cases*, which the reader may see, in a fixed number of statements.

    Of those that a withdrawn consent has *closed*, nothing that was written is told.
    """
    services, others = _services(session, cases), _taking_part(session, cases)
    subjects = [case.subject_person or case.subject_household for case in cases]
    periods = [(case.active_from, case.active_until) for case in cases]
    rows = [
        Row("subject", subjects, _of_subjects(session, cases)),
        Row("vertical", [case.primary_vertical for case in cases], _of([case.primary_vertical_id for case in cases])),
        Row("programme", [case.program for case in cases], _of([case.program_id for case in cases])),
        Row("services", services, _of_sets(services)),
        Row("participants", others, _of_sets(others)),
        Row("period", periods, _of_periods(cases)),
        Row("status", [case.lifecycle_status for case in cases], _of([case.lifecycle_status for case in cases])),
        Row("owner", [case.owner for case in cases], _of([case.owner_id for case in cases])),
        Row("summary", [case.summary for case in cases], Verdict.NOT_COMPARED),
        Row("opened", [case.created_at for case in cases], Verdict.NOT_COMPARED),
    ]
    if closed:
        rows = [_without(row, [case.id in closed for case in cases]) for row in rows]
    if len(cases) < 2:  # the others are not for this reader: there is nothing to compare with
        return [Row(row.field, row.values, Verdict.NOT_COMPARED) for row in rows]
    return rows


def _without(row: Row, closed: Sequence[bool]) -> Row:
    if row.field not in _WRITTEN:
        return row
    values = [HIDDEN if gone else value for value, gone in zip(row.values, closed, strict=True)]
    return Row(row.field, values, Verdict.NOT_COMPARED)


def _of(values: Sequence[Any]) -> Verdict:
    if all(value is None for value in values):
        return Verdict.NOT_COMPARED
    return Verdict.SAME if len(set(values)) == 1 else Verdict.DIFFERENT


def _of_sets(values: Sequence[Sequence[str]]) -> Verdict:
    if not any(values):
        return Verdict.NOT_COMPARED
    sets = [set(value) for value in values]
    if all(one == sets[0] for one in sets):
        return Verdict.SAME
    shared = any(one & other for number, one in enumerate(sets) for other in sets[number + 1 :])
    return Verdict.ALIKE if shared else Verdict.DIFFERENT


def _of_periods(cases: Sequence[Case]) -> Verdict:
    """As the check reads them: what has not begun begins now at the earliest, what has no end does not end."""
    now = clock.now()
    spans = [(case.active_from or now, case.active_until) for case in cases]
    if len({(case.active_from, case.active_until) for case in cases}) == 1:
        return Verdict.SAME
    last_start = max(start for start, _ in spans)
    return Verdict.OVERLAP if all(end is None or end > last_start for _, end in spans) else Verdict.DIFFERENT


def _of_subjects(session: Session, cases: Sequence[Case]) -> Verdict:
    """The same person in any of their records, the same household; alike are a household and who belongs to it."""
    people = {case.subject_person_id for case in cases if case.subject_person_id is not None}
    homes = {case.subject_household_id for case in cases if case.subject_household_id is not None}
    records = same_people.records(session, people) if people else {}
    groups = {min(records[person]) for person in people}
    if len(groups) + len(homes) == 1 and all(case.subject_person_id or case.subject_household_id for case in cases):
        return Verdict.SAME
    everybody = {record for person in people for record in records[person]}
    member = sa.select(HouseholdMember.person_id).where(
        HouseholdMember.household_id.in_(homes), households.is_member_now()
    )
    leader = sa.select(Household.leader_id).where(Household.id.in_(homes))
    living_there = set(session.scalars(sa.union(member, leader)))
    return Verdict.ALIKE if everybody & living_there else Verdict.DIFFERENT


def _services(session: Session, cases: Sequence[Case]) -> list[list[str]]:
    query = sa.select(Service.case_id, Service.label, Service.code).where(
        Service.case_id.in_([case.id for case in cases])
    )
    found: dict[int, set[str]] = defaultdict(set)
    for number, label, code in session.execute(query):
        found[number].add(label or code or "")
    return [sorted(found[case.id] - {""}) for case in cases]


def _taking_part(session: Session, cases: Sequence[Case]) -> list[list[str]]:
    query = sa.select(Participant).where(
        Participant.case_id.in_([case.id for case in cases]), Participant.status == ParticipantStatus.OPTED_IN
    )
    found: dict[int, set[str]] = defaultdict(set)
    for part in session.scalars(query.options(joinedload(Participant.vertical))):
        found[part.case_id].add(part.vertical.name)
    return [sorted(found[case.id]) for case in cases]
