"""Keeping a person's data from being used, and letting it be used again."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal.core import people, restriction
from portal.core.errors import AlreadyDone, InvalidInput
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.rights import asking
from portal.web.rights.forms import ReasonForm


def restriction_page(id: int):
    """Restrict what is done with a person's data, or lift that: what the page says it does is what the form carries."""
    form = ReasonForm()
    asking.findable(id)
    if request.method == "GET" or not form.validate():
        return _page(id, form)
    lifting = request.form.get("act") == "lift"
    act = restriction.lift if lifting else restriction.restrict
    try:
        with unit_of_work(db.session, current_actor(), intent="person.restrict"):
            person = people.find(db.session, current_actor(), id)
            act(db.session, current_actor(), person, reason=form.reason.data or "")
    except (InvalidInput, AlreadyDone) as refusal:
        form.reason.errors = [_(refusal.message)]
        return _page(id, form)
    told = _("The data can be used again.") if lifting else _("The data is kept, and neither changed nor used.")
    flash(told, "success")
    return fragments.go_to(url_for("rights.of_person", id=id))


def _page(id: int, form: ReasonForm):
    return asking.page("rights/restriction.html", asking.findable(id), 422 if form.is_submitted() else 200, form=form)
