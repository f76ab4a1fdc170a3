"""Splitting a case: what goes to which new case, what that makes, and the step itself. One form from first to last."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import cases, split_choices, splitting, stale, verticals
from portal.core.errors import DomainError, InvalidInput, Refused, StaleVersion
from portal.core.models import Vertical
from portal.core.permissions import Permission
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases import answers, head
from portal.web.cases.words import person_name
from portal.web.structure import plans, words
from portal.web.structure.forms import SplitForm
from portal.web.structure.plans import Plan

_STEPS = {"more": 1, "fewer": -1}


def split(number: int):
    """Choose (GET, and POST while choosing), preview (POST), and split the case (POST)."""
    if request.method == "GET":
        return _page(number, "choose", SplitForm(formdata=None), Plan())
    form, step = SplitForm().offer(), request.form.get("step", "preview")
    plan = plans.read(request.form, more=_STEPS.get(step, 0))
    if step != "split":
        return _page(number, "preview" if step == "preview" else "choose", form, plan)
    if not form.validate():
        return _page(number, "preview", form, plan, status=422)
    actor = current_actor()
    try:
        with unit_of_work(db.session, actor, intent="case.split"):
            case = cases.find(db.session, actor, number)
            given = {"reason_code": form.reason.data, "text": form.reason_text.data, "version": form.version.data}
            made = splitting.split(db.session, actor, case, plan.parts(db.session), **given)
            names = ", ".join(new.reference for new in made)
    except (InvalidInput, StaleVersion, Refused) as refusal:
        return _refused(number, form, plan, refusal)
    said = "%(names)s is split off as a draft.", "%(names)s are split off as drafts."
    flash(ngettext(*said, len(made), names=names), "success")
    return fragments.go_to(url_for("cases.show", number=number))


def _page(
    number: int,
    step: str,
    form: SplitForm,
    plan: Plan,
    *,
    status: int = 200,
    since: int | None = None,
    happened: str = "",
):
    actor = current_actor()
    top = head.of_case(db.session, actor, number)
    changes = stale.changes_since(db.session, top.case, since) if since is not None else []
    if form.version.data is None or since is not None:
        form.catch_up(top.case.version_id)
    contents = split_choices.of_case(db.session, top.case)
    shown = {
        "head": top,
        "step": step,
        "form": form.offer(),
        "plan": plan,
        "contents": contents,
        "most": split_choices.MOST,
        "most_cases": splitting.MOST,
        "kinds": words.SPLIT_KINDS,
        "verticals": _verticals(top),
        "members": split_choices.members(db.session, top.case),
        "person_name": person_name,
        "changes": changes,
        "happened": happened,
    }
    permitted = Permission.SPLIT in top.facts.granted
    return answers.read(number, f"structure/split_{step}.html", status=status if permitted else 403, **shown)


def _verticals(top: head.Head) -> list[Vertical]:
    """Which may lead a new case: the present one, and those the reader works in."""
    own = {top.case.primary_vertical_id, *top.actor.vertical_ids}
    return [one for one in verticals.listed(db.session) if top.actor.is_administrator or one.id in own]


_FIELDS = {"reason_code": "reason", "reason_text": "reason_text"}


def _refused(number: int, form: SplitForm, plan: Plan, refusal: DomainError):
    """Say beside the field, or above the form, why the case was not split; what was chosen is still chosen."""
    if isinstance(refusal, InvalidInput) and refusal.target in _FIELDS:
        field = form[_FIELDS[refusal.target]]
        field.errors = [*field.errors, _(refusal.message)]
        return _page(number, "preview", form, plan, status=422)
    if isinstance(refusal, StaleVersion):
        return _page(number, "preview", form, plan, status=409, since=form.version.data)
    return _page(number, "preview", form, plan, status=errors.status_of(refusal), happened=_(refusal.message))
