"""Receipts of reports from outside: the payload as it came, and what it became."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.models.base import Base, Code, EncryptedText, Id, Moment, Name, ref


class IntakeReceipt(Base):
    """One delivered report. The same key with the same payload is a retry and makes no second case."""

    __tablename__ = "intake_receipts"

    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisations.id", index=False)
    case_id: Mapped[int] = ref("cases.id")
    src: Mapped[Name] = mapped_column(default="")
    src_uid: Mapped[Name] = mapped_column(default="")
    src_uid2: Mapped[Name] = mapped_column(default="")
    src_address: Mapped[str] = mapped_column(EncryptedText, default="")
    src_usr: Mapped[Name] = mapped_column(default="")
    src_vector: Mapped[Name] = mapped_column(default="")
    src_callid: Mapped[Name] = mapped_column(default="")
    src_ts: Mapped[Code] = mapped_column(default="")
    retry_key: Mapped[str | None] = mapped_column(sa.String(255))  # null where the report carried no src_uid
    payload_digest: Mapped[Code]
    raw: Mapped[str] = mapped_column(EncryptedText)
    received_at: Mapped[Moment]

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "retry_key", "payload_digest"),
        sa.Index("ix_intake_receipts_organisation_id_src_uid", "organisation_id", "src_uid"),
    )


class IdempotencyKey(Base):
    """The first answer to a request that may be repeated. The principal is part of the key."""

    __tablename__ = "idempotency_keys"

    principal: Mapped[Code] = mapped_column(primary_key=True)
    method: Mapped[Code] = mapped_column(primary_key=True)
    route: Mapped[Name] = mapped_column(primary_key=True)
    key: Mapped[Name] = mapped_column(primary_key=True)
    request_digest: Mapped[Code]
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[str] = mapped_column(EncryptedText, default="{}")
    body: Mapped[str] = mapped_column(EncryptedText, default="")
    created_at: Mapped[Moment] = mapped_column(index=True)
