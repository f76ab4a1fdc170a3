"""The search page."""

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from portal.core import lookup, safe_contact
from portal.core.lookup import Found
from portal.core.unit import record_reading
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.cases.words import case_name, person_name
from portal.web.search import asking, highlight
from portal.web.search.asking import Asked, SearchForm

blueprint = Blueprint("search", __name__, url_prefix="/app")
QUICK = 5

IN = {"message": _l("In a message"), "note": _l("In a note"), "attachment": _l("In the name of a file")}


@blueprint.get("/search/quick")
def quick():
    """The first few cases and people while one is still typing, as a list to choose from."""
    asked = asking.read(db.session, current_actor(), request.args)
    found = _found(asked, most=QUICK)
    named = {"case_name": case_name, "person_name": person_name, "to_mind": _to_mind(found)}
    troubles = [asking.trouble_words(problem) for problem in asked.meaning.problems]
    shown = render_template("search/_quick.html", asked=asked, found=found, troubles=troubles, **named)
    _record(found)
    return shown


@blueprint.get("/search")
def index():
    """Cases and people that the words may mean. That something was looked up is recorded, the words are not."""
    actor = current_actor()
    asked = asking.read(db.session, actor, request.args)
    found = _found(asked, most=lookup.MOST_HITS)
    form = SearchForm(request.args, meta={"csrf": False}).offer(db.session, actor)
    form.q.data, form.place.data = asked.q, asked.place
    asked.tell(form)
    page = render_template(
        "search/index.html",
        asked=asked,
        form=form,
        in_words=IN,
        found=found,
        words=lookup.words_of(asked.typed.words),
        highlight=highlight,
        case_name=case_name,
        person_name=person_name,
        to_mind=_to_mind(found),
    )
    _record(found)
    return page


def _found(asked: Asked, *, most: int) -> Found:
    """What is asked for; nothing where a filter was not understood: without it, other things would be found."""
    if asked.meaning.problems:
        return Found([], [])
    wanted = asked.meaning.wanted if asked.is_filtered else None
    kinds = (asked.place,) if asked.place else ()
    return lookup.everywhere(db.session, current_actor(), asked.typed.words, wanted=wanted, kinds=kinds, most=most)


def _to_mind(found: Found) -> dict[int, list[safe_contact.Care]]:
    return safe_contact.to_mind(db.session, current_actor(), [hit.person.id for hit in found.people])


def _record(found: Found) -> None:
    if found.cases or found.people:
        numbers = [hit.case.id for hit in found.cases]
        people = [hit.person.id for hit in found.people]
        record_reading(db.session, current_actor(), "search.read", cases=numbers, people=people)
