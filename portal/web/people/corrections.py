"""Putting a person's record right: who they are, how to reach them, which numbers they name; and what was changed.

The pages say when somebody else changed the record meanwhile, and keep what was typed.
"""

from collections.abc import Collection

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import codes, corrections, paging, people, person_history, safe_contact, sensitivity
from portal.core.errors import InvalidInput, ReadOnly, StaleVersion
from portal.core.models import Person, PersonContact
from portal.core.permissions import Permission, require
from portal.core.sensitivity import Sensitive
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.people import words
from portal.web.people.forms import ContactForm, IdentityForm, PersonForm


def edit(id: int):
    """Correct who a person is."""
    person = _writable(id)
    form = PersonForm()
    form.sex.offer(_sexes(person))
    if request.method == "GET":
        record_reading(db.session, current_actor(), "sensitive.reveal", person=id, what=Sensitive.IDENTITY)
        person = _writable(id)
        return _page("people/edit.html", person, form=form.show(person))
    if not form.validate():
        return _page("people/edit.html", person, 422, form=form)
    try:
        with unit_of_work(db.session, current_actor(), intent="person.correct"):
            person = people.find(db.session, current_actor(), id)
            corrections.correct(db.session, current_actor(), person, form.told(), version=form.version.data)
    except StaleVersion:
        person = _writable(id)
        return _page("people/edit.html", person, 409, form=form.catch_up(person), meanwhile=_newest(person))
    except ReadOnly as refusal:
        return _page("people/edit.html", _writable(id), 409, form=form, happened=_(refusal.message))
    flash(_("The record is put right."), "success")
    return _back(id)


def add_contact(id: int):
    """Add a way to reach a person."""
    person = _writable(id)
    form = ContactForm()
    if request.method == "GET" or not form.validate():
        return _page("people/contact.html", person, _status(), form=form, contact=None)
    try:
        with unit_of_work(db.session, current_actor(), intent="person.contact_add"):
            person = people.find(db.session, current_actor(), id)
            value = form.value.data or ""
            kind = corrections.contact_kind(value)
            made = corrections.add_contact(db.session, current_actor(), person, value, contact_type=kind)
            corrections.change_contact(db.session, current_actor(), made, _safety(form))
    except InvalidInput as refusal:
        form.value.errors = [_(refusal.message)]
        return _page("people/contact.html", _writable(id), 422, form=form, contact=None)
    except ReadOnly as refusal:
        return _page("people/contact.html", _writable(id), 409, form=form, contact=None, happened=_(refusal.message))
    flash(_("The way to reach this person is added."), "success")
    return _back(id)


def reveal_contact(id: int, contact_id: int):
    """Show the number that is put right, once it is recorded that somebody asked."""
    with unit_of_work(db.session, current_actor(), intent="sensitive.reveal"):
        person, _found = _contact(id, contact_id)
        sensitivity.reveal(db.session, current_actor(), Sensitive.REACH, person=person)
    person, contact = _contact(id, contact_id)
    form = ContactForm(formdata=None, safe=contact.safe, wish=contact.wish)
    return _page("people/contact.html", person, form=form, contact=contact, revealed=True)


def change_contact(id: int, contact_id: int):
    """Replace a way to reach a person, or say whether it is safe. What is recorded stays masked, and stays."""
    person, contact = _contact(id, contact_id)
    form = ContactForm(safe=contact.safe, wish=contact.wish)
    if request.method == "GET" or not form.validate():
        return _page("people/contact.html", person, _status(), form=form, contact=contact)
    try:
        with unit_of_work(db.session, current_actor(), intent="person.contact_change"):
            _owner, contact = _contact(id, contact_id)
            replaced = (form.value.data or "").strip()
            told = {**({"value": replaced} if replaced else {}), **_safety(form)}
            corrections.change_contact(db.session, current_actor(), contact, told)
    except InvalidInput as refusal:
        person, contact = _contact(id, contact_id)
        form.value.errors = [_(refusal.message)]
        return _page("people/contact.html", person, 422, form=form, contact=contact)
    except ReadOnly as refusal:
        person, contact = _contact(id, contact_id)
        return _page("people/contact.html", person, 409, form=form, contact=contact, happened=_(refusal.message))
    flash(_("The way to reach this person is put right."), "success")
    return _back(id)


def remove_contact(id: int, contact_id: int):
    """Take a way to reach a person away, so that nobody uses it again."""
    with unit_of_work(db.session, current_actor(), intent="person.contact_remove"):
        _owner, contact = _contact(id, contact_id)
        corrections.remove_contact(db.session, current_actor(), contact)
    flash(_("It is taken away; the history keeps that it was there."), "success")
    return _back(id)


def claim_identity(id: int):
    """Record a number that the person says is theirs."""
    person = _writable(id)
    form = IdentityForm()
    if request.method == "GET" or not form.validate():
        return _page("people/identity.html", person, _status(), form=form)
    kind, number = (form.kind.data or "").strip(), (form.number.data or "").strip()
    if not (kind and number):
        missing = form.number if kind else form.kind
        missing.errors = [_("A number and what kind of document it is on are needed together.")]
        return _page("people/identity.html", person, 422, form=form)
    try:
        with unit_of_work(db.session, current_actor(), intent="person.identity_claim"):
            person = people.find(db.session, current_actor(), id)
            corrections.claim_identity(db.session, current_actor(), person, kind, number)
    except ReadOnly as refusal:
        return _page("people/identity.html", _writable(id), 409, form=form, happened=_(refusal.message))
    flash(_("The number is recorded as claimed. It counts once somebody has checked it."), "success")
    return _back(id)


def history(id: int, revealed: Collection[str] = ()):
    """What was changed about a person, by whom and when; numbers and addresses masked unless ``revealed``."""
    person = people.find(db.session, current_actor(), id)
    try:
        place = paging.decode(request.args["page"]) if request.args.get("page") else None
        found = person_history.page(db.session, current_actor(), person, cursor=place)
    except InvalidInput:
        return fragments.go_to(url_for("people.history", id=id))
    older = url_for("people.history", id=id, page=paging.encode(found.older)) if found.older else None
    shown = {"changes": found.changes, "older": older, "is_first": place is None, "revealed": revealed}
    return _page("people/history.html", person, **shown)


def _writable(id: int) -> Person:
    """The person, for one who may write about them. Raises NotFound, Forbidden."""
    person = people.find(db.session, current_actor(), id)
    require(current_actor(), Permission.REGISTER_PERSON)
    return person


def _contact(id: int, number: int) -> tuple[Person, PersonContact]:
    """A contact detail of this very person. Raises NotFound, Forbidden."""
    person, found = _writable(id), corrections.find_contact(db.session, current_actor(), number)
    return person, corrections.require_of(found, person)


def _sexes(person: Person) -> dict[str, str]:
    listed = {code.value: code.label for code in codes.listed(db.session, "sex")}
    told = {person.sex: person.sex_label or person.sex} if person.sex else {}
    return {"": _("Not told"), **told, **listed}


def _safety(form: ContactForm) -> dict[str, str]:
    return {"safe": form.safe.data, "wish": (form.wish.data or "").strip()}


def _newest(person: Person) -> list[person_history.Change]:
    return person_history.page(db.session, current_actor(), person, limit=1).changes


def _status() -> int:
    return 422 if request.method == "POST" else 200


def _page(template: str, person: Person, status: int = 200, **shown: object):
    shown |= {"cares": safe_contact.of_one(db.session, current_actor(), person)}
    page = render_template(
        template, person=person, name=person_name(person), person_name=person_name, words=words, **shown
    )
    record_reading(db.session, current_actor(), "person.read", person=person.id)
    return page, status


def _back(id: int):
    return fragments.go_to(url_for("people.show", id=id))
