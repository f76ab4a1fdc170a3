"""Approvals: a question put to somebody else, answered once, and used once (contract 004, governed workflow)."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, cases, clock, notices, reasons
from portal.core.actors import Actor
from portal.core.database import held, locked
from portal.core.errors import AlreadyDone, ApprovalRequired, Forbidden, InvalidInput, NotFound
from portal.core.models import Approval, Case, Vertical, WorkflowInstance
from portal.core.permissions import Permission, may, require, visible_cases

TRANSFER = "transfer_owner"
PURPOSES = (TRANSFER,)
APPROVED, REJECTED, PENDING = "approved", "rejected", "pending"
_PERMISSION = {TRANSFER: Permission.TRANSFER}


def ask(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    purpose: str,
    to_vertical: Vertical | None = None,
    reason_code: str | None = None,
    text: str | None = None,
    version: int | None = None,
) -> WorkflowInstance:
    """Ask for an approval on a case; whoever may take the step itself may ask, and may say why.

    Raises Forbidden, ReadOnly, StaleVersion, InvalidInput; AlreadyDone while the same question waits for its answer.
    """
    case = cases.find(session, actor, case.id, lock=True)
    if purpose not in PURPOSES:
        raise InvalidInput("This purpose is not known.", target="purpose", allowed=list(PURPOSES))
    cases.require_editable(session, actor, case, _PERMISSION[purpose], version=version)
    if reason_code is not None:
        reason_code, text = reasons.given(reasons.TRANSFER, reason_code, text)
    if _is_asked(session, case, purpose, to_vertical):
        raise AlreadyDone("This was asked already and waits for an answer.", target="purpose")
    made = WorkflowInstance(
        target_type="case",
        target_id=case.id,
        purpose=purpose,
        to_vertical_id=to_vertical.id if to_vertical else None,
        requested_by_id=actor.user_id,
        reason_code=reason_code,
        reason_text=text,
    )
    session.add(made)
    session.flush()
    details = {"workflow": made.id, "purpose": purpose, "to_vertical": made.to_vertical_id}
    audit.append(session, actor, "approval.ask", case=case, details=details)
    notices.of_question(session, actor, case, made.id)
    return made


def find(session: Session, actor: Actor, uuid: Any, *, lock: bool = False) -> WorkflowInstance:
    """The question with that id, on a case that *actor* may see. Raises NotFound."""
    query = sa.select(WorkflowInstance).where(WorkflowInstance.uuid == uuid, _on_visible_cases(actor))
    found = session.scalar(held(query) if lock else query)
    if found is None:
        raise NotFound("There is no such workflow instance.", target="workflow_instance")
    return found


def decide(
    session: Session,
    actor: Actor,
    asked: WorkflowInstance,
    *,
    approved: bool,
    reason_code: str | None = None,
    text: str | None = None,
) -> Approval:
    """Answer a question, once; never whoever asked it. Raises Forbidden, AlreadyDone."""
    case = cases.find(session, actor, asked.target_id)
    require(actor, Permission.APPROVE, case)
    if asked.requested_by_id == actor.user_id:
        raise Forbidden("You asked for this approval; somebody else decides.", target=Permission.APPROVE.value)
    if asked.status != PENDING:
        raise AlreadyDone(f"This was {asked.status} already.", target="workflow_instance", status=asked.status)
    asked.status = APPROVED if approved else REJECTED
    made = Approval(
        workflow_id=asked.id,
        approver_id=actor.user_id,
        decision=asked.status,
        reason_code=(reason_code or "").strip()[:64] or None,
        reason_text=(text or "").strip() or None,
    )
    session.add(made)
    session.flush()
    details = {"workflow": asked.id, "approval": made.id, "decision": made.decision}
    audit.append(session, actor, "approval.decide", case=case, details=details)
    notices.settle(session, case, notices.APPROVAL, asked.id)
    return made


def waiting(session: Session, actor: Actor) -> list[tuple[WorkflowInstance, Case]]:
    """The questions that *actor* can answer, oldest first, each with its case."""
    query = sa.select(WorkflowInstance, Case).join(Case, Case.id == WorkflowInstance.target_id)
    query = query.where(
        WorkflowInstance.status == PENDING,
        WorkflowInstance.target_type == "case",
        visible_cases(actor),
        WorkflowInstance.requested_by_id.is_distinct_from(actor.user_id),
    )
    found = session.execute(query.order_by(WorkflowInstance.id))
    return [(asked, case) for asked, case in found if may(actor, Permission.APPROVE, case)]


def use(session: Session, case: Case, uuid: Any | None, *, purpose: str, to_vertical: Vertical) -> Approval:
    """Use up an approval for a step on this case. Raises ApprovalRequired: none, not approved, used, or for another."""
    query = sa.select(Approval).join(WorkflowInstance, WorkflowInstance.id == Approval.workflow_id)
    query = query.where(
        Approval.uuid == uuid,
        Approval.decision == APPROVED,
        Approval.used_at.is_(None),
        WorkflowInstance.target_type == "case",
        WorkflowInstance.target_id == case.id,
        WorkflowInstance.purpose == purpose,
        sa.or_(WorkflowInstance.to_vertical_id.is_(None), WorkflowInstance.to_vertical_id == to_vertical.id),
    )
    found = session.scalar(locked(query)) if uuid is not None else None
    if found is None:
        raise ApprovalRequired("This step needs an approval that was given and not used yet.", target="approval_id")
    found.used_at = clock.now()
    return found


def _is_asked(session: Session, case: Case, purpose: str, to_vertical: Vertical | None) -> bool:
    query = sa.select(WorkflowInstance.id).where(
        WorkflowInstance.target_type == "case",
        WorkflowInstance.target_id == case.id,
        WorkflowInstance.purpose == purpose,
        WorkflowInstance.to_vertical_id == (to_vertical.id if to_vertical else None),
        WorkflowInstance.status == PENDING,
    )
    return session.scalar(query.limit(1)) is not None


def _on_visible_cases(actor: Actor) -> sa.ColumnElement[bool]:
    visible = sa.select(Case.id).where(visible_cases(actor))
    return sa.and_(WorkflowInstance.target_type == "case", WorkflowInstance.target_id.in_(visible))
