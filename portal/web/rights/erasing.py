"""Erasing a person: what would go and what stays, somebody else's confirmation, and the certificate."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal.core import erasure, erasure_sweep, people
from portal.core.errors import Refused
from portal.core.models import Person
from portal.core.permissions import Permission, require
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.rights import asking, words
from portal.web.rights.forms import ErasureForm


def erasure_page(id: int):
    """What erasing would do, and doing it; for who was erased, the certificate."""
    person = asking.findable(id)
    if person.erased_at is not None:
        return asking.page("rights/certificate.html", person, proof=erasure.of_person(db.session, person))
    require(current_actor(), Permission.ERASE_PERSON)
    form = ErasureForm()
    if request.method == "GET" or not form.validate():
        return _preview(person, form)
    try:
        with unit_of_work(db.session, current_actor(), intent="person.erase"):
            erasure.erase(db.session, current_actor(), people.find(db.session, current_actor(), id))
    except Refused as refusal:
        form.form_errors.append(_(refusal.message))
        return _preview(asking.findable(id), form)
    with unit_of_work(db.session, current_actor(), intent="erasures.sweep"):
        erasure_sweep.sweep(db.session)
    flash(_("The person is erased. This is the certificate."), "success")
    return fragments.go_to(url_for("rights.erasure", id=id))


def _preview(person: Person, form: ErasureForm):
    made = erasure.preview(db.session, current_actor(), person)
    against = words.OBSTACLES.get(erasure.obstacle(db.session, current_actor(), person, made) or "")
    status = 422 if form.is_submitted() else 200
    return asking.page("rights/erasure.html", person, status, form=form, plan=made, against=against)
