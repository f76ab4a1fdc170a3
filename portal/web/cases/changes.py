"""Changes that are no step of the lifecycle: who has the case, when it is looked at again, and its facts.

Each form knows the version its reader saw. Where somebody changed the case meanwhile, the answer says who changed what,
keeps what was typed, and carries the present version, so that sending it again is a decision and not an accident.
"""

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal.core import assignments, cases, codes, drafts, place_register, places, programs, stale, workers
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, InvalidInput, StaleVersion
from portal.core.models import Case
from portal.core.permissions import Permission
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Answer, Origin, Priority
from portal.extensions import db
from portal.web import formats, fragments, late
from portal.web.access import current_actor
from portal.web.cases import answers, unsent
from portal.web.cases.forms import AssignForm, BelongingForm, EditForm, ReviewForm, VersionedForm
from portal.web.cases.head import SHOWN
from portal.web.cases.words import case_name


def assign(number: int):
    """Give the case to somebody, or take it oneself."""
    case, form = _asked(number, AssignForm, Permission.ASSIGN)
    form.offer(cases.assignable_users(db.session, case.primary_vertical_id), current_actor().user_id)
    if request.method == "GET":
        form.assigned_to.data = 0
        return _page(number, "assign", case, form)
    if not form.validate():
        return _page(number, "assign", case, form, status=422)
    try:
        with unit_of_work(db.session, current_actor(), intent="case.assign"):
            case = cases.find(db.session, current_actor(), number, lock=True)
            to = workers.find(db.session, current_actor(), form.assigned_to.data)
            assignments.give(
                db.session, current_actor(), case, to, reason=form.reason.data or "", version=form.version.data
            )
            words = {"ref": case.reference, "name": to.name}
    except (InvalidInput, AlreadyDone) as refusal:
        return _beside(number, "assign", form, refusal, form.assigned_to)
    except StaleVersion:
        return _stale(number, "assign", form)
    flash(_("%(ref)s is now with %(name)s.", **words), "success")
    return answers.back_or_away(number, "cases.show")


def review(number: int):
    """Set the date on which the case is looked at again, or take it away."""
    case, form = _asked(number, ReviewForm, Permission.UPDATE)
    if request.method == "GET":
        form.date.data = case.review_date
        return _page(number, "review", case, form)
    if not form.validate():
        form.date.errors = [_("Enter a real date, such as 27 3 2027, or leave all three parts blank.")]
        return _page(number, "review", case, form, status=422)
    try:
        with unit_of_work(db.session, current_actor(), intent="case.review_date"):
            case = cases.find(db.session, current_actor(), number, lock=True)
            cases.set_review(db.session, current_actor(), case, form.date.data, version=form.version.data)
            words = {"ref": case.reference, "date": formats.day(form.date.data)}
    except StaleVersion:
        return _stale(number, "review", form)
    said = _("%(ref)s is looked at again on %(date)s.", **words) if form.date.data else _("The review date is gone.")
    flash(said, "success")
    return _back(number)


def belong(number: int):
    """Say which programme the case is in, and which places it is about."""
    case, form = _asked(number, BelongingForm, Permission.UPDATE)
    now = places.of_cases(db.session, [case.id])[case.id]
    branches = [one for one in place_register.tree(db.session) if one.place.active or one.place in now]
    open_to_cases = programs.listed(db.session, status="active", vertical_id=case.primary_vertical_id)
    form.offer(dict.fromkeys([*open_to_cases, *([case.program] if case.program else [])]), branches)
    if request.method == "GET":
        form.program.data, form.places.data = case.program_id or 0, [place.id for place in now]
        return _page(number, "belong", case, form)
    if not form.validate():
        return _page(number, "belong", case, form, status=422)
    chosen = [one.place for one in branches if one.place.id in form.places.data]
    try:
        with unit_of_work(db.session, current_actor(), intent="case.belong"):
            case = cases.find(db.session, current_actor(), number, lock=True)
            places.change(db.session, current_actor(), case, chosen, version=form.version.data)
            cases.update(db.session, current_actor(), case, {"program_id": form.program.data or None})
            words = {"ref": case.reference}
    except InvalidInput as refusal:
        return _beside(number, "belong", form, refusal, form.program)
    except StaleVersion:
        return _stale(number, "belong", form)
    flash(_("%(ref)s is saved.", **words), "success")
    return answers.back_or_away(number, "cases.show")


def keep_late(actor: Actor, number: int) -> str:
    """Keep the facts that were typed in a session that was over."""
    unsent.keep_late(actor, number, "edit", str(number), _("facts"), permission=Permission.UPDATE)
    return url_for("cases.edit", number=number, draft=1)


@late.kept_by(keep_late)
def edit(number: int):
    """Change the facts of the case."""
    case, form = _asked(number, EditForm, Permission.UPDATE)
    form.offer(_categories(case))
    if request.method == "GET":
        return _page(number, "edit", case, _filled(form, case), **_unsent(form, number))
    if not form.validate():
        unsent.keep_failed(number, "edit", str(number), _("facts"))
        return _page(number, "edit", case, form, status=422)
    try:
        with unit_of_work(db.session, current_actor(), intent="case.update"):
            case = cases.find(db.session, current_actor(), number, lock=True)
            cases.update(db.session, current_actor(), case, _changes(form, case), version=form.version.data)
            drafts.discard(db.session, current_actor(), "edit", str(number))
            words = {"ref": case.reference}
    except StaleVersion:
        unsent.keep_failed(number, "edit", str(number), _("facts"))
        return _stale(number, "edit", form)
    flash(_("%(ref)s is saved.", **words), "success")
    return _back(number)


@late.kept_by(keep_late)
def draft(number: int):
    """Keep what is being typed into the facts, with the version it was typed over."""
    with unit_of_work(db.session, current_actor(), intent="draft.save"):
        case = unsent.findable(number, Permission.UPDATE)
        unsent.keep(case, "edit", str(number), _("facts"))
    return unsent.kept_answer(url_for("cases.edit", number=number, draft=1))


def _unsent(form: EditForm, number: int) -> dict[str, object]:
    """The reader's unsent changes: offered, never put over what is stored unless they are asked for.

    Taken up, they bring the version they were typed over: what others changed since will be shown, not overwritten.
    """
    kept = drafts.details(db.session, current_actor(), "edit", str(number))
    fields = drafts.fields_of(kept)
    if not all(str(fields.get(name, "")) == str(form[name].data or "") for name in form.FACTS) and kept is not None:
        if request.args.get("draft") == "1":
            for name in form.FACTS:
                form[name].data = fields.get(name, "")
            form.catch_up(int(fields.get("version", form.version.data)))
            return {}
        return {"unsent": kept}
    return {}


def _asked(number: int, kind: type[VersionedForm], permission: Permission) -> tuple[Case, VersionedForm]:
    """The case and the form, for one who may use it now. Raises NotFound, Forbidden, ReadOnly."""
    case = cases.find(db.session, current_actor(), number, options=SHOWN)
    if request.method == "GET":
        cases.require_editable(db.session, current_actor(), case, permission)
        form = kind(formdata=None)
        form.catch_up(case.version_id)
        return case, form
    return case, kind()


def _page(number: int, name: str, case: Case, form: VersionedForm, *, status: int = 200, **more: object):
    shown = {
        "changes": (),
        "theirs": {},
        "unsent": None,
        "case": case,
        "form": form,
        "name": case_name(case, []),
        **more,
    }
    return answers.read(number, f"cases/{name}.html", f"cases/_{name}.html", status=status, **shown)


def _back(number: int):
    return fragments.go_to(url_for("cases.show", number=number))


def _beside(number: int, name: str, form: VersionedForm, refusal, field):
    """The form again, with what core refused beside its field."""
    field.errors = [_(refusal.message)]
    return _page(number, name, cases.find(db.session, current_actor(), number), form, status=422)


def _stale(number: int, name: str, form: VersionedForm):
    """Who changed what meanwhile, beside what was typed. What only they touched is taken over from them."""
    case = cases.find(db.session, current_actor(), number, options=SHOWN)
    changes = stale.changes_since(db.session, case, form.version.data)
    theirs = _theirs(form, case, changes) if isinstance(form, EditForm) else {}
    form.catch_up(case.version_id)
    return _page(number, name, case, form, status=409, changes=changes, theirs=theirs)


def _theirs(form: EditForm, case: Case, changes) -> dict[str, str]:
    """The fields that both changed, as they stand now; what only the other changed is taken over from them."""
    before = {}
    for change in changes:
        for name, (was, _is) in change.values.items():
            before.setdefault(name, was)
    both = {}
    for name in (name for name in form.FACTS if name in before):
        now = _stored(case, name)
        if (form[name].data or "") == (before[name] or ""):
            form[name].data = now
        elif (form[name].data or "") != now:
            both[name] = now
    return both


def _filled(form: EditForm, case: Case) -> EditForm:
    for name in form.FACTS:
        form[name].data = _stored(case, name)
    return form


def _stored(case: Case, name: str) -> str:
    value = getattr(case, name)
    return str(getattr(value, "value", value) or "")


def _changes(form: EditForm, case: Case) -> dict[str, object]:
    """What the form says, as facts; where the reader chose the other's words over their own, those stay."""
    kept = {name for name in form.FACTS if request.form.get(f"keep-{name}") == "theirs"}
    said: dict[str, object] = {
        "summary": form.summary.data or "",
        "narrative": form.narrative.data or "",
        "plan": form.plan.data or "",
        "category": form.category.data or None,
        "priority": Priority(form.priority.data) if form.priority.data else case.priority,
        "gbv": Answer(form.gbv.data),
        "immediate_danger": Answer(form.immediate_danger.data),
    }
    return {name: value for name, value in said.items() if name not in kept}


def _categories(case: Case) -> list[tuple[str, str]]:
    """The categories of the door the case came through; one that no list knows stays on offer as it came."""
    found = [(code.value, code.label) for code in codes.listed(db.session, category_list(case))]
    unlisted = case.category and case.category not in dict(found)
    return [*found, (case.category, case.category)] if unlisted else found


def category_list(case: Case) -> str:
    """Which list the category of the case is from: each door has its own."""
    return "category" if case.origin is Origin.CONSTITUENCY else "case_category"
