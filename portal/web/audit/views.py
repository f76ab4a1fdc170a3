"""Reading the audit. Each look into it is an event too, and so is each refusal."""

from flask import Blueprint, request, url_for

from portal.core import audit_trail, paging, workers
from portal.core.audit_trail import OUTCOMES, Wanted
from portal.core.errors import InvalidInput
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor

blueprint = Blueprint("audit", __name__, url_prefix="/app/audit")
_FIELDS = ("case", "who", "action", "outcome")
_KINDS = ("user", "organisation", "system", "anonymous")


@blueprint.get("")
def index():
    """The newest events, filtered by case, actor, action and outcome."""
    actor, asked = current_actor(), _asked()
    wanted = _wanted(asked)
    with unit_of_work(db.session, actor, intent="audit.read"):
        audit_trail.record_look(db.session, actor, wanted or Wanted())
    try:
        place = turning.place()
        page = audit_trail.page(db.session, actor, wanted, cursor=place) if wanted else None
    except InvalidInput:
        return fragments.go_to(url_for("audit.index", **asked))
    shown = {
        "trail": page,
        "asked": asked,
        "filtered": any(asked.values()),
        "workers": workers.listed(db.session, actor, inactive=True),
        "previous_url": _url(asked, page.preceding) if page else None,
        "next_url": _url(asked, page.following) if page else None,
    }
    return fragments.render("audit/index.html", "audit/_results.html", **shown)


def _asked() -> dict[str, str]:
    return {name: request.args.get(name, "").replace("\x00", "").strip()[:100] for name in _FIELDS}


def _wanted(asked: dict[str, str]) -> Wanted | None:
    """What the address asks for; None where it asks for a case by something that is no number."""
    number = audit_trail.case_number(asked["case"]) if asked["case"] else None
    if asked["case"] and number is None:
        return None
    kind, _, who = asked["who"].partition(":")
    kind = kind if kind in _KINDS else ""
    return Wanted(
        case_id=number,
        actor_kind=kind,
        actor_id=int(who) if kind and who.isascii() and who.isdecimal() and len(who) < 19 else None,
        action=asked["action"],
        outcome=asked["outcome"] if asked["outcome"] in OUTCOMES else "",
    )


def _url(asked: dict[str, str], cursor: paging.Cursor | None) -> str | None:
    if cursor is None:
        return None
    return url_for("audit.index", **{name: value for name, value in asked.items() if value}, page=paging.encode(cursor))
