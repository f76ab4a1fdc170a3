"""The search page."""

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from portal.core import lookup
from portal.core.unit import record_reading
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.cases.words import case_name, person_name
from portal.web.search import highlight

blueprint = Blueprint("search", __name__, url_prefix="/app")
LONGEST = 200
QUICK = 5

# Where one can look for words; everywhere else numbers and names count, too.
PLACES = {
    "": _l("Everywhere"),
    "case": _l("What was told"),
    "message": _l("Messages"),
    "note": _l("Notes"),
    "attachment": _l("Names of files"),
}
IN = {"message": _l("In a message"), "note": _l("In a note"), "attachment": _l("In the name of a file")}


@blueprint.get("/search/quick")
def quick():
    """The first few cases and people while one is still typing, as a list to choose from."""
    text = _asked()
    found = lookup.everywhere(db.session, current_actor(), text, most=QUICK)
    named = {"case_name": case_name, "person_name": person_name}
    too_short = len(text) < lookup.SHORTEST
    shown = render_template("search/_quick.html", q=text, found=found, too_short=too_short, **named)
    _record(found)
    return shown


@blueprint.get("/search")
def index():
    """Cases and people that the words may mean. That something was looked up is recorded, the words are not."""
    text = _asked()
    place = request.args.get("in", "")
    place = place if place in PLACES else ""
    found = lookup.everywhere(db.session, current_actor(), text, kinds=(place,) if place else ())
    page = render_template(
        "search/index.html",
        q=text,
        place=place,
        places=PLACES,
        in_words=IN,
        found=found,
        words=lookup.words_of(text),
        too_short=len(text) < lookup.SHORTEST,
        highlight=highlight,
        case_name=case_name,
        person_name=person_name,
    )
    _record(found)
    return page


def _asked() -> str:
    return request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]


def _record(found: lookup.Found) -> None:
    if found.cases or found.people:
        numbers = [hit.case.id for hit in found.cases]
        people = [hit.person.id for hit in found.people]
        record_reading(db.session, current_actor(), "search.read", cases=numbers, people=people)
