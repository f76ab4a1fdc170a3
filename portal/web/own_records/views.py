"""Saying that a record is one's own or a relative's, and, for administrators, of whom it was said."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal.core import own_records, people, workers
from portal.core.errors import AlreadyDone
from portal.core.models import Person
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.own_records.forms import TieForm
from portal.web.own_records.words import TIES


def show(id: int):
    """The question, and what follows from it."""
    return _page(people.find(db.session, current_actor(), id), TieForm(formdata=None).offer())


def declare(id: int):
    """Close the record to its worker; to oneself it is not there from now on."""
    actor = current_actor()
    form = TieForm().offer()
    person = people.find(db.session, actor, id)
    if not form.validate():
        return _page(person, form, 422)
    number = form.worker.data if "worker" in form and form.worker.data else actor.user_id
    try:
        with unit_of_work(db.session, actor, intent="own_record.declare"):
            person = people.find(db.session, actor, id)
            user = workers.find(db.session, actor, number)
            own_records.declare(db.session, actor, person, tie=form.tie.data, user=user)
    except AlreadyDone as refusal:
        form.tie.errors = [_(refusal.message)]
        return _page(people.find(db.session, actor, id), form, 409)
    if number == actor.user_id:
        flash(_("The record is closed to you from now on, with the cases about it."), "success")
        return fragments.go_to(url_for("account.show", _anchor="closed-h"))
    flash(_("The record is closed to them from now on, with the cases about it."), "success")
    return fragments.go_to(url_for("people.mine", id=id))


def take_back(id: int, worker: int):
    """Open the record to a worker again."""
    actor = current_actor()
    try:
        with unit_of_work(db.session, actor, intent="own_record.take_back"):
            own_records.take_back(db.session, actor, people.find(db.session, actor, id), worker)
    except AlreadyDone as refusal:
        flash(_(refusal.message), "info")
    else:
        flash(_("The record is open to them again."), "success")
    return fragments.go_to(url_for("people.mine", id=id))


def _page(person: Person, form: TieForm, status: int = 200):
    actor = current_actor()
    if request.method == "GET" and "worker" in form:
        form.worker.data = actor.user_id
    shown = {
        "person": person,
        "name": person_name(person),
        "form": form,
        "ties": own_records.of_person(db.session, actor, person),
        "words": TIES,
    }
    page = fragments.render("own_records/show.html", "own_records/show.html", status, **shown)
    record_reading(db.session, actor, "person.read", person=person.id)
    return page
