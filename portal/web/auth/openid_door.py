"""Signing in with OpenID Connect: to the provider and back. A refusal reads the same whomever it meant."""

import hmac
import logging

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, session
from flask_limiter.util import get_remote_address

from portal import limits
from portal.core import clock, outside_identities, second_factor
from portal.core.actors import ANONYMOUS
from portal.core.models import User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import SignInWay
from portal.extensions import db
from portal.openid import Begun, NotReachable, NotVouched, Provider
from portal.web import addresses
from portal.web.access import safe_path
from portal.web.auth import first_factor
from portal.web.auth.entry import let_in

blueprint = Blueprint("openid_door", __name__, url_prefix="/app/login/openid")
TRIES = "60/minute"  # of one address: each makes us ask the provider, or write down a refusal
WITHIN = 10 * 60  # seconds at the provider
_KEPT = "openid"
logger = logging.getLogger(__name__)


@blueprint.get("")
def begin():
    """Lead to the provider. A link and no form: a form may lead to our own pages alone."""
    provider = _provider()
    limits.count(TRIES, "openid", get_remote_address())
    try:
        address, begun = provider.begin(_back_here(), safe_path(request.args.get("next")))
    except NotReachable:
        return _not_reachable()
    session[_KEPT] = begun.kept()
    return redirect(address, 303)


@blueprint.get("/answer")
def answer():
    """Let in whom the provider vouches for and we know; then ask for our own second factor, where it gave none."""
    provider = _provider()
    limits.count(TRIES, "openid", get_remote_address())
    kept, state = session.pop(_KEPT, None), request.args.get("state", "")
    begun = Begun(**kept) if kept else None
    late = begun is None or clock.now().timestamp() - begun.at > WITHIN
    if late or not hmac.compare_digest(begun.state.encode(), state.encode()):
        return _refuse("state")
    if not request.args.get("code"):
        return _refuse("stopped")
    try:
        vouched, two_factors = provider.finish(_back_here(), request.args["code"], begun)
    except NotReachable:
        return _not_reachable()
    except NotVouched as refused:
        return _refuse(str(refused))
    with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
        user = outside_identities.recognise(db.session, vouched, correlation_id=g.correlation_id)
        user_id = user.id if user else None
    if user_id is None:
        return _refused_page()
    return _go_on(user_id, begun.location, two_factors)


def _go_on(user_id: int, location: str, two_factors: bool):
    user = db.session.get(User, user_id)
    if not two_factors and second_factor.is_on(db.session, user_id):
        return first_factor.ask_for_second(user, location, way=SignInWay.OPENID)
    return let_in(user_id, location, way=SignInWay.OPENID, two_factors=two_factors, epoch=user.session_epoch)


def _provider() -> Provider:
    """The provider of this installation, with what was read of it; 404 where none is configured."""
    settings = current_app.extensions["settings"].openid or abort(404)
    found = current_app.extensions.get("openid")
    if found is None or found.settings != settings:
        found = current_app.extensions["openid"] = Provider(settings)
    return found


def _back_here() -> str:
    return addresses.whole("openid_door.answer")


def _refuse(why: str):
    with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
        outside_identities.record_refusal(db.session, why, correlation_id=g.correlation_id)
    return _refused_page()


def _refused_page():
    return render_template("auth/openid_refused.html", reachable=True), 403


def _not_reachable():
    logger.warning("the identity provider did not answer as it should", exc_info=True)
    return render_template("auth/openid_refused.html", reachable=False), 503
