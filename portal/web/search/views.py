"""The search page."""

from flask import Blueprint, render_template, request

from portal.core import lookup
from portal.core.unit import record_reading
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.cases.words import case_name, person_name
from portal.web.search import highlight

blueprint = Blueprint("search", __name__, url_prefix="/app")
LONGEST = 200


@blueprint.get("/search")
def index():
    """Cases and people that the words may mean. That something was looked up is recorded, the words are not."""
    text = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    found = lookup.everywhere(db.session, current_actor(), text)
    page = render_template(
        "search/index.html",
        q=text,
        found=found,
        words=text.split(),
        too_short=len(text) < lookup.SHORTEST,
        texts=lookup.MOST_TEXTS,
        highlight=highlight,
        case_name=case_name,
        person_name=person_name,
    )
    if found.cases or found.people:
        numbers = [hit.case.id for hit in found.cases]
        people = [hit.person.id for hit in found.people]
        record_reading(db.session, current_actor(), "search.read", cases=numbers, people=people)
    return page
