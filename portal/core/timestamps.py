"""Moments as text by RFC 3339, to its grammar: neither the library's generosity nor its gaps.

Seconds may be missing, for a sender in the field writes ``2013-12-12T05:35Z``; everything else of the
grammar is asked for, an offset above all: a time without one names no moment.
"""

import datetime as dt
import re

_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"[Tt]"
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)


def parse(text: str) -> dt.datetime:
    """The moment that *text* names, in UTC, to the microsecond. Raises ValueError."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError("not a timestamp of RFC 3339")
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    second = int(found[6] or 0)
    leap = second == 60
    micros = int((found[7] or "")[:6].ljust(6, "0"))
    offset = dt.timezone(_offset(found[8], found[9], found[10]))
    try:
        moment = dt.datetime(year, month, day, hour, minute, 59 if leap else second, micros, offset).astimezone(dt.UTC)
        return _after_leap_second(moment) if leap else moment
    except OverflowError as beyond:
        raise ValueError("the moment is beyond the calendar") from beyond


def text(moment: dt.datetime) -> str:
    """The moment in UTC, with ``Z``, and a fraction only where there is one."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> dt.timedelta:
    if sign is None:
        return dt.timedelta()
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError("not an offset of RFC 3339")
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes))
    return -offset if sign == "-" else offset


def _after_leap_second(moment: dt.datetime) -> dt.datetime:
    """A leap second ends a month in UTC (RFC 3339, 5.7); without a name of its own here it is the second after it."""
    following = moment.replace(microsecond=0) + dt.timedelta(seconds=1)
    if following.day != 1 or following.time() != dt.time():
        raise ValueError("no leap second can be there")
    return following
