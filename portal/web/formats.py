"""How dates, times and words are shown to people: in their language and in the office's time zone."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from flask_babel import format_date, format_datetime, format_timedelta
from flask_babel import gettext as _

from portal.core import clock, reasons
from portal.core.sensitivity import masked


def register(app: Flask) -> None:
    """Give templates the filters ``day``, ``moment``, ``clock_time``, ``exact_time``, ``ago`` and ``reason_words``."""
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        clock_time=clock_time,
        exact_time=exact_time,
        masked=masked,
        ago=ago,
        reason_words=reason_words,
        iso=iso,
    )


def office_zone() -> ZoneInfo:
    """The office's time zone, in which people read times."""
    return ZoneInfo(current_app.extensions["settings"].time_zone)


def local(at: dt.datetime) -> dt.datetime:
    """A moment in the office's time zone, naive, as flask-babel's formatting wants it left alone."""
    return at.astimezone(office_zone())


def day(value: dt.date | dt.datetime | None) -> str:
    """A date in full: "16 November 2026"."""
    if value is None:
        return ""
    date = local(value).date() if isinstance(value, dt.datetime) else value
    return format_date(date, "d MMM y")


def moment(value: dt.datetime | None) -> str:
    """A date with its time: "16 Nov 2026, 09:12"; today's say so."""
    if value is None:
        return ""
    at = local(value)
    time = at.strftime("%H:%M")
    days = (local(clock.now()).date() - at.date()).days
    if days == 0:
        return _("Today %(time)s", time=time)
    if days == 1:
        return _("Yesterday %(time)s", time=time)
    return dated_moment(value)


def dated_moment(value: dt.datetime | None) -> str:
    """A date with its time, whatever day it is read on: "16 Nov 2026, 09:12"."""
    return format_datetime(local(value), "d MMM y, HH:mm", rebase=False) if value else ""


def clock_time(value: dt.datetime) -> str:
    """The time of day: "10:42"."""
    return local(value).strftime("%H:%M")


def exact_time(value: dt.datetime) -> str:
    """The time of day to the second: "10:42:20"."""
    return local(value).strftime("%H:%M:%S")


def ago(value: dt.datetime) -> str:
    """How long ago: "2 hours ago"."""
    return format_timedelta(value - clock.now(), add_direction=True)


def iso(value: dt.date | dt.datetime | None) -> str:
    """For the datetime attribute of <time>."""
    return value.isoformat() if value else ""


def reason_words(code: str | None, about: str = "") -> str:
    """A reason code in words; *about* as ``reasons.words`` knows it."""
    return _(reasons.words(code, about)) if code else ""
