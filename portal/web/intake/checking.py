"""The answers to check: everything the form holds, part by part, each with the way to the question that changes it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, url_for
from flask_babel import gettext as _
from wtforms import BooleanField, Field, SelectField

from portal.core.models import Person
from portal.web.fields import AgeField, PartsDateField
from portal.web.formats import day
from portal.web.intake import finishing, questions, wording
from portal.web.intake.desk import Desk
from portal.web.intake.questions import Place

# Not worth a word while nothing is said in them, because another field says so already.
_WITH_ANOTHER = frozenset("name_known age_unit national_id_type national_id consent_how consent_by".split())


@dataclass(frozen=True)
class Row:
    """An answer: what was asked, what was said, and where it is changed. ``fields`` are those it speaks of."""

    label: str
    words: str
    url: str
    fields: tuple[str, ...] = ()
    is_said: bool = True
    error: str = ""


@dataclass(frozen=True)
class Part:
    """Answers that belong together; ``block`` is the person they are about, where they are about one."""

    heading: str
    rows: list[Row]
    block: str = ""


def page(desk: Desk, *, status: int = 200) -> Response:
    """The answers, with what stands against them."""
    desk.look_for_alike()
    cards = desk.cards()
    found = parts(desk, cards)
    rows = [row for part in found for row in part.rows]
    where = {name: row.url for row in rows for name in row.fields}
    needed = [] if desk.form.errors else finishing.missing(desk, "create")
    return desk.page_of_some(
        "intake/check.html",
        cards=cards,
        status=status,
        parts=found,
        wrong=[(row.error, row.url) for row in rows if row.error],
        needed=[(words, where.get(field.name, "")) for field, words in needed],
        key=desk.form.draft.data,
        last=_url(desk, Place(questions.REST[-1])),
    )


def parts(desk: Desk, cards: dict[str, Person]) -> list[Part]:
    """Everything that is asked, with what was answered, in the order of the questions."""
    found: dict[str, Part] = {}
    for place in questions.every_place(desk.fields):
        heading, block = _part_of(place)
        part = found.setdefault(heading, Part(heading, [], block))
        part.rows.extend(_rows(desk, place, cards))
    return [part for part in found.values() if part.rows]


def _part_of(place: Place) -> tuple[str, str]:
    if place.kind == "reporter" or place.question.name == "find":
        return _("Who is here"), "reporter"
    if place.block:
        return wording.person_words(place.block), place.block
    headings = {
        "danger": _("To begin with"),
        "channel": _("To begin with"),
        "clients": _("Who needs help"),
        "perpetrators": _("Who is said to have done it"),
        "consent": _("Consent"),
        "becomes": _("What becomes of it"),
    }
    return headings.get(place.question.name, _("What happened")), ""


def _rows(desk: Desk, place: Place, cards: dict[str, Person]) -> Iterator[Row]:
    url = _url(desk, place)
    if place.question.name == "find":
        if "reporter" in cards:
            yield Row(_("From the records"), cards["reporter"].display_name or _("No name known"), url)
        return
    if place.block in cards and place.question in questions.PERSON:
        yield Row(_("From the records"), cards[place.block].display_name or _("No name known"), url)
        return
    if place.question is questions.PERPETRATORS:
        if not questions.blocks(desk.fields, "perpetrators"):
            yield Row(str(place.question.words), _("Nobody was named"), url, is_said=False)
        return
    yield from _answers(desk, place, url)


def _answers(desk: Desk, place: Place, url: str) -> Iterator[Row]:
    """What was said to one question: a row for each answer, and one for all that was left open."""
    of = desk.form.block(place.block) if place.block else desk.form
    fields = [of[name] for name in place.question.fields]
    said = [field for field in fields if field.errors or (_words(field) and not _is_of_nothing(field, of))]
    for field in said:
        error = str(field.errors[0]) if field.errors else ""
        yield Row(field.label.text, _words(field) or _nothing(field), f"{url}#{field.id}", (field.name,), True, error)
    left = [field for field in fields if field not in said and field.short_name not in _WITH_ANOTHER]
    if len(left) == 1:
        yield Row(left[0].label.text, _nothing(left[0]), url, (left[0].name,), is_said=False)
    elif left:
        labels = " · ".join(str(field.label.text) for field in left)
        yield Row(_("Not said"), labels, url, tuple(field.name for field in left), is_said=False)


def _is_of_nothing(field: Field, of: object) -> bool:
    """A unit is chosen from the start and says nothing while there is no number beside it."""
    return field.short_name == "age_unit" and not _words(of["age_value"])


def _words(field: Field) -> str:
    """What a field says, in words; nothing where nothing was said."""
    if isinstance(field, BooleanField):
        return _("Yes") if field.data else _("No")
    if isinstance(field, SelectField):
        return str(field.words) if field.data not in (None, "", "not_asked") else ""
    if isinstance(field, PartsDateField | AgeField) and field.errors:
        return " ".join(field.raw_data or ()).strip()
    if isinstance(field.data, dt.date):
        return day(field.data)
    return "" if field.data is None else str(field.data).strip()


def _nothing(field: Field) -> str:
    if field.short_name in ("vertical", "category", "outcome"):
        return _("Not chosen")
    return _("Not asked") if isinstance(field, SelectField) else _("Not said")


def _url(desk: Desk, place: Place) -> str:
    return url_for("intake.ask", key=desk.form.draft.data, **place.url_values(True))
