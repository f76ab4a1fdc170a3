"""The list of households, and the page of one. Each reading of a household is recorded."""

from uuid import UUID

from flask import render_template, request, url_for

from portal.core import checking, clock, household_register, households, paging, safe_contact, sensitivity, verification
from portal.core.errors import InvalidInput
from portal.core.sensitivity import Sensitive
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.verification import words

LONGEST = 200


def index():
    """Households found by their name or by who belongs to them; without a search the newest."""
    text = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    try:
        place = turning.place()
        page = household_register.page(db.session, current_actor(), text, cursor=place)
    except InvalidInput:
        return fragments.go_to(url_for("households.index", q=text or None))
    links = {"previous_url": _url(text, page.preceding), "next_url": _url(text, page.following)}
    shown = {"q": text, "page": page, "person_name": person_name, "words": words}
    return render_template("households/index.html", **shown, **links)


def reveal(household: UUID):
    """Show the address of a household, once it is recorded that somebody asked."""
    with unit_of_work(db.session, current_actor(), intent="sensitive.reveal"):
        found = households.find(db.session, current_actor(), household)
        sensitivity.reveal(db.session, current_actor(), Sensitive.IDENTITY, household=found)
    return show(household, revealed=True)


def show(household: UUID, *, revealed: bool = False):
    """Who belongs to a household, what supports it, whether it is verified; its address where it is ``revealed``."""
    actor = current_actor()
    found = households.find(db.session, actor, household)
    members, today = household_register.members(db.session, actor, found), clock.today()
    named = {one.person.id for one in members if one.person} | {found.leader_id}
    page = render_template(
        "households/show.html",
        to_mind=safe_contact.to_mind(db.session, actor, named),
        household=found,
        current=[one for one in members if one.row.effective_until is None or one.row.effective_until > today],
        past=[one for one in members if one.row.effective_until is not None and one.row.effective_until <= today],
        cases=household_register.cases_of(db.session, actor, found),
        offers=checking.offers(db.session, actor, found),
        mark=verification.mark(db.session, found),
        who=checking.people_who(db.session, found),
        person_name=person_name,
        words=words,
        revealed=revealed,
    )
    record_reading(db.session, actor, "household.read", household=found.id)
    return page


def _url(text: str, cursor: paging.Cursor | None) -> str | None:
    return url_for("households.index", q=text or None, page=paging.encode(cursor)) if cursor else None
