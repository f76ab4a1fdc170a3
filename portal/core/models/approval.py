"""Questions put to an approver, and the decisions."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, Id, Moment, PublicId, ref

# What waits for its answer is little among all that was asked; queries repeat these words exactly.
PENDING = "status = 'pending'"


class WorkflowInstance(Base):
    """A question put to an approver, such as whether a case may move to another vertical."""

    __tablename__ = "workflow_instances"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    target_type: Mapped[Code]
    target_id: Mapped[int] = mapped_column(index=True)
    purpose: Mapped[Code]
    to_vertical_id: Mapped[int | None] = ref("verticals.id", index=False)  # where a case would go; null: not said
    reason_code: Mapped[Code | None]  # why it is asked, for who decides
    reason_text: Mapped[str | None]
    status: Mapped[Code] = mapped_column(default="pending")
    requested_by_id: Mapped[int | None] = ref("users.id", index=False)
    created_at: Mapped[Moment]

    __table_args__ = (
        sa.Index(
            "ix_workflow_instances_pending",
            "target_id",
            sqlite_where=sa.text(PENDING),
            postgresql_where=sa.text(PENDING),
        ),
    )


class Approval(Base):
    """An approver's decision; used once."""

    __tablename__ = "approvals"

    id: Mapped[Id]
    uuid: Mapped[PublicId]
    workflow_id: Mapped[int] = ref("workflow_instances.id")
    approver_id: Mapped[int] = ref("users.id", index=False)
    decision: Mapped[Code]
    reason_code: Mapped[Code | None]
    reason_text: Mapped[str | None]
    decided_at: Mapped[Moment]
    used_at: Mapped[dt.datetime | None]

    __table_args__ = (sa.CheckConstraint("decision IN ('approved', 'rejected')", name="decision"),)
