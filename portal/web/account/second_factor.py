"""One's own second factor: set up, confirm, renew the recovery codes, turn off.

Recovery codes are shown in the answer to the form that made them, and nowhere again: a redirect would have to keep them
somewhere on the way.
"""

from typing import Any

import segno
from flask import Blueprint, current_app, flash, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from portal.core import second_factor
from portal.core.errors import AlreadyDone, NotFound
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor, needs_second_factor
from portal.web.account.forms import BeginForm, FirstCodeForm, ProofForm
from portal.web.account.proof import knows_password, may_try, right

blueprint = Blueprint("second_factor", __name__, url_prefix="/app/account/second-factor")


@blueprint.get("")
def show():
    """Whether it is on, and what can be done about it now."""
    return _page()


@blueprint.post("/begin")
def begin():
    """Make a secret and show it, to who knows the password."""
    actor, form = current_actor(), BeginForm()
    if not form.validate_on_submit() or not knows_password(form, "account.second_factor_on"):
        return _page(begin=form)
    with unit_of_work(db.session, actor, intent="account.second_factor_on"):
        second_factor.begin(db.session, actor)
    return fragments.go_to(url_for("second_factor.show"))


@blueprint.post("/confirm")
def confirm():
    """Turn it on by the first code, and show the recovery codes; every other session ends, this one goes on."""
    actor, form = current_actor(), FirstCodeForm()
    if not form.validate_on_submit() or not may_try(form.code):
        return _page(confirm=form)
    try:
        with unit_of_work(db.session, actor, intent="account.second_factor_on"):
            codes = second_factor.confirm(db.session, actor, form.code.data)
    except (AlreadyDone, NotFound):  # the page was reloaded, or left open for too long
        return fragments.go_to(url_for("second_factor.show"))
    if codes is None:
        form.code.errors = [_("This is not the code that the app shows now. Check the clock of your device.")]
        return _page(confirm=form)
    right()
    return _codes_page(codes, turned_on=True)


@blueprint.post("/codes")
def renew_codes():
    """Make new recovery codes in place of the old ones, and show them."""
    actor, form = current_actor(), ProofForm(prefix="renew-")
    if not form.validate_on_submit() or not knows_password(form, "account.recovery_codes"):
        return _page(renew=form)
    with unit_of_work(db.session, actor, intent="account.recovery_codes"):
        codes = second_factor.renew_codes(db.session, actor, form.code.data)
    if codes is None:
        return _page(renew=_wrong_code(form))
    right()
    return _codes_page(codes)


@blueprint.post("/off")
def turn_off():
    """Turn it off: every other session ends, this one goes on."""
    actor, form = current_actor(), ProofForm(prefix="off-")
    if not form.validate_on_submit() or not knows_password(form, "account.second_factor_off"):
        return _page(off=form)
    required = needs_second_factor(actor.role)
    with unit_of_work(db.session, actor, intent="account.second_factor_off"):
        done = second_factor.turn_off(db.session, actor, form.code.data, required=required)
    if not done:
        return _page(off=_wrong_code(form))
    right()
    flash(_("The second factor is off. You are signed out everywhere else."), "success")
    return fragments.go_to(url_for("account.show"))


def _wrong_code(form: ProofForm) -> ProofForm:
    form.code.errors = [_("This code is not right, or it was used before. Wait for the next one and try again.")]
    return form


def _page(**refused: Any):
    """The page as things stand; *refused* is the form, by its name, that did not do."""
    actor = current_actor()
    issuer = current_app.extensions["settings"].installation_name
    offer = second_factor.offer(db.session, actor, issuer=issuer)
    forms = {
        "begin": BeginForm,
        "confirm": FirstCodeForm,
        "renew": lambda: ProofForm(prefix="renew-"),
        "off": lambda: ProofForm(prefix="off-"),
    }
    shown = {
        "state": second_factor.state(db.session, actor),
        "secret": " ".join(offer.secret[at : at + 4] for at in range(0, len(offer.secret), 4)) if offer else None,
        "picture": _drawn(offer.address) if offer else None,
        "required": needs_second_factor(actor.role),
        "form": next(iter(refused.values()), None),
        **{name: refused.get(name) or make() for name, make in forms.items()},
    }
    return render_template("account/second_factor.html", **shown), 422 if refused else 200


def _codes_page(codes: list[str], *, turned_on: bool = False) -> str:
    return render_template("account/recovery_codes.html", codes=codes, turned_on=turned_on)


def _drawn(address: str) -> Markup:
    """The address as a QR code: black on white in any theme, and without the style that our policy forbids."""
    drawing = segno.make(address, error="m", micro=False)
    return Markup(drawing.svg_inline(scale=5, border=4, light="#fff", svgclass="qr", lineclass=None))  # noqa: S704 - squares
