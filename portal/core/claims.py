"""What a caller claims of a step: who took it and when. Authority comes from the token; claims are kept beside it."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import Forbidden, InvalidInput
from portal.core.models import User

TOLERANCE = dt.timedelta(minutes=5)  # clocks differ, and some clients cut off the seconds


def somebody(session: Session, actor: Actor, uuid: Any | None, *, target: str) -> User | None:
    """The user whom a claim names; None where it names nobody.

    Somebody else than the caller is named by administrators and service users alone. Raises InvalidInput, Forbidden.
    """
    if uuid is None:
        return None
    named = session.scalar(sa.select(User).where(User.uuid == uuid, User.active))
    if named is None:
        raise InvalidInput("There is no such user.", target=target)
    caller = session.get(User, actor.user_id) if actor.user_id is not None else None
    if named is not caller and not actor.is_administrator and (caller is None or caller.kind != "service"):
        raise Forbidden("You can only name yourself here.", target=target)
    return named


def moment(given: dt.datetime | None, *, not_before: dt.datetime | None, target: str) -> dt.datetime | None:
    """A claimed moment that can be true: not in the future and not before what it follows. Raises InvalidInput."""
    if given is None:
        return None
    if given > clock.now() + TOLERANCE:
        raise InvalidInput("This moment is still to come.", target=target)
    if not_before is not None and given < not_before.replace(microsecond=0) - TOLERANCE:
        raise InvalidInput("This moment is before the step that it follows.", target=target)
    return given
