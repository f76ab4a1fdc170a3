"""Questions put to approvers, for reading: what waits, who can answer it, and what was answered."""

import enum
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.core import approvals, consents, transitions, verticals
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.models import Approval, Case, User, Vertical, WorkflowInstance
from portal.core.permissions import Permission, can, may, visible_cases

PAGE = 25
OWN = "You asked for this approval; somebody else decides."
NOT_PERMITTED = "You may not decide this."


@dataclass(frozen=True)
class Question:
    """A question with its case, and its answer where there is one.

    ``refusal`` says why the reader cannot answer it, and is empty where they can; ``who`` says who could.
    ``is_hidden`` says that consent to the case was withdrawn, and nobody reads what is written there.
    """

    asked: WorkflowInstance
    case: Case
    asked_by: str
    to: Vertical | None
    approval: Approval | None
    decided_by: str
    refusal: str
    who: str
    is_hidden: bool

    @property
    def waits(self) -> bool:
        """Whether it has no answer yet."""
        return self.asked.status == approvals.PENDING

    @property
    def why(self) -> str:
        """What was said with the question."""
        return (not self.is_hidden and self.asked.reason_text) or ""

    @property
    def answer(self) -> str:
        """What was said with the answer."""
        return (self.approval is not None and not self.is_hidden and self.approval.reason_text) or ""

    @property
    def can_be_used(self) -> bool:
        """Whether it was approved and the approval is not used up."""
        unused = self.approval is not None and self.approval.used_at is None
        return unused and self.asked.status == approvals.APPROVED

    def allows(self, to: Vertical) -> bool:
        """Whether it was approved for a transfer to *to* and the approval is not used up."""
        return self.can_be_used and self._is_about(to)

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


class View(enum.StrEnum):
    """Which of the questions are wanted."""

    MINE = "mine"  # wait for an answer that the reader may give
    ASKED = "asked"  # asked by the reader, whatever became of them
    OTHERS = "others"  # wait for somebody else's answer, and were not asked by the reader
    DECIDED = "decided"


_OLDEST_FIRST = (View.MINE, View.OTHERS)


def listed(session: Session, actor: Actor, view: View, *, beyond: int | None = None) -> Page:
    """The questions of a view on the cases that *actor* sees, *beyond* the last one of the page before.

    What waits comes oldest first, and what was asked or decided newest first, by when it was asked.
    """
    asked = WorkflowInstance.id
    query = _query(actor).where(_is_of(session, actor, view))
    if view in _OLDEST_FIRST:
        query = query.where(asked > (beyond or 0)).order_by(asked)
    else:
        query = query.where(asked < beyond if beyond is not None else sa.true()).order_by(asked.desc())
    return _page(session, actor, query)


def _is_of(session: Session, actor: Actor, view: View) -> sa.ColumnElement[bool]:
    by_reader = WorkflowInstance.requested_by_id.is_not_distinct_from(actor.user_id)
    if view is View.ASKED:
        return by_reader
    waits = WorkflowInstance.status == approvals.PENDING
    if view is View.DECIDED:
        return ~waits
    answerable = _answerable(session, actor)
    return sa.and_(waits, ~by_reader, answerable if view is View.MINE else ~answerable)


def _answerable(session: Session, actor: Actor) -> sa.ColumnElement[bool]:
    """What ``may`` says of answering, for a whole list: by the policy of the verticals, which are few."""
    everywhere = verticals.listed(session, inactive=True)
    permitted = [one.id for one in everywhere if can(actor, Permission.APPROVE, one.pack)]
    if actor.is_administrator:
        return Case.primary_vertical_id.in_(permitted)
    own = Case.primary_vertical_id.in_(actor.vertical_ids), Case.owner_id.is_not_distinct_from(actor.user_id)
    return sa.and_(Case.primary_vertical_id.in_(permitted), sa.or_(*own))


def find(session: Session, actor: Actor, number: int) -> Question:
    """The question with that number, on a case that *actor* may see. Raises NotFound."""
    found = _questions(session, actor, _query(actor).where(WorkflowInstance.id == number))
    if not found:
        raise NotFound("There is no such question.", target="workflow_instance")
    return found[0]


def of_case(session: Session, actor: Actor, case: Case) -> list[Question]:
    """What was asked about a case, newest first."""
    query = _query(actor).where(WorkflowInstance.target_id == case.id)
    return _questions(session, actor, query.order_by(WorkflowInstance.id.desc()).limit(PAGE))


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
    found = _questions(session, actor, query.limit(PAGE + 1))
    shown = found[:PAGE]
    return Page(shown, shown[-1].asked.id if len(found) > PAGE else None)


def _questions(session: Session, actor: Actor, query: sa.Select) -> list[Question]:
    found = session.execute(query).all()
    hidden = consents.withdrawn_among(session, {case for _, case, *_ in found}) if found else set()
    return [_question(actor, hidden, *row) for row in found]


def _question(actor: Actor, hidden: set[int], asked, case: Case, asked_by, to, approval, decided_by) -> Question:
    refusal = ""
    if asked.requested_by_id is not None and asked.requested_by_id == actor.user_id:
        refusal = OWN
    elif not may(actor, Permission.APPROVE, case):
        refusal = NOT_PERMITTED
    who = transitions.who_can(Permission.APPROVE, case.primary_vertical.pack)
    return Question(asked, case, asked_by or "", to, approval, decided_by or "", refusal, who, case.id in hidden)
