"""How covers are said: by days, of which the last is covered, too."""

import datetime as dt

from flask_babel import gettext as _

from portal.core import clock
from portal.core.models import Cover
from portal.web.formats import day, local, office_zone

_MOMENT = dt.timedelta(seconds=1)


def begins(first: dt.date) -> dt.datetime:
    """When a day begins in the office."""
    return dt.datetime.combine(first, dt.time(), tzinfo=office_zone())


def ends(last: dt.date) -> dt.datetime:
    """When a day is over in the office."""
    return begins(last + dt.timedelta(days=1))


def last_day(ends_at: dt.datetime) -> str:
    """The last day that is covered, in words."""
    return day(local(ends_at - _MOMENT).date())


def when(cover: Cover) -> str:
    """From and until, as short as it can be said."""
    if cover.begins_at <= clock.now():
        return _("until %(last)s", last=last_day(cover.ends_at))
    return _("%(first)s to %(last)s", first=day(cover.begins_at), last=last_day(cover.ends_at))


def said(cover: Cover) -> str:
    """Who covers for whom, and when."""
    return _("%(by)s covers for %(user)s %(when)s", by=cover.by.name, user=cover.user.name, when=when(cover))
