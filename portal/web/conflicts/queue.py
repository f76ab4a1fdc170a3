"""The queue of duplicate support: what waits for a decision, and what was decided."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from portal.core import conflict_queue, paging, verticals
from portal.core.conflict_queue import Wanted
from portal.core.errors import InvalidInput
from portal.core.vocabulary import ConflictStatus
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor
from portal.web.conflicts import words

blueprint = Blueprint("conflicts", __name__, url_prefix="/app/conflicts")
ALL = "all"


@blueprint.get("")
def index():
    """Conflicts of which the reader sees a case, open ones unless others are asked for."""
    actor, wanted = current_actor(), _wanted()
    try:
        place = turning.place()
        page = conflict_queue.page(db.session, actor, wanted, cursor=place)
    except InvalidInput:
        return fragments.go_to(_url(wanted))
    counts = conflict_queue.counts(db.session, actor, wanted)
    numbers = {**counts, None: sum(counts.values())}
    services = verticals.listed(db.session, inactive=True)
    service = next((one.name for one in services if one.id == wanted.vertical), _("Another service"))
    shown = {
        "listed": page,
        "wanted": wanted,
        "total": numbers[wanted.status],
        "tabs": [
            (name, numbers[status], _url(Wanted(status, wanted.vertical, wanted.mine)), status is wanted.status)
            for status, name in words.VIEWS.items()
        ],
        "chips": _chips(wanted, service),
        "verticals": services,
        "status_word": _status_word(wanted.status),
        "previous_url": _url(wanted, page.preceding) if page.preceding else None,
        "next_url": _url(wanted, page.following) if page.following else None,
        "words": words,
    }
    return fragments.render("conflicts/index.html", "conflicts/_results.html", **shown)


def _wanted() -> Wanted:
    """What the address asks for; words that mean nothing are passed over."""
    status, vertical = request.args.get("status", ""), request.args.get("vertical", "")
    known = ConflictStatus(status) if status in list(ConflictStatus) else ConflictStatus.OPEN
    number = int(vertical) if vertical.isascii() and vertical.isdecimal() and len(vertical) < 10 else None
    return Wanted(None if status == ALL else known, number, request.args.get("mine") == "1")


def _status_word(status: ConflictStatus | None) -> str:
    """A view as it stands in an address; what is open needs no word."""
    return ALL if status is None else "" if status is ConflictStatus.OPEN else status.value


def _url(wanted: Wanted, cursor: paging.Cursor | None = None) -> str:
    asked = {
        "status": _status_word(wanted.status) or None,
        "vertical": wanted.vertical,
        "mine": "1" if wanted.mine else None,
        "page": paging.encode(cursor) if cursor else None,
    }
    return url_for("conflicts.index", **asked)


def _chips(wanted: Wanted, service: str) -> list[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    chips = []
    if wanted.vertical is not None:
        chips.append((service, _url(Wanted(wanted.status, None, wanted.mine))))
    if wanted.mine:
        chips.append((_("Mine"), _url(Wanted(wanted.status, wanted.vertical))))
    return chips
