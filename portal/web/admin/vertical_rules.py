"""New rules for a vertical: said, shown with what they change for whom, and only then put in force."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import policy_packs, vertical_register
from portal.core.errors import InvalidInput, StaleVersion
from portal.core.policy_packs import ADJUSTABLE, STEERING
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.admin.forms import beside
from portal.web.admin.permission_words import said
from portal.web.admin.vertical_forms import RulesForm


def rules(number: int):
    """Show what new rules would change; the second time, for the very same, put them in force as a new version."""
    actor, form = current_actor(), RulesForm()
    one = vertical_register.find(db.session, actor, number)
    if not form.is_submitted():
        form.fill(policy_packs.told_of(one.pack))
        form.catch_up(one.pack.version)
        return _page(form, number)
    if not form.validate():
        return _page(form, number, 422)
    try:
        if request.form.get("step") != "save" or form.seen.data != form.digest:
            return _preview(form, number)
        with unit_of_work(db.session, actor, intent="vertical.rules"):
            held = vertical_register.hold(db.session, actor, number)
            made = policy_packs.put(db.session, actor, held, form.told, version=form.version.data)
            words = {"name": held.name, "number": made.version}
    except InvalidInput as refusal:
        return _page(beside(form, refusal, holders="may"), number, 422)
    except StaleVersion:
        form.catch_up(vertical_register.find(db.session, actor, number).pack.version)
        return _page(form, number, 409, is_stale=True)
    flash(_("%(name)s works by version %(number)s of its rules from now on.", **words), "success")
    return fragments.go_to(url_for("admin.vertical", number=number))


def _preview(form: RulesForm, number: int):
    one = vertical_register.find(db.session, current_actor(), number)
    shown = policy_packs.preview(db.session, current_actor(), one, form.told)
    form.seen.data, form.seen.raw_data = form.digest, None
    return _page(form, number, preview=shown, is_shown=True)


def _page(form: RulesForm, number: int, status: int = 200, **more: object):
    one = vertical_register.find(db.session, current_actor(), number)
    shown = {
        "form": form,
        "vertical": one,
        "permissions": [(permission, said(permission)) for permission in ADJUSTABLE],
        "said": said,
        "roles": STEERING,
        "chosen": set(form.may.data or ()),
        "most_cases": policy_packs.MOST_CASES,
        "preview": None,
        "is_shown": False,
        "is_stale": False,
        **more,
    }
    return render_template("admin/vertical_rules.html", **shown), status
