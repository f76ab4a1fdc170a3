"""The kinds of things that happen on cases, each as rows with the columns that all of them share (see timeline.py)."""

import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.core.models import Assignment, AuditEvent, CaseStatusHistory, CorrespondenceCase, Message, Note, User
from portal.core.vocabulary import Action


class Kind(enum.IntEnum):
    """What an entry is. The number orders entries of the same moment."""

    CHANGE = 1
    ASSIGNMENT = 2
    STATUS = 3
    MESSAGE = 4
    NOTE = 5


# Told by rows of their own: a step, an assignment, a message and a note are not shown twice.
_TOLD_ELSEWHERE = frozenset(
    {f"case.{action.value}" for action in Action}
    | {
        "case.create",
        "case.assign",
        "note.write",
        "message.hold",
        "message.unsend",
        "message.write",
        "message.receive",
        "correspondence.stamp",
    }
)


def _of(table, numbers: list[int]) -> sa.ColumnElement[bool]:
    """Rows of one case follow its index in order; those of several are put in order afterwards."""
    return table.case_id == numbers[0] if len(numbers) == 1 else table.case_id.in_(numbers)


def _changes(numbers: list[int]) -> tuple[sa.Select, dict[str, Any]]:
    wanted = _of(AuditEvent, numbers), AuditEvent.outcome == "done", AuditEvent.action.not_in(_TOLD_ELSEWHERE)
    return sa.select(AuditEvent).where(*wanted), {
        "id": AuditEvent.id,
        "case_id": AuditEvent.case_id,
        "at": AuditEvent.at,
        "who": AuditEvent.actor_name,
        "who_id": AuditEvent.actor_id,
        "what": AuditEvent.action,
        "details": AuditEvent.details,
    }


def _assignments(numbers: list[int]) -> tuple[sa.Select, dict[str, Any]]:
    giver, taker = aliased(User), aliased(User)
    source = (
        sa.select(Assignment)
        .join(taker, taker.id == Assignment.user_id)
        .outerjoin(giver, giver.id == Assignment.assigned_by_id)
        .where(_of(Assignment, numbers))
    )
    return source, {
        "id": Assignment.id,
        "case_id": Assignment.case_id,
        "at": Assignment.created_at,
        "who": giver.name,
        "who_id": Assignment.assigned_by_id,
        "what": sa.literal_column("'assign'"),
        "target": taker.name,
        "text": Assignment.reason,
    }


def _steps(numbers: list[int]) -> tuple[sa.Select, dict[str, Any]]:
    step = CaseStatusHistory
    return sa.select(step).where(_of(step, numbers)), {
        "id": step.id,
        "case_id": step.case_id,
        "at": step.at,
        "who": step.actor_name,
        "who_id": step.actor_id,
        "what": step.action,
        "source": step.from_status,
        "target": step.to_status,
        "reason": step.reason_code,
        "text": step.reason_text,
        "note": step.note,
    }


def _messages(numbers: list[int]) -> tuple[sa.Select, dict[str, Any]]:
    meant = sa.select(CorrespondenceCase.case_id).where(CorrespondenceCase.id == Message.correspondence_id)
    return sa.select(Message).where(_of(Message, numbers)), {
        "id": Message.id,
        "case_id": Message.case_id,
        "at": Message.sent_at,
        "who_id": Message.author_id,
        "what": Message.direction,
        "source": Message.channel,
        "target": Message.delivery,
        "subject": Message.subject,
        "text": Message.text,
        "details": Message.sender,
        "people": Message.recipients,
        "withdrawn_at": Message.withdrawn_at,
        "arrived_at": Message.created_at,
        "meant_for": meant.scalar_subquery(),
    }


def _notes(numbers: list[int]) -> tuple[sa.Select, dict[str, Any]]:
    return sa.select(Note).where(_of(Note, numbers), Note.deleted_at.is_(None)), {
        "id": Note.id,
        "case_id": Note.case_id,
        "at": Note.at,
        "who": Note.author_name,
        "who_id": Note.author_id,
        "what": sa.literal_column("'note'"),
        "text": Note.text,
    }


BRANCHES = {
    Kind.CHANGE: _changes,
    Kind.ASSIGNMENT: _assignments,
    Kind.STATUS: _steps,
    Kind.MESSAGE: _messages,
    Kind.NOTE: _notes,
}
