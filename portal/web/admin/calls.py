"""The calls of the dialects: who, what, how it ended; never a body, a token or the name of a client."""

import datetime as dt

from flask import current_app, request, url_for

from portal.core import call_log, paging
from portal.core.call_log import OUTCOMES, Wanted
from portal.core.errors import InvalidInput
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Dialect
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor
from portal.web.admin import words
from portal.web.admin.forms import YEARS
from portal.web.formats import office_zone

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
_FIELDS = ("dialect", "method", "route", "outcome", "status", "who", "correlation", "since", "until")


def calls():
    """The newest calls, narrowed by what is asked for."""
    actor, asked = current_actor(), _asked()
    wanted = _wanted(asked)
    with unit_of_work(db.session, actor, intent="call_log.read"):
        call_log.record_look(db.session, actor, wanted)
    try:
        place = turning.place()
        page = call_log.page(db.session, actor, wanted, cursor=place)
    except InvalidInput:
        return fragments.go_to(url_for("admin.calls", **asked))
    shown = {
        "found": page,
        "total": call_log.count(db.session, actor, wanted),
        "most_counted": call_log.MOST_COUNTED,
        "names": call_log.names(db.session, page.rows),
        "asked": asked,
        "filtered": any(asked.values()),
        "choices": {
            "dialect": [(dialect.value, words.DIALECTS[dialect]) for dialect in Dialect],
            "method": [(method, method) for method in METHODS],
            "route": [(route, route) for route in _routes(asked["route"])],
            "outcome": list(words.OUTCOMES.items()),
        },
        "callers": call_log.callers(db.session, actor),
        "previous_url": _url(asked, page.preceding),
        "next_url": _url(asked, page.following),
    }
    return fragments.render("admin/calls.html", "admin/_calls.html", **shown)


def _asked() -> dict[str, str]:
    given = {name: request.args.get(name, "").replace("\x00", "").strip()[:255] for name in _FIELDS}
    given |= {name: "" for name in ("since", "until") if _day(given[name]) is None}
    known = {"dialect": tuple(Dialect), "outcome": OUTCOMES}
    given |= {name: "" for name, values in known.items() if given[name] not in values}
    given["status"] = given["status"] if _number(given["status"]) is not None else ""
    return given


def _wanted(asked: dict[str, str]) -> Wanted:
    since, until = _day(asked["since"]), _day(asked["until"])
    return Wanted(
        dialect=asked["dialect"],
        method=asked["method"].upper()[:64],
        route=asked["route"],
        outcome=asked["outcome"],
        status=_number(asked["status"]),
        principal=asked["who"][:64],
        correlation_id=asked["correlation"][:64],
        since=_midnight(since) if since else None,
        until=_midnight(until + dt.timedelta(days=1)) if until else None,
    )


def _number(text: str) -> int | None:
    return int(text) if len(text) == 3 and text.isascii() and text.isdecimal() else None


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=office_zone()).astimezone(dt.UTC)


def _routes(asked: str) -> list[str]:
    """The routes of the dialects, and the one that is asked for, should it be gone meanwhile."""
    routes = {rule.rule for rule in current_app.url_map.iter_rules() if rule.rule.startswith(("/api/", "/v1/"))}
    return sorted(routes | {asked} - {""})


def _url(asked: dict[str, str], cursor: paging.Cursor | None) -> str | None:
    if cursor is None:
        return None
    return url_for("admin.calls", **{name: value for name, value in asked.items() if value}, page=paging.encode(cursor))
