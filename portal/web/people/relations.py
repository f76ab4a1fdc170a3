"""Who is what to somebody: recorded, put right and ended. Whom it is to is searched for first."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import people, person_history, relations
from portal.core.errors import AlreadyDone, InvalidInput, ReadOnly, StaleVersion
from portal.core.models import Person
from portal.core.permissions import Permission, require
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.fields import row_number
from portal.web.people import words
from portal.web.people.forms import EndRelationForm, RelationForm

MOST = 10
LONGEST = 200


def add(id: int):
    """Find somebody, then say what they are to this person."""
    person, form = _writable(id), RelationForm().offer()
    if request.method == "GET":
        form.other.data = request.args.get("other", type=row_number)
        return _adding(id, form)
    if not form.validate():
        return _adding(id, form, 422)
    try:
        with unit_of_work(db.session, current_actor(), intent="relation.add"):
            person, other = _writable(id), people.find(db.session, current_actor(), form.other.data)
            relations.add(db.session, current_actor(), person, other, kind=form.kind.data, note=form.note.data or "")
    except (InvalidInput, AlreadyDone) as refusal:
        form.kind.errors = [_(refusal.message)]
        return _adding(id, form, errors.status_of(refusal))
    except ReadOnly as refusal:
        return _adding(id, form, 409, happened=_(refusal.message))
    flash(_("The relation is recorded, on both records."), "success")
    return _back(id)


def change(id: int, relation: int):
    """Put right what somebody is to this person, or what is noted about it."""
    line = _standing(id, relation)
    form = RelationForm().offer(line.kind)
    if request.method == "GET":
        form.show(line)
        return _about(id, relation, "people/relation.html", form=form)
    if not form.validate():
        return _about(id, relation, "people/relation.html", 422, form=form)
    told = {"kind": form.kind.data, "note": form.note.data or "", "version": form.version.data}
    try:
        with unit_of_work(db.session, current_actor(), intent="relation.change"):
            person, line = _writable(id), _standing(id, relation)
            relations.change(db.session, current_actor(), person, line, **told)
    except (InvalidInput, AlreadyDone) as refusal:
        form.kind.errors = [_(refusal.message)]
        return _about(id, relation, "people/relation.html", errors.status_of(refusal), form=form)
    except (ReadOnly, StaleVersion) as refusal:
        return _late(id, relation, "people/relation.html", form, refusal)
    flash(_("The relation is put right, on both records."), "success")
    return _back(id)


def end(id: int, relation: int):
    """Say that it is so no longer, or never was, and why."""
    line = _standing(id, relation)
    form = EndRelationForm().offer()
    if request.method == "GET":
        form.catch_up(line.row.version_id)
        return _about(id, relation, "people/end_relation.html", form=form)
    if not form.validate():
        return _about(id, relation, "people/end_relation.html", 422, form=form)
    told = {"reason_code": form.reason.data, "text": form.reason_text.data, "version": form.version.data}
    try:
        with unit_of_work(db.session, current_actor(), intent="relation.end"):
            person, line = _writable(id), _standing(id, relation)
            relations.end(db.session, current_actor(), person, line, **told)
    except InvalidInput as refusal:
        (form.reason_text if refusal.target == "reason_text" else form.reason).errors = [_(refusal.message)]
        return _about(id, relation, "people/end_relation.html", 422, form=form)
    except (ReadOnly, StaleVersion) as refusal:
        return _late(id, relation, "people/end_relation.html", form, refusal)
    flash(_("The relation is ended, on both records. The history keeps it."), "success")
    return _back(id)


def _writable(id: int) -> Person:
    """The person, for one who may write about people. Raises NotFound, Forbidden."""
    person = people.find(db.session, current_actor(), id)
    require(current_actor(), Permission.REGISTER_PERSON)
    return person


def _standing(id: int, number: int) -> relations.Line:
    """A relation of this very person that stands. Raises NotFound, Forbidden, AlreadyDone."""
    line = relations.find(db.session, current_actor(), _writable(id), number)
    if not line.stands:
        raise AlreadyDone("This relation has ended already.", target="relation")
    return line


def _adding(id: int, form: RelationForm, status: int = 200, *, happened: str = ""):
    actor, person = current_actor(), _writable(id)
    chosen = people.find(db.session, actor, form.other.data) if form.other.data else None
    text = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    hits = people.search(db.session, actor, text, limit=MOST) if text else []
    leads = person.root_id or person.id
    shown = {"q": text, "hits": [hit for hit in hits if leads != (hit.person.root_id or hit.person.id)]}
    return _page("people/add_relation.html", person, status, form=form, chosen=chosen, happened=happened, **shown)


def _late(id: int, number: int, template: str, form, refusal: ReadOnly | StaleVersion):
    """The page as it stands now, with what was typed, and what somebody else did meanwhile."""
    if isinstance(refusal, ReadOnly):
        return _about(id, number, template, 409, form=form, happened=_(refusal.message))
    form.catch_up(_standing(id, number).row.version_id)
    changes = person_history.page(db.session, current_actor(), _writable(id), limit=1).changes
    return _about(id, number, template, 409, form=form, meanwhile=changes)


def _about(id: int, number: int, template: str, status: int = 200, **shown: object):
    return _page(template, _writable(id), status, line=_standing(id, number), **shown)


def _page(template: str, person: Person, status: int, **shown: object):
    known = {"person": person, "name": person_name(person), "person_name": person_name, "words": words}
    page = render_template(template, **known, **shown)
    record_reading(db.session, current_actor(), "person.read", person=person.id)
    return page, status


def _back(id: int):
    return fragments.go_to(url_for("people.show", id=id, _anchor="relations-h"))
