"""The audit: append in the same transaction, verify the whole.

One chain per record, so that writers never wait for one another: a case, a person, a user, an organisation. Reads,
refusals and sign-ins go to the actor's own chain, because a reader must not queue behind a writer of the case; what
nobody in particular does is spread over sixteen chains. Each event carries a keyed hash over its content and its
predecessor's hash; the head row of a chain makes the removal of its newest event visible.
"""

import datetime as dt
import enum
import json
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import InvalidToken
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.actors import Actor
from portal.core.database import locked
from portal.core.keys import audit_digest
from portal.core.models import AuditChain, AuditCheckpoint, AuditCheckpointHead, AuditEvent, AuditValue, Case

ERASED = "audit.values_erased"
_SHARDS = 16
_UNREADABLE = (ValueError, InvalidToken)  # what a column raises whose bytes are not what was written


def actor_chain(actor: Actor) -> str:
    """The chain of what *actor* read, tried and was refused."""
    if actor.user_id is not None:
        return f"user:{actor.user_id}"
    if actor.kind == "organisation":
        return f"organisation:{actor.organisation_id}"
    shard = zlib.crc32((actor.correlation_id or uuid.uuid4().hex).encode()) % _SHARDS
    return f"{actor.kind}:{shard}"


def append(
    session: Session,
    actor: Actor,
    action: str,
    *,
    case: Case | None = None,
    chain: str | None = None,
    outcome: str = "done",
    details: Mapping[str, Any] | None = None,
    values: Mapping[str, tuple[str | None, str | None]] | None = None,
) -> AuditEvent:
    """Append one event, in the caller's transaction: when it cannot be written, neither can the change.

    ``details`` hold ids, codes and field names, never names of people or what was said. ``values`` hold the text
    before and after a change, encrypted and apart, of which the event keeps only keyed digests.
    """
    key = chain or (f"case:{case.id}" if case is not None else actor_chain(actor))
    session.flush()  # an event must not precede the row it speaks of, and its chain is locked last
    head = _locked_head(session, key)
    # With its version, so that a stale form can be told what made it stale.
    kept = plain(details or {}) if case is None else plain({"version": case.version_id, **(details or {})})
    if values:
        kept["values"] = {name: [_digest(before), _digest(after)] for name, (before, after) in values.items()}
    event = AuditEvent(
        chain_key=key,
        seq=head.seq + 1,
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.user_id or (actor.organisation_id if actor.kind == "organisation" else None),
        actor_name=actor.name[:255],
        action=action,
        outcome=outcome,
        case_id=case.id if case is not None else None,
        details=kept,
        correlation_id=actor.correlation_id[:64],
        previous_hash=head.hash,
        hash="",
    )
    event.hash = _hash(event)
    head.seq, head.hash = event.seq, event.hash
    session.add(event)
    session.flush()
    for name, (before, after) in (values or {}).items():
        session.add(AuditValue(event_id=event.id, field=name, before=before, after=after))
    return event


def erase_values(session: Session, actor: Actor, values: Sequence[AuditValue], *, chain: str) -> None:
    """Empty kept values, by law; the events stay, and one event on *chain* names what was emptied.

    ``verify`` takes a value for erased only where such an event says so.
    """
    if not values:
        return
    named = [[value.event_id, value.field] for value in values]
    event = append(session, actor, ERASED, chain=chain, details={"erased": named})
    for value in values:
        value.before, value.after, value.erased_at = None, None, event.at


def plain(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as they are stored: plain JSON, so that the hash is the same after a round trip."""
    return json.loads(json.dumps(dict(details), default=_as_text, sort_keys=True))


def _as_text(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def _locked_head(session: Session, key: str) -> AuditChain:
    head = session.scalar(locked(sa.select(AuditChain).where(AuditChain.key == key)))
    if head is None:
        head = AuditChain(key=key, seq=0, hash="", sealed_seq=0)
        try:
            with session.begin_nested():  # two first events at once: one inserts the head, the other waits and reads it
                session.add(head)
        except sa.exc.IntegrityError:
            head = session.scalars(locked(sa.select(AuditChain).where(AuditChain.key == key))).one()
    return head


def _digest(value: str | None) -> str | None:
    return None if value is None else audit_digest(value.encode())


def _hash(event: AuditEvent) -> str:
    content = [
        event.chain_key,
        event.seq,
        event.at.isoformat(),
        event.actor_kind,
        event.actor_id,
        event.actor_name,
        event.action,
        event.outcome,
        event.case_id,
        event.details,
        event.correlation_id,
        event.previous_hash,
    ]
    return audit_digest(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode())


@dataclass(frozen=True)
class Break:
    """The first place where the audit does not hold, in words."""

    where: str
    what: str


def verify(session: Session) -> Iterator[Break]:
    """Recompute every chain and every checkpoint; yields each break found, nothing when the audit is whole."""
    heads = {head.key: (head.seq, head.hash, head.sealed_seq) for head in session.scalars(sa.select(AuditChain))}
    for part in (_verify_events(session, heads), _verify_values(session), _verify_checkpoints(session, heads)):
        try:
            yield from part
        except _UNREADABLE:
            yield Break("a row", "it cannot be read, so it was altered")


def _verify_events(session: Session, heads: dict[str, tuple[int, str, int]]) -> Iterator[Break]:
    reached: dict[str, tuple[int, str]] = {}
    newest = 0
    query = sa.select(AuditEvent).order_by(AuditEvent.chain_key, AuditEvent.seq).execution_options(yield_per=1000)
    with session.scalars(query) as events:
        for event in events:
            seq, previous = reached.get(event.chain_key, (0, ""))
            newest = newest if seq else 0
            where = f"{event.chain_key} #{event.seq}"
            if event.seq != seq + 1:
                yield Break(where, f"event {seq + 1} is missing")
            elif event.previous_hash != previous or event.hash != _hash(event):
                yield Break(where, "the event was altered")
            elif event.id <= newest:  # its number is not hashed: it is not known yet when the event is written
                yield Break(where, "the event was moved")
            reached[event.chain_key], newest = (event.seq, event.hash), event.id
            session.expunge(event)
    for key in sorted(heads.keys() | reached.keys()):
        if key not in heads:
            yield Break(key, "the head of the chain is missing")
        elif key not in reached or heads[key][:2] != reached[key]:
            yield Break(key, "the newest events are missing or the head was altered")


def _verify_values(session: Session) -> Iterator[Break]:
    """Each value that an event tells of is there once and is what the event tells, or was erased by an event."""
    erased = _erased_values(session)
    kept = sa.select(AuditEvent.id, AuditEvent.details, AuditValue.field, AuditValue.erased_at, AuditValue.before)
    kept = kept.add_columns(AuditValue.after).outerjoin(AuditValue, AuditValue.event_id == AuditEvent.id)
    with session.execute(kept.order_by(AuditEvent.id).execution_options(yield_per=1000)) as found:
        for event_id, rows in groupby(found, lambda row: row.id):
            yield from _altered_values(event_id, list(rows), erased)
    strays = sa.select(AuditValue.event_id).where(AuditValue.event_id.not_in(sa.select(AuditEvent.id)))
    for event_id in session.scalars(strays):
        yield Break(f"event {event_id}", "the event of a kept value is missing")


def _altered_values(event_id: int, rows: list, erased: Mapping[tuple[int, str], dt.datetime]) -> Iterator[Break]:
    told, where = _part(rows[0].details, "values", {}), f"event {event_id}"
    kept = [row for row in rows if row.field is not None]
    if sorted(row.field for row in kept) != sorted(told):
        yield Break(where, "a kept value is missing, or one too many")
    for value in kept:
        by_law = erased.get((event_id, value.field))
        if value.erased_at != by_law:
            yield Break(where, f"the kept value of {value.field} was emptied or filled, not by law")
        elif [_digest(value.before), _digest(value.after)] != ([None, None] if by_law else told.get(value.field)):
            yield Break(where, f"the kept value of {value.field} was altered")


def _erased_values(session: Session) -> dict[tuple[int, str], dt.datetime]:
    told = session.execute(sa.select(AuditEvent.details, AuditEvent.at).where(AuditEvent.action == ERASED))
    return {(event_id, name): at for details, at in told for event_id, name in _part(details, "erased", [])}


def _part(details: Any, name: str, nothing: Any) -> Any:
    """A part of an event's details, which somebody may have made anything of."""
    part = details.get(name, nothing) if isinstance(details, dict) else nothing
    return part if isinstance(part, type(nothing)) else nothing


def _verify_checkpoints(session: Session, heads: dict[str, tuple[int, str, int]]) -> Iterator[Break]:
    previous, sealed = "", {}
    for checkpoint in session.scalars(sa.select(AuditCheckpoint).order_by(AuditCheckpoint.id)):
        rows = _sealed_heads(session, checkpoint)
        if checkpoint.previous_hash != previous or checkpoint.hash != _seal(previous, checkpoint, rows):
            yield Break(f"checkpoint {checkpoint.id}", "the checkpoint was altered, or one before it is missing")
        previous = checkpoint.hash
        sealed.update({row.chain_key: (row.seq, row.hash) for row in rows})
    lost = AuditCheckpointHead.checkpoint_id.not_in(sa.select(AuditCheckpoint.id))
    for number in session.scalars(sa.select(AuditCheckpointHead.checkpoint_id).where(lost).distinct()):
        yield Break(f"checkpoint {number}", "the checkpoint is missing")
    for key, (seq, digest) in sorted(sealed.items()):
        found = session.scalar(sa.select(AuditEvent.hash).where(AuditEvent.chain_key == key, AuditEvent.seq == seq))
        if found != digest:
            yield Break(f"{key} #{seq}", "a sealed event was altered or removed")
    for key, (_, _, sealed_seq) in sorted(heads.items()):
        if sealed_seq != sealed.get(key, (0, ""))[0]:
            yield Break(key, "the head says it was sealed at another event than the checkpoint does")


def checkpoint(session: Session) -> AuditCheckpoint | None:
    """Seal the heads of all chains that moved since the last checkpoint; None when none did.

    Heads, not "all events up to a number": numbers are taken before commit, and a lower one can appear later.
    """
    query = sa.select(AuditChain).where(AuditChain.seq > AuditChain.sealed_seq).order_by(AuditChain.key)
    heads = session.scalars(locked(query)).all()
    if not heads:
        return None
    previous = session.scalar(sa.select(AuditCheckpoint.hash).order_by(AuditCheckpoint.id.desc()).limit(1)) or ""
    made = AuditCheckpoint(at=clock.now(), chains=len(heads), previous_hash=previous, hash="")
    session.add(made)
    session.flush()
    rows = [
        AuditCheckpointHead(checkpoint_id=made.id, chain_key=head.key, seq=head.seq, hash=head.hash) for head in heads
    ]
    session.add_all(rows)
    made.hash = _seal(previous, made, rows)
    for head in heads:
        head.sealed_seq = head.seq
    return made


def _sealed_heads(session: Session, made: AuditCheckpoint) -> list[AuditCheckpointHead]:
    query = sa.select(AuditCheckpointHead).where(AuditCheckpointHead.checkpoint_id == made.id)
    return list(session.scalars(query.order_by(AuditCheckpointHead.chain_key)))


def _seal(previous: str, made: AuditCheckpoint, rows: list[AuditCheckpointHead]) -> str:
    content = [previous, made.id, made.at.isoformat(), made.chains, [[r.chain_key, r.seq, r.hash] for r in rows]]
    return audit_digest(json.dumps(content, separators=(",", ":")).encode())
