"""Registering a household, and recording who joins and leaves it. Who it is about is searched for first."""

from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import clock, households, people
from portal.core.errors import AlreadyDone, DomainError, InvalidInput, NotFound, Refused
from portal.core.models import Household, Person
from portal.core.permissions import Permission, require
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.fields import row_number
from portal.web.formats import office_zone
from portal.web.households.forms import EndMemberForm, HouseholdForm, MemberForm

MOST = 10
LONGEST = 200
_FIELDS = {
    "household_name": "name",
    "effective_from": "start",
    "effective_until": "until",
    "reason_code": "reason",
    "person_id": "relation",
}


def register():
    """Record a household of its leader, provisional until somebody else verifies it."""
    require(current_actor(), Permission.REGISTER_PERSON)
    form = HouseholdForm()
    if request.method == "GET":
        form.leader.data = request.args.get("leader", type=row_number)
        return _registering(form)
    if not form.validate():
        return _registering(form, 422)
    try:
        with unit_of_work(db.session, current_actor(), intent="household.register"):
            leader = people.find(db.session, current_actor(), form.leader.data)
            made = households.register(
                db.session, current_actor(), form.name.data or "", leader, address=form.address.data
            )
            key = made.uuid
    except (InvalidInput, Refused) as refusal:
        return _registering(_beside(form, refusal, "name"), errors.status_of(refusal))
    flash(_("The household is registered. Somebody else verifies it."), "success")
    return fragments.go_to(url_for("households.show", household=key))


def add_member(household: UUID):
    """Record that somebody belongs to the household."""
    _writable(household)
    form = MemberForm()
    if request.method == "GET":
        form.person.data, form.start.data = request.args.get("person", type=row_number), clock.today(office_zone())
        return _adding(household, form)
    if not form.validate():
        return _adding(household, form, 422)
    try:
        with unit_of_work(db.session, current_actor(), intent="household.member_add"):
            found = _writable(household)
            person = people.find(db.session, current_actor(), form.person.data)
            told = {"relationship_type": form.relation.data or "", "effective_from": form.start.data}
            households.add_member(db.session, current_actor(), found, person, **told)
            said = _("%(name)s belongs to the household.", name=person_name(person))
    except (InvalidInput, Refused) as refusal:
        return _adding(household, _beside(form, refusal, "relation"), errors.status_of(refusal))
    flash(said, "success")
    return fragments.go_to(url_for("households.show", household=household))


def end_member(household: UUID, person: int):
    """Record until when somebody belonged to the household, and why no longer."""
    _writable(household)
    form = EndMemberForm().offer()
    if request.method == "GET":
        form.until.data = clock.today(office_zone())
        return _ending(household, person, form)
    if not form.validate():
        return _ending(household, person, form, 422)
    try:
        with unit_of_work(db.session, current_actor(), intent="household.member_end"):
            found, member = _writable(household), people.find(db.session, current_actor(), person)
            told = {"effective_until": form.until.data, "reason_code": form.reason.data}
            households.end_membership(db.session, current_actor(), found, member, **told)
            said = _("%(name)s belongs to the household no longer.", name=person_name(member))
    except (InvalidInput, AlreadyDone) as refusal:
        return _ending(household, person, _beside(form, refusal, "until"), errors.status_of(refusal))
    flash(said, "success")
    return fragments.go_to(url_for("households.show", household=household))


def _writable(household: UUID) -> Household:
    """The household, for one who may write about people. Raises NotFound, Forbidden."""
    found = households.find(db.session, current_actor(), household)
    require(current_actor(), Permission.REGISTER_PERSON)
    return found


def _beside(form, refusal: DomainError, otherwise: str):
    name = _FIELDS.get(refusal.target, otherwise)
    field = form[name if name in form else otherwise]
    field.errors = [*field.errors, _(refusal.message)]
    return form


def _registering(form: HouseholdForm, status: int = 200):
    chosen = _chosen(form.leader.data)
    shown = {"form": form, "chosen": chosen, "person_name": person_name, **_search()}
    return render_template("households/register.html", **shown), status


def _adding(household: UUID, form: MemberForm, status: int = 200):
    chosen = _chosen(form.person.data)
    shown = {"form": form, "chosen": chosen, **_search()}
    return _about(household, "households/add_member.html", status, **shown)


def _ending(household: UUID, person: int, form: EndMemberForm, status: int = 200):
    found = _writable(household)
    member = people.find(db.session, current_actor(), person)
    if member.id not in {one.person_id for one in households.members(db.session, found)}:
        raise NotFound("This person does not belong to the household.", target="member")
    return _about(household, "households/end_member.html", status, form=form, member=member)


def _about(household: UUID, template: str, status: int, **shown: object):
    found = _writable(household)
    page = render_template(template, household=found, person_name=person_name, **shown)
    record_reading(db.session, current_actor(), "household.read", household=found.id)
    return page, status


def _chosen(number: int | None) -> Person | None:
    """The person who was chosen; none where nobody was. Raises NotFound for one who is not to be seen."""
    return people.find(db.session, current_actor(), number) if number else None


def _search() -> dict[str, object]:
    """Who is found by what was typed into the search for a person."""
    text = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    hits = people.search(db.session, current_actor(), text, limit=MOST) if text else []
    return {"q": text, "hits": hits}
