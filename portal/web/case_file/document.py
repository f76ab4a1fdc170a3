"""What a case file says, as plain headings, facts and texts: the same for the PDF and for the page to print.

Everything is text. What draws it sets it as it is, so nothing that was typed into a case is ever read as markup.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _

from portal import web
from portal.core import clock
from portal.core.actors import Actor
from portal.core.case_file import CaseFile
from portal.web.formats import dated_moment, reason_words

# What no font draws: control characters, and marks that turn the direction of whatever follows them.
_UNDRAWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Line:
    """One paragraph, and whether it reads from right to left."""

    text: str
    rtl: bool


@dataclass(frozen=True)
class Fact:
    """A name for something, and what was told of it."""

    term: str
    lines: list[Line]


@dataclass(frozen=True)
class Block:
    """A piece of a section: a heading of its own, facts, and paragraphs; ``aside`` is said of it in small letters."""

    heading: Line | None = None
    aside: Line | None = None
    facts: list[Fact] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """A part that was chosen."""

    title: str
    blocks: list[Block]


@dataclass(frozen=True)
class Document:
    """The whole file; what stands on each page comes first."""

    office: str
    reference: str
    made: str
    page_of: str
    author: str
    lang: str
    dir: str
    title: str
    warning: str
    undrawn: str
    facts: list[Fact]
    sections: list[Section]


def line(text: Any) -> Line:
    """Text on one line, with the direction of its first letter that has one."""
    return _line(" ".join(_plain(text).split()))


def lines(text: Any) -> list[Line]:
    """Text as the paragraphs it was written in."""
    return [_line(one.strip()) for one in _plain(text).split("\n") if one.strip()]


def facts(told: list[tuple[Any, Any]]) -> list[Fact]:
    """What was told, a name and its text each; what was not told is left out."""
    found = [(str(term), text if isinstance(text, list) else lines(text)) for term, text in told]
    return [Fact(term, said) for term, said in found if said]


def block(told: list[tuple[Any, Any]] = (), *, heading: Any = "", aside: Any = "", text: Any = "") -> Block:
    """A piece of a section."""
    return Block(line(heading) if heading else None, line(aside) if aside else None, facts(told), lines(text))


def build(actor: Actor, made: CaseFile, about: list[tuple[Any, Any]], sections: list[Section]) -> Document:
    """The file of a case, made now by *actor*."""
    case, by = made.case, line(actor.name).text
    at = dated_moment(clock.now())
    told = [(_("Case"), case.reference), *about, (_("Made by"), by), (_("Made on"), at)]
    told.append((_("Made for"), reason_words(made.reason)))
    return Document(
        office=line(current_app.extensions["settings"].installation_name).text,
        reference=line(case.reference).text,
        made=_("Made by %(name)s on %(day)s", name=by, day=at),
        page_of=_("Page {page} of {pages}"),
        author=by,
        lang=get_locale().language if get_locale() else "en",
        dir=web.direction(),
        title=_("Case file of %(ref)s", ref=case.reference),
        warning=_("This file holds what people told in confidence. Keep it as safe as the case itself."),
        undrawn=_("Some characters of this case could not be drawn here. The page to print shows them."),
        facts=facts(told),
        sections=sections,
    )


def _plain(text: Any) -> str:
    told = str(text if text is not None else "").replace("\r\n", "\n").replace("\r", "\n")
    told = told.replace("\u2028", "\n").replace("\u2029", "\n")
    return _UNDRAWN.sub("", told)


def _line(text: str) -> Line:
    first = next((kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), "L")
    return Line(text, first != "L")
