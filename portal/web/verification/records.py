"""Verifying, rejecting, archiving and restoring the record of a person or a household, each on a page that says what
is known of it. The rules are the same for both; only where they are found and shown differs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import (
    checking,
    household_register,
    households,
    people,
    reasons,
    safe_contact,
    sensitivity,
    verification,
)
from portal.core.errors import InvalidInput, Refused, StaleVersion
from portal.core.models import Person
from portal.core.permissions import Permission, require
from portal.core.sensitivity import Sensitive
from portal.core.unit import record_reading, unit_of_work
from portal.core.verification import Subject
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.consents.forms import EndForm
from portal.web.verification import words


@dataclass(frozen=True)
class _Kind:
    """A kind of record: how it is found and called, and the name of its key in addresses."""

    noun: str
    key: str
    home: str
    find: Callable[..., Subject]
    name: Callable[[Any], str]
    decisions: tuple[str, ...] = ("verified", "rejected")

    def load(self, key: int | UUID) -> Subject:
        """The record, for one who may verify. Raises NotFound, Forbidden."""
        found = self.find(db.session, current_actor(), key)
        require(current_actor(), Permission.VERIFY_PERSON)
        return found

    def url(self, key: int | UUID, endpoint: str = "") -> str:
        """An address of this record; without an endpoint its own page."""
        return url_for(endpoint or self.home, **{self.key: key})


_PEOPLE = _Kind("person", "id", "people.show", people.find, person_name, ("verified", "rejected", "numbers"))
_HOUSEHOLDS = _Kind("household", "household", "households.show", households.find, lambda one: one.name)


def person(id: int):
    """Verify or reject a person, as somebody else than who registered them."""
    return _decide(_PEOPLE, id)


def checks(person: Person) -> dict[str, object]:
    """What a person's page says of their verification and households."""
    return {
        "offers": checking.offers(db.session, current_actor(), person),
        "mark": verification.mark(db.session, person),
        "households": household_register.of_person(db.session, current_actor(), person),
        "words": words,
    }


def household(household: UUID):
    """Verify or reject a household, as somebody else than who registered it."""
    return _decide(_HOUSEHOLDS, household)


def reveal_person(id: int):
    """Show the identity numbers that are compared with a document, once it is recorded that somebody asked."""
    return _reveal(_PEOPLE, id)


def reveal_household(household: UUID):
    """Show the address that is compared, once it is recorded that somebody asked."""
    return _reveal(_HOUSEHOLDS, household)


def archive_person(id: int):
    """Put a person's record away."""
    return _move(_PEOPLE, id, "archive")


def restore_person(id: int):
    """Take a person's record back into use."""
    return _move(_PEOPLE, id, "restore")


def archive_household(household: UUID):
    """Put a household's record away."""
    return _move(_HOUSEHOLDS, household, "archive")


def restore_household(household: UUID):
    """Take a household's record back into use."""
    return _move(_HOUSEHOLDS, household, "restore")


def _reveal(kind: _Kind, key: int | UUID):
    with unit_of_work(db.session, current_actor(), intent="sensitive.reveal"):
        asked = {kind.noun: kind.load(key)}
        sensitivity.reveal(db.session, current_actor(), Sensitive.IDENTITY, **asked)
    return _page(kind, key, revealed=True)


def _decide(kind: _Kind, key: int | UUID):
    kind.load(key)
    if request.method == "GET":
        return _page(kind, key)
    decision = request.form.get("decision")
    if decision not in kind.decisions:
        return _page(kind, key, status=422, happened=_("Choose whether it is verified or rejected."))
    try:
        with unit_of_work(db.session, current_actor(), intent=f"{kind.noun}.verify"):
            subject = kind.load(key)
            seen = request.form.get("seen") or None
            if decision == "numbers":
                verification.verify_numbers(db.session, current_actor(), subject, seen=seen)
            else:
                verification.decide(db.session, current_actor(), subject, verified=decision == "verified", seen=seen)
            name = kind.name(subject)
    except (Refused, StaleVersion) as refusal:
        return _page(kind, key, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(_SAID[decision](name), "success")
    return fragments.go_to(kind.url(key))


_SAID = {
    "verified": lambda name: _("%(name)s is verified.", name=name),
    "rejected": lambda name: _("%(name)s is rejected.", name=name),
    "numbers": lambda name: _("The identity numbers of %(name)s are confirmed.", name=name),
}
_CODES = {"archive": reasons.PERSON_ARCHIVAL, "restore": reasons.PERSON_RESTORATION}
_MOVES = {"archive": verification.archive, "restore": verification.restore}


def _move(kind: _Kind, key: int | UUID, action: str):
    kind.load(key)
    form = EndForm().offer(_CODES[action])
    if request.method == "GET":
        return _asking(kind, key, action, form)
    try:
        with unit_of_work(db.session, current_actor(), intent=f"{kind.noun}.{action}"):
            subject = kind.load(key)
            _MOVES[action](db.session, current_actor(), subject, **form.given())
            name = kind.name(subject)
    except InvalidInput as refusal:
        return _asking(kind, key, action, form.refuse(refusal), 422)
    except Refused as refusal:
        return _page(kind, key, status=errors.status_of(refusal), happened=_(refusal.message))
    said = _("%(name)s is archived.", name=name) if action == "archive" else _("%(name)s is in use again.", name=name)
    flash(said, "success")
    return fragments.go_to(kind.url(key))


def _asking(kind: _Kind, key: int | UUID, action: str, form: EndForm, status: int = 200):
    subject = kind.load(key)
    offer = next((one for one in checking.offers(db.session, current_actor(), subject) if one.action == action), None)
    if offer is None or not offer.allowed and status == 200:
        status = errors.status_of(offer.obstacle) if offer else 409
    return _answer(kind, key, "verification/move.html", subject, status, action=action, offer=offer, form=form)


def _page(kind: _Kind, key: int | UUID, *, status: int = 200, happened: str = "", revealed: bool = False):
    subject = kind.load(key)
    shown = {
        "revealed": revealed,
        "offers": checking.offers(db.session, current_actor(), subject),
        "mark": verification.mark(db.session, subject),
        "who": checking.people_who(db.session, subject),
        "happened": happened,
    }
    return _answer(kind, key, "verification/show.html", subject, status, **shown)


def _answer(kind: _Kind, key: int | UUID, template: str, subject: Subject, status: int, **shown: object):
    about = {"kind": kind, "key": key, "subject": subject, "name": kind.name(subject), "words": words}
    about["person_name"] = person_name
    whom = subject if isinstance(subject, Person) else subject.leader
    about["cares"] = safe_contact.of_one(db.session, current_actor(), whom)
    page = render_template(template, **about, **shown)
    record_reading(db.session, current_actor(), f"{kind.noun}.read", **{kind.noun: subject.id})
    return page, status
