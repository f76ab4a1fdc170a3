"""One's own passkeys: add with a name, rename, remove; and recovery codes for who proves one.

Adding has two steps: name and password first, so that whatever is wrong with them is said before the device is asked.
"""

from typing import Any

from flask import Blueprint, abort, flash, render_template, session, url_for
from flask_babel import gettext as _

from portal.core import clock, passkey_proof, passkeys, second_factor
from portal.core.models import Passkey
from portal.core.passkey_proof import SECOND
from portal.core.passkeys import ADDING
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor, needs_second_factor
from portal.web.account.forms import BeginForm, NameForm, PasskeyBeginForm
from portal.web.account.proof import knows_password, right
from portal.web.auth.forms import PasskeyForm
from portal.web.auth.passkey_party import as_json, ask, asked, party

blueprint = Blueprint("passkeys", __name__, url_prefix="/app/account/passkeys")
_BEGUN = "passkey_begun"
WITHIN = 10 * 60  # seconds after the password


@blueprint.get("")
def index():
    """The passkeys that there are, and the form for another."""
    return _page()


@blueprint.post("/begin")
def begin():
    """Remember the name of the passkey that will be made, from who knows the password."""
    form = PasskeyBeginForm()
    if party() is None or not form.validate_on_submit() or not knows_password(form, "account.passkey_added"):
        return _page(form)
    right()
    session[_BEGUN] = {"name": form.name.data, "at": int(clock.now().timestamp())}
    return fragments.go_to(url_for("passkeys.new"))


@blueprint.get("/new")
def new():
    """Let the device make the passkey."""
    name = _begun()
    if name is None:
        return fragments.go_to(url_for("passkeys.index"))
    return render_template("account/passkey_new.html", name=name, form=PasskeyForm())


@blueprint.post("/new/challenge")
def challenge():
    """What the browser needs to make the passkey."""
    us, _name = party() or abort(404), _begun() or abort(409)
    return as_json(passkeys.options_for_adding(db.session, current_actor(), us, ask(ADDING)))


@blueprint.post("")
def add():
    """Keep the passkey that the device made; the first one brings recovery codes, and ends every other session."""
    actor, form, us, name = current_actor(), PasskeyForm(), party(), _begun()
    if us is None or name is None or not form.validate_on_submit():
        return fragments.go_to(url_for("passkeys.index"))
    made, given = None, asked()
    with unit_of_work(db.session, actor, intent="account.passkey_added"):
        made = passkeys.add(db.session, actor, form.answer.data, name=name, challenge=given, party=us)
    if made is None:
        flash(
            _("The passkey was not added: what the device answered is not right, or came too late. Try again."), "error"
        )
        return fragments.go_to(url_for("passkeys.new"))
    session.pop(_BEGUN, None)
    if made.codes:
        return render_template("account/recovery_codes.html", codes=made.codes, turned_on=True)
    flash(_("The passkey is added."), "success")
    return fragments.go_to(url_for("passkeys.index"))


@blueprint.get("/<int:passkey>")
def show(passkey: int):
    """One passkey: another name, or away with it."""
    return _one(passkeys.find(db.session, current_actor(), passkey))


@blueprint.post("/<int:passkey>/name")
def rename(passkey: int):
    """Call it something else."""
    actor, form = current_actor(), NameForm()
    if not form.validate_on_submit():
        return _one(passkeys.find(db.session, actor, passkey), rename=form)
    with unit_of_work(db.session, actor, intent="account.passkey_renamed"):
        kept = passkeys.find(db.session, actor, passkey)
        passkeys.rename(db.session, actor, kept, name=form.name.data)
    flash(_("The passkey has its new name."), "success")
    return fragments.go_to(url_for("passkeys.index"))


@blueprint.post("/<int:passkey>/remove")
def remove(passkey: int):
    """Forget it, for who knows the password: every other session ends, this one goes on."""
    actor, form = current_actor(), BeginForm()
    kept = passkeys.find(db.session, actor, passkey)
    if not form.validate_on_submit() or not knows_password(form, "account.passkey_removed"):
        return _one(kept, remove=form)
    right()
    required = needs_second_factor(actor.role)
    with unit_of_work(db.session, actor, intent="account.passkey_removed"):
        kept = passkeys.find(db.session, actor, passkey, lock=True)
        passkeys.remove(db.session, actor, kept, required=required)
    flash(_("The passkey is removed. You are signed out everywhere else."), "success")
    return fragments.go_to(url_for("passkeys.index"))


@blueprint.post("/codes/challenge")
def codes_challenge():
    """What the browser needs to prove one of one's passkeys."""
    us, me = party() or abort(404), current_actor().user_id
    return as_json(passkeys.options_for_proving(db.session, us, ask(SECOND), user_id=me))


@blueprint.post("/codes")
def renew_codes():
    """Make new recovery codes in place of the old ones, for who proves a passkey, and show them."""
    actor, form, us = current_actor(), PasskeyForm(), party()
    if us is None or not form.validate_on_submit():
        return fragments.go_to(url_for("passkeys.index"))
    given = asked()
    with unit_of_work(db.session, actor, intent="account.recovery_codes"):
        codes = passkey_proof.renew_codes(db.session, actor, form.answer.data, challenge=given, party=us)
    if codes is None:
        flash(_("This passkey is not one of yours, or it answered too late. Try again."), "error")
        return fragments.go_to(url_for("passkeys.index"))
    return render_template("account/recovery_codes.html", codes=codes, turned_on=False)


def _begun() -> str | None:
    """The name of the passkey that is being added, a little while after the password."""
    kept = session.get(_BEGUN)
    if kept is None or clock.now().timestamp() - kept["at"] > WITHIN:
        session.pop(_BEGUN, None)
        return None
    return kept["name"]


def _page(refused: PasskeyBeginForm | None = None):
    actor = current_actor()
    shown = {
        "kept": passkeys.listed(db.session, actor),
        "state": second_factor.state(db.session, actor),
        "required": needs_second_factor(actor.role),
        "possible": party() is not None,
        "most": passkeys.MOST,
        "begin": refused or PasskeyBeginForm(),
        "codes": PasskeyForm(),
        "form": refused,
    }
    return render_template("account/passkeys.html", **shown), 422 if refused else 200


def _one(kept: Passkey, **refused: Any):
    actor = current_actor()
    state = second_factor.state(db.session, actor)
    shown = {
        "kept": kept,
        "last": state.passkeys == 1 and not state.on,
        "required": needs_second_factor(actor.role),
        "form": next(iter(refused.values()), None),
        "rename": refused.get("rename") or NameForm(name=kept.name),
        "remove": refused.get("remove") or BeginForm(),
    }
    return render_template("account/passkey.html", **shown), 422 if refused else 200
