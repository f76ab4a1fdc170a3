"""One's own account: who one is here, how one signs in, and a new password."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import accounts, own_records, second_factor, verticals
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.account import words
from portal.web.account.forms import PasswordForm
from portal.web.own_records.views import TIES

blueprint = Blueprint("account", __name__, url_prefix="/app/account")


@blueprint.get("")
def show():
    """Name, role, verticals, drafts, and the form for a new password."""
    return _page(PasswordForm())


@blueprint.post("/password")
def change_password():
    """Change the password: every other session ends, this one goes on."""
    actor, form = current_actor(), PasswordForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    if accounts.check_password(db.session, actor.email, form.current.data) is None:
        with unit_of_work(db.session, actor, intent="account.change_password"):
            accounts.record_wrong_password(db.session, actor)
        form.current.errors = [_("This is not your present password")]
        return _page(form, 422)
    made = accounts.hash_password(form.new.data)
    with unit_of_work(db.session, actor, intent="account.change_password"):
        accounts.change_password(db.session, actor, password_hash=made)
    flash(_("Your password is changed. You are signed out everywhere else."), "success")
    return fragments.go_to(url_for("account.show"))


@blueprint.post("/sessions/end")
def end_sessions():
    """Sign out everywhere else: every other session ends, this one goes on."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="account.end_sessions"):
        accounts.end_sessions(db.session, actor)
    flash(_("You are signed out everywhere else."), "success")
    return fragments.go_to(url_for("account.show"))


@blueprint.post("/shortcuts")
def set_shortcuts():
    """Switch the single keys on or off; a box that is not ticked is not sent."""
    actor, on = current_actor(), request.form.get("on") == "1"
    with unit_of_work(db.session, actor, intent="account.shortcuts"):
        accounts.set_shortcuts(db.session, actor, on=on)
    flash(_("Single keys are on.") if on else _("Single keys are off."), "success")
    return fragments.go_to(url_for("account.show"))


def _page(form: PasswordForm, status: int = 200):
    mine = [one for one in verticals.listed(db.session, inactive=True) if one.id in current_actor().vertical_ids]
    state = second_factor.state(db.session, current_actor())
    shown = {"closed": own_records.mine(db.session, current_actor()), "ties": TIES}
    return render_template(
        "account/show.html", form=form, verticals=mine, roles=words.ROLES, state=state, **shown
    ), status
