"""Signing in and out."""

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import login_user, logout_user

from portal.core import accounts, clock
from portal.core.actors import ANONYMOUS, from_user
from portal.core.models import User
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web.access import SignedIn, current_actor, safe_path, signed_in
from portal.web.auth.forms import LoginForm

blueprint = Blueprint("auth", __name__, url_prefix="/app")


@blueprint.route("/login", methods=["GET", "POST"])
def login():
    """Ask for e-mail and password; the answer reads the same whether or not the account exists."""
    if request.method == "GET" and signed_in():
        return redirect(safe_path(request.args.get("next")), 303)
    form = LoginForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        user = accounts.check_password(db.session, form.email.data, form.password.data)
        if user is not None:
            return _let_in(user.id, form.next.data)
        with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
            accounts.record_failed_sign_in(db.session, correlation_id=g.correlation_id)
        form.password.errors = [_("The e-mail address or the password is not right.")]
    return render_template("auth/login.html", form=form, notice=None), 422 if form.errors else 200


@blueprint.post("/logout")
def logout():
    """End this session."""
    with unit_of_work(db.session, current_actor(), intent="account.sign_out"):
        accounts.record_sign_out(db.session, current_actor())
    logout_user()
    session.clear()
    return redirect(url_for("auth.login"), 303)


def _let_in(user_id: int, location: str | None):
    with unit_of_work(db.session, ANONYMOUS, intent="account.sign_in"):
        user = db.session.get(User, user_id)
        accounts.record_sign_in(db.session, user, correlation_id=g.correlation_id)
        me = SignedIn(from_user(db.session, user), user.session_epoch, user.locale)
    session.clear()  # a new session for a new person: nothing set before signing in is kept
    session["signed_in_at"] = session["seen_at"] = int(clock.now().timestamp())
    login_user(me)
    return redirect(safe_path(location), 303)
