"""What the reader was told: what is new first, each notice leading to what it is about."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import notices, paging
from portal.core.errors import InvalidInput, NotFound
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor
from portal.web.notices import words

blueprint = Blueprint("notices", __name__, url_prefix="/app/notices")


@blueprint.get("")
def index():
    """A page of notices; an address that leads nowhere leads to the first page."""
    actor = current_actor()
    try:
        place = turning.place()
        page = notices.page(db.session, actor, cursor=place)
    except InvalidInput:
        return fragments.go_to(url_for("notices.index"))
    shown = {
        "listed": page,
        "rows": [(told, *words.said(told), words.leads_to(actor, told)) for told in page.rows],
        "previous_url": _page_url(page.preceding),
        "next_url": _page_url(page.following),
    }
    return fragments.render("notices/index.html", "notices/_results.html", **shown)


@blueprint.get("/number")
def number():
    """How many are new, for the header: it is asked for after the page, which waits for nothing."""
    return render_template("notices/_number.html", number=notices.waiting(db.session, current_actor()))


@blueprint.post("/read")
def read():
    """Mark one notice as read, or all of them. Raises NotFound for one that is not the reader's."""
    actor, which = current_actor(), request.form.get("notice", "")
    with unit_of_work(db.session, actor, intent="notice.read"):
        if which:
            notices.clear(db.session, actor, _number(which))
        else:
            notices.clear_all(db.session, actor)
    flash(_("Marked as read.") if which else _("All notices are marked as read."), "success")
    return fragments.go_to(url_for("notices.index"))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise NotFound("There is no such notice.", target="notice")
    return int(text)


def _page_url(cursor: paging.Cursor | None) -> str | None:
    return url_for("notices.index", page=paging.encode(cursor)) if cursor else None
