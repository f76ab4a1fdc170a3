"""Retention: the rules, what one would do now, and letting it begin only after that was shown."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import paging, people_retention, verticals
from portal.core import retention as kept
from portal.core.errors import InvalidInput, StaleVersion
from portal.core.models import RetentionRule
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.admin.forms import beside
from portal.web.admin.retention_forms import (
    BeginForm,
    ChangePeopleRetentionForm,
    ChangeRetentionForm,
    NewPeopleRetentionForm,
    NewRetentionForm,
    RestForm,
)
from portal.web.cases.forms import options
from portal.web.cases.words import person_name


def retention():
    """Every rule."""
    return render_template("admin/retention.html", rules=kept.listed(db.session, current_actor()))


def create():
    """Set a rule, which is off."""
    form, actor = NewRetentionForm(), current_actor()
    every = [(0, _("All verticals that have no rule of their own"))]
    form.vertical.choices = options([*every, *((one.id, one.name) for one in verticals.listed(db.session))])
    if not form.validate_on_submit():
        return render_template("admin/retention_new.html", form=form), 422 if form.is_submitted() else 200
    try:
        with unit_of_work(db.session, actor, intent="retention.create"):
            told = {"vertical": form.vertical.data or None, **form.months}
            number = kept.create(db.session, actor, **told).id
    except InvalidInput as refusal:
        return render_template("admin/retention_new.html", form=beside(form, refusal)), 422
    flash(_("The rule is saved. It is off until you let it begin."), "success")
    return fragments.go_to(url_for("admin.retention_rule", number=number))


def create_for_people():
    """Set the rule for people, which is off."""
    form, actor = NewPeopleRetentionForm(), current_actor()
    if not form.validate_on_submit():
        return render_template("admin/retention_new_people.html", form=form), 422 if form.is_submitted() else 200
    try:
        with unit_of_work(db.session, actor, intent="retention.create"):
            number = kept.create_for_people(db.session, actor, months=form.erase_months.data).id
    except InvalidInput as refusal:
        form.erase_months.errors = [_(refusal.message)]
        return render_template("admin/retention_new_people.html", form=form), 422
    flash(_("The rule is saved. It is off until you let it begin."), "success")
    return fragments.go_to(url_for("admin.retention_rule", number=number))


def rule(number: int):
    """What a rule would do now, with the first cases of each step or the first people, or further ones."""
    one = kept.find(db.session, current_actor(), number)
    text = request.args.get("cursor", "")
    seen = _seen(one, cursor=paging.decode(text) if text else None)
    rest = RestForm(formdata=None)
    rest.catch_up(one.version_id)
    template = "admin/retention_people.html" if one.is_of_people else "admin/retention_rule.html"
    return render_template(template, rule=one, seen=seen, form=rest, encode=paging.encode, person_name=person_name)


def _seen(one: RetentionRule, *, cursor: paging.Cursor | None = None) -> kept.Preview | people_retention.Preview:
    """What a rule would do now."""
    if one.is_of_people:
        return people_retention.preview(db.session, current_actor(), one, cursor=cursor)
    step = kept.ERASE if request.args.get("step") == kept.ERASE else kept.ARCHIVE
    return kept.preview(db.session, current_actor(), one, step=step, cursor=cursor)


def change(number: int):
    """Change the months of a rule; it is off then."""
    actor = current_actor()
    one = kept.find(db.session, actor, number)
    form = ChangePeopleRetentionForm() if one.is_of_people else ChangeRetentionForm()
    if not form.is_submitted():
        for name in form.months:
            if name in form:
                form[name].data = getattr(one, name)
        form.catch_up(one.version_id)
        return _change_page(form, one)
    if not form.validate():
        return _change_page(form, one, 422)
    try:
        with unit_of_work(db.session, actor, intent="retention.change"):
            held = kept.find(db.session, actor, number, lock=True)
            kept.change(db.session, actor, held, **form.months, version=form.version.data)
    except InvalidInput as refusal:
        return _change_page(beside(form, refusal), kept.find(db.session, actor, number), 422)
    except StaleVersion:
        one = kept.find(db.session, actor, number)
        form.catch_up(one.version_id)
        now = [(form[name].label.text, getattr(one, name) or _("never")) for name in form.months if name in form]
        return _change_page(form, one, 409, now)
    flash(_("The rule is saved."), "success")
    return fragments.go_to(url_for("admin.retention_rule", number=number))


def begin(number: int):
    """Ask, with what it does now, and let a rule begin."""
    actor, form = current_actor(), BeginForm()
    one = kept.find(db.session, actor, number)
    if not form.is_submitted():
        form.catch_up(one.version_id)
        return _begin_page(form, one)
    if not form.validate():
        return _begin_page(form, one, 422)
    try:
        with unit_of_work(db.session, actor, intent="retention.activate"):
            held = kept.find(db.session, actor, number, lock=True)
            kept.switch(db.session, actor, held, active=True, version=form.version.data)
    except StaleVersion as refusal:
        one = kept.find(db.session, actor, number)
        form = BeginForm(formdata=None)
        form.form_errors.append(_(refusal.message))
        form.catch_up(one.version_id)
        return _begin_page(form, one, 409)
    flash(_("The rule holds from now on."), "success")
    return fragments.go_to(url_for("admin.retention_rule", number=number))


def rest(number: int):
    """Switch a rule off."""
    actor, form = current_actor(), RestForm()
    one = kept.find(db.session, actor, number)
    try:
        with unit_of_work(db.session, actor, intent="retention.deactivate"):
            held = kept.find(db.session, actor, number, lock=True)
            version = form.version.data if form.validate() else 0
            kept.switch(db.session, actor, held, active=False, version=version)
    except StaleVersion as refusal:
        flash(_(refusal.message), "held")
    else:
        flash(_("The rule is off. Nothing is archived or erased by it."), "success")
    return fragments.go_to(url_for("admin.retention_rule", number=one.id))


def _change_page(form: ChangeRetentionForm | ChangePeopleRetentionForm, one: RetentionRule, status: int = 200, now=()):
    return render_template("admin/retention_change.html", form=form, rule=one, now=now), status


def _begin_page(form: BeginForm, one: RetentionRule, status: int = 200):
    return render_template("admin/retention_begin.html", form=form, rule=one, seen=_seen(one)), status
