"""Drafts: what somebody is typing, kept on the server while they type, for nobody but themselves.

A draft is no casework yet, so saving one writes no audit: what became of it is audited when it is sent. Its text is
encrypted, it is found by its owner alone, and it ends when it is sent, thrown away, or its time is over (jobs.py).
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import Forbidden, InvalidInput
from portal.core.models import Draft

KEPT = dt.timedelta(days=14)
KEPT_ASIDE = dt.timedelta(days=1)  # long enough to notice that the wrong one was thrown away
LONGEST = 500_000  # characters of one draft, all fields together

_ASIDE = ".aside"


@dataclass(frozen=True)
class Edit:
    """Which state of a form this is: the open page in which it was typed, and the how-manieth edit of that page."""

    page: str
    number: int


def save(
    session: Session,
    actor: Actor,
    form: str,
    key: str,
    fields: Mapping[str, Any],
    *,
    title: str = "",
    edit: Edit | None = None,
) -> Draft:
    """Keep the fields of a form as they stand now, for another fourteen days. Raises InvalidInput, Forbidden.

    What is older than what the same page had kept before, because a slow line turned the two round, changes nothing.
    """
    if actor.user_id is None:
        raise Forbidden("Only people keep drafts.")
    body = json.dumps(dict(fields), ensure_ascii=False)
    if len(body) > LONGEST or not 1 <= len(key) <= 255:
        raise InvalidInput("This is too long to be kept as a draft.", target="draft")
    at = clock.now()
    # Even one whose time is over: same row.
    draft = session.scalar(sa.select(Draft).where(*_mine(actor, form, key)).with_for_update())
    if draft is not None and edit is not None and draft.page == edit.page and edit.number < (draft.edit or 0):
        return draft
    if draft is None:
        draft = Draft(user_id=actor.user_id, form=form, key=key, revision=0)
        session.add(draft)
    draft.title, draft.body = title.strip()[:255], body
    draft.page, draft.edit = (edit.page, edit.number) if edit is not None else (None, None)
    draft.revision += 1
    draft.saved_at, draft.expires_at = at, at + KEPT
    session.flush()
    return draft


def find(session: Session, actor: Actor, form: str, key: str) -> dict[str, Any] | None:
    """The fields of *actor*'s own draft, or None where there is none; another's is none."""
    draft = _one(session, actor, form, key)
    return json.loads(draft.body) if draft is not None else None


def hold(session: Session, actor: Actor, form: str, key: str) -> dict[str, Any] | None:
    """The same as ``find``, for whoever changes some of the fields: nobody else changes them until the unit ends."""
    query = sa.select(Draft).where(*_mine(actor, form, key), Draft.expires_at > clock.now()).with_for_update()
    draft = session.scalar(query)
    return json.loads(draft.body) if draft is not None else None


def running(forms: tuple[str, ...], key: str) -> tuple[sa.ColumnElement[bool], ...]:
    """What drafts of several forms of one page have in common; whose they are must be asked beside."""
    return Draft.form.in_(forms), Draft.key == key, Draft.expires_at > clock.now()


def fields_of(draft: Draft | None) -> dict[str, Any]:
    """What a draft holds; nothing where there is none."""
    return json.loads(draft.body) if draft is not None else {}


def details(session: Session, actor: Actor, form: str, key: str) -> Draft | None:
    """The draft itself, for when it was begun and last saved."""
    return _one(session, actor, form, key)


def discard(session: Session, actor: Actor, form: str, key: str) -> None:
    """Remove a draft whose text was sent, or that is wanted gone at once; one that is not there is gone already."""
    session.execute(sa.delete(Draft).where(*_mine(actor, form, key)))


def set_aside(session: Session, actor: Actor, form: str, key: str) -> Draft | None:
    """Throw a draft away so that it can be fetched back for a day; None where there is none."""
    return _move(session, actor, form, form + _ASIDE, key, KEPT_ASIDE)


def fetch_back(session: Session, actor: Actor, form: str, key: str) -> Draft | None:
    """Take a draft that was thrown away up again; None where there is none any more."""
    return _move(session, actor, form + _ASIDE, form, key, KEPT)


def listed(session: Session, actor: Actor, form: str | None = None) -> list[Draft]:
    """The actor's drafts, of one form or of all, newest first; those thrown away are not among them."""
    query = sa.select(Draft).where(Draft.user_id == actor.user_id, Draft.expires_at > clock.now())
    query = query.where(Draft.form == form) if form else query.where(Draft.form.not_like(f"%{_ASIDE}"))
    return list(session.scalars(query.order_by(Draft.saved_at.desc(), Draft.id.desc())))


def listed_aside(session: Session, actor: Actor, form: str) -> list[Draft]:
    """The actor's drafts of a form that were thrown away and can still be fetched back."""
    return listed(session, actor, form + _ASIDE)


def _move(session: Session, actor: Actor, source: str, target: str, key: str, kept: dt.timedelta) -> Draft | None:
    draft = _one(session, actor, source, key)
    if draft is None:
        return None
    discard(session, actor, target, key)  # one of the same key that was there before gives way
    draft.form, draft.expires_at = target, clock.now() + kept
    session.flush()
    return draft


def _one(session: Session, actor: Actor, form: str, key: str) -> Draft | None:
    return session.scalar(sa.select(Draft).where(*_mine(actor, form, key), Draft.expires_at > clock.now()))


def _mine(actor: Actor, form: str, key: str) -> tuple[sa.ColumnElement[bool], ...]:
    return Draft.user_id == actor.user_id, Draft.form == form, Draft.key == key
