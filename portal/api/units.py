"""How a route does its work: once, whole, and with its answer made inside the transaction.

The answer is serialised before the commit, so that an answer which cannot be made takes its effect back with it, and so
that it can be kept for a repeated request in the transaction of its effect.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Response, current_app, g, request
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.api import credentials
from portal.core import idempotency
from portal.core.actors import Actor
from portal.core.database import is_passing
from portal.core.errors import StaleVersion
from portal.core.unit import unit_of_work
from portal.extensions import db

RETRIES = 3


@dataclass(frozen=True)
class Answer:
    """What goes out: a status, a body that is ready for JSON (None: no body), further headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[Session], Answer]


def perform(
    intent: str,
    work: Work,
    *,
    actor: Actor | None = None,
    payload: Any = None,
    delivery: str | None = None,
    keyed: bool = True,
) -> Response:
    """Do *work* in a unit of work and answer what it returns.

    Load what you change inside *work*: it runs again, at most three times, when another transaction was first. With
    the header ``Idempotency-Key`` a repeated request gets the first answer; ``delivery`` is a key that the body itself
    carries, used without the header; ``payload`` stands for the body where that is not JSON. ``keyed`` is False where
    nobody in particular acts or the answer is a secret: nothing is kept then. Raises what *work* raises.
    """
    actor = actor or credentials.current_actor()
    asked = _asked(actor, payload, delivery) if keyed else None
    for attempt in range(RETRIES + 1):
        try:
            with unit_of_work(db.session, actor, intent=intent) as session:
                return _done(session, asked, work)
        except StaleVersion as stale:
            if attempt == RETRIES or not isinstance(stale.__cause__, StaleDataError):
                raise
        except sa.exc.DBAPIError as error:
            if attempt == RETRIES or not is_passing(error):
                raise
    raise AssertionError("the last attempt returns or raises")


def respond(answer: Answer) -> Response:
    """An answer without a unit: for reading, and for failures."""
    return _response(_kept(answer))


def _done(session: Session, asked: idempotency.Request | None, work: Work) -> Response:
    if asked is None:
        answer = work(session)
        session.flush()
        return _response(_kept(answer))
    before = idempotency.begin(session, asked)
    if before is not None:
        return _response(before, replayed=True)
    kept = _kept(work(session))
    session.flush()
    idempotency.keep(session, asked, kept)
    return _response(kept)


def _asked(actor: Actor, payload: Any, delivery: str | None) -> idempotency.Request | None:
    given = request.headers.get("Idempotency-Key")
    key = given if given is not None else delivery
    if key is None:
        return None
    body = payload if payload is not None else g.get("api_body")
    return idempotency.Request(
        principal=actor.principal,
        method=request.method,
        route=request.path.rstrip("/"),
        key=key.strip(),
        digest=idempotency.digest({"path": request.path.rstrip("/"), "body": body}),
    )


def _kept(answer: Answer) -> idempotency.Kept:
    text = "" if answer.body is None else json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")) + "\n"
    return idempotency.Kept(answer.status, text, dict(answer.headers))


def _response(kept: idempotency.Kept, *, replayed: bool = False) -> Response:
    response = current_app.response_class(kept.body, kept.status, mimetype="application/json")
    if not kept.body:
        del response.headers["Content-Type"]
    response.headers.update(kept.headers)
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response
