"""How the pages of a case answer: as page or as fragment, and never without a line in the access log."""

import datetime as dt
from collections.abc import Collection

from flask import Response

from portal.core import messages, transitions
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
