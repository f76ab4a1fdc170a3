"""Several cases changed at once: chosen in the list, looked at beforehand, confirmed once, and reported."""

import re
import uuid
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.core import bulk, clock, verticals, workers, worklist, worklist_facts
from portal.core.bulk import Act, Change
from portal.core.errors import InvalidInput, NotFound
from portal.core.models import Case
from portal.core.permissions import Permission, require
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.cases.words import case_name
from portal.web.formats import office_zone
from portal.web.worklist import asking
from portal.web.worklist.asking import Asked
from portal.web.worklist.forms import AssignSeveralForm, ReviewSeveralForm

_FORMS = {Act.ASSIGN: AssignSeveralForm, Act.REVIEW: ReviewSeveralForm}


def look(act: str):
    """What is to be done to which cases, and, once that is said, what would become of each. Changes nothing."""
    return _page(Act(act), request.args)


def change(act: str):
    """Do what was looked at, each case for itself, and lead to the report; the same form again is the same run."""
    actor, act = current_actor(), Act(act)
    require(actor, Permission.UPDATE)
    form = _form(act, request.form, bulk.chosen(db.session, actor, list(_versions())))
    key = _key(request.form.get("key", ""))
    if key is None or not form.validate():
        return _page(act, request.form, form=form, status=422)
    try:
        with unit_of_work(db.session, actor, intent="bulk.begin"):
            run = bulk.begin(db.session, actor, key, _change(act, form), _versions()).id
    except (InvalidInput, NotFound) as refusal:
        return _page(act, request.form, form=form, status=422, problem=_(refusal.message))
    bulk.carry_out(db.session, actor, run)
    return fragments.go_to(_asked().url("worklist.report", run=key))


def report():
    """What was done and what was not, and why."""
    key = request.args.get("run")
    if not key:
        return fragments.go_to(url_for("worklist.index"))
    run, rows = bulk.report(db.session, current_actor(), _found(key))
    named = _names([row.case for row in rows if row.case is not None])
    parts = {state: [row for row in rows if row.item.outcome == state] for state in ("done", "refused", "waiting")}
    shown = {"run": run, "parts": parts, "names": named, "asked": _asked(), "key": key}
    return render_template("worklist/report.html", **shown)


def go_on():
    """Do what still waits of a run that was broken off."""
    actor, key = current_actor(), request.values.get("run")
    require(actor, Permission.UPDATE)
    if not key:
        return fragments.go_to(url_for("worklist.index"))
    run, _rows = bulk.report(db.session, actor, _found(key))
    bulk.carry_out(db.session, actor, run.id)
    return fragments.go_to(_asked().url("worklist.report", run=key))


def _page(act: Act, given: MultiDict, *, form: Any = None, status: int = 200, problem: str = ""):
    actor = current_actor()
    require(actor, Permission.UPDATE)
    asked, numbers = _asked(), _numbers(given)
    whole = given.get("all") == "1"
    found = _all_of(asked) if whole else bulk.chosen(db.session, actor, numbers)
    form = form or _form(act, given, found)
    said = given.get("look") == "1" and form.validate()
    foreseen = bulk.foresee(db.session, actor, found, _change(act, form)) if said and found else []
    shown = {
        "act": act.value,
        "asked": asked,
        "whole": whole,
        "handing": act is Act.ASSIGN and _is_handing(given),
        "total": _total(asked) if whole else 0,
        "most": bulk.MOST,
        "found": found,
        "missing": 0 if whole else len(numbers) - len(found),
        "names": _names(found),
        "form": form,
        "look": given.get("look") == "1",
        "change": _change(act, form) if said else None,
        "able": [one.case for one in foreseen if one.problem is None],
        "unable": [(one.case, _(one.problem.message)) for one in foreseen if one.problem is not None],
        "key": uuid.uuid4(),
        "problem": problem,
    }
    return render_template("worklist/several.html", **shown), status


def _asked() -> Asked:
    return asking.first_page(request.args, current_actor())


def _wanted(asked: Asked):
    answering = worklist.answering(current_actor(), verticals.listed(db.session, inactive=True))
    today = clock.today(office_zone())
    return worklist.of_view(asked.view, asked.wanted, today, answering=answering)


def _all_of(asked: Asked) -> list[Case]:
    return bulk.first_of(db.session, current_actor(), _wanted(asked), asked.order)


def _total(asked: Asked) -> int:
    return worklist.size(db.session, current_actor(), _wanted(asked))


def _form(act: Act, given: MultiDict, found: list[Case]) -> Any:
    """The form as it was sent; nothing is said of it before it was sent."""
    told = given if given.get("look") == "1" or request.method == "POST" else None
    checks = {"csrf": request.method == "POST"}
    form = _FORMS[act](formdata=told, meta=checks)
    if act is Act.ASSIGN:
        form.offer(bulk.takers(db.session, found), current_actor().user_id, handing=_is_handing(given))
    return form


def _is_handing(given: MultiDict) -> bool:
    """Whether what somebody has is handed over, which takes a reason."""
    return given.get("handing") == "1"


def _change(act: Act, form: Any) -> Change:
    if act is Act.ASSIGN:
        to = workers.find(db.session, current_actor(), form.to.data)
        return Change(act, to=to, reason=(form.reason.data or "").strip())
    return Change(act, date=form.date.data)


def _numbers(given: MultiDict) -> list[int]:
    """The cases that were chosen: ticked, or carried with their versions by the form that was looked at."""
    ticked = [int(one) for one in given.getlist("case") if re.fullmatch(r"[0-9]{1,18}", one)]
    return list(dict.fromkeys([*ticked, *_versions()]))[: bulk.MOST]


def _versions() -> dict[int, int]:
    """Which version of which case was looked at."""
    pairs = [re.fullmatch(r"([0-9]{1,18}):([0-9]{1,9})", one) for one in request.form.getlist("chosen")]
    return {int(pair[1]): int(pair[2]) for pair in pairs if pair}


def _key(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) else None


def _found(text: str) -> uuid.UUID:
    key = _key(text)
    if key is None:
        raise NotFound("There is no such report.", target="run")
    return key


def _names(found: list[Case]) -> dict[int, str]:
    clients = worklist_facts.clients_of(db.session, [case.id for case in found]) if found else {}
    return {case.id: case_name(case, clients.get(case.id, [])) for case in found}
