"""Programmes: the list, beginning one, renaming and ending it."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import program_register, verticals
from portal.core import programs as offered
from portal.core.errors import InvalidInput, StaleVersion
from portal.core.models import Program
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.admin.forms import beside
from portal.web.admin.office_forms import ChangeProgramForm, NewProgramForm
from portal.web.cases.forms import options


def programs():
    """Every programme by name."""
    return render_template("admin/programs.html", programs=offered.listed(db.session))


def create():
    """Begin a programme."""
    form, actor = NewProgramForm(), current_actor()
    form.vertical.choices = options((one.id, one.name) for one in verticals.listed(db.session))
    if not form.is_submitted():
        asked = request.args.get("vertical", "")
        form.vertical.data = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
        return render_template("admin/program_new.html", form=form)
    if not form.validate():
        return render_template("admin/program_new.html", form=form), 422
    try:
        with unit_of_work(db.session, actor, intent="program.create"):
            told = {"code": form.code.data, "name": form.name.data, "vertical": form.vertical.data}
            name = program_register.create(db.session, actor, **told).name
    except InvalidInput as refusal:
        return render_template("admin/program_new.html", form=beside(form, refusal)), 422
    flash(_("%(name)s takes cases from now on.", name=name), "success")
    return fragments.go_to(url_for("admin.programs"))


def change(number: int):
    """Rename a programme, end it, or let it begin again."""
    actor, form = current_actor(), ChangeProgramForm()
    one = program_register.find(db.session, actor, number)
    if not form.is_submitted():
        form.name.data, form.active.data = one.name, one.status == "active"
        form.catch_up(one.version_id)
        return _page(form, one)
    if not form.validate():
        return _page(form, one, 422)
    try:
        with unit_of_work(db.session, actor, intent="program.change"):
            held = program_register.find(db.session, actor, number, lock=True)
            told = {"name": form.name.data, "active": form.active.data, "version": form.version.data}
            name = program_register.change(db.session, actor, held, **told).name
    except InvalidInput as refusal:
        return _page(beside(form, refusal), program_register.find(db.session, actor, number), 422)
    except StaleVersion:
        one = program_register.find(db.session, actor, number)
        form.catch_up(one.version_id)
        state = _("yes") if one.status == "active" else _("no")
        return _page(form, one, 409, [(form.name.label.text, one.name), (form.active.label.text, state)])
    flash(_("%(name)s is saved.", name=name), "success")
    return fragments.go_to(url_for("admin.programs"))


def _page(form: ChangeProgramForm, one: Program, status: int = 200, now=()):
    return render_template("admin/program_change.html", form=form, program=one, now=now), status
