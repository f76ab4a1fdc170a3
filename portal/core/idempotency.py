"""Same key, same answer: the first answer to a request is kept in the transaction of its effect.

The row is inserted before the work: a twin under way waits for it (PostgreSQL on the row, SQLite at the gate) and is
then told what the first one was told. Only successes are kept; a refusal leaves nothing, and the key may be used again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.errors import InvalidInput, KeyReused
from portal.core.keys import blind_index
from portal.core.models import IdempotencyKey


@dataclass(frozen=True)
class Request:
    """A request that may be repeated. The principal is part of it, or one partner would get another's answer."""

    principal: str
    method: str
    route: str
    key: str
    digest: str


@dataclass(frozen=True)
class Kept:
    """An answer as it went out."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


def canonical(payload: Any) -> str:
    """One spelling of a JSON value, whatever its spacing or the order of its keys."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(payload: Any) -> str:
    """A keyed digest of a payload: a bare one of a child's record could be guessed."""
    return blind_index("payload:" + canonical(payload))


def begin(session: Session, request: Request) -> Kept | None:
    """Claim the key, or return the answer that was given before. Raises KeyReused when the body was another."""
    if not 1 <= len(request.key) <= 255:
        raise InvalidInput("An idempotency key has 1 to 255 characters.", target="Idempotency-Key")
    insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[session.get_bind().dialect.name]
    row = {
        "principal": request.principal,
        "method": request.method,
        "route": request.route[:255],
        "key": request.key,
        "request_digest": request.digest,
        "created_at": clock.now(),
    }
    claim = insert(IdempotencyKey).values(**row).on_conflict_do_nothing()
    if session.scalar(claim.returning(IdempotencyKey.key)) is not None:
        return None
    kept = session.scalars(sa.select(IdempotencyKey).where(*_which(request))).one()
    if kept.request_digest != request.digest:
        raise KeyReused("This key was used with another request.", target="Idempotency-Key")
    return Kept(kept.status, kept.body, json.loads(kept.headers))


def keep(session: Session, request: Request, answer: Kept) -> None:
    """Keep the answer, in the transaction that has the effect."""
    headers = json.dumps(dict(answer.headers))
    values = {"status": answer.status, "body": answer.body, "headers": headers}
    session.execute(sa.update(IdempotencyKey).where(*_which(request)).values(**values))


def _which(request: Request) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        IdempotencyKey.principal == request.principal,
        IdempotencyKey.method == request.method,
        IdempotencyKey.route == request.route[:255],
        IdempotencyKey.key == request.key,
    )
