"""What is being typed on the pages of a case is kept on the server: while typing, and when sending it fails."""

from flask import flash, jsonify, request
from flask_babel import gettext as _

from portal.core import cases, clock, drafts
from portal.core.actors import Actor
from portal.core.models import Case
from portal.core.permissions import Permission, require
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import formats, fragments
from portal.web.access import current_actor
from portal.web.typed import edit_of_request

# The fields of each form that are worth keeping. No draft holds anything else.
FIELDS = {
    "message": ("text", "to"),
    "note": ("text",),
    "transition": ("reason", "reason_text", "note"),
    "edit": ("version", "summary", "narrative", "plan", "category", "priority", "gbv", "immediate_danger"),
}


def keep(case: Case, form: str, key: str, title: str, *, actor: Actor | None = None) -> None:
    """Keep what arrived with this request; a form that was emptied keeps nothing. Only inside a unit of work.

    It is the draft of whoever is signed in, or of *actor* where the form came too late (late.py).
    """
    actor = actor or current_actor()
    fields = {name: request.form[name] for name in FIELDS[form] if request.form.get(name, "").strip()}
    is_empty = "text" not in fields if "text" in FIELDS[form] else not fields
    if is_empty:
        drafts.discard(db.session, actor, form, key)
    else:
        drafts.save(db.session, actor, form, key, fields, title=f"{case.reference}, {title}", edit=edit_of_request())


def findable(number: int, permission: Permission, *, actor: Actor | None = None) -> Case:
    """The case of a draft, for one who may write there at all, whatever its state is by now. Raises Forbidden."""
    actor = actor or current_actor()
    case = cases.find(db.session, actor, number)
    require(actor, permission, case, participating=cases.opted_in(db.session, case))
    return case


def keep_failed(number: int, form: str, key: str, title: str) -> None:
    """Keep what could not be saved, in a unit of its own."""
    with unit_of_work(db.session, current_actor(), intent="draft.save"):
        keep(cases.find(db.session, current_actor(), number), form, key, title)


def keep_late(actor: Actor, number: int, form: str, key: str, title: str, *, permission: Permission) -> None:
    """Keep what arrived after its session ran out, where *actor* may write there at all. Raises NotFound, Forbidden."""
    with unit_of_work(db.session, actor, intent="draft.save"):
        keep(findable(number, permission, actor=actor), form, key, title, actor=actor)


def kept_answer(back: str):
    """Say that it is safe: to the script as data, to a plain browser on the page where it is shown again."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(saved_at_label=_("Saved %(time)s", time=formats.clock_time(clock.now())))
    flash(_("Your draft is saved."), "success")
    return fragments.go_to(back)
