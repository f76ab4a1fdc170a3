"""What the team opened of what is sensitive. Looking at it is an event of the audit, too."""

from flask import render_template, request, url_for

from portal.core import access_log, broken_glass
from portal.core.access_log import Kind, Wanted
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.reports import words


def index():
    """The newest first, of one worker and of one kind where the address says so."""
    actor = current_actor()
    wanted, before = _wanted(), _number(request.args.get("before", ""))
    with unit_of_work(db.session, actor, intent="team.read"):
        access_log.record_look(db.session, actor, wanted)
    members = access_log.team(db.session, actor)
    page = access_log.page(db.session, actor, members, wanted, before=before)
    shown = {
        "page": page,
        "wanted": wanted,
        "members": members,
        "kinds": words.KINDS,
        "said": words.opened,
        "person_name": person_name,
        "watches": broken_glass.may_watch(actor),
        "is_first": before is None,
        "first_url": _url(wanted, None),
        "next_url": _url(wanted, page.following) if page.following else None,
    }
    return render_template("reports/access.html", **shown)


def _wanted() -> Wanted:
    """What the address asks for; words that mean nothing are passed over."""
    kind = request.args.get("kind", "")
    return Wanted(_number(request.args.get("worker", "")), Kind(kind) if kind in list(Kind) else None)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _url(wanted: Wanted, before: int | None) -> str:
    return url_for("reports.access_log", worker=wanted.worker, kind=wanted.kind, before=before)
