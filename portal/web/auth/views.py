"""Signing in and out."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import logout_user
from werkzeug.exceptions import TooManyRequests

from portal import limits
from portal.core import accounts, passkeys, second_factor, sessions
from portal.core.actors import ANONYMOUS, from_user
from portal.core.models import User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import SignInWay
from portal.extensions import db
from portal.web.access import current_actor, safe_path, signed_in
from portal.web.account.words import wait_after
from portal.web.auth import first_factor, known_device
from portal.web.auth.entry import let_in
from portal.web.auth.forms import CodeForm, LoginForm, PasskeyForm
from portal.web.auth.passkey_party import party

blueprint = Blueprint("auth", __name__, url_prefix="/app")
STRANGERS = "300/hour"  # tries from one address for any accounts, of browsers that are not known for them
FEW = 3


@blueprint.route("/login", methods=["GET", "POST"])
def login():
    """Ask for e-mail and password; the answer reads the same whether or not the account exists."""
    if request.method == "GET" and signed_in():
        return redirect(safe_path(request.args.get("next")), 303)
    form = LoginForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        who = known_device.counted_as(form.email.data)
        limits.hold_back(*who)
        if not known_device.is_known(form.email.data):
            limits.count(STRANGERS, "sign-in-address", limits.address())
        user = accounts.check_password(db.session, form.email.data, form.password.data)
        if user is not None:
            limits.let_off(*who)
            if second_factor.is_on(db.session, user.id):
                return first_factor.ask_for_second(user, form.next.data, way=SignInWay.PASSWORD)
            return let_in(user.id, form.next.data, way=SignInWay.PASSWORD, epoch=user.session_epoch)
        with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
            accounts.record_failed_sign_in(db.session, correlation_id=g.correlation_id)
        form.password.errors = [_("The e-mail address or the password is not right.")]
    ways = {"passkey": PasskeyForm(next=form.next.data), "passkeys_possible": party() is not None}
    return render_template("auth/login.html", form=form, notice=None, **ways), 422 if form.errors else 200


@blueprint.route("/login/code", methods=["GET", "POST"])
def code():
    """Ask for the second factor, after the first was right: a code here, a passkey through its own door."""
    given = first_factor.given()
    if given is None:
        flash(_("Sign in first. The second factor is asked for within ten minutes of it."), "info")
        return redirect(url_for("auth.login", next=safe_path(request.values.get("next"))), 303)
    form = CodeForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        who = known_device.tries_at_second_factor(db.session.get(User, given.user_id))
        try:
            limits.count(second_factor.TRIES, *who)
        except TooManyRequests as many:
            form.code.errors = [wait_after(many)]
            return _code_page(form, given.user_id, 429, **{"Retry-After": str(many.retry_after)})
        if _accepts(given.user_id, form.code.data):
            limits.forget(second_factor.TRIES, *who)
            way = given.way_with_second
            answer = let_in(given.user_id, form.next.data, way=way, two_factors=True, epoch=given.epoch)
            _warn_of_few_codes()
            return answer
        form.code.errors = [_("This code is not right, or it was used before. Wait for the next one and try again.")]
    return _code_page(form, given.user_id, 422 if form.errors else 200)


@blueprint.post("/logout")
def logout():
    """End this session."""
    with unit_of_work(db.session, current_actor(), intent="account.sign_out"):
        sessions.sign_out(db.session, current_actor())
    logout_user()
    session.clear()
    return redirect(url_for("auth.login"), 303)


def _code_page(form: CodeForm, user_id: int, status: int = 200, **headers: str):
    """With the ways of that user: the app, a passkey, and for both a recovery code."""
    ways = {
        "app": second_factor.has_app(db.session, user_id),
        "has_passkey": party() is not None and passkeys.count(db.session, user_id) > 0,
    }
    return (
        render_template("auth/code.html", form=form, passkey=PasskeyForm(next=form.next.data), **ways),
        status,
        headers,
    )


def _accepts(user_id: int, given: str) -> bool:
    with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
        actor = from_user(db.session, db.session.get(User, user_id), correlation_id=g.correlation_id)
        return second_factor.accept(db.session, actor, given)


def _warn_of_few_codes() -> None:
    left = second_factor.state(db.session, current_actor()).codes_left
    if left < FEW:
        few = ngettext("You have %(num)d recovery code left.", "You have %(num)d recovery codes left.", left)
        flash(f"{few} {_('Make new ones on the page of your account.')}", "warning")
