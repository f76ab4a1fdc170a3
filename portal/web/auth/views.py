"""Signing in and out."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import logout_user
from werkzeug.exceptions import TooManyRequests

from portal import limits
from portal.core import accounts, clock, second_factor, sessions
from portal.core.actors import ANONYMOUS, from_user
from portal.core.keys import blind_index
from portal.core.models import User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import SignInWay
from portal.extensions import db
from portal.web.access import current_actor, safe_path, signed_in
from portal.web.account.words import wait_after
from portal.web.auth.entry import let_in
from portal.web.auth.forms import CodeForm, LoginForm

blueprint = Blueprint("auth", __name__, url_prefix="/app")
# pragma: allowlist nextline secret
PASSWORDS = "10/minute"  # wrong ones for one e-mail address, whether or not there is such an account
CODE_WITHIN = 10 * 60  # seconds after the password
FEW = 3


@blueprint.route("/login", methods=["GET", "POST"])
def login():
    """Ask for e-mail and password; the answer reads the same whether or not the account exists."""
    if request.method == "GET" and signed_in():
        return redirect(safe_path(request.args.get("next")), 303)
    form = LoginForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        who = "sign-in", blind_index(form.email.data.strip().lower())
        limits.count(PASSWORDS, *who)
        user = accounts.check_password(db.session, form.email.data, form.password.data)
        if user is not None:
            limits.forget(PASSWORDS, *who)
            if second_factor.is_on(db.session, user.id):
                return _ask_for_code(user, form.next.data)
            return let_in(user.id, form.next.data, way=SignInWay.PASSWORD, epoch=user.session_epoch)
        with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
            accounts.record_failed_sign_in(db.session, correlation_id=g.correlation_id)
        form.password.errors = [_("The e-mail address or the password is not right.")]
    return render_template("auth/login.html", form=form, notice=None), 422 if form.errors else 200


@blueprint.route("/login/code", methods=["GET", "POST"])
def code():
    """Ask for the code of the second factor, after the password was right."""
    user_id, epoch = _who_gave_the_password()
    if user_id is None:
        session.pop("password_given", None)
        flash(_("Sign in with your password first. The code is asked for within ten minutes of it."), "info")
        return redirect(url_for("auth.login", next=safe_path(request.values.get("next"))), 303)
    form = CodeForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        try:
            limits.count(second_factor.TRIES, "second-factor", str(user_id))
        except TooManyRequests as many:
            form.code.errors = [wait_after(many)]
            return render_template("auth/code.html", form=form), 429, {"Retry-After": str(many.retry_after)}
        if _accepts(user_id, form.code.data):
            limits.forget(second_factor.TRIES, "second-factor", str(user_id))
            answer = let_in(user_id, form.next.data, way=SignInWay.SECOND_FACTOR, two_factors=True, epoch=epoch)
            _warn_of_few_codes()
            return answer
        form.code.errors = [_("This code is not right, or it was used before. Wait for the next one and try again.")]
    return render_template("auth/code.html", form=form), 422 if form.errors else 200


@blueprint.post("/logout")
def logout():
    """End this session."""
    with unit_of_work(db.session, current_actor(), intent="account.sign_out"):
        sessions.sign_out(db.session, current_actor())
    logout_user()
    session.clear()
    return redirect(url_for("auth.login"), 303)


def _ask_for_code(user: User, location: str | None):
    """Remember that this browser gave the right password, and nothing else: it is not signed in."""
    given = {"user": user.id, "epoch": user.session_epoch, "at": int(clock.now().timestamp())}
    session.clear()
    session["password_given"] = given
    return redirect(url_for("auth.code", next=safe_path(location)), 303)


def _who_gave_the_password() -> tuple[int, int] | tuple[None, None]:
    """Whoever gave it a little while ago, and their epoch then; unless the account was closed or ended its sessions."""
    given = session.get("password_given")
    if given is None or clock.now().timestamp() - given["at"] > CODE_WITHIN:
        return None, None
    user = db.session.get(User, given["user"])
    stands = user is not None and user.active and user.session_epoch == given["epoch"]
    return (user.id, given["epoch"]) if stands else (None, None)


def _accepts(user_id: int, given: str) -> bool:
    with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
        actor = from_user(db.session, db.session.get(User, user_id), correlation_id=g.correlation_id)
        return second_factor.accept(db.session, actor, given)


def _warn_of_few_codes() -> None:
    left = second_factor.state(db.session, current_actor()).codes_left
    if left < FEW:
        few = ngettext("You have %(num)d recovery code left.", "You have %(num)d recovery codes left.", left)
        flash(f"{few} {_('Make new ones on the page of your account.')}", "warning")
