"""What a sender says of its case: its own row beside the case (contract 003), overwritten by that sender alone.

Two senders may speak of one case, and a case may be merged into another; a sender's overwrite never reaches further
than its own row. Only while a case has that one external origin, and as long as nobody in the office has
changed it, do its summary and priority follow what the sender says.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from portal.core import audit, cases
from portal.core.actors import Actor
from portal.core.errors import InvalidInput, Refused
from portal.core.models import Case, CorrespondenceCase, CorrespondenceField
from portal.core.permissions import Permission
from portal.core.vocabulary import Origin, Priority, Status

MOST_FIELDS = 10

# What a sender may say of a case, in the order of its contract, and where each is kept.
COLUMNS = {
    "source": "source",
    "created": "external_created",
    "updated": "external_updated",
    "subject": "subject",
    "inbox": "inbox",
    "status": "status",
    "tags": "tags",
    "priority": "priority",
}
FIELDS = "fields"
NAMES = (*COLUMNS, FIELDS)

ReadPriority = Callable[[str | None], Priority | None]


@dataclass(frozen=True)
class Held:
    """A sender's row, the case that it opened, and the case this now stands for; all locked.

    ``own`` and ``case`` differ where the case was merged into another.
    """

    facet: CorrespondenceCase
    own: Case
    case: Case

    @property
    def is_locked(self) -> bool:
        """Whether the case takes no change now. Mail it takes always: it is a fact."""
        return self.case.lifecycle_status in (Status.SUSPENDED, Status.ARCHIVED)

    @property
    def is_merged(self) -> bool:
        """Whether what the sender says lands on another case than it opened."""
        return self.own is not self.case


def find(session: Session, actor: Actor, case_uid: str) -> CorrespondenceCase | None:
    """The row of *actor*'s organisation with that ``caseUid``, whether or not its case may be seen."""
    query = sa.select(CorrespondenceCase).where(
        CorrespondenceCase.organisation_id == actor.organisation_id, CorrespondenceCase.case_uid == case_uid
    )
    return session.scalar(query)


def hold(session: Session, actor: Actor, case_uid: str) -> Held | None:
    """Lock what *case_uid* stands for; None where the sender has not spoken of it yet. Raises NotFound."""
    facet = find(session, actor, case_uid)
    if facet is None:
        return None
    own = cases.find(session, actor, facet.case_id)
    locked = _locked(session, {own.id, own.root_id})
    if own.root_id not in locked:  # merged at this moment
        locked |= _locked(session, {own.root_id})
    session.refresh(facet)
    return Held(facet, own, locked[own.root_id])


def _locked(session: Session, numbers: set[int]) -> dict[int, Case]:
    query = sa.select(Case).where(Case.id.in_(numbers)).order_by(Case.id).options(joinedload(Case.primary_vertical))
    fresh = query.with_for_update(of=Case).execution_options(populate_existing=True)
    return {case.id: case for case in session.scalars(fresh)}


def values_of(facet: CorrespondenceCase) -> dict[str, Any]:
    """What the sender last said, by name; custom fields as a mapping."""
    said = {name: getattr(facet, column) for name, column in COLUMNS.items()}
    return {**said, "tags": list(facet.tags), FIELDS: {row.name: row.value for row in facet.fields}}


def left_alone(facet: CorrespondenceCase, said: Mapping[str, Any]) -> list[str]:
    """The names of what a locked case keeps as it is: all that is said, and all that leaving it out would clear."""
    kept = values_of(facet)
    return [name for name in NAMES if said.get(name) or kept[name]]


def overwrite(
    session: Session, actor: Actor, held: Held, said: Mapping[str, Any], *, read_priority: ReadPriority
) -> set[str]:
    """Let the sender's row say what is in *said*, and nothing else; returns the names of what changed.

    What was there before is kept in the audit. Raises InvalidInput for more custom fields than there may be.
    """
    facet, before = held.facet, values_of(held.facet)
    if len(said.get(FIELDS) or ()) > MOST_FIELDS:
        raise InvalidInput(f"A case has at most {MOST_FIELDS} custom fields.", target=FIELDS)
    changed = {name for name, value in said.items() if value != before[name]}
    if not changed:
        return changed
    for name in changed - {FIELDS}:
        setattr(facet, COLUMNS[name], said[name])
    if FIELDS in changed:
        _set_fields(facet, said[FIELDS])
    session.flush()
    cleared = sorted(name for name in changed if not said[name])
    details = {"correspondence": facet.id, "fields": sorted(changed), "cleared": cleared}
    values = {name: (_text(before[name]), _text(said[name])) for name in changed}
    action = "correspondence.change" if changed - {"updated"} else "correspondence.stamp"
    audit.append(session, actor, action, case=held.case, details=details, values=values)
    _let_follow(session, actor, held, before, read_priority)
    return changed


def _set_fields(facet: CorrespondenceCase, wanted: Mapping[str, str]) -> None:
    """Custom fields keep their rows: one that is deleted and added again would meet itself at the constraint."""
    for row in list(facet.fields):
        if row.name in wanted:
            row.value = wanted[row.name]
        else:
            facet.fields.remove(row)
    known = {row.name for row in facet.fields}
    facet.fields += [CorrespondenceField(name=name, value=wanted[name]) for name in wanted if name not in known]


def _let_follow(
    session: Session, actor: Actor, held: Held, before: Mapping[str, Any], read_priority: ReadPriority
) -> None:
    """Let the case follow its only sender where nobody in the office has changed it since."""
    case, facet = held.case, held.facet
    if not is_only_origin(session, held):
        return
    keep_word(session, case, facet.status)
    changes: dict[str, Any] = {}
    if facet.subject != before["subject"] and case.summary == before["subject"]:
        changes["summary"] = facet.subject
    as_it_came = (read_priority(before["priority"]) or Priority.MEDIUM, before["priority"])
    if facet.priority != before["priority"] and (case.priority, case.priority_raw) == as_it_came:
        changes["priority"] = read_priority(facet.priority) or Priority.MEDIUM
        changes["priority_raw"] = facet.priority
    if not changes:
        return
    try:
        cases.require_editable(session, actor, case, Permission.UPDATE)
    except Refused:
        return  # a closed case keeps its summary; the sender's row has what was said
    cases.update(session, actor, case, changes)


def is_only_origin(session: Session, held: Held) -> bool:
    """Whether the case came by this sender alone: opened by it, with no other sender and no case merged into it."""
    case = held.case
    if held.is_merged or case.origin is not Origin.CORRESPONDENCE:
        return False
    others = sa.select(CorrespondenceCase.id).where(
        CorrespondenceCase.case_id == case.id, CorrespondenceCase.id != held.facet.id
    )
    merged = sa.select(Case.id).where(Case.root_id == case.id, Case.id != case.id)
    return not session.scalar(sa.select(sa.or_(others.exists(), merged.exists())))


def keep_word(session: Session, case: Case, word: str | None) -> None:
    """Show the sender's own word for the status on its case. It changes nothing and makes no open form stale."""
    _quietly(session, case, external_status=word)


def call_attention(session: Session, case: Case) -> None:
    """Put the case before a caseworker, without making anybody's open form stale."""
    _quietly(session, case, needs_triage=True)


def _quietly(session: Session, case: Case, **values: Any) -> None:
    session.execute(sa.update(Case.__table__).where(Case.__table__.c.id == case.id).values(**values))
    for name, value in values.items():
        set_committed_value(case, name, value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value.isoformat()
