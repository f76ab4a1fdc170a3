"""When cases are looked at again: what presses first as a list, and a month as a calendar."""

import datetime as dt
from calendar import Calendar
from itertools import groupby

from flask import Blueprint, request, url_for
from flask_babel import format_date, get_locale

from portal.core import agenda, clock, paging
from portal.core.agenda import Days, Wanted
from portal.core.errors import InvalidInput
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor
from portal.web.formats import office_zone
from portal.web.reviews import feed, words

blueprint = Blueprint("reviews", __name__, url_prefix="/app/reviews")
blueprint.add_url_rule("/calendar", "subscribe", feed.show)
blueprint.add_url_rule("/calendar", "open_feed", feed.open_feed, methods=["POST"])
blueprint.add_url_rule("/calendar/close", "close_feed", feed.close_feed, methods=["POST"])
blueprint.add_url_rule("/calendar/<secret>.ics", "feed", feed.feed)
ALL = "all"
_YEARS = range(2000, 2200)  # a calendar of other years is nobody's


@blueprint.get("")
def index():
    """Review dates, the most urgent first; of one day where the address says so."""
    actor, wanted, days = current_actor(), _wanted(), _days()
    try:
        place = turning.place()
        page = agenda.page(db.session, actor, wanted, cursor=place)
    except InvalidInput:
        return fragments.go_to(_list_url(wanted))
    shown = {
        "listed": page,
        "groups": [(stage, list(rows)) for stage, rows in groupby(page.rows, lambda due: days.stage(due.review.date))],
        "counts": agenda.counts(db.session, actor, wanted, days),
        "wanted": wanted,
        "whose": _whose(wanted, _list_url),
        "views": [(_list_url(Wanted(wanted.mine)), True), (_month_url(wanted), False)],
        "all_days_url": _list_url(Wanted(wanted.mine)),
        "previous_url": _list_url(wanted, page.preceding) if page.preceding else None,
        "next_url": _list_url(wanted, page.following) if page.following else None,
        "words": words,
    }
    return fragments.render("reviews/index.html", "reviews/_list.html", **shown)


@blueprint.get("/month")
def month():
    """A month as a table of weeks, with the review dates of each day."""
    wanted, days = Wanted(mine=request.args.get("whose") != ALL), _days()
    asked = request.args.get("month")
    first = _month(asked) if asked else days.today.replace(day=1)
    if first is None:
        return fragments.go_to(_month_url(wanted))
    weeks = Calendar(get_locale().first_week_day).monthdatescalendar(first.year, first.month)
    found = agenda.between(db.session, current_actor(), wanted, weeks[0][0], weeks[-1][-1])
    before, after = first - dt.timedelta(days=1), first + dt.timedelta(days=31)
    shown = {
        "first": first,
        "name": format_date(first, "LLLL y"),
        "weekdays": [(format_date(day, "EEEE"), format_date(day, "EEE")) for day in weeks[0]],
        "weeks": [[(day, found.get(day)) for day in week] for week in weeks],
        "number": sum(day.total for date, day in found.items() if date.month == first.month),
        "today": days.today,
        "whose": _whose(wanted, lambda other: _month_url(other, first)),
        "views": [(_list_url(wanted), False), (_month_url(wanted, first), True)],
        "previous": (format_date(before, "LLLL y"), _month_url(wanted, before) if before.year in _YEARS else None),
        "next": (format_date(after, "LLLL y"), _month_url(wanted, after) if after.year in _YEARS else None),
        "this_month_url": _month_url(wanted),
        "day_url": lambda date: _list_url(Wanted(wanted.mine, date)),
    }
    return fragments.render("reviews/month.html", "reviews/_month.html", **shown)


def _days() -> Days:
    """Today in the office, and the last day of its week as the reader's language counts weeks."""
    today = clock.today(office_zone())
    return Days(today, today + dt.timedelta(days=6 - (today.weekday() - get_locale().first_week_day) % 7))


def _wanted() -> Wanted:
    """What the address asks for; words that mean nothing are passed over."""
    try:
        day = dt.date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = None
    return Wanted(request.args.get("whose") != ALL, day)


def _month(text: str) -> dt.date | None:
    try:
        first = dt.datetime.strptime(text[:7], "%Y-%m").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None
    return first if first.year in _YEARS and len(text) == 7 else None


def _whose(wanted: Wanted, address) -> list[tuple[bool, str, bool]]:
    """Mine or all that I see: which, its address, and whether it is what is shown."""
    return [(mine, address(Wanted(mine, wanted.day)), mine is wanted.mine) for mine in (True, False)]


def _list_url(wanted: Wanted, cursor: paging.Cursor | None = None) -> str:
    page = paging.encode(cursor) if cursor else None
    return url_for("reviews.index", whose=None if wanted.mine else ALL, day=wanted.day, page=page)


def _month_url(wanted: Wanted, day: dt.date | None = None) -> str:
    month = f"{day:%Y-%m}" if day else None
    return url_for("reviews.month", whose=None if wanted.mine else ALL, month=month)
