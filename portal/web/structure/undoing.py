"""Undoing a merge: what comes back, what stays where it landed, and why it is undone."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal.core import cases, merge_preview, merging, stale
from portal.core.errors import DomainError, InvalidInput, Refused, StaleVersion
from portal.core.models import Case
from portal.core.permissions import Permission, may
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases import answers, head
from portal.web.structure import words
from portal.web.structure.forms import UnmergeForm


def unmerge(number: int):
    """Ask before the merge of this case is undone (GET); undo it (POST)."""
    if request.method == "GET":
        return _page(number, UnmergeForm(formdata=None))
    form = UnmergeForm()
    if not form.validate():
        return _page(number, form, status=422)
    actor = current_actor()
    try:
        with unit_of_work(db.session, actor, intent="case.unmerge"):
            case = cases.find(db.session, actor, number)
            survivor = case.merged_into_id
            case = merging.unmerge(db.session, actor, case, text=form.reason_text.data, version=form.version.data)
            said = {"ref": case.reference}
    except (InvalidInput, StaleVersion, Refused) as refusal:
        return _refused(number, form, refusal)
    flash(_("%(ref)s stands for itself again, as it was before it was merged.", **said), "success")
    return fragments.go_to(url_for("cases.show", number=survivor))


def _page(number: int, form: UnmergeForm, *, status: int = 200, since: int | None = None, happened: str = ""):
    actor = current_actor()
    top = head.of_case(db.session, actor, number)
    survivor = cases.find(db.session, actor, top.home.number) if top.home else None
    changes = stale.changes_since(db.session, top.case, since) if since is not None else []
    if request.method == "GET" or since is not None:
        form.catch_up(top.case.version_id)
    shown = {
        "head": top,
        "survivor": survivor,
        "form": form,
        "obstacle": _obstacle(top, survivor),
        "back": url_for("cases.show", number=survivor.id if survivor else number),
        "becomes": top.facts.prior_status,
        "own": words.in_order(merge_preview.rows(db.session, [number])) if survivor else [],
        "stays": words.in_order(merge_preview.arrived(db.session, survivor, top.home.at)) if survivor else [],
        "changes": changes,
        "happened": happened,
    }
    permitted = Permission.MERGE in top.facts.granted
    return answers.read(number, "structure/unmerge.html", status=status if permitted else 403, **shown)


def _obstacle(top: head.Head, survivor: Case | None) -> str:
    """Why the merge cannot be undone by this reader now, with who could; nothing where it can."""
    if top.case.merged_into_id is None:
        return _("This case is not merged into another.")
    who = _("Who can: %(who)s.", who=top.facts.holders[Permission.MERGE])
    if survivor is None:
        return _("The case it was merged into is not yours to see.")
    if top.unmerge_refusal is not None:
        return f"{_(top.unmerge_refusal.reason)} {who}"
    if not may(current_actor(), Permission.MERGE, survivor):
        return _("You may not do this on %(ref)s.", ref=survivor.reference) + f" {who}"
    return ""


def _refused(number: int, form: UnmergeForm, refusal: DomainError):
    """Say above the form why the merge was not undone; what was typed is still there."""
    if isinstance(refusal, StaleVersion):
        return _page(number, form, status=409, since=form.version.data)
    return _page(number, form, status=errors.status_of(refusal), happened=_(refusal.message))
