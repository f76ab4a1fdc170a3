"""The tree of places: adding, renaming, moving and retiring one, and whose work is limited to it."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import place_register
from portal.core.errors import InvalidInput, Refused, StaleVersion
from portal.core.models import Place
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.admin.forms import beside
from portal.web.admin.office_forms import ChangePlaceForm, NewPlaceForm


def places():
    """The whole tree."""
    placed = place_register.placed(db.session, current_actor())
    return render_template("admin/places.html", tree=place_register.tree(db.session), placed=placed)


def create():
    """Add a place."""
    form, actor = NewPlaceForm(), current_actor()
    form.offer(place_register.tree(db.session))
    if not form.is_submitted():
        below = request.args.get("below", "")
        form.parent.data = int(below) if below.isascii() and below.isdecimal() and len(below) < 19 else 0
        return render_template("admin/place_new.html", form=form)
    if not form.validate():
        return render_template("admin/place_new.html", form=form), 422
    try:
        with unit_of_work(db.session, actor, intent="place.create"):
            name = place_register.create(db.session, actor, form.told, code=form.code.data or "").name
    except InvalidInput as refusal:
        return render_template("admin/place_new.html", form=beside(form, refusal)), 422
    flash(_("%(name)s is added.", name=name), "success")
    return fragments.go_to(url_for("admin.places"))


def change(number: int):
    """Rename, move or retire a place."""
    actor, form = current_actor(), ChangePlaceForm()
    one = place_register.find(db.session, actor, number)
    if not form.is_submitted():
        form.name.data, form.parent.data, form.active.data = one.name, one.parent_id or 0, one.active
        form.catch_up(one.version_id)
        return _page(form, number)
    if not form.validate():
        return _page(form, number, 422)
    try:
        with unit_of_work(db.session, actor, intent="place.change"):
            held = place_register.hold(db.session, actor, number)
            name = place_register.change(db.session, actor, held, form.told, version=form.version.data).name
    except (InvalidInput, Refused) as refusal:
        return _page(beside(form, refusal), number, errors.status_of(refusal))
    except StaleVersion:
        return _page(form, number, 409, is_stale=True)
    flash(_("%(name)s is saved.", name=name), "success")
    return fragments.go_to(url_for("admin.places"))


def _page(form: ChangePlaceForm, number: int, status: int = 200, *, is_stale: bool = False):
    actor = current_actor()
    one = place_register.find(db.session, actor, number)
    form.offer(place_register.tree(db.session), one)
    if is_stale:
        form.catch_up(one.version_id)
    shown = {"form": form, "place": one, "people": place_register.people_in(db.session, actor, one)}
    return render_template("admin/place_change.html", **shown, now=_now(form, one) if is_stale else ()), status


def _now(form: ChangePlaceForm, one: Place) -> list[tuple[str, str]]:
    words = {choice.value: str(choice.label).strip() for choice in form.parent.choices}
    return [
        (form.name.label.text, one.name),
        (form.parent.label.text, words.get(one.parent_id or 0, "")),
        (form.active.label.text, _("yes") if one.active else _("no")),
    ]
