"""What intake leaves behind: one's drafts, and contacts that became no case."""

import datetime as dt
import secrets
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, FieldList, Form, FormField, HiddenField, SearchField, SelectField

from portal.core import contacts, drafts, people, safe_contact, sensitivity
from portal.core.errors import NotFound
from portal.core.models import Contact, Person
from portal.core.permissions import Permission, require
from portal.core.sensitivity import Sensitive
from portal.core.unit import record_reading, unit_of_work
from portal.core.vocabulary import Outcome
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor, signed_in
from portal.web.fields import RadioChoice
from portal.web.formats import day
from portal.web.intake import kept, lists, wording
from portal.web.intake.desk import FORM
from portal.web.intake.forms import IntakeForm
from portal.web.intake.steps import title_of

_PAGE = 50
_IN_THE_HEADING = ("channel", "outcome", "vertical")
# As on the pages of people (core/sensitivity.py): numbers show their end, addresses and health nothing; of an alleged
# perpetrator also what tells who it is.
_NUMBERS = ("phone", "phone2", "email", "national_id")
_HIDDEN = ("landmark", "health")
_TELLS_WHO = (*_NUMBERS, "full_name", "guardian_name", "notes")


def away():
    """A page that tells nothing, for when somebody looks at the screen."""
    return render_template("intake/away.html")


def list_drafts():
    """My drafts: those that wait, and those thrown away that can still be fetched back."""
    actor = current_actor()
    require(actor, Permission.TAKE_CONTACT)
    waiting = drafts.listed(db.session, actor, FORM)
    aside = drafts.listed_aside(db.session, actor, FORM)
    return render_template("intake/drafts.html", waiting=waiting, aside=aside)


def discard(key: str):
    """Throw a draft away; it can be fetched back for a day."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="draft.discard"):
        thrown = drafts.set_aside(db.session, actor, FORM, key)
    if thrown is not None:
        flash(_("The draft is thrown away. You can fetch it back for a day."), "info")
    return fragments.go_to(url_for("intake.drafts"))


def fetch_back(key: str):
    """Take a draft that was thrown away up again."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="draft.fetch_back"):
        fetched = drafts.fetch_back(db.session, actor, FORM, key)
    if fetched is None:
        flash(_("This draft is gone for good."), "warning")
        return fragments.go_to(url_for("intake.drafts"))
    return fragments.go_to(kept.where_left(fetched))


def list_contacts():
    """Contacts that became no case, newest first."""
    actor = current_actor()
    wanted = request.args.get("outcome", "")
    outcome = Outcome(wanted) if wanted in list(Outcome) else None
    before = request.args.get("before", "")
    before_id = int(before) if before.isdecimal() and len(before) < 18 else None
    found = contacts.listed(db.session, actor, outcome=outcome, before_id=before_id, limit=_PAGE + 1)
    page = render_template(
        "intake/contacts.html",
        contacts=found[:_PAGE],
        older=found[_PAGE - 1].id if len(found) > _PAGE else None,
        outcome=outcome.value if outcome else "",
        outcomes=wording.OUTCOMES,
    )
    record_reading(db.session, actor, "contact.list", contacts=[contact.id for contact in found[:_PAGE]])
    return page


def reveal(number: int):
    """Show what is masked of a contact, once it is recorded that somebody asked."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="sensitive.reveal"):
        contact = contacts.find(db.session, actor, number)
        sensitivity.reveal(db.session, actor, Sensitive.TYPED, contact=contact)
    return show_contact(number, revealed=True)


def show_contact(number: int, *, revealed: bool = False):
    """One contact, with what was typed; what is masked elsewhere is masked here unless it is ``revealed``."""
    actor = current_actor()
    contact = contacts.find(db.session, actor, number)
    if contact.case_id is not None and not contacts.typed(contact):
        return redirect(url_for("cases.show", number=contact.case_id), 303)
    person = _person(contact)
    cares = safe_contact.of_one(db.session, actor, person) if person else []
    told = _told(contact)
    shown = {"told": told, "revealed": revealed, "masks": any(line.mask for _heading, lines in told for line in lines)}
    page = render_template("intake/contact.html", contact=contact, person=person, cares=cares, **shown)
    record_reading(db.session, actor, "contact.read", contact=number)
    return page


def take_up(number: int):
    """Begin a new intake with what was typed then; the contact itself stays as it is. In the guided form, everything
    that was typed is among the answers to check."""
    actor = current_actor()
    key = secrets.token_hex(8)
    with unit_of_work(db.session, actor, intent="contact.take_up"):
        fields = {**contacts.typed(contacts.find_open(db.session, actor, number)), "draft": [key], "outcome": [""]}
        drafts.save(db.session, actor, FORM, key, fields, title=title_of(fields))
    return redirect(url_for("intake.check" if signed_in().guided_intake else "intake.resume", key=key), 303)


def _person(contact: Contact) -> Person | None:
    """Who was here, where they are in the records and the reader may see them."""
    try:
        return people.find(db.session, current_actor(), contact.person_id) if contact.person_id else None
    except NotFound:
        return None


@dataclass(frozen=True)
class Line:
    """A field that was filled in, in words. ``mask``: ``end`` or ``all`` of it is hidden until somebody asks."""

    label: str
    words: str
    mask: str = ""


def _told(contact: Contact) -> list[tuple[str, list[Line]]]:
    """What was typed, by part of the form. What was left as it was is left out."""
    form = IntakeForm(MultiDict(contacts.typed(contact)))
    form.offer(lists.to_read().choices)
    parts: list[tuple[str, Form]] = [(_("Who was here"), form.reporter.form)]
    parts += [(_("Client"), entry.form) for entry in form.clients]
    parts += [(_("Alleged perpetrator"), entry.form) for entry in form.perpetrators]
    parts.append((_("What was said"), form))
    told = [(heading, [line for field in part if (line := _line(field))]) for heading, part in parts]
    return [(heading, lines) for heading, lines in told if lines]


def _line(field: Field) -> Line | None:
    left_out = isinstance(field, FormField | FieldList | HiddenField | SearchField | BooleanField)
    if left_out or field.short_name in _IN_THE_HEADING or field.data in (None, "", "not_asked"):
        return None
    if isinstance(field, SelectField):
        return None if field.is_blank and not isinstance(field, RadioChoice) else Line(field.label.text, field.words)
    words = day(field.data) if isinstance(field.data, dt.date) else str(field.data)
    accused = field.name.startswith("perpetrators-") and field.short_name in _TELLS_WHO
    mask = "all" if accused or field.short_name in _HIDDEN else "end" if field.short_name in _NUMBERS else ""
    return Line(field.label.text, words, mask)
