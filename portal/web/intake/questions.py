"""The guided form: the fields of the one form there is (forms.py), one question a page, or a few that belong together.

A line of questions leads through the form; each person in a list has a branch of their own, begun from the list and
leading back to it. Somebody chosen from the records is asked nothing that the records know.
"""

import re
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from portal.web.intake.steps import Fields, indexes


@dataclass(frozen=True)
class Question:
    """One page: what is asked, and the fields that answer it. ``section`` is where the one-page form has them."""

    name: str
    words: LazyString
    fields: tuple[str, ...] = ()
    hint: LazyString | str = ""
    section: str = ""


OPENING = (
    Question("danger", _l("Is anyone in danger right now?"), ("immediate_danger",), section="intake-story"),
    Question("channel", _l("How did they come?"), ("channel",), section="intake-reporter"),
    Question("find", _l("Who is here?"), ("q",), section="intake-reporter"),
)
PERSON = (
    Question("name", _l("What is their name?"), ("full_name", "name_known")),
    Question(
        "age", _l("How old are they, and what is their sex?"), ("age_value", "age_unit", "dob", "age_group", "sex")
    ),
    Question(
        "reach",
        _l("How can they be reached safely?"),
        ("phone", "phone_safe", "phone_wish", "phone2", "email"),
        _l("Ask whether somebody else may answer or read along."),
    ),
    Question("place", _l("Where do they live or stay?"), ("location", "landmark")),
    Question(
        "papers",
        _l("Which papers do they have, and which language do they speak?"),
        ("national_id_known", "national_id_type", "national_id", "language", "nationality", "tribe"),
    ),
)
CLIENTS = Question("clients", _l("Who needs help?"), ("speaks_for",), section="intake-clients")
PERPETRATORS = Question(
    "perpetrators",
    _l("Who is said to have done it?"),
    (),
    _l("Nobody has to be named. Go on where nobody is said to have done anything."),
    section="intake-perpetrators",
)
# Asked of a known person too, because it belongs to the case.
PART = (
    Question("tie", _l("Who are they to the client?"), ("relationship_code", "shares_home")),
    Question(
        "part",
        _l("What else was said about this person?"),
        ("health", "employment", "marital", "guardian_name", "notes"),
    ),
)
REST = (
    Question(
        "story",
        _l("What happened?"),
        ("narrative",),
        _l("In their own words. A case needs this; a contact without a case does not."),
        section="intake-story",
    ),
    Question("about", _l("What is it about?"), ("gbv", "category"), section="intake-story"),
    Question("agreed", _l("What was agreed to do?"), ("plan",), section="intake-story"),
    Question(
        "consent",
        _l("May we write this down and share it?"),
        ("consent", "consent_how", "consent_by"),
        section="intake-consent",
    ),
    Question("becomes", _l("What becomes of it?"), ("vertical", "priority", "keep", "outcome"), section="finish"),
)
_LISTED = {"clients": PERSON, "perpetrators": (PERSON[0], PART[0], *PERSON[1:], PART[1])}
_PARTS = {question.name for question in PART}
_BRANCH = re.compile(r"((?:clients|perpetrators)-\d{1,2})-([a-z]+)")


@dataclass(frozen=True)
class Place:
    """Where somebody is in the guided form: a question, and the block of the person of whom it asks."""

    question: Question
    block: str = ""

    @property
    def step(self) -> str:
        """How the address calls this place."""
        return f"{self.block}-{self.question.name}" if self.block else self.question.name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields, as the form sends them."""
        return tuple(f"{self.block}-{name}" if self.block else name for name in self.question.fields)

    @property
    def kind(self) -> str:
        """``reporter``, ``clients``, ``perpetrators``, or nothing where it asks of nobody."""
        return self.block.partition("-")[0]

    @property
    def section(self) -> str:
        """The part of the one-page form in which these fields stand."""
        return self.question.section or f"intake-{self.kind}"

    def url_values(self, back_to_check: bool) -> dict[str, str]:
        """What the address of this place says beside the draft."""
        return {"step": self.step, **({"then": "check"} if back_to_check else {})}


def line(fields: Fields) -> list[Place]:
    """The questions one after another, without those of people in the lists."""
    reporter = [] if is_chosen(fields, "reporter") else [Place(question, "reporter") for question in PERSON]
    return [*map(Place, OPENING), *reporter, Place(CLIENTS), Place(PERPETRATORS), *map(Place, REST)]


def branch(fields: Fields, block: str) -> list[Place]:
    """The questions about one person in a list."""
    kind = block.partition("-")[0]
    asked = _LISTED[kind]
    if is_chosen(fields, block):
        asked = (PERSON[0], *(question for question in asked if question.name in _PARTS))
    return [Place(question, block) for question in asked]


def is_chosen(fields: Fields, block: str) -> bool:
    """Whether the person of a block was chosen from the records."""
    return "".join(fields.get(f"{block}-person_id", ())).isdecimal()


def blocks(fields: Fields, kind: str) -> list[str]:
    """The blocks of a list, in their order."""
    return [f"{kind}-{index}" for index in indexes(fields, kind)]


def way_through(fields: Fields, place: Place) -> list[Place]:
    """The questions among which a place is: those of its person in a list, else the line."""
    return branch(fields, place.block) if place.kind in _LISTED else line(fields)


def named(step: str) -> Place | None:
    """The place that an address names, whether or not it is asked now; None for no such name."""
    found = _BRANCH.fullmatch(step)
    block = found[1] if found else ""
    asked = _LISTED[block.partition("-")[0]] if found else ()
    places = [Place(question, block) for question in asked] if found else line({})
    return next((place for place in places if place.step == step), None)


def is_there(fields: Fields, place: Place) -> bool:
    """Whether the form has the fields of a place: one taken off a list has none."""
    return place.kind not in _LISTED or place.block in blocks(fields, place.kind)


def asked_now(fields: Fields, place: Place) -> Place:
    """The place itself, or where it is not asked (any more), the one to go to instead."""
    if not is_there(fields, place):
        return _list_of(place)
    way = way_through(fields, place)
    if place in way:
        return place
    return way[0] if place.kind in _LISTED else Place(OPENING[-1])


def after(fields: Fields, place: Place) -> Place | None:
    """The next question; None after the last, where the answers are checked."""
    way = way_through(fields, place)
    number = way.index(place) + 1
    if number < len(way):
        return way[number]
    return _list_of(place)


def before(fields: Fields, place: Place) -> Place | None:
    """The question before; None before the first."""
    way = way_through(fields, place)
    number = way.index(place)
    return way[number - 1] if number else _list_of(place)


def every_place(fields: Fields) -> list[Place]:
    """All that is asked with these fields, each person in a list after the question about the list."""
    found = []
    for place in line(fields):
        found.append(place)
        if not place.block and place.question.name in _LISTED:
            found += [one for block in blocks(fields, place.question.name) for one in branch(fields, block)]
    return found


def _list_of(place: Place) -> Place | None:
    lists = {"clients": CLIENTS, "perpetrators": PERPETRATORS}
    return Place(lists[place.kind]) if place.kind in lists else None
