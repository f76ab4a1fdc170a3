"""One's own account: who one is here, where one is signed in, and a new password."""

import uuid

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from portal.core import (
    accounts,
    covers,
    notices,
    outside_identities,
    own_records,
    passwords,
    second_factor,
    sessions,
    token_list,
    verticals,
)
from portal.core.models import User
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor, idle_limit, safe_path, standing
from portal.web.account import words
from portal.web.account.forms import PasswordForm
from portal.web.account.proof import knows_password, right
from portal.web.activity import passive
from portal.web.addresses import parts_of
from portal.web.admin.words import DIALECTS
from portal.web.notices.words import to_account
from portal.web.own_records.words import TIES

blueprint = Blueprint("account", __name__, url_prefix="/app/account")


@blueprint.app_template_global("has_password")
def has_password() -> bool:
    """Whether one can prove by a password that it is oneself who changes the account."""
    return accounts.has_password(db.session, current_actor())


@blueprint.get("")
def show():
    """Who one is here, by what one signs in and where one is signed in, and the form for a new password."""
    return _page(_form())


@blueprint.post("/password")
def change_password():
    """Change the password: every other session ends, this one goes on."""
    actor, form = current_actor(), _form()
    if not form.validate_on_submit():
        return _page(form, 422)
    if not knows_password(form, "account.change_password"):
        return _page(form, 422)
    right()
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


@blueprint.post("/guided-intake")
def set_guided_intake():
    """Choose the form in which a new intake begins."""
    actor, on = current_actor(), request.form.get("guided") == "1"
    with unit_of_work(db.session, actor, intent="account.guided_intake"):
        accounts.set_guided_intake(db.session, actor, on=on)
    told = _("New contacts begin one question at a time.") if on else _("New contacts begin all on one page.")
    flash(told, "success")
    return fragments.go_to(url_for("account.show"))


@blueprint.post("/sessions/<uuid:session_id>/end")
def end_session(session_id: uuid.UUID):
    """End one session, wherever it is."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="account.end_session"):
        sessions.end(db.session, actor, session_id)
    flash(_("That session is ended."), "success")
    return fragments.go_to(url_for("account.show"))


@blueprint.get("/session")
@passive
def time_left():
    """How long this session lasts without another sign of life, for the page that warns before it ends.

    Whose it is and the token of its forms are for a page that was open while its reader signed in in another window.
    """
    return {"seconds": standing().seconds_left, "who": current_actor().user_id, "token": generate_csrf()}


@blueprint.post("/session")
def stay():
    """Stay signed in: a sign of life, and nothing else."""
    sessions.note_use(db.session, standing(), surely=True)
    if request.accept_mimetypes.best == "application/json":
        return {"seconds": sessions.find(db.session, current_user.get_id(), idle=idle_limit()).seconds_left}
    return fragments.go_to(safe_path(parts_of(request.referrer).path))


@blueprint.post("/tokens/<jti>/end")
def end_token(jti: str):
    """End a token that acts as oneself, whoever issued it."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="token.revoke"):
        token_list.end_mine(db.session, actor, jti)
    flash(_("That token is ended. Its next request is refused."), "success")
    return fragments.go_to(url_for("account.show"))


def _form() -> PasswordForm:
    user = db.session.get(User, current_actor().user_id)
    return PasswordForm(about=passwords.about(user, current_app.extensions["settings"].installation_name))


def _page(form: PasswordForm, status: int = 200):
    actor = current_actor()
    mine = [one for one in verticals.listed(db.session, inactive=True) if one.id in actor.vertical_ids]
    shown = {
        "form": form,
        "verticals": mine,
        "roles": words.ROLES,
        "ways": words.WAYS,
        "device": words.device,
        "state": second_factor.state(db.session, actor),
        "covers": covers.standing(db.session, [actor.user_id]),
        "closed": own_records.mine(db.session, actor),
        "ties": TIES,
        "identities": outside_identities.listed(db.session, actor),
        "provider": current_app.extensions["settings"].openid,
        "tokens": token_list.mine(db.session, actor),
        "dialects": DIALECTS,
        "by_others": [(notice, *to_account(notice)) for notice in notices.to_account(db.session, actor)],
        "sessions": sessions.listed(db.session, actor, idle=idle_limit()),
    }
    return render_template("account/show.html", **shown), status
