"""Partner organisations: all of them, a new one, and the page of one."""

from flask import current_app, flash, render_template, url_for
from flask_babel import gettext as _

from portal.core import clock, code_mapping, token_list
from portal.core import organisations as partners
from portal.core.errors import InvalidInput
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.admin.forms import RegisterForm, beside


def organisations():
    """Every organisation, with how many of its tokens are live."""
    return render_template(
        "admin/organisations.html",
        organisations=partners.listed(db.session),
        live=token_list.live_by_organisation(db.session, current_actor()),
        now=clock.now(),
    )


def register():
    """Register a partner."""
    form, actor = RegisterForm(), current_actor()
    if not form.is_submitted():
        form.time_zone.data = current_app.extensions["settings"].time_zone
        return render_template("admin/register.html", form=form)
    if not form.validate():
        return render_template("admin/register.html", form=form), 422
    try:
        with unit_of_work(db.session, actor, intent="organisation.register"):
            made = partners.register(
                db.session,
                actor,
                name=form.name.data,
                email=form.email.data,
                pending=form.pending.data,
                priority_map=partners.PRIORITY_MAPS.get(form.priorities.data),
                time_zone=form.time_zone.data or None,
            )
            number, name = made.id, made.name
    except InvalidInput as refusal:
        return render_template("admin/register.html", form=beside(form, refusal)), 422
    flash(_("%(name)s is registered.", name=name), "success")
    return fragments.go_to(url_for("admin.organisation", number=number))


def organisation(number: int):
    """One organisation: what it may, what its words mean, and the tokens that hold now."""
    actor, one = current_actor(), partners.find_by_number(db.session, number)
    return render_template(
        "admin/organisation.html",
        organisation=one,
        tokens=token_list.live_of(db.session, actor, one),
        mapped=code_mapping.mapped(db.session, actor, one),
        is_armed=one.armed_until is not None and one.armed_until > clock.now(),
    )
