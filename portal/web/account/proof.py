"""The present password, asked for again before an account's ways to sign in change. Tries are counted."""

from typing import Any

from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests

from portal import limits
from portal.core import accounts, second_factor
from portal.core.models import User
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.account.words import wait_after
from portal.web.auth import known_device


def knows_password(form: Any, intent: str) -> bool:
    """Whether the password in ``form.current`` is right; a wrong one is an event, and a try."""
    if not may_try(form.current):
        return False
    actor = current_actor()
    if accounts.check_password(db.session, actor.email, form.current.data) is not None:
        return True
    with unit_of_work(db.session, actor, intent=intent):
        accounts.record_wrong_password(db.session, actor, intent=intent)
    form.current.errors = [_("This is not your present password")]
    return False


def may_try(field: Any) -> bool:
    """Count a try; False, with how long to wait beside the field, after too many."""
    try:
        limits.count(second_factor.TRIES, *_who())
    except TooManyRequests as many:
        field.errors = [wait_after(many)]
        return False
    return True


def right() -> None:
    """Begin to count anew: one of the tries was right."""
    limits.forget(second_factor.TRIES, *_who())


def _who() -> tuple[str, ...]:
    """As whom one's tries count: as when signing in, so that a stranger's do not keep one from one's own account."""
    return known_device.tries_at_second_factor(db.session.get(User, current_actor().user_id))
