"""What is done to a partner: let it in, open its window, settle what its words mean, close its door."""

import collections
import datetime as dt
from collections.abc import Callable

from flask import current_app, flash, render_template, url_for
from flask_babel import gettext as _

from portal.core import clock, code_mapping, organisations, token_list
from portal.core.errors import InvalidInput
from portal.core.models import Organisation
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.admin.forms import ArmForm, ConfirmForm, DefaultsForm, PrioritiesForm, beside
from portal.web.cases.forms import options
from portal.web.formats import moment


def approve(number: int):
    """Let a pending or deactivated organisation in."""
    name = _change(number, "organisation.approve", organisations.approve)
    flash(_("%(name)s is active.", name=name), "success")
    return _back(number)


def arm(number: int):
    """Open the window of the token endpoint, once, for a while; the page says what that means."""
    form, actor = ArmForm(), current_actor()
    if not form.is_submitted():
        return _page("arm", number, form)
    if not form.validate():
        return _page("arm", number, form, status=422)
    try:
        with unit_of_work(db.session, actor, intent="organisation.arm"):
            one = organisations.find_by_number(db.session, number, lock=True)
            window = dt.timedelta(minutes=form.minutes.data)
            organisations.arm(db.session, actor, one, window=window, address=form.address.data)
            words = {"name": one.name, "until": moment(one.armed_until)}
    except InvalidInput as refusal:
        return _page("arm", number, beside(form, refusal, window="minutes"), status=422)
    flash(_("%(name)s can fetch one token until %(until)s.", **words), "success")
    return _back(number)


def disarm(number: int):
    """Close the window again."""
    name = _change(number, "organisation.disarm", organisations.disarm)
    flash(_("The window of %(name)s is closed.", name=name), "success")
    return _back(number)


def deactivate(number: int):
    """Ask before the door is closed, naming the tokens that end; then close it."""
    form = ConfirmForm()
    if not form.is_submitted():
        return _page("deactivate", number, form)
    try:
        name = _change(number, "organisation.deactivate", organisations.deactivate)
    except InvalidInput as refusal:
        return _page("deactivate", number, beside(form, refusal), status=422)
    flash(_("%(name)s is deactivated. Its tokens are refused from now on.", name=name), "success")
    return _back(number)


def defaults(number: int):
    """Choose what is read where its web form sends nothing."""
    form, one = DefaultsForm(), organisations.find_by_number(db.session, number)
    form.category.choices = options([("", _("No default")), *code_mapping.choices(db.session, "case_category")])
    if not form.is_submitted():
        for name, field in form.FIELDS.items():
            form[field].data = one.defaults.get(name, "")
        return _page("defaults", number, form)
    if not form.validate():
        return _page("defaults", number, form, status=422)
    given = {name: form[field].data or "" for name, field in form.FIELDS.items()}
    name = _change(number, "organisation.defaults", organisations.set_defaults, given)
    flash(_("The defaults of %(name)s are saved.", name=name), "success")
    return _back(number)


def priorities(number: int):
    """Confirm what its priority digits mean."""
    form, one = PrioritiesForm(), organisations.find_by_number(db.session, number)
    if not form.is_submitted():
        for digit, field in form.DIGITS.items():
            form[field].data = one.priority_map.get(digit)
        return _page("priorities", number, form)
    if not form.validate():
        return _page("priorities", number, form, status=422)
    meaning = {**one.priority_map, **{digit: form[field].data for digit, field in form.DIGITS.items()}}
    name = _change(number, "organisation.priorities", organisations.confirm_priorities, meaning)
    flash(_("The priorities of %(name)s are confirmed.", name=name), "success")
    return _back(number)


def _change(number: int, intent: str, act: Callable[..., Organisation], *given: object) -> str:
    actor = current_actor()
    with unit_of_work(db.session, actor, intent=intent):
        one = organisations.find_by_number(db.session, number, lock=True)
        return act(db.session, actor, one, *given).name


def _page(name: str, number: int, form, *, status: int = 200):
    one = organisations.find_by_number(db.session, number)
    ends = token_list.live_of(db.session, current_actor(), one) if name == "deactivate" else []
    page = render_template(
        f"admin/{name}.html",
        form=form,
        organisation=one,
        ending=collections.Counter(token.audience for token in ends),
        tokens=ends,
        is_live=current_app.extensions["settings"].environment == "live",
        now=clock.now(),
    )
    db.session.rollback()
    return page, status


def _back(number: int):
    return fragments.go_to(url_for("admin.organisation", number=number))
