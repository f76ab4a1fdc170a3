"""Filters that stand among the words of a search: ``school status:active owner:"Amina Otieno" from:2026-01-01``.

Any text can be read. What stands between quotation marks is a phrase, and no filter. What the values mean is asked in
``filter_meaning``; a name that nobody knows comes through as it is, so that it can be told.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Name(StrEnum):
    """What can be filtered by, as it is typed."""

    STATUS = "status"
    OWNER = "owner"
    VERTICAL = "vertical"
    REFERENCE = "ref"
    PHONE = "phone"
    SINCE = "from"
    UNTIL = "to"
    FIELD = "field"


# A phrase; or a run of signs, in which what follows ":" or "=" may stand between quotation marks.
_PART = re.compile(r'"[^"]*"?|(?:(?<=[:=])"[^"]*"?|[^\s"])+')
_FILTER = re.compile(r"([A-Za-z][A-Za-z-]*):(.*)", re.DOTALL)


@dataclass(frozen=True)
class Filter:
    """One filter: its name in small letters, its value without quotation marks; empty where nothing followed."""

    name: str
    value: str

    def __str__(self) -> str:
        """As it is typed."""
        return f'{self.name}:"{self.value}"' if re.search(r"\s", self.value) else f"{self.name}:{self.value}"


@dataclass(frozen=True)
class Typed:
    """What was typed, taken apart: the words with their phrases, and the filters."""

    words: str
    filters: tuple[Filter, ...] = ()

    def __str__(self) -> str:
        """In one line again, in an order that reads back as the same, whatever quotation marks were left open."""
        return " ".join([*map(str, self.filters), *([self.words] if self.words else [])])

    def without(self, gone: Filter) -> "Typed":
        """The same without one filter."""
        return Typed(self.words, tuple(each for each in self.filters if each != gone))


def read(text: str) -> Typed:
    """Take a text apart. What only looks like a filter (an address, a time, "note: she said") stays among the words."""
    words, filters = [], []
    for part in _PART.findall(text):
        found = None if part.startswith('"') else _FILTER.fullmatch(part)
        name, value = (found[1].lower(), " ".join(found[2].replace('"', "").split())) if found else ("", "")
        if name in list(Name) or (value and not value.startswith("/")):
            filters.append(Filter(name, value))
        else:
            words.append(part)
    return Typed(" ".join(words), distinct(filters))


def distinct(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """Each filter once, in the order in which they came."""
    return tuple(dict.fromkeys(filters))
