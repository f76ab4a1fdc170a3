"""The records that stand for one person: what each says, who joined them, and taking them apart again."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import joined_records, people, person_merging, same_people
from portal.core.errors import CannotMerge, InvalidInput, Refused
from portal.core.models import Person
from portal.core.permissions import Permission, require
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.people_pairs import queue, words
from portal.web.people_pairs.comparing import table
from portal.web.people_pairs.forms import DIFFERENT, ApartForm


def records(id: int):
    """All records of a person that the reader may see, side by side, with who joined them and why."""
    actor = current_actor()
    person = people.find(db.session, actor, id)
    numbers = [person.root_id or person.id]
    numbers += [one for one in same_people.records(db.session, [person.id])[person.id] if one not in numbers]
    shown = {
        "person": person,
        "name": person_name(person),
        "joined": joined_records.standing(db.session, actor, person),
        "words": words,
        "person_name": person_name,
        **table(numbers),
    }
    page = render_template("people_pairs/records.html", **shown)
    record_reading(db.session, actor, "person.read", person=id)
    return page


def apart(id: int):
    """Ask before a record is taken from the one it was joined to (GET); take it apart (POST)."""
    _joined(id)
    form = ApartForm(formdata=None).offer() if request.method == "GET" else ApartForm().offer()
    if request.method == "GET":
        return _asking(id, form)
    if not form.validate():
        return _asking(id, form, status=422)
    actor = current_actor()
    try:
        with unit_of_work(db.session, actor, intent="person.unmerge"):
            person = people.find(db.session, actor, id)
            given = {"reason": form.reason.data, "different": form.answer.data == DIFFERENT}
            person_merging.unmerge(db.session, actor, person, **given)
            name = person_name(person)
    except InvalidInput as refusal:
        form.reason.errors = [_(refusal.message)]
        return _asking(id, form, status=422)
    except Refused as refusal:
        return _asking(id, form, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(_("%(name)s stands for itself again, as it was before.", name=name), "success")
    return fragments.go_to(url_for("people.show", id=id))


def panel(person: Person) -> dict[str, object]:
    """What a person's page says of their other records, and of those who may be the same person."""
    joined = joined_records.standing(db.session, current_actor(), person)
    others = [one.record for one in joined if one.record.id != person.id]
    return {
        "joined": joined,
        "identifiers": [number for record in others for number in record.identifiers],
        "contacts": [contact for record in others for contact in record.contacts],
        "person_name": person_name,
        **queue.panel(person),
    }


def lead_on(person: Person):
    """To the page of the record that leads this one, where it was joined and the reader may see that; else None."""
    leading = joined_records.leading(db.session, current_actor(), person)
    if leading is None:
        return None
    said = _("%(name)s (record %(number)s) was joined with this record.", name=person_name(person), number=person.id)
    flash(said, "info")
    return fragments.go_to(url_for("people.show", id=leading.id))


def _joined(id: int) -> Person:
    person = people.find(db.session, current_actor(), id)
    require(current_actor(), Permission.VERIFY_PERSON)
    return person


def _asking(id: int, form: ApartForm, *, status: int = 200, happened: str = ""):
    actor, person, obstacle = current_actor(), _joined(id), ""
    try:
        person_merging.check_apart(db.session, person)
    except CannotMerge as refusal:
        obstacle, status = _(refusal.message), 409
    edges = joined_records.standing(db.session, actor, person)
    shown = {
        "person": person,
        "name": words.who(person),
        "edge": next((one for one in edges if one.record.id == person.id), None),
        "form": form,
        "obstacle": obstacle,
        "happened": happened,
        "person_name": person_name,
    }
    page = render_template("people_pairs/apart.html", **shown)
    record_reading(db.session, actor, "person.read", person=id)
    return page, status
