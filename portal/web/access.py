"""Who may come in: default deny, and what an expired session is told.

Every endpoint outside the dialects needs a signed-in user unless it stands in PUBLIC_ENDPOINTS. What a signed-in user
may do is decided in core; here is only the door.
"""

import datetime as dt
import uuid

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    has_request_context,
    make_response,
    redirect,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import UserMixin, current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest

from portal.core import sessions
from portal.core.actors import Actor, from_user
from portal.core.permissions import Permission, can
from portal.core.vocabulary import Role
from portal.extensions import db, login_manager
from portal.web import errors, late
from portal.web.activity import is_sign_of_life
from portal.web.addresses import parts_of
from portal.web.fragments import go_to, is_background, wants_htmx

PUBLIC_ENDPOINTS = frozenset(
    (
        "static home.index health.alive health.ready auth.login auth.code passkey_door.challenge passkey_door.sign_in "
        "passkey_door.second_challenge passkey_door.second reviews.feed openid_door.begin "
        "openid_door.answer reset.follow reset.choose"
    ).split()
)
# Where somebody may go who has yet to set up the second factor that their role needs.
_BEFORE_SECOND_FACTOR = frozenset({"account", "auth", "second_factor", "passkeys"})


class SignedIn(UserMixin):
    """The signed-in user as pages see them; ``actor`` is what core sees."""

    def __init__(self, actor: Actor, locale: str, key: str = "", *, two_factors: bool = False) -> None:
        self.actor = actor
        self.locale = locale
        self.shortcuts = True  # whether single keys do something
        self.guided_intake = False  # whether a new intake asks one question a page
        self.name, self.initials, self.role, self.email = actor.name, actor.initials, actor.role, actor.email
        self.id = actor.user_id
        self.two_factors = two_factors
        self._key = key

    def get_id(self) -> str:
        """What the cookie holds: the key of the session, which says whose it is to us alone."""
        return self._key

    def can(self, permission: str) -> bool:
        """Whether the role holds the permission at all; for what pages offer, never for what is allowed."""
        return can(self.actor, Permission(permission))


def register(app: Flask) -> None:
    """Close every door but the public ones."""
    app.before_request(_begin)
    app.before_request(_require_sign_in)
    app.register_error_handler(CSRFError, _csrf_failed)
    login_manager.user_loader(_load)


def signed_in() -> SignedIn | None:
    """The signed-in user, or None; None too outside a request."""
    if not has_request_context() or not request.path.startswith("/app"):
        return None
    return current_user if current_user.is_authenticated else None


def current_actor() -> Actor:
    """The actor of this request. Only for views behind the door."""
    return current_user.actor


def needs_second_factor(role: Role) -> bool:
    """Whether this installation lets nobody of that role work without a second factor."""
    return role in current_app.extensions["settings"].second_factor_roles


def idle_limit() -> dt.timedelta:
    """After how long without a sign of life a session is over."""
    return current_app.extensions["settings"].idle


def standing() -> sessions.Standing:
    """How the session of this request stands. Only for views behind the door."""
    return g.standing


def sign_in_again(location: str | None = None) -> Response:
    """Lead to the sign-in page and, afterwards, back to *location* (or to the page that was asked for)."""
    target = url_for("auth.login", next=safe_path(location or _page_asked_for()))
    if is_background() or request.accept_mimetypes.best == "application/json":
        return make_response({"error": "signed out"}, 401)
    if wants_htmx():
        return make_response("", 401, {"HX-Redirect": target})
    return redirect(target, 303)


def safe_path(location: str | None) -> str:
    """A path of this portal, whatever was asked for: never another host."""
    parts = parts_of(location)
    path = parts.path
    if parts.scheme or parts.netloc or not path.startswith("/app") or "\\" in path or path.startswith("//"):
        return url_for("worklist.index")
    return path + (f"?{parts.query}" if parts.query else "")


def _begin() -> None:
    g.correlation_id = uuid.uuid4().hex


def _require_sign_in():
    if request.endpoint is None or request.endpoint in PUBLIC_ENDPOINTS or not request.path.startswith("/app"):
        return None
    if not current_user.is_authenticated:
        return _turn_away()
    if is_sign_of_life() and sessions.note_use(db.session, g.standing):
        g.standing = sessions.find(db.session, current_user.get_id(), idle=idle_limit())
    if request.blueprint not in _BEFORE_SECOND_FACTOR and _lacks_second_factor():
        return _set_up_first()
    return None


def _turn_away() -> Response:
    """Lead to the sign-in page; what a form carried is kept, or stays before the eyes of whoever typed it."""
    if is_background():
        return sign_in_again()
    kept = _kept_late()
    typed = late.typed() if kept is None else []
    if typed:
        return _not_sent(typed)
    _say_why_over()
    if kept is not None:
        flash(_("What you sent was not taken, but it is kept. Sign in, look at it, and send it again."), "warning")
    return sign_in_again(kept)


def _kept_late() -> str | None:
    """Where the words of this form are kept. Only a session that ran out by itself may still leave a draft."""
    over = g.get("standing")
    if over is None or over.over not in (sessions.Over.IDLE, sessions.Over.EXPIRED):
        return None
    return late.keep(from_user(db.session, over.user, correlation_id=g.correlation_id))


def _not_sent(typed: list[tuple[str, str]]) -> Response:
    """A page keeps what is in its form when a part of it is refused; a whole form is shown to be copied."""
    if wants_htmx():
        return make_response("", 401)
    return late.shown_back(typed, url_for("auth.login", next=safe_path(_page_asked_for())), status=401)


def _lacks_second_factor() -> bool:
    return needs_second_factor(current_user.role) and not current_user.two_factors


def _set_up_first() -> Response:
    if is_background():
        return make_response({"error": "second factor needed"}, 403)
    flash(_("Your role needs a second factor. Set it up first; then everything is open to you."), "info")
    return go_to(url_for("second_factor.show"))


def _say_why_over() -> None:
    over = g.standing.over if g.get("standing") else None
    if over is sessions.Over.IDLE:
        minutes = int(idle_limit().total_seconds() // 60)
        flash(_("You were signed out after %(minutes)s minutes without activity.", minutes=minutes), "info")
    elif over is sessions.Over.EXPIRED:
        flash(_("You were signed out because you had been signed in for a whole day's work."), "info")


def _load(key: str) -> SignedIn | None:
    g.standing = found = sessions.find(db.session, key, idle=idle_limit())
    if found is None or found.over is not None:
        return None
    actor = from_user(db.session, found.user, correlation_id=g.get("correlation_id", ""), session_id=found.id)
    me = SignedIn(actor, found.user.locale, key, two_factors=found.two_factors)
    me.shortcuts, me.guided_intake = found.user.shortcuts, found.user.guided_intake
    return me


def page_around() -> str:
    """The page a fragment belongs to or a form stands on; empty where that is not known."""
    parts = parts_of(request.headers.get("HX-Current-URL") or request.referrer)
    return parts.path + (f"?{parts.query}" if parts.query else "") if parts.netloc in ("", request.host) else ""


def _page_asked_for() -> str:
    """The page a person was on: for a fragment that is the page around it, not the fragment's own address."""
    return page_around() if request.method != "GET" or wants_htmx() else request.full_path.rstrip("?")


def _csrf_failed(error: CSRFError):
    """An expired session fails the CSRF check first: say that, and not 'bad request'."""
    typed = late.typed() if not is_background() else []
    if not current_user.is_authenticated and request.endpoint != "auth.login":
        return _not_sent(typed) if typed else sign_in_again()
    if typed and not wants_htmx():
        return late.shown_back(typed, safe_path(_page_asked_for()), status=400)
    expired = _("This page has expired. Go back, reload it and try again; what you typed is kept.")
    return errors.http_page(BadRequest(expired))  # raising inside a handler would be a failure of ours
