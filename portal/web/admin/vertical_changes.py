"""Opening a line of service, and changing what one is called."""

from flask import current_app, flash, render_template, url_for
from flask_babel import gettext as _

from portal.core import vertical_register
from portal.core.errors import InvalidInput, Refused, StaleVersion
from portal.core.models import Vertical
from portal.core.unit import unit_of_work
from portal.core.vocabulary import ConsentMode
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.admin.forms import beside
from portal.web.admin.vertical_forms import ChangeVerticalForm, NewVerticalForm


def create():
    """Open a line of service."""
    form, actor = NewVerticalForm(), current_actor()
    if not form.is_submitted():
        form.time_zone.data = current_app.extensions["settings"].time_zone
        form.consent_mode.data = ConsentMode.REQUIRED.value
        return render_template("admin/vertical_new.html", form=form)
    if not form.validate():
        return render_template("admin/vertical_new.html", form=form), 422
    try:
        with unit_of_work(db.session, actor, intent="vertical.create"):
            rules = form.pack_told()
            made = vertical_register.create(db.session, actor, form.told, rules, code=form.code.data)
            number, name = made.id, made.name
    except InvalidInput as refusal:
        return render_template("admin/vertical_new.html", form=beside(form, refusal)), 422
    flash(_("%(name)s is open. Choose who works in it on the pages of the users.", name=name), "success")
    return fragments.go_to(url_for("admin.vertical", number=number))


def change(number: int):
    """Change what a vertical is called, and whether it takes new cases."""
    actor, form = current_actor(), ChangeVerticalForm()
    one = vertical_register.find(db.session, actor, number)
    if not form.is_submitted():
        form.name.data, form.prefix.data, form.time_zone.data = one.name, one.reference_prefix, one.time_zone
        form.active.data = one.status == "active"
        form.catch_up(one.version_id)
        return _page(form, one)
    if not form.validate():
        return _page(form, one, 422)
    try:
        with unit_of_work(db.session, actor, intent="vertical.change"):
            held = vertical_register.hold(db.session, actor, number)
            name = vertical_register.change(db.session, actor, held, form.told, version=form.version.data).name
    except (InvalidInput, Refused) as refusal:
        one = vertical_register.find(db.session, actor, number)
        return _page(beside(form, refusal), one, errors.status_of(refusal))
    except StaleVersion:
        one = vertical_register.find(db.session, actor, number)
        form.catch_up(one.version_id)
        return _page(form, one, 409, _now(form, one))
    flash(_("%(name)s is saved.", name=name), "success")
    return fragments.go_to(url_for("admin.vertical", number=number))


def _now(form: ChangeVerticalForm, one: Vertical) -> list[tuple[str, str]]:
    return [
        (form.name.label.text, one.name),
        (form.prefix.label.text, one.reference_prefix),
        (form.time_zone.label.text, one.time_zone),
        (form.active.label.text, _("yes") if one.status == "active" else _("no")),
    ]


def _page(form: ChangeVerticalForm, one: Vertical, status: int = 200, now=()):
    return render_template("admin/vertical_change.html", form=form, vertical=one, now=now), status
