"""The audit: events in one hash chain per record, sealed by checkpoints. Appended to, never changed."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, BigId, Code, EncryptedText, Id, Moment, Name, ref


class AuditChain(Base):
    """The head of one record's chain: without it the deletion of the newest event would go unseen."""

    __tablename__ = "audit_chains"

    key: Mapped[Name] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    hash: Mapped[Code] = mapped_column(default="")
    sealed_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)

    __table_args__ = (
        sa.Index(
            "ix_audit_chains_unsealed",
            "key",
            sqlite_where=sa.text("seq > sealed_seq"),
            postgresql_where=sa.text("seq > sealed_seq"),
        ),
    )


class AuditEvent(Base):
    """Who did, tried or read what, when, and with what outcome. ``details`` hold ids, codes and digests alone."""

    __tablename__ = "audit_events"

    id: Mapped[Id]
    chain_key: Mapped[Name]
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[Moment]
    actor_kind: Mapped[Code]
    actor_id: Mapped[int | None] = mapped_column(BigId)  # no foreign key: the past outlives its users
    actor_name: Mapped[Name]
    action: Mapped[Code]
    outcome: Mapped[Code]
    case_id: Mapped[int | None] = mapped_column(BigId, index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    correlation_id: Mapped[Code]
    previous_hash: Mapped[Code]
    hash: Mapped[Code]

    __table_args__ = (
        sa.UniqueConstraint("chain_key", "seq"),
        sa.Index("ix_audit_events_at", "at", "id"),
        sa.Index("ix_audit_events_actor", "actor_kind", "actor_id", "id"),
        sa.Index("ix_audit_events_action", "action", "id"),
        sa.Index(
            "ix_audit_events_not_done",
            "id",
            sqlite_where=sa.text("outcome <> 'done'"),
            postgresql_where=sa.text("outcome <> 'done'"),
        ),
        {"sqlite_autoincrement": True},
    )


class AuditValue(Base):
    """A value before or after a change, encrypted and apart from the chain, so that it can be erased by law."""

    __tablename__ = "audit_values"

    id: Mapped[Id]
    event_id: Mapped[int] = ref("audit_events.id")
    field: Mapped[Name]
    before: Mapped[str | None] = mapped_column(EncryptedText)
    after: Mapped[str | None] = mapped_column(EncryptedText)
    erased_at: Mapped[dt.datetime | None]


class AuditCheckpoint(Base):
    """A seal over the heads of all chains that moved since the last one, chained to it."""

    __tablename__ = "audit_checkpoints"

    id: Mapped[Id]
    at: Mapped[Moment]
    chains: Mapped[int]
    previous_hash: Mapped[Code]
    hash: Mapped[Code]


class AuditCheckpointHead(Base):
    """Where one chain stood when the checkpoint was made."""

    __tablename__ = "audit_checkpoint_heads"

    checkpoint_id: Mapped[int] = ref("audit_checkpoints.id", primary_key=True, index=False)
    chain_key: Mapped[Name] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[Code]
