"""Signing in with a passkey: alone, or as the second factor after a password.

The browser asks for a challenge when the button is pressed, lets the device sign it, and sends the answer as a form.
"""

from flask import Blueprint, abort, flash, g, redirect, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import TooManyRequests

from portal import limits
from portal.core import passkey_proof, passkeys, second_factor
from portal.core.actors import ANONYMOUS, from_user
from portal.core.models import User
from portal.core.passkey_proof import COPIED, SECOND, SIGNING_IN, Proof
from portal.core.unit import unit_of_work
from portal.core.vocabulary import SignInWay
from portal.extensions import db
from portal.web.access import safe_path
from portal.web.account.words import wait_after
from portal.web.auth import first_factor, known_device
from portal.web.auth.entry import let_in
from portal.web.auth.forms import PasskeyForm
from portal.web.auth.passkey_party import as_json, ask, asked, party

blueprint = Blueprint("passkey_door", __name__, url_prefix="/app/login")
TRIES = "60/minute"  # of one address; an answer cannot be guessed, but each that is refused is written down


@blueprint.post("/passkey/challenge")
def challenge():
    """What the browser needs to find a passkey for us; the answer is the same for everybody."""
    us = party() or abort(404)
    return as_json(passkeys.options_for_proving(db.session, us, ask(SIGNING_IN)))


@blueprint.post("/passkey")
def sign_in():
    """Let in whoever the passkey belongs to; a refusal reads the same whoever that is."""
    form, us = PasskeyForm(), party()
    again = redirect(url_for("auth.login", next=safe_path(form.next.data)), 303)
    if us is None or not form.validate_on_submit() or not _may_try(TRIES, "passkey", get_remote_address()):
        return again
    given = asked()
    with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
        proof = passkey_proof.prove_alone(
            db.session, form.answer.data, challenge=given, party=us, correlation_id=g.correlation_id
        )
        user_id, epoch = (proof.user.id, proof.user.session_epoch) if proof.user else (None, None)
    if user_id is None:
        flash(_why_not(proof), "error")
        return again
    return let_in(user_id, form.next.data, way=SignInWay.PASSKEY, two_factors=True, epoch=epoch)


@blueprint.post("/code/passkey/challenge")
def second_challenge():
    """What the browser needs to find one of the passkeys of whoever gave the password just now."""
    us, given = party() or abort(404), first_factor.given() or abort(403)
    return as_json(passkeys.options_for_proving(db.session, us, ask(SECOND), user_id=given.user_id))


@blueprint.post("/code/passkey")
def second():
    """Let in whoever gave the password and holds the passkey."""
    form, us, given = PasskeyForm(), party(), first_factor.given()
    again = redirect(url_for("auth.code", next=safe_path(form.next.data)), 303)
    if us is None or given is None or not form.validate_on_submit():
        return again
    who = known_device.tries_at_second_factor(db.session.get(User, given.user_id))
    if not _may_try(second_factor.TRIES, *who):
        return again
    signed = asked()
    with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
        actor = from_user(db.session, db.session.get(User, given.user_id), correlation_id=g.correlation_id)
        proof = passkey_proof.prove_second(db.session, actor, form.answer.data, challenge=signed, party=us)
        right = proof.user is not None
    if not right:
        flash(_why_not(proof), "error")
        return again
    limits.forget(second_factor.TRIES, *who)
    return let_in(given.user_id, form.next.data, way=given.way_with_second, two_factors=True, epoch=given.epoch)


def _may_try(limit: str, *who: str) -> bool:
    try:
        limits.count(limit, *who)
    except TooManyRequests as many:
        flash(wait_after(many), "error")
        return False
    return True


def _why_not(proof: Proof) -> str:
    if proof.why == COPIED:
        return _(
            "This passkey was refused: its device seems to have been copied. Sign in another way, remove the passkey "
            "from your account, and tell an administrator."
        )
    return _("This passkey does not open an account here now. Try again, or sign in another way.")
