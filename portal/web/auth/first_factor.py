"""Between the first factor and the second: what this browser has proved, while it is not signed in."""

from dataclasses import dataclass

from flask import Response, redirect, session, url_for

from portal.core import clock
from portal.core.models import User
from portal.core.vocabulary import SignInWay
from portal.extensions import db
from portal.web.access import safe_path

WITHIN = 10 * 60  # seconds after the first factor
_KEPT = "first_factor"


@dataclass(frozen=True)
class Given:
    """Who gave the first factor a little while ago, how, and the epoch of their sessions then."""

    user_id: int
    epoch: int
    way: SignInWay

    @property
    def way_with_second(self) -> SignInWay:
        """How they will have signed in once the second factor is proved."""
        return SignInWay.SECOND_FACTOR if self.way is SignInWay.PASSWORD else self.way


def ask_for_second(user: User, location: str | None, *, way: SignInWay) -> Response:
    """Remember that this browser gave the first factor, and nothing else; lead to where the second is asked for."""
    given = {"user": user.id, "epoch": user.session_epoch, "way": way.value, "at": int(clock.now().timestamp())}
    session.clear()
    session[_KEPT] = given
    return redirect(url_for("auth.code", next=safe_path(location)), 303)


def given() -> Given | None:
    """Whoever gave it, unless the account was closed or all its sessions ended meanwhile."""
    kept = session.get(_KEPT)
    if kept is None or clock.now().timestamp() - kept["at"] > WITHIN:
        session.pop(_KEPT, None)
        return None
    user = db.session.get(User, kept["user"])
    if user is None or not user.active or user.session_epoch != kept["epoch"]:
        session.pop(_KEPT, None)
        return None
    return Given(user.id, kept["epoch"], SignInWay(kept["way"]))
