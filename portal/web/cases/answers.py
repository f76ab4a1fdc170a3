"""How the pages of a case answer: as page or as fragment, and never without a line in the access log."""

import datetime as dt
from collections.abc import Collection

from flask import Response, flash, url_for
from flask_babel import gettext as _

from portal.core import cases, messages, transitions
from portal.core.errors import NotFound
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor

# Pages of a case that tell nothing of what is written in it; every other is closed once consent was withdrawn.
_SAYS_NOTHING = frozenset(
    {
        "participation/participants.html",
        "participation/assignments.html",
        "conflicts/of_case.html",
        "structure/unmerge.html",
    }
)


def read(
    number: int,
    page: str,
    fragment: str | None = None,
    *,
    status: int = 200,
    seen: dt.datetime | None = None,
    others: Collection[int] = (),
    **context: object,
) -> Response:
    """Show something of a case. The reading is recorded before anything leaves, and fails the page when it cannot be.

    ``others`` are the numbers of further cases of which the page shows something. ``seen`` moves the reader's marker in
    the thread, in a transaction of its own: a marker is no casework. What the reader was told of the case is read now.
    """
    top = context.get("head")
    if top is not None and top.is_hidden and page not in _SAYS_NOTHING:
        page, fragment, seen = "cases/hidden.html", "cases/_hidden.html", None
        context = {"head": top, "steps": transitions.history(db.session, top.case)}
    answer = fragments.render(page, fragment or page, status, **context)
    beside = {"with": sorted(others)} if others else {}
    record_reading(db.session, current_actor(), "case.read", opened=[number, *others], case=number, **beside)
    if seen is not None:
        with unit_of_work(db.session, current_actor(), intent="message.seen"):
            messages.mark_seen(db.session, current_actor(), number, seen)
    return answer


def back_or_away(number: int, endpoint: str) -> Response:
    """Back to the case, or to the work-list where the reader does not see it any more."""
    try:
        cases.find(db.session, current_actor(), number)
    except NotFound:
        flash(
            _("You do not see the case any more: it is with a service, place or colleague that is not yours."), "info"
        )
        return fragments.go_to(url_for("worklist.index"))
    return fragments.go_to(url_for(endpoint, number=number))
