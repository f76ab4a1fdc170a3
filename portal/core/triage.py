"""Triage: reports that came from outside are looked at by somebody here, who takes them in or says why not.

A report waits until it is accepted, refused with a reason (``Action.REFUSE``), archived, or merged into a case that
exists. Nothing of it is lost meanwhile: it is a case like any other, worked by those who see it.
"""

import json
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import (
    assignments,
    audit,
    cases,
    clock,
    consents,
    lifecycle,
    search,
    transitions,
    worklist_facts,
    worklist_rows,
)
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, StaleVersion
from portal.core.models import Case, CasePerson, IntakeReceipt, Organisation, UnmappedCode, User
from portal.core.paging import Cursor, Page
from portal.core.permissions import Permission, require, visible_cases
from portal.core.search import ListFilter, Order, Sort
from portal.core.vocabulary import Action

WAITING = ListFilter(triage=True)
PRESSING = Sort(Order.PRIORITY, descending=True)  # and of the same priority what waits longest


@dataclass(frozen=True)
class Waiting:
    """A report that waits, with who sent it, whom it is about, and how many of its codes nobody knows."""

    case: Case
    sender: str
    clients: list[CasePerson]
    unmapped: int
    closed: bool = False  # consent was withdrawn: what is told of it is not to be read


@dataclass(frozen=True)
class Delivery:
    """How a report came: its receipt, the payload in a readable form, and other reports under the same key."""

    receipt: IntakeReceipt
    payload: str
    twins: list[Case]


def waiting(session: Session, actor: Actor, *, cursor: Cursor | None = None, limit: int = search.PAGE) -> Page[Waiting]:
    """Reports that wait and that *actor* may see, what presses first. Raises InvalidInput for a foreign cursor."""
    found = search.page(session, actor, WAITING, PRESSING, cursor=cursor, limit=limit, options=worklist_rows.SHOWN)
    numbers = [case.id for case in found.cases]
    senders = sa.select(Case.id, Organisation.name).join(Organisation, Organisation.id == Case.organisation_id)
    names = dict(session.execute(senders.where(Case.id.in_(numbers))).all())
    doubts = sa.select(UnmappedCode.case_id, sa.func.count()).where(UnmappedCode.case_id.in_(numbers))
    unmapped = dict(session.execute(doubts.group_by(UnmappedCode.case_id)).all())
    clients = worklist_facts.clients_of(session, numbers)
    closed = consents.withdrawn_among(session, found.cases)
    rows = [
        Waiting(one, names[one.id], clients.get(one.id, []), unmapped.get(one.id, 0), one.id in closed)
        for one in found.cases
    ]
    return Page(rows, found.following, found.preceding, found.first)


def count(session: Session, actor: Actor) -> int:
    """How many reports wait for those who see what *actor* sees; more than a thousand count as 1001."""
    return search.counts(session, actor, {"triage": WAITING})["triage"]


def accept(session: Session, actor: Actor, case: Case, *, to: User | None = None, version: int | None = None) -> Case:
    """Take a report in: it is verified where that is possible now, and given to *to*.

    Where it cannot be verified yet it stays in its state, and ``obstacle`` says why. Raises Forbidden, AlreadyDone for
    what does not wait any more, StaleVersion, InvalidInput for somebody who cannot take it.
    """
    case = cases.find(session, actor, case.id, lock=True)
    require(actor, Permission.TRIAGE, case)
    if not case.needs_triage:
        raise AlreadyDone("Somebody has looked at this report already.", target="case")
    if version is not None and version != case.version_id:
        raise StaleVersion("Somebody else changed this case meanwhile.", current_version=case.version_id)
    if to is not None and to.id != case.owner_id:
        assignments.give(session, actor, case, to)
    if lifecycle.decide(transitions.facts(session, actor, case), Action.VERIFY).allowed:
        case = transitions.change_status(session, actor, case, Action.VERIFY)
    case.needs_triage = False
    case.last_actioned_at = clock.now()
    audit.append(session, actor, "case.accept", case=case, details={"status": case.lifecycle_status.value})
    session.flush()
    return case


def deliveries(session: Session, actor: Actor, case: Case) -> list[Delivery]:
    """Every delivery that made this case, oldest first; of twins those that *actor* may see."""
    receipts = session.scalars(
        sa.select(IntakeReceipt).where(IntakeReceipt.case_id == case.id).order_by(IntakeReceipt.id)
    )
    return [Delivery(one, _readable(one.raw), _twins(session, actor, one)) for one in receipts]


def _twins(session: Session, actor: Actor, receipt: IntakeReceipt) -> list[Case]:
    if receipt.retry_key is None:
        return []
    same = sa.select(IntakeReceipt.case_id).where(
        IntakeReceipt.organisation_id == receipt.organisation_id, IntakeReceipt.retry_key == receipt.retry_key
    )
    query = sa.select(Case).where(Case.id.in_(same), Case.id != receipt.case_id, visible_cases(actor))
    return list(session.scalars(query.order_by(Case.id)))


def _readable(raw: str) -> str:
    try:
        return json.dumps(json.loads(raw), ensure_ascii=False, indent=2)
    except ValueError:
        return raw
