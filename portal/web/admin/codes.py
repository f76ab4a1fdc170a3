"""Codes from outside that no list knows: which there are, and mapping one once for all."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import code_mapping, code_settling, organisations
from portal.core.errors import InvalidInput
from portal.core.models import Organisation
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.admin import words
from portal.web.admin.forms import MapForm, beside
from portal.web.cases.forms import options


def codes():
    """The codes on most cases first."""
    list_name = request.args.get("list", "")
    list_name = list_name if list_name in code_settling.LISTS else ""
    number = _number(request.args.get("organisation", ""))
    found = code_settling.listed(db.session, current_actor(), list_name=list_name, organisation_id=number)
    return render_template(
        "admin/codes.html",
        codes=found[: code_settling.MOST_LISTED],
        more=len(found) > code_settling.MOST_LISTED,
        list_name=list_name,
        number=number,
        lists=[(name, words.LISTS[name]) for name in code_settling.LISTS],
        organisations=organisations.listed(db.session),
    )


def map_code():
    """Show how many cases a meaning would change; then map the code once for all."""
    actor, form = current_actor(), MapForm()
    asked = _asked()
    if asked is None:
        return fragments.go_to(url_for("admin.codes"))
    sender, list_name, raw = asked
    if not form.is_submitted():
        return _page(form, sender, list_name, raw)
    if not form.validate():
        return _page(form, sender, list_name, raw, 422)
    number = sender.id
    try:
        with unit_of_work(db.session, actor, intent="code.map"):
            sender = organisations.find_by_number(db.session, number, lock=True)
            mapping = code_mapping.map_once(db.session, actor, sender, list_name, raw, form.value.data)
            changed = code_settling.settle(db.session, actor, mapping)
            left = code_settling.find(db.session, actor, sender, list_name, raw)
    except InvalidInput as refusal:
        sender = organisations.find_by_number(db.session, number)
        return _page(beside(form, refusal), sender, list_name, raw, 422)
    said = ngettext("The code is mapped; %(num)s case changed.", "The code is mapped; %(num)s cases changed.", changed)
    if left.changeable:
        more = ngettext("%(num)s more follows shortly.", "%(num)s more follow shortly.", left.changeable)
        said = f"{said} {more}"
    flash(said, "success")
    return fragments.go_to(url_for("admin.codes"))


def _asked() -> tuple[Organisation, str, str] | None:
    """The code that the address names, if it names one. Raises NotFound for a sender that is not there."""
    number, list_name = _number(request.args.get("organisation", "")), request.args.get("list", "")
    raw = request.args.get("raw", "")
    if number is None or list_name not in code_settling.LISTS or not raw or "\x00" in raw:
        return None
    return organisations.find_by_number(db.session, number), list_name, raw


def _page(form: MapForm, sender: Organisation, list_name: str, raw: str, status: int = 200):
    known = code_mapping.choices(db.session, list_name)
    form.value.choices = options([("", _("Choose…")), *((value, f"{label} ({value})") for value, label in known)])
    actor = current_actor()
    found = code_settling.find(db.session, actor, sender, list_name, raw)
    meaning = code_mapping.meaning(db.session, actor, sender, list_name, raw)
    if not form.is_submitted():
        form.value.data = meaning or ""
    shown = {"code": found, "has_list": bool(known), "is_mapped": meaning is not None}
    return render_template("admin/map.html", form=form, at_once=code_settling.AT_ONCE, **shown), status


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
