"""The one way in: whatever proved who somebody is, their session is opened here."""

from flask import Response, current_app, g, redirect, request, session
from flask_login import login_user

from portal.core import sessions
from portal.core.actors import ANONYMOUS
from portal.core.models import User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import SignInWay
from portal.extensions import db
from portal.web.access import SignedIn, safe_path
from portal.web.auth import known_device
from portal.web.auth.devices import browser_and_system


def let_in(
    user_id: int, location: str | None, *, way: SignInWay, two_factors: bool = False, epoch: int | None = None
) -> Response:
    """Sign somebody in who has proved who they are, and lead them to *location* or to their work.
    The browser is known for them from then on.

    ``two_factors`` says that more than a password was proved (a code, a passkey that asked for its owner). ``epoch`` is
    the user's ``session_epoch`` when a proof was checked that they may take back meanwhile, such as a password. Raises
    NotAuthenticated for an account that is closed, or whose sessions were all ended since.
    """
    with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
        user = db.session.get(User, user_id)
        key, actor = sessions.open_session(
            db.session,
            user,
            way=way,
            longest=current_app.extensions["settings"].longest_session,
            two_factors=two_factors,
            device=browser_and_system(request.user_agent.string),
            epoch=epoch,
            correlation_id=g.correlation_id,
        )
        me = SignedIn(actor, user.locale, key, two_factors=two_factors)
    answer = redirect(safe_path(location), 303)
    known_device.remember(answer, actor.email)
    session.clear()  # a new session for a new person: nothing set before signing in is kept
    login_user(me)
    return answer
