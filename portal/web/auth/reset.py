"""A new password for somebody who forgot theirs, by a link that an administrator made.

The secret of the link leaves the address at once: it is exchanged for its digest in the cookie, so that neither the
addresses of what the page loads nor the history of the browser hold it. A link that does not work says the same
whatever is wrong with it.
"""

from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, session, url_for
from flask_babel import gettext as _

from portal import limits
from portal.core import accounts, passwords
from portal.core.actors import ANONYMOUS
from portal.core.errors import NotFound
from portal.core.keys import digest
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web.account.forms import NewPasswordForm

blueprint = Blueprint("reset", __name__, url_prefix="/app/reset")
_KEPT = "reset_link"
_LOOKS = "60/hour"  # of one address


@blueprint.get("/<secret>")
def follow(secret: str):
    """Take the secret out of the address."""
    session[_KEPT] = digest(secret)
    answer = make_response(redirect(url_for("reset.choose"), 303))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@blueprint.route("", methods=["GET", "POST"])
def choose():
    """Choose the new password; then every session of the account is ended, and one signs in with it."""
    limits.count(_LOOKS, "password-reset", limits.address())
    link = session.get(_KEPT, "")
    user = passwords.holder(db.session, link)
    if user is None:
        return render_template("auth/reset.html", form=None, email=None), 404
    email, office = user.email, current_app.extensions["settings"].installation_name
    form = NewPasswordForm(about=passwords.about(user, office))
    if not form.validate_on_submit():
        return render_template("auth/reset.html", form=form, email=email), 422 if form.errors else 200
    made = accounts.hash_password(form.new.data)
    try:
        with unit_of_work(db.session, ANONYMOUS, intent="account.reset_password"):
            passwords.reset(db.session, link, password_hash=made, correlation_id=g.correlation_id)
    except NotFound:  # it was used by another browser at the same moment
        return render_template("auth/reset.html", form=None, email=None), 404
    session.clear()
    flash(_("Your password is changed. Sign in with the new one."), "success")
    return redirect(url_for("auth.login"), 303)
