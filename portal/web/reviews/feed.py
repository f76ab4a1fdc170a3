"""Review dates in the calendar that one has already: the secret address, and what is read there."""

import datetime as dt

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from icalendar import Calendar, Event
from werkzeug.exceptions import NotFound as NoSuchPage

from portal import limits
from portal.core import clock, review_feed
from portal.core.errors import NotFound
from portal.core.models import Review, User
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import addresses, fragments
from portal.web.access import current_actor
from portal.web.formats import office_zone

_WRONG = (
    "30/hour"  # addresses that lead nowhere, of one network address: 256 bits are not guessed, and nobody tries long
)


def show() -> str:
    """What a feed is, whether one has one, and the ways to open, renew and close it."""
    return render_template("reviews/feed.html", feed=review_feed.of_user(db.session, current_actor()))


def open_feed() -> Response:
    """Make the address, or another in its place, and show it once."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="review_feed.open"):
        secret = review_feed.open_feed(db.session, actor)
    address = addresses.whole("reviews.feed", secret=secret)
    shown = make_response(render_template("reviews/feed_address.html", address=address))
    shown.headers["Cache-Control"] = "no-store"
    return shown


def close_feed() -> Response:
    """End the feed; the address leads nowhere from now on."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="review_feed.close"):
        review_feed.close_feed(db.session, actor)
    flash(_("Your calendar address is closed."), "success")
    return fragments.go_to(url_for("reviews.subscribe"))


def feed(secret: str) -> Response:
    """The review dates of whose address this is, as iCalendar (RFC 5545)."""
    try:
        found, actor = review_feed.reader(db.session, secret)
    except NotFound:
        limits.count(_WRONG, "review-feed", request.remote_addr or "-")
        raise NoSuchPage from None
    number, lately = found.id, review_feed.was_read_lately(found)
    with force_locale(db.session.get(User, actor.user_id).locale):
        body = _calendar(review_feed.dates(db.session, actor, clock.today(office_zone())))
    if not lately:
        with unit_of_work(db.session, actor, intent="review_feed.read"):
            review_feed.mark_read(db.session, number)
    return Response(body, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "no-store"})


def _calendar(dates: list[tuple[Review, str]]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Caseworker portal//Review dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Review dates"))
    calendar.add("refresh-interval", dt.timedelta(hours=1), parameters={"value": "DURATION"})
    for review, reference in dates:
        calendar.add_component(_event(review, reference))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(review: Review, reference: str) -> Event:
    event = Event()
    event.add("uid", f"{review.uuid}@{addresses.host()}")
    event.add("dtstamp", review.created_at)
    event.add("summary", (_("Appointment: %(case)s") if review.time else _("Review: %(case)s")) % {"case": reference})
    event.add("url", addresses.whole("cases.show", number=review.case_id))
    event.add("class", "PRIVATE")
    if review.time:
        starts = dt.datetime.combine(review.date, review.time, office_zone())
        event.add("dtstart", starts)
        event.add("duration", dt.timedelta(hours=1))
    else:
        event.add("dtstart", review.date)
        event.add("transp", "TRANSPARENT")  # a day on which something is due is not a day without time
    return event
