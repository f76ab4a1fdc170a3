"""Merging as a pointer: nothing moves, what arrives lands on the survivor, and undoing restores exactly."""

import itertools

import pytest
import sqlalchemy as sa

from portal.core import audit, cases, conflicts, merge_preview, merging, notes, transitions
from portal.core.errors import CannotMerge, Forbidden, InvalidInput, InvalidTransition, NotFound, ReadOnly
from portal.core.models import Base, Case, CaseMerge, Conflict
from portal.core.vocabulary import Action, ConflictScope, Status
from tests.core.offices import build
from tests.factories import committed, make_case, make_participant, make_person, put_into

# These may only grow: they tell what happened.
GROW = {"case_status_history", "case_merges", "audit_events", "audit_chains", "audit_values", "conflicts"}
# Of the case itself, times and the version are apart.
MOMENTS = {"version_id", "updated_at", "last_actioned_at"}


@pytest.fixture
def office(session):
    made = build(session)
    made.consent()
    return made


def merge(office, target, *sources, actor=None, **more):
    actor = actor or office.supervisor
    more = {"reason_code": "DUPLICATE_RECORD", **more}
    return office.do(
        actor,
        lambda s: merging.merge(
            s, actor, cases.find(s, actor, target), [cases.find(s, actor, n) for n in sources], **more
        ),
    )


def unmerge(office, source, actor=None):
    actor = actor or office.supervisor
    return office.do(actor, lambda s: merging.unmerge(s, actor, cases.find(s, actor, source)))


def everything(session) -> dict[str, list[dict]]:
    """Every row of every table, but for those that tell what happened."""
    session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name in GROW:
            continue
        rows = [dict(row) for row in session.execute(sa.select(table).order_by(*table.primary_key)).mappings()]
        if table.name == "cases":
            rows = [{name: value for name, value in row.items() if name not in MOMENTS} for row in rows]
        found[table.name] = rows
    return found


def refused(office, target, *sources, **more) -> str:
    with pytest.raises(CannotMerge) as caught:
        merge(office, target, *sources, **more)
    assert caught.value.message.endswith(".")
    return caught.value.details["why"]


def test_a_merged_case_points_at_its_survivor_and_nothing_moves(office):
    target, source = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE)
    for number in (target, source):
        office.do(office.worker, lambda s, n=number: notes.write(s, office.worker, s.get(Case, n), f"of {n}"))
    merge(office, target, source)
    merged = office.case(source)
    assert (merged.lifecycle_status, merged.status_reason) == (Status.ARCHIVED, "MERGED")
    assert (merged.merged_into_id, merged.root_id) == (target, target)
    assert [(note.case_id, note.text) for note in office.session.query(notes.Note).order_by(notes.Note.id)] == [
        (target, f"of {target}"),
        (source, f"of {source}"),
    ]
    assert merging.group(office.session, office.worker, office.case(target)) == [target, source]
    assert list(audit.verify(office.session)) == []


def test_what_is_written_to_a_merged_case_lands_on_the_survivor(office):
    target, source = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE)
    merge(office, target, source)
    made = office.do(office.worker, lambda s: notes.write(s, office.worker, s.get(Case, source), "late"))
    assert office.session.get(notes.Note, made).case_id == target
    assert merging.survivor(office.session, office.worker, office.case(source)).id == target


@pytest.mark.parametrize("status", [Status.DRAFT, Status.SUBMITTED, Status.ACTIVE, Status.STABILIZED, Status.REOPENED])
def test_merging_and_undoing_it_is_the_identity(office, status):
    target, source = office.opened(Status.ACTIVE), office.opened(status)
    with committed(office.session):
        make_participant(office.session, office.case(source), office.vertical(office.health), opted_in=False)
        office.case(source).owner_id = office.worker.user_id
        office.case(source).status_reason = "NEW_INFORMATION" if status is Status.REOPENED else None
    office.do(office.worker, lambda s: notes.write(s, office.worker, s.get(Case, source), "mine"))
    before, versions = everything(office.session), [office.case(n).version_id for n in (target, source)]
    conflicts_before = office.session.execute(sa.select(Conflict.__table__)).mappings().all()
    merge(office, target, source, reason_code="OTHER", text="One and the same")
    assert everything(office.session) != before
    unmerge(office, source)
    assert everything(office.session) == before
    assert office.session.execute(sa.select(Conflict.__table__)).mappings().all() == conflicts_before
    assert [office.case(n).version_id for n in (target, source)] > versions
    edge = office.session.query(CaseMerge).one()
    assert edge.undone_at is not None
    steps = [(h.action, h.to_status) for h in transitions.history(office.session, office.case(source))]
    assert steps[-2:] == [("merge", Status.ARCHIVED), ("unmerge", status)]


def test_a_closed_case_keeps_why_it_was_closed(office):
    target, source = office.opened(Status.STABILIZED), office.opened(Status.STABILIZED)
    for number in (target, source):
        office.step(office.worker, number, Action.CLOSE, reason="OBJECTIVES_MET", note="well done")
    merge(office, target, source)
    unmerge(office, source)
    found = office.case(source)
    assert (found.lifecycle_status, found.status_reason, found.archived_at) == (Status.CLOSED, "OBJECTIVES_MET", None)
    merge(office, target, source)  # and it can be merged again
    assert office.case(source).merged_into_id == target


def test_self_repetition_chain_cycle_and_already_merged_are_refused_with_a_reason(office):
    a, b, c = (office.opened(Status.ACTIVE) for _ in range(3))
    for sources in ((a,), (b, b), ()):
        with pytest.raises(InvalidInput):
            merge(office, a, *sources)
    merge(office, a, b)
    assert refused(office, b, c) == "chain"  # into one that was merged itself
    assert refused(office, c, a) == "chain"  # one that others were merged into
    assert refused(office, b, a) == "chain"  # the cycle
    assert refused(office, c, b) == "already_merged"
    merge(office, a, c)
    assert merging.group(office.session, office.supervisor, office.case(a)) == [a, b, c]
    assert refused(office, a, b) == "already_merged"


def test_all_or_none(office):
    a, b, locked = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE), office.opened(Status.SUSPENDED)
    assert refused(office, a, b, locked) == "state"
    assert office.case(b).lifecycle_status is Status.ACTIVE
    assert office.session.query(CaseMerge).count() == 0


@pytest.mark.parametrize(
    ("target", "source"),
    [
        (Status.ARCHIVED, Status.ACTIVE),
        (Status.SUSPENDED, Status.ACTIVE),
        (Status.ACTIVE, Status.ARCHIVED),
        (Status.ACTIVE, Status.SUSPENDED),
        (Status.CLOSED, Status.ACTIVE),
    ],
)
def test_locked_cases_are_not_merged_and_work_is_not_hidden_in_a_closed_one(office, target, source):
    assert refused(office, office.opened(target), office.opened(source)) == "state"


def test_supports_of_different_people_stay_apart_where_consent_counts(office):
    with committed(office.session):
        other = make_person(office.session, "Omar Testperson", verified=True).id
    office.consent(person=other)
    target, source = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE, subject=other)
    assert refused(office, target, source) == "subject"
    shown = merge_preview.preview(office.session, office.supervisor, office.case(target), [office.case(source)])
    assert shown.refusal.details["why"] == "subject"
    with committed(office.session):  # once both records are known to be one person
        office.person(other).root_id = office.subject
    merge(office, target, source)


def test_where_no_consent_is_asked_for_the_people_of_both_stay_and_the_preview_says_so(office):
    with committed(office.session):
        other = make_person(office.session, "Omar Testperson").id
    target = office.opened(Status.ACTIVE, vertical=office.desk)
    source = office.opened(Status.ACTIVE, vertical=office.desk, subject=other)
    office.do(office.worker, lambda s: notes.write(s, office.worker, s.get(Case, source), "counted"))
    shown = merge_preview.preview(office.session, office.supervisor, office.case(target), [office.case(source)])
    assert shown.refusal is None and "people of both cases are not the same" in shown.warnings[0]
    kinds = {kind.name: (kind.of_target, kind.of_sources) for kind in shown.kinds}
    assert kinds["notes"] == (0, 1)
    assert kinds["case_status_history"] == (4, 4)
    merge(office, target, source)
    assert office.case(source).subject_person_id == other


def test_the_permission_is_needed_on_every_case(office):
    target, source = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE)
    with pytest.raises(Forbidden):
        merge(office, target, source, actor=office.worker)
    with pytest.raises(NotFound):
        merge(office, target, source, actor=office.stranger)
    merge(office, target, source)
    with pytest.raises(Forbidden):
        unmerge(office, source, office.worker)


def test_a_merged_case_takes_no_step_but_undoing_and_says_where_it_went(office):
    target, source = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE)
    merge(office, target, source)
    for action in (Action.SUBMIT, Action.SUSPEND, Action.CLOSE, Action.REOPEN, Action.ARCHIVE):
        with pytest.raises(InvalidTransition) as caught:
            office.step(office.administrator, source, action, reason="OTHER", text="x")
        assert caught.value.details["merged_into"] == target
    with pytest.raises(ReadOnly):
        office.do(office.worker, lambda s: cases.update(s, office.worker, s.get(Case, source), {"summary": "x"}))
    unmerge(office, source)
    with pytest.raises(CannotMerge):
        unmerge(office, source)
    with committed(office.session):
        put_into(office.session, office.case(source), Status.ARCHIVED)
    with pytest.raises(CannotMerge):
        unmerge(office, source)


def test_who_loses_against_another_undoing_is_told_and_why_it_was_undone_is_kept(office):
    target, source = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE)
    merge(office, target, source)

    def first(session):
        return merging.unmerge(session, office.supervisor, session.get(Case, source), text="Two families")

    def late(session):
        case = session.get(Case, source)
        sa.orm.attributes.set_committed_value(case, "merged_into_id", target)  # as it was read before the other came
        return merging.unmerge(session, office.supervisor, case)

    office.do(office.supervisor, first)
    with pytest.raises(CannotMerge, match="undone meanwhile"):
        office.do(office.supervisor, late)
    step = transitions.history(office.session, office.case(source))[-1]
    assert (step.action, step.reason_text) == ("unmerge", "Two families")


def test_an_open_conflict_of_the_two_is_settled_by_the_merge_and_open_again_after_it(office):
    target, source = office.opened(Status.ACTIVE), office.opened(Status.VERIFIED)
    number = office.do(
        office.worker,
        lambda s: conflicts.check(s, office.worker, s.get(Case, source), ConflictScope.PRIMARY).conflict,
    )
    merge(office, target, source)
    found = office.session.get(Conflict, number, populate_existing=True)
    assert (found.status, found.resolution_code) == ("resolved", "MERGED")
    unmerge(office, source)
    found = office.session.get(Conflict, number, populate_existing=True)
    assert (found.status, found.resolution_code, found.decided_at) == ("open", None, None)


def test_a_case_that_comes_back_after_its_consent_ended_is_suspended_at_once(office):
    target, source = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE)
    merge(office, target, source)
    office.withdraw(1)
    assert office.case(target).lifecycle_status is Status.SUSPENDED
    assert office.case(source).lifecycle_status is Status.ARCHIVED
    unmerge(office, source)
    assert (office.case(source).lifecycle_status, office.case(source).prior_status) == (Status.SUSPENDED, Status.ACTIVE)
    office.consent()
    assert office.case(source).lifecycle_status is Status.ACTIVE


def test_a_merge_never_widens_who_sees_what(office):
    target, source = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE)
    office.consent(office.health)
    with committed(office.session):
        make_participant(office.session, office.case(source), office.vertical(office.health))
    merge(office, target, source)
    assert merging.group(office.session, office.healer, office.case(source)) == [source]
    with pytest.raises(NotFound):
        merging.survivor(office.session, office.healer, office.case(source))


def test_counts_are_conserved(office):
    with committed(office.session):
        numbers = [
            make_case(office.session, office.vertical(office.care), subject=office.person()).id for _ in range(3)
        ]
    for number, times in itertools.product(numbers, range(2)):
        office.do(office.worker, lambda s, n=number, t=times: notes.write(s, office.worker, s.get(Case, n), f"{n} {t}"))
    before = {name: len(rows) for name, rows in everything(office.session).items()}
    merge(office, numbers[0], *numbers[1:])
    assert {name: len(rows) for name, rows in everything(office.session).items()} == before
