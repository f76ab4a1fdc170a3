"""Asking to read what is closed to oneself, ending it, and the list for those who watch over it."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import break_glass, broken_glass, clock
from portal.core.actors import Opening
from portal.core.errors import Forbidden, InvalidInput, NotFound, Refused
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, formats, fragments
from portal.web.access import current_actor, signed_in
from portal.web.break_glass.forms import BreakGlassForm

blueprint = Blueprint("break_glass", __name__, url_prefix="/app/break-glass")
_FIELDS = {"reference": "reference", "reason_code": "reason", "reason_text": "reason_text"}


@blueprint.get("")
def index():
    """The form, what is open now, and what follows."""
    break_glass.require(current_actor())
    reference = request.args.get("reference", "").replace("\x00", "").strip()[:64]
    return _page(BreakGlassForm(formdata=None, reference=reference))


@blueprint.post("")
def ask():
    """Open a case, or say that nothing was opened: the same words whether there is none or it stays closed."""
    form, actor = BreakGlassForm().offer(), current_actor()
    break_glass.require(actor)
    if not form.validate():
        return _page(form, 422)
    given = {"reason_code": form.reason.data, "text": form.reason_text.data}
    try:
        with unit_of_work(db.session, actor, intent="case.break_glass"):
            answer = break_glass.ask(db.session, actor, form.reference.data or "", **given)
            number = answer.case.id if answer.case is not None else None
    except Forbidden:
        raise
    except (InvalidInput, Refused) as refusal:
        field = form[_FIELDS.get(refusal.target, "reference")]
        field.errors = [*field.errors, _(refusal.message)]
        return _page(form, errors.status_of(refusal))
    if number is None:
        flash(_("Nothing was opened. There is no case with this reference that can be opened to you."), "warning")
        return fragments.go_to(url_for("break_glass.index"))
    if answer.already:
        flash(_("You may see this case anyway. The glass is whole."), "info")
    return fragments.go_to(url_for("cases.show", number=number))


@blueprint.post("/<int:grant>/end")
def end(grant: int):
    """Close again what was opened."""
    try:
        with unit_of_work(db.session, current_actor(), intent="case.break_glass_end"):
            break_glass.end(db.session, current_actor(), grant)
    except NotFound:
        flash(_("It is closed already."), "info")
    else:
        flash(_("It is closed to you again."), "success")
    return fragments.go_to(url_for("worklist.index"))


@blueprint.get("/log")
def log():
    """Who broke the glass, when and why: for supervisors of their verticals, and for auditors."""
    before = request.args.get("before", "")
    number = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    page = broken_glass.page(db.session, current_actor(), before=number)
    return render_template("break_glass/log.html", page=page, asked=number)


@blueprint.app_context_processor
def for_templates() -> dict[str, object]:
    """What the banner on every page of a case needs, where the reader broke the glass on it."""
    me = signed_in()
    if me is None or not me.actor.openings or request.blueprint not in ("cases", "triage"):
        return {}
    opening = me.actor.opened.get((request.view_args or {}).get("number"))
    return {"glass": opening, "glass_left": _left(opening)} if opening else {}


def _left(opening: Opening) -> str:
    minutes = max(1, round((opening.until - clock.now()).total_seconds() / 60))
    return _("%(hours)d h %(minutes)d min", hours=minutes // 60, minutes=minutes % 60)


def _page(form: BreakGlassForm, status: int = 200):
    actor = current_actor()
    shown = {
        "form": form.offer(),
        "lines": broken_glass.mine(db.session, actor),
        "watches": broken_glass.may_watch(actor),
        "hours": int(break_glass.LASTS.total_seconds() // 3600),
        "most": break_glass.MOST_AN_HOUR,
        "clock_time": formats.clock_time,
    }
    return render_template("break_glass/index.html", **shown), status
