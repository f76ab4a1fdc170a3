"""The pages of consents that are read. Each reading is recorded before the page leaves."""

from flask import render_template

from portal.core import consent_register, consent_rules, people
from portal.core.models import Person
from portal.core.unit import record_reading
from portal.extensions import db
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
        "proofs": consent_register.proofs(db.session, found),
        "steps": consent_register.steps(db.session, actor, found) if consent_register.may_read_steps(actor) else None,
        "happened": happened,
    }
    return page("consents/show.html", person, "consent.read", status, consent=consent, **shown)


def page(template: str, person: Person, action: str, status: int = 200, **shown: object):
    """A page about a person's consents; *action* is what the access log says of its reading."""
    details = {"consent": shown["consent"]} if isinstance(shown.get("consent"), int) else {}
    answer = render_template(template, person=person, name=person_name(person), words=words, **shown)
    record_reading(db.session, current_actor(), action, person=person.id, **details)
    return answer, status
