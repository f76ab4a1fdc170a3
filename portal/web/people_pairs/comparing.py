"""Two records side by side: a pair that was found, or two that somebody chose."""

from flask import render_template, url_for

from portal.core import codes, people, people_pairs, side_by_side
from portal.core.models import Person, PersonPair
from portal.core.unit import record_reading
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.people_pairs import words
from portal.web.people_pairs.forms import ReasonForm


def show(pair: int):
    """A pair, with why it was found and how it was answered."""
    return page_of(pair)


def compare(id: int, other: int):
    """Two records that somebody chose; a pair that was found of them has its own page, and one record has no other."""
    one, joins = (people.find(db.session, current_actor(), number) for number in (id, other))
    if one.id == joins.id:
        return fragments.go_to(url_for("people_pairs.choose", id=one.id))
    found = people_pairs.between(db.session, current_actor(), one, joins)
    if found is not None:
        return fragments.go_to(url_for("people_pairs.show", pair=found.id))
    return _page(one, joins, None)


def page_of(pair: int, *, form: ReasonForm | None = None, status: int = 200, happened: str = ""):
    """The page of a pair, again where an answer was not taken: with what was typed, and why."""
    found = people_pairs.find_pair(db.session, current_actor(), pair)
    return _page(found.low, found.high, found, form=form, status=status, happened=happened)


def table(numbers: list[int], *, pair: PersonPair | None = None) -> dict[str, object]:
    """What the template of the table asks for: records in columns, fields in rows. Two are compared."""
    sides = side_by_side.sides(db.session, current_actor(), numbers)
    coded = [(name, getattr(side.person, name)) for side in sides for name in words.FACTS]
    agreements = {}
    if len(sides) == 2:
        one, other = (side.person for side in sides)
        agreements = side_by_side.agreements(db.session, one, other, pair)
    rows = words.rows(sides, codes.labels(db.session, coded), agreements)
    return {"sides": sides, "rows": rows, "names": _names(sides)}


def _names(sides: list[side_by_side.Side]) -> list[str]:
    """What the columns are called: by name, and by number where two have the same."""
    names = [person_name(side.person) for side in sides]
    numbered = [f"{name} ({side.person.id})" for name, side in zip(names, sides, strict=True)]
    return names if len(set(names)) == len(names) else numbered


def _page(one: Person, other: Person, pair: PersonPair | None, *, form=None, status: int = 200, happened: str = ""):
    shown = {
        "pair": pair,
        "form": form or ReasonForm(formdata=None),
        "happened": happened,
        "decided_by": people_pairs.decided_by(db.session, pair) if pair and pair.decided_by_id else "",
        "leads": _leading(one, other),
        "words": words,
        **table([one.id, other.id], pair=pair),
    }
    page = render_template("people_pairs/show.html", **shown)
    record_reading(db.session, current_actor(), "person.compare", people=[one.id, other.id])
    return page, status


def _leading(one: Person, other: Person) -> int:
    """Which record is proposed to lead: one whose identity was checked, else the older."""
    return min((one, other), key=lambda person: (not words.is_verified(person), person.id)).id
