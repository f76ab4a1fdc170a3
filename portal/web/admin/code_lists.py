"""The code lists: which there are, what is on each, adding a code, and changing what is said of one."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _

from portal.core import code_register
from portal.core.errors import InvalidInput, Refused, StaleVersion
from portal.core.models import CodeValue
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.admin.forms import beside
from portal.web.admin.office_forms import ChangeCodeForm, NewCodeForm


def code_lists():
    """Every list."""
    return render_template("admin/code_lists.html", lists=code_register.lists(db.session, current_actor()))


def code_list(list_name: str):
    """What is on one list."""
    found = code_register.listed(db.session, current_actor(), list_name)
    return render_template(
        "admin/code_list.html", list_name=list_name, codes=found, is_of_contract=code_register.is_of_contract
    )


def create(list_name: str):
    """Add a code."""
    actor, form = current_actor(), NewCodeForm()
    code_register.listed(db.session, actor, list_name)
    if not form.is_submitted():
        return render_template("admin/code_new.html", form=form, list_name=list_name)
    if not form.validate():
        return render_template("admin/code_new.html", form=form, list_name=list_name), 422
    try:
        with unit_of_work(db.session, actor, intent="code.create"):
            told = {"value": form.value.data, "label": form.label.data}
            label = code_register.create(db.session, actor, list_name, **told).label
    except InvalidInput as refusal:
        return render_template("admin/code_new.html", form=beside(form, refusal), list_name=list_name), 422
    flash(_("%(name)s can be chosen from now on.", name=label), "success")
    return fragments.go_to(url_for("admin.code_list", list_name=list_name))


def change(number: int):
    """Change what a code is called, where it stands, and whether it is offered."""
    actor, form = current_actor(), ChangeCodeForm()
    one = code_register.find(db.session, actor, number)
    if not form.is_submitted():
        for name in _FIELDS:
            form[name].data = getattr(one, name)
        form.catch_up(one.version_id)
        return _page(form, one)
    if not form.validate():
        return _page(form, one, 422)
    told = {name: form[name].data for name in (*_FIELDS, "version")}
    try:
        with unit_of_work(db.session, actor, intent="code.change"):
            held = code_register.find(db.session, actor, number, lock=True)
            changed = code_register.change(db.session, actor, held, **told)
            label, list_name = changed.label, changed.list_name
    except (InvalidInput, Refused) as refusal:
        one = code_register.find(db.session, actor, number)
        return _page(beside(form, refusal), one, errors.status_of(refusal))
    except StaleVersion:
        one = code_register.find(db.session, actor, number)
        form.catch_up(one.version_id)
        return _page(form, one, 409, _now(form, one))
    flash(_("%(name)s is saved.", name=label), "success")
    return fragments.go_to(url_for("admin.code_list", list_name=list_name))


_FIELDS = ("label", "sort", "review_in_days", "active")


def _now(form: ChangeCodeForm, one: CodeValue) -> list[tuple[str, str]]:
    words = {True: _("yes"), False: _("no"), None: ""}
    plain = [(form[name].label.text, getattr(one, name)) for name in _FIELDS]
    return [(label, words[now] if now is None or isinstance(now, bool) else str(now)) for label, now in plain]


def _page(form: ChangeCodeForm, one: CodeValue, status: int = 200, now=()):
    of_contract = code_register.is_of_contract(one)
    return render_template("admin/code_change.html", form=form, code=one, of_contract=of_contract, now=now), status
