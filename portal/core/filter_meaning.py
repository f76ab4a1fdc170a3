"""What the filters of a search mean to somebody: their own cases, their colleagues, the verticals of the office."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.core import list_filter, people, verticals, workers
from portal.core.actors import Actor
from portal.core.list_filter import ListFilter
from portal.core.search_filters import Filter, Name
from portal.core.vocabulary import Status

ME, NOBODY = "me", "none"
MOST = 20  # filters of one search
_DAY = dt.timedelta(days=1)


class Trouble(StrEnum):
    """Why a filter cannot be followed."""

    NO_FILTER = "no_filter"  # there is none of this name
    EMPTY = "empty"
    STATUS = "status"
    OWNER = "owner"
    VERTICAL = "vertical"
    REFERENCE = "ref"
    PHONE = "phone"
    DATE = "date"
    FIELD = "field"
    ORDER = "order"  # it ends before it begins
    MANY = "many"


@dataclass(frozen=True)
class Problem:
    """A filter that cannot be followed, and why."""

    filter: Filter
    trouble: Trouble


@dataclass(frozen=True)
class Meaning:
    """What was understood: the cases that are wanted, what each filter was taken for, and what was not understood.

    Of a status it is the status, of owners and verticals their names, else the value; ``None`` is nobody.
    """

    wanted: ListFilter
    known: dict[Filter, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class _Unknown(Exception):
    """Raised inside: the value means nothing."""


def understand(session: Session, actor: Actor, filters: Iterable[Filter], zone: ZoneInfo) -> Meaning:
    """What *filters* ask for, in any order; several of one name ask for any of them, but both ends of a time hold.

    Days are those of *zone*. Raises nothing: what cannot be followed is told in ``problems``.
    """
    filters = list(dict.fromkeys(filters))
    reader = _Reader(session, actor, zone)
    known, problems = {}, [Problem(each, Trouble.MANY) for each in filters[MOST : MOST + 1]]
    for each in filters[:MOST]:
        trouble = _troubled(each)
        if trouble is None:
            try:
                known[each] = getattr(reader, f"read_{Name(each.name).name.lower()}")(each.value)
            except _Unknown:
                trouble = Trouble.DATE if each.name in (Name.SINCE, Name.UNTIL) else Trouble(each.name)
        if trouble is not None:
            problems.append(Problem(each, trouble))
    wanted = reader.wanted
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        problems += [Problem(each, Trouble.ORDER) for each in known if each.name == Name.UNTIL][:1]
    return Meaning(replace(wanted, statuses=wanted.statuses or frozenset(Status)), known, tuple(problems))


def _troubled(each: Filter) -> Trouble | None:
    if each.name not in list(Name):
        return Trouble.NO_FILTER
    return None if each.value else Trouble.EMPTY


class _Reader:
    """Reads one value after the other into a list filter; each method returns what the value was taken for."""

    def __init__(self, session: Session, actor: Actor, zone: ZoneInfo) -> None:
        self.session, self.actor, self.zone = session, actor, zone
        self.wanted = ListFilter()

    def read_status(self, value: str) -> Status:
        if value.lower() not in list(Status):
            raise _Unknown
        self._add("statuses", Status(value.lower()))
        return Status(value.lower())

    def read_owner(self, value: str) -> list[str] | None:
        if value.lower() in (NOBODY, "nobody"):
            self._add("owners", None)
            return None
        colleagues = workers.listed(self.session, self.actor, inactive=True)
        if value.lower() == ME:
            found = [one for one in colleagues if one.id == self.actor.user_id]
        else:
            found = [one for one in colleagues if str(one.id) == value or _is_called(one.name, value)]
        if not found:
            raise _Unknown
        self._add("owners", *[one.id for one in found])
        return [one.name for one in found]

    def read_vertical(self, value: str) -> list[str]:
        everywhere = verticals.listed(self.session, inactive=True)
        exact = [one for one in everywhere if one.code.lower() == value.lower()]
        found = exact or [one for one in everywhere if _is_called(one.name, value)]
        if not found:
            raise _Unknown
        self._add("verticals", *[one.id for one in found])
        return [one.name for one in found]

    def read_reference(self, value: str) -> str:
        if list_filter.by_reference(value) is None:
            raise _Unknown
        self._add("references", value.upper())
        return value.upper()

    def read_phone(self, value: str) -> str:
        if people.phone_suffix(value) is None:
            raise _Unknown
        self._add("phones", value)
        return value

    def read_since(self, value: str) -> dt.date:
        day = _day(value)
        begins = self._begin_of(day)
        self.wanted = replace(self.wanted, since=max(begins, self.wanted.since or begins))
        return day

    def read_until(self, value: str) -> dt.date:
        day = _day(value)
        ends = self._begin_of(day + _DAY)
        self.wanted = replace(self.wanted, until=min(ends, self.wanted.until or ends))
        return day

    def read_field(self, value: str) -> tuple[str, str]:
        name, equals, text = (part.strip() for part in value.partition("="))
        if not (re.fullmatch("[A-Za-z0-9]+", name) and equals and text):
            raise _Unknown
        self._add("fields", (name.lower(), text))
        return name, text

    def _add(self, name: str, *values: object) -> None:
        self.wanted = replace(self.wanted, **{name: getattr(self.wanted, name) | set(values)})

    def _begin_of(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)


def _is_called(name: str, typed: str) -> bool:
    """Whether every word that was typed begins a word of the name, accents and case apart."""
    words, sought = people.fold(name).split(), people.fold(typed).split()
    return bool(sought) and all(any(word.startswith(one) for word in words) for one in sought)


def _day(value: str) -> dt.date:
    """A day as 2026-01-31 or 31.1.2026."""
    parts = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[./](\d{1,2})[./](\d{4})", value, re.ASCII)
    if parts is None:
        raise _Unknown
    year, month, day = parts.group(1, 2, 3) if parts[1] else parts.group(6, 5, 4)
    try:
        found = dt.date(int(year), int(month), int(day))
    except ValueError:
        raise _Unknown from None
    if not 1900 <= found.year <= 2200:
        raise _Unknown
    return found
