"""Merging a case with another: choosing it, seeing what comes together, confirming; and undoing it."""

from collections.abc import Iterable

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal.core import (
    case_people,
    cases,
    consents,
    merge_choices,
    merge_preview,
    merging,
    stale,
    worklist_facts,
    worklist_rows,
)
from portal.core.errors import DomainError, Forbidden, InvalidInput, Refused, StaleVersion
from portal.core.models import Case
from portal.core.permissions import Permission
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases import answers, head
from portal.web.cases.words import case_name
from portal.web.structure import words
from portal.web.structure.forms import MergeForm

LONGEST = 100


def merge(number: int):
    """Choose the other case and see what a merge does (GET); merge it into this one (POST)."""
    if request.method == "GET":
        other = _number(request.args.get("with", ""))
        return _choose(number) if other is None else _preview(number, MergeForm(formdata=None, other=other))
    form = MergeForm().offer()
    if form.other.data is None:
        return _choose(number, status=422)
    if not form.validate():
        return _preview(number, form, status=422)
    actor = current_actor()
    try:
        with unit_of_work(db.session, actor, intent="case.merge"):
            target, other = (cases.find(db.session, actor, one) for one in (number, form.other.data))
            given = {"reason_code": form.reason.data, "text": form.reason_text.data, "version": form.version.data}
            target = merging.merge(db.session, actor, target, [other], **given)
            said = {"gone": other.reference, "ref": target.reference}
    except (InvalidInput, StaleVersion, Refused) as refusal:
        return _refused(number, form, refusal)
    flash(_("%(gone)s is part of %(ref)s now. What happens on either is shown here.", **said), "success")
    return fragments.go_to(url_for("cases.show", number=number))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _choose(number: int, *, status: int = 200):
    """Cases of the same people, and the one that is named by its reference."""
    actor = current_actor()
    top = head.of_case(db.session, actor, number)
    asked = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    found = merge_choices.found(db.session, actor, top.case, asked, options=worklist_rows.SHOWN) if asked else []
    suggested = (
        [] if top.merge_refusal else merge_choices.suggested(db.session, actor, top.case, options=worklist_rows.SHOWN)
    )
    shown = {
        "head": top,
        "q": asked,
        "found": _named(found),
        "closed": consents.withdrawn_among(db.session, [*found, *suggested]),
        "suggested": _named(suggested),
    }
    return answers.read(number, "structure/choose.html", status=_status(top, status), **shown)


def _named(found: Iterable[Case]) -> list[tuple[Case, str]]:
    """Cases with whom they are about."""
    shown = list(found)
    clients = worklist_facts.clients_of(db.session, [case.id for case in shown]) if shown else {}
    return [(case, case_name(case, clients.get(case.id, []))) for case in shown]


def _preview(number: int, form: MergeForm, *, status: int = 200, since: int | None = None, happened: str = ""):
    """What comes together, counted; what should be thought about; and why it cannot be, where it cannot."""
    actor = current_actor()
    top = head.of_case(db.session, actor, number)
    other = cases.find(db.session, actor, form.other.data, options=head.SHOWN)
    changes = stale.changes_since(db.session, top.case, since) if since is not None else []
    if request.method == "GET" or since is not None:
        form.catch_up(top.case.version_id)
    found = merge_preview.preview(db.session, actor, top.case, [other])
    shown = {
        "head": top,
        "other": other,
        "other_closed": bool(consents.withdrawn_among(db.session, [other])),
        "other_name": case_name(other, case_people.of_case(db.session, other)),
        "form": form.offer(),
        "preview": found,
        "kinds": words.in_order(found.kinds),
        "way_on": _way_on(top, found.refusal),
        "changes": changes,
        "happened": happened,
    }
    return answers.read(number, "structure/merge.html", status=_status(top, status), others=[other.id], **shown)


def _way_on(top: head.Head, refusal: DomainError | None) -> str:
    if isinstance(refusal, Forbidden):
        return _("Who can: %(who)s.", who=top.facts.holders[Permission.MERGE])
    return str(words.WAYS_ON.get(refusal.details.get("why"), "")) if refusal else ""


def _status(top: head.Head, status: int) -> int:
    """403 for one who may merge nothing here; what the state of the case forbids is a page like any other."""
    return status if Permission.MERGE in top.facts.granted else 403


_FIELDS = {"reason_code": "reason", "reason_text": "reason_text"}


def _refused(number: int, form: MergeForm, refusal: DomainError):
    """Say beside the field, or above the form, why the cases were not merged; what was chosen is still there."""
    if isinstance(refusal, InvalidInput) and refusal.target in _FIELDS:
        field = form[_FIELDS[refusal.target]]
        field.errors = [*field.errors, _(refusal.message)]
        return _preview(number, form, status=422)
    if isinstance(refusal, StaleVersion):
        return _preview(number, form, status=409, since=form.version.data)
    return _preview(number, form, status=errors.status_of(refusal), happened=_(refusal.message))
