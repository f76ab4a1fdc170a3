"""Questions put to approvers, for reading: what waits, who can answer it, and what was answered."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.core import approvals, transitions
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.models import Approval, Case, User, Vertical, WorkflowInstance
from portal.core.permissions import Permission, may, visible_cases

PAGE = 25
OWN = "You asked for this approval; somebody else decides."
NOT_PERMITTED = "You may not decide this."


@dataclass(frozen=True)
class Question:
    """A question with its case, and its answer where there is one.

    ``refusal`` says why the reader cannot answer it, and is empty where they can; ``who`` says who could.
    """

    asked: WorkflowInstance
    case: Case
    asked_by: str
    to: Vertical | None
    approval: Approval | None
    decided_by: str
    refusal: str
    who: str

    @property
    def waits(self) -> bool:
        """Whether it has no answer yet."""
        return self.asked.status == approvals.PENDING

    def allows(self, to: Vertical) -> bool:
        """Whether it was approved for a transfer to *to* and the approval is not used up."""
        unused = self.approval is not None and self.approval.used_at is None
        return unused and self.asked.status == approvals.APPROVED and self._is_about(to)

    def asks(self, to: Vertical) -> bool:
        """Whether it waits for an answer about a transfer to *to*."""
        return self.waits and self._is_about(to)

    def _is_about(self, to: Vertical) -> bool:
        return self.asked.to_vertical_id in (None, to.id)


@dataclass(frozen=True)
class Page:
    """Questions with the id below which, or above which, the list goes on."""

    questions: list[Question]
    following: int | None


def waiting(session: Session, actor: Actor, *, after: int = 0) -> Page:
    """What has no answer yet on the cases that *actor* sees, oldest first; also what somebody else must answer."""
    query = _query(actor).where(WorkflowInstance.status == approvals.PENDING, WorkflowInstance.id > after)
    return _page(session, actor, query.order_by(WorkflowInstance.id))


def decided(session: Session, actor: Actor, *, before: int | None = None) -> Page:
    """What was answered on the cases that *actor* sees, by when it was asked, newest first."""
    query = _query(actor).where(WorkflowInstance.status != approvals.PENDING)
    if before is not None:
        query = query.where(WorkflowInstance.id < before)
    return _page(session, actor, query.order_by(WorkflowInstance.id.desc()))


def find(session: Session, actor: Actor, number: int) -> Question:
    """The question with that number, on a case that *actor* may see. Raises NotFound."""
    found = session.execute(_query(actor).where(WorkflowInstance.id == number)).first()
    if found is None:
        raise NotFound("There is no such question.", target="workflow_instance")
    return _question(actor, *found)


def of_case(session: Session, actor: Actor, case: Case) -> list[Question]:
    """What was asked about a case, newest first."""
    query = _query(actor).where(WorkflowInstance.target_id == case.id)
    found = session.execute(query.order_by(WorkflowInstance.id.desc()).limit(PAGE))
    return [_question(actor, *row) for row in found]


def since(question: Question) -> dt.datetime:
    """When it was answered, or since when it waits."""
    return question.approval.decided_at if question.approval else question.asked.created_at


def _query(actor: Actor) -> sa.Select:
    asker, approver, to = aliased(User), aliased(User), aliased(Vertical)
    query = sa.select(WorkflowInstance, Case, asker.name, to, Approval, approver.name)
    query = query.join(Case, Case.id == WorkflowInstance.target_id)
    query = query.outerjoin(asker, asker.id == WorkflowInstance.requested_by_id)
    query = query.outerjoin(to, to.id == WorkflowInstance.to_vertical_id)
    query = query.outerjoin(Approval, Approval.workflow_id == WorkflowInstance.id)
    query = query.outerjoin(approver, approver.id == Approval.approver_id)
    query = query.where(WorkflowInstance.target_type == "case", visible_cases(actor))
    return query.options(joinedload(Case.primary_vertical))


def _page(session: Session, actor: Actor, query: sa.Select) -> Page:
    found = [_question(actor, *row) for row in session.execute(query.limit(PAGE + 1))]
    shown = found[:PAGE]
    return Page(shown, shown[-1].asked.id if len(found) > PAGE else None)


def _question(actor: Actor, asked, case: Case, asked_by, to, approval, decided_by) -> Question:
    refusal = ""
    if asked.requested_by_id is not None and asked.requested_by_id == actor.user_id:
        refusal = OWN
    elif not may(actor, Permission.APPROVE, case):
        refusal = NOT_PERMITTED
    who = transitions.who_can(Permission.APPROVE, case.primary_vertical.pack)
    return Question(asked, case, asked_by or "", to, approval, decided_by or "", refusal, who)
