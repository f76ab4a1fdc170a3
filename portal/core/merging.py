"""Merging cases: a pointer, not a move.

Every row keeps the case it came with; the survivor shows the union, and what arrives for a merged case lands on it.
Undoing a merge therefore restores exactly. A merge never widens who may see what: visibility is asked of each row's
own case.
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import (
    audit,
    cases,
    clock,
    conflict_decisions,
    consents,
    reasons,
    same_people,
    suspensions,
    transitions,
)
from portal.core.actors import Actor
from portal.core.errors import CannotMerge, InvalidInput, StaleVersion
from portal.core.models import Case, CaseMerge, Conflict, ConflictCase
from portal.core.permissions import Permission, require, visible_cases
from portal.core.vocabulary import Action, ConflictStatus, Status


def merge(
    session: Session,
    actor: Actor,
    target: Case,
    sources: Sequence[Case],
    *,
    reason_code: str | None,
    text: str | None = None,
    version: int | None = None,
) -> Case:
    """Make the sources part of *target*; all or none. Needs the permission on every one of them.

    Open conflicts that name only these cases are resolved by it. Raises Forbidden, InvalidInput for a case merged into
    itself or named twice, CannotMerge with the rule that stands against it, StaleVersion.
    """
    code, text = reasons.given(reasons.MERGE, reason_code, text, text_with_other=True)
    numbers = [source.id for source in sources]
    check_names(target, numbers)
    held = {number: cases.find(session, actor, number, lock=True) for number in sorted({target.id, *numbers})}
    target, sources = held[target.id], [held[number] for number in numbers]
    if version is not None and version != target.version_id:
        raise StaleVersion("Somebody else changed this case meanwhile.", current_version=target.version_id)
    for case in (target, *sources):
        require(actor, Permission.MERGE, case)
    check(session, target, sources)
    for source in sources:
        _point(session, actor, source, target, code, text)
    _settle_conflicts(session, actor, target)
    target.last_actioned_at = clock.now()
    audit.append(session, actor, "case.merge_in", case=target, details={"cases": numbers, "reason_code": code})
    return target


def unmerge(
    session: Session, actor: Actor, source: Case, *, text: str | None = None, version: int | None = None
) -> Case:
    """Undo the merge of *source*: it is again what it was, and has what it had. Raises Forbidden, CannotMerge.

    ``text`` says why, for the history. What arrived on the survivor meanwhile stays there; conflicts that the merge
    resolved are open again. A case whose consent ended meanwhile is suspended at once.
    """
    target_id = source.merged_into_id
    if target_id is None:
        raise CannotMerge("This case is not merged into another.", why="not_merged", case=source.id)
    held = {number: cases.find(session, actor, number, lock=True) for number in sorted((source.id, target_id))}
    source, target = held[source.id], held[target_id]
    require(actor, Permission.MERGE, target)
    if source.merged_into_id != target_id:
        raise CannotMerge("The merge of this case was undone meanwhile.", why="not_merged", case=source.id)
    standing = CaseMerge.source_id == source.id, CaseMerge.undone_at.is_(None)
    edge = session.scalars(sa.select(CaseMerge).where(*standing)).one()
    source = transitions.change_status(
        session, actor, source, Action.UNMERGE, system_reason="UNMERGED", text=text, version=version
    )
    source.root_id = source.id
    source.status_reason, source.status_text = edge.prior_reason, edge.prior_text
    edge.undone_at = clock.now()
    _reopen_conflicts(session, actor, edge)
    target.last_actioned_at = clock.now()
    audit.append(session, actor, "case.unmerge_from", case=target, details={"case": source.id})
    suspensions.catch_up(session, actor, source)
    return source


def survivor(session: Session, actor: Actor, case: Case, *, lock: bool = False) -> Case:
    """The case on which something for *case* lands. Raises NotFound where *actor* may not see that one."""
    if case.merged_into_id is None:
        return case
    return cases.find(session, actor, case.root_id, lock=lock)


def group(session: Session, actor: Actor, case: Case) -> list[int]:
    """The numbers of the case and of those merged into it, as far as *actor* may see them."""
    query = sa.select(Case.id).where(Case.root_id == case.id, visible_cases(actor))
    return sorted({case.id, *session.scalars(query)})


def readable(session: Session, actor: Actor, case: Case) -> list[int]:
    """The numbers of the case and of those merged into it, of which *actor* may read what is written.

    Raises ConsentRequired once consent to the case itself was withdrawn.
    """
    cases.require_readable(session, case)
    numbers = group(session, actor, case)
    hidden = closed(session, numbers) if len(numbers) > 1 else set()
    return [number for number in numbers if number not in hidden]


def members(session: Session, actor: Actor, case: Case) -> dict[int, str]:
    """The references of the cases that were merged into this one, by number, as far as *actor* may see them."""
    query = sa.select(Case.id, Case.reference).where(Case.merged_into_id == case.id, visible_cases(actor))
    return {number: reference for number, reference in session.execute(query.order_by(Case.id))}


def closed(session: Session, joined: Collection[int]) -> set[int]:
    """Those of the merged cases of which nothing is read, though the survivor is: consent to them was withdrawn."""
    return consents.withdrawn_among(session, session.scalars(sa.select(Case).where(Case.id.in_(joined))))


def edges(session: Session, case: Case) -> list[CaseMerge]:
    """Every merge into or of this case, undone ones too, oldest first."""
    query = sa.select(CaseMerge).where(sa.or_(CaseMerge.source_id == case.id, CaseMerge.target_id == case.id))
    return list(session.scalars(query.order_by(CaseMerge.id)))


def check_names(target: Case, numbers: list[int]) -> None:
    """Raise InvalidInput where no source is named, one is named twice, or the target is among them."""
    if not numbers:
        raise InvalidInput("Name the cases to merge.", target="merge_case_ids", problem="missing")
    if target.id in numbers:
        raise InvalidInput("A case cannot be merged into itself.", target="merge_case_ids", why="self")
    if len(set(numbers)) != len(numbers):
        raise InvalidInput("A case is named twice.", target="merge_case_ids", why="repeated")


def check(session: Session, target: Case, sources: Sequence[Case]) -> None:
    """Raise CannotMerge for what would make a chain or a cycle, what is locked, and supports of different people."""
    if target.merged_into_id is not None:
        raise CannotMerge(f"{target.reference} was itself merged into another case.", why="chain", case=target.id)
    if target.lifecycle_status in (Status.ARCHIVED, Status.SUSPENDED):
        raise CannotMerge(f"{target.reference} is {target.lifecycle_status.value}.", why="state", case=target.id)
    for source in sources:
        if source.merged_into_id is not None:
            raise CannotMerge(f"{source.reference} was merged already.", why="already_merged", case=source.id)
        if source.lifecycle_status in (Status.ARCHIVED, Status.SUSPENDED):
            raise CannotMerge(f"{source.reference} is {source.lifecycle_status.value}.", why="state", case=source.id)
        if target.lifecycle_status is Status.CLOSED and source.lifecycle_status is not Status.CLOSED:
            raise CannotMerge(
                f"{target.reference} is closed; reopen it first, or work would be hidden in it.",
                why="state",
                case=target.id,
            )
        if session.scalar(sa.select(Case.id).where(Case.merged_into_id == source.id).limit(1)) is not None:
            raise CannotMerge(
                f"Other cases were merged into {source.reference}; undo that first, or merge the other way round.",
                why="chain",
                case=source.id,
            )
        if _subject_counts(target, source) and not same_subject(session, target, source):
            raise CannotMerge(
                f"{source.reference} supports somebody else than {target.reference}.", why="subject", case=source.id
            )


def _subject_counts(target: Case, source: Case) -> bool:
    """Whether either rests on consent: a consent is of one person and goes no further."""
    return any(consents.asked_for(case.primary_vertical, case.origin) for case in (target, source))


def same_subject(session: Session, one: Case, other: Case) -> bool:
    """Whether both support the same household or person, in whichever record of that person."""
    if one.subject_household_id is not None or other.subject_household_id is not None:
        return one.subject_household_id == other.subject_household_id
    if one.subject_person_id is None or other.subject_person_id is None:
        return one.subject_person_id == other.subject_person_id
    return other.subject_person_id in same_people.records(session, [one.subject_person_id])[one.subject_person_id]


def _point(session: Session, actor: Actor, source: Case, target: Case, code: str, text: str | None) -> None:
    edge = CaseMerge(
        source_id=source.id,
        target_id=target.id,
        prior_status=source.lifecycle_status.value,
        prior_reason=source.status_reason,
        prior_text=source.status_text,
        reason_code=code,
        reason_text=text,
        actor_id=actor.user_id,
    )
    session.add(edge)
    source = transitions.change_status(session, actor, source, Action.MERGE, reason=code, text=text)
    source.status_reason, source.status_text = "MERGED", None
    source.merged_into_id = source.root_id = target.id
    session.flush()


def _settle_conflicts(session: Session, actor: Actor, target: Case) -> None:
    """An open conflict among cases that are one now is settled."""
    numbers = set(session.scalars(sa.select(Case.id).where(Case.root_id == target.id)))
    for conflict, members in conflicts_among(session, numbers):
        if conflict.status == ConflictStatus.OPEN and members <= numbers:
            conflict_decisions.close(session, actor, conflict, ConflictStatus.RESOLVED, "MERGED", None)


def _reopen_conflicts(session: Session, actor: Actor, edge: CaseMerge) -> None:
    """What this merge settled has to be decided after all."""
    for conflict, members in conflicts_among(session, {edge.source_id}):
        settled = conflict.resolution_code == "MERGED" and conflict.decided_at is not None
        if settled and edge.target_id in members and conflict.decided_at >= edge.at:
            conflict_decisions.reopen(session, actor, conflict)


def conflicts_among(session: Session, numbers: set[int]) -> list[tuple[Conflict, set[int]]]:
    """Every conflict that names one of these cases, with the numbers of all that it names."""
    naming = sa.select(ConflictCase.conflict_id).where(ConflictCase.case_id.in_(numbers))
    found = session.scalars(sa.select(Conflict).where(Conflict.id.in_(naming)).order_by(Conflict.id)).all()
    return [
        (
            conflict,
            set(session.scalars(sa.select(ConflictCase.case_id).where(ConflictCase.conflict_id == conflict.id))),
        )
        for conflict in found
    ]
