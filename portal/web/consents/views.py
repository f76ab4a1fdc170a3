"""The pages of consents, to read and to ask about a step. Each reading is recorded before the page leaves."""

from flask import render_template
from flask_wtf import FlaskForm

from portal.core import consent_register, consent_rules, people, safe_contact
from portal.core.models import Consent, Person
from portal.core.permissions import Permission, require
from portal.core.unit import record_reading
from portal.extensions import db
from portal.web import errors
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.consents import words


def index(id: int):
    """What stands for each service, who took it down and confirmed it, and what was there before."""
    person = people.find(db.session, current_actor(), id)
    lines = consent_register.of_person(db.session, current_actor(), person)
    capture = consent_rules.capture_offer(current_actor(), person)
    return page("consents/index.html", person, "consent.list", lines=lines, capture=capture)


def show(id: int, consent: int):
    """One consent with its evidence, what can be done with it, and what it said at each step."""
    return entry_page(id, consent)


def entry_page(id: int, consent: int, *, status: int = 200, happened: str = ""):
    """The page of one consent; ``happened`` says why something that was asked for was not done."""
    actor = current_actor()
    person = people.find(db.session, actor, id)
    found = consent_register.find(db.session, actor, person, consent)
    shown = {
        "capture": consent_rules.capture_offer(actor, person),
        "entry": consent_register.entry(db.session, actor, found),
        "proofs": consent_register.proofs(db.session, actor, found),
        "steps": consent_register.steps(db.session, actor, found) if consent_register.may_read_steps(actor) else None,
        "happened": happened,
    }
    return page("consents/show.html", person, "consent.read", status, consent=consent, **shown)


def find(id: int, consent: int, permission: Permission) -> Consent:
    """A consent of this person, for one who holds the permission a step needs. Raises NotFound, Forbidden."""
    person = people.find(db.session, current_actor(), id)
    found = consent_register.find(db.session, current_actor(), person, consent)
    require(current_actor(), permission)
    return found


def step_page(action: str, id: int, consent: Consent, form: FlaskForm, status: int = 200, **shown: object):
    """The page that asks for what a step needs, or says why it cannot be taken now."""
    person = people.find(db.session, current_actor(), id)
    entry = consent_register.entry(db.session, current_actor(), consent)
    offer = next(one for one in entry.offers if one.action == action)
    if not offer.allowed and status == 200:
        status = errors.status_of(offer.obstacle)
    shown = {"entry": entry, "form": form, "offer": offer, "consent": consent.id, **shown}
    return page(f"consents/{action}.html", person, "consent.read", status, **shown)


def page(template: str, person: Person, action: str, status: int = 200, **shown: object):
    """A page about a person's consents; *action* is what the access log says of its reading."""
    details = {"consent": shown["consent"]} if isinstance(shown.get("consent"), int) else {}
    shown |= {"cares": safe_contact.of_one(db.session, current_actor(), person)}
    answer = render_template(template, person=person, name=person_name(person), words=words, **shown)
    record_reading(db.session, current_actor(), action, person=person.id, **details)
    return answer, status
