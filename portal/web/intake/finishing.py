"""The end of an intake: a case, or a contact alone. What stands against it is said beside the field it concerns."""

from dataclasses import replace

from flask import url_for
from flask_babel import gettext as _
from wtforms import Field

from portal.core import assignments, cases, contacts, drafts, intake
from portal.core.errors import (
    AlreadyDone,
    ConsentExpired,
    ConsentRequired,
    DomainError,
    InvalidInput,
    NotFound,
    SubjectUnverified,
)
from portal.core.models import Contact, User, Vertical
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Outcome
from portal.extensions import db
from portal.web.intake import reading
from portal.web.intake.desk import FORM, Desk
from portal.web.intake.forms import IntakeForm
from portal.web.intake.steps import Fields

WAYS = ("create", "contact")
_TOLD_BESIDE = (InvalidInput, SubjectUnverified, ConsentRequired, ConsentExpired, NotFound)


def is_sound(desk: Desk, way: str) -> bool:
    """Whether everything is said that it takes; what is not is said beside its field."""
    well_formed = desk.form.validate()
    for field, words in missing(desk, way):
        _blame(field, words)
    return well_formed and not desk.form.errors


def finish(desk: Desk, way: str) -> Contact | None:
    """Make the case or save the contact of a form that is sound; None when core refuses, which the form then says."""
    key = desk.form.draft.data
    try:
        with unit_of_work(db.session, desk.actor, intent=f"intake.{way}"):
            sent = contacts.of_draft(db.session, desk.actor, key)
            if sent is None:
                sent = _create(desk) if way == "create" else _save_contact(desk)
            drafts.discard(db.session, desk.actor, FORM, key)
            return sent
    except AlreadyDone:
        return contacts.of_draft(db.session, desk.actor, key)  # the same form, sent twice at the same moment
    except _TOLD_BESIDE as refusal:
        _say(desk, refusal)
        return None


def where(sent: Contact) -> str:
    """What a form became: its case, or the contact."""
    if sent.case_id is not None:
        return url_for("cases.show", number=sent.case_id)
    return url_for("intake.contact", number=sent.id)


def _create(desk: Desk) -> Contact:
    vertical = _vertical(desk)
    owner_id = desk.actor.user_id if desk.form.keep.data else None
    if owner_id and owner_id not in {user.id for user in cases.assignable_users(db.session, vertical.id)}:
        raise InvalidInput(_("Only members of this vertical take its cases."), target="owner")
    report = reading.report(desk.form, desk.lists, vertical, owner_id)
    case = intake.take(db.session, desk.actor, report)
    if owner_id:
        case.owner = db.session.get(User, owner_id)
        assignments.begin(db.session, desk.actor, case)
    asked = reading.consent(desk.form)
    if asked is not None:
        contacts.record_consent(db.session, desk.actor, case, asked, reading.consent_words(asked))
    told_so = told(desk, vertical, Outcome.CASE_CREATED)
    return contacts.save(db.session, desk.actor, told_so, case=case)


def _save_contact(desk: Desk) -> Contact:
    return contacts.save(db.session, desk.actor, told(desk, _vertical(desk), Outcome(desk.form.outcome.data)))


def told(desk: Desk, vertical: Vertical, outcome: Outcome, *, fields: Fields | None = None) -> contacts.ContactTold:
    """The contact that the form tells; with ``fields`` those are kept with it whatever it became."""
    kept = drafts.details(db.session, desk.actor, FORM, desk.form.draft.data)
    started = kept.created_at if kept is not None else None
    contact = reading.contact(desk.form, vertical, desk.fields, outcome, started_at=started)
    return contact if fields is None else replace(contact, details=fields)


def _vertical(desk: Desk) -> Vertical:
    """The chosen vertical, loaded inside the unit."""
    openable = cases.openable_verticals(db.session, desk.actor)
    return next(vertical for vertical in openable if vertical.code == desk.form.vertical.data)


def missing(desk: Desk, way: str) -> list[tuple[Field, str]]:
    """What is missing, all at once; core would name one after the other, and has the last word."""
    form = desk.form
    if way == "contact":
        found = [(form.outcome, _("Choose how the contact ended"))] if not form.outcome.data else []
        vertical = _("Choose the vertical that the contact belongs to")
    else:
        found = _missing_in_case(form)
        vertical = _("Choose the vertical that takes the case")
    return found if form.vertical.data else [*found, (form.vertical, vertical)]


def _missing_in_case(form: IntakeForm) -> list[tuple[Field, str]]:
    found = []
    if not (form.narrative.data or "").strip():
        found.append((form.narrative, _("Write down what happened")))
    if all(person.is_blank for person in (form.reporter.form, *(entry.form for entry in form.clients))):
        who = _("Say who is here or for whom; where there is no name, choose why")
        found.append((form.reporter.form.full_name, who))
    return found


def _blame(field: Field, words: str) -> None:
    field.errors = [*field.errors, words]


def _say(desk: Desk, refusal: DomainError) -> None:
    """Put what core says beside the field it speaks of, else on top of the form."""
    form = desk.form
    if isinstance(refusal, SubjectUnverified):
        fields = [form.speaks_for]
        words = _("The person is not verified, and this vertical opens cases for verified people only.")
    elif isinstance(refusal, ConsentRequired | ConsentExpired):
        fields, words = [form.consent], refusal.message
    else:
        fields, words = _FIELDS.get(refusal.target or "", lambda _form: [])(form), refusal.message
    if isinstance(refusal, SubjectUnverified | ConsentRequired | ConsentExpired):
        words += " " + _("You can save the contact now, and open the case when this is settled.")
    for field in fields:
        _blame(field, words)
    if not fields:
        desk.refuse(refusal)


_FIELDS = {
    "narrative": lambda form: [form.narrative],
    "reporter": lambda form: [form.reporter.form.full_name],
    "clients": lambda form: [form.speaks_for],
    "subject_id": lambda form: [form.speaks_for],
    "primary_vertical_id": lambda form: [form.vertical],
    "vertical": lambda form: [form.vertical],
    "owner": lambda form: [form.keep],
    "outcome": lambda form: [form.outcome],
    "channel": lambda form: [form.channel],
}
