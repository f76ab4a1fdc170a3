"""Who works on a case and who did: adding a worker for a time, and ending it."""

from flask import flash, request
from flask_babel import gettext as _

from portal.core import assignment_history, assignments, cases, clock, workers
from portal.core.errors import InvalidInput, Refused
from portal.core.permissions import Permission, may
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors
from portal.web.access import current_actor
from portal.web.cases import answers, head
from portal.web.formats import local, office_zone
from portal.web.participation import words
from portal.web.participation.forms import AddAssignmentForm, EndAssignmentForm, beginning, end_of, ending

_FIELDS = {"user_id": "user", "effective_from": "start", "effective_until": "until", "reason_code": "reason"}


def show(number: int):
    """Current and past assignments, with the form for a further one."""
    return _page(number)


def add(number: int):
    """Assign somebody beside the owner, from a day on, for a time or without end."""
    form = AddAssignmentForm()
    case = cases.find(db.session, current_actor(), number)
    form.offer(cases.assignable_users(db.session, case.primary_vertical_id), current_actor().user_id)
    if not form.validate():
        return _page(number, form=form, status=422)
    try:
        with unit_of_work(db.session, current_actor(), intent="case.assign"):
            case = cases.find(db.session, current_actor(), number, lock=True)
            to = workers.find(db.session, current_actor(), form.user.data)
            assignments.add(db.session, current_actor(), case, to, **_given(form))
            said = _("%(name)s is assigned to %(ref)s.", name=to.name, ref=case.reference)
    except (InvalidInput, Refused) as refusal:
        return _page(number, form=_beside(form, refusal), status=errors.status_of(refusal))
    flash(said, "success")
    return _back(number)


def end(number: int, assignment: int):
    """End an assignment, with the last day and the reason: asked for on a page of its own."""
    actor, form = current_actor(), EndAssignmentForm().offer()
    case = cases.find(db.session, actor, number)
    found = assignment_history.find(db.session, case, assignment)
    if request.method == "GET":
        form.until.data = max(clock.today(office_zone()), local(found.effective_from).date())
        return _ending(number, assignment, form)
    if not form.validate():
        return _ending(number, assignment, form, 422)
    try:
        with unit_of_work(db.session, actor, intent="case.assignment_end"):
            case = cases.find(db.session, actor, number, lock=True)
            found = assignment_history.find(db.session, case, assignment)
            given = {"until": ending(form.until.data), "reason_code": form.reason.data or ""}
            assignments.end(db.session, actor, case, found, **given)
            said = _("The assignment of %(name)s ends.", name=found.user.name)
    except (InvalidInput, Refused) as refusal:
        return _ending(number, assignment, _beside(form, refusal), errors.status_of(refusal))
    flash(said, "success")
    return _back(number)


def _given(form: AddAssignmentForm) -> dict[str, object]:
    return {
        "role": (form.role.data or "").strip() or "caseworker",
        "effective_from": beginning(form.start.data),
        "effective_until": end_of(form.until.data),
    }


def _beside(form, refusal: InvalidInput | Refused):
    """The form with what core refused beside its field."""
    field = form[_FIELDS.get(refusal.target, "until")]
    field.errors = [*field.errors, _(refusal.message)]
    return form


def _page(number: int, *, form: AddAssignmentForm | None = None, status: int = 200):
    actor = current_actor()
    top = head.of_case(db.session, actor, number)
    rows = assignment_history.of_case(db.session, top.case, group=top.group)
    if top.may(Permission.ASSIGN):
        form = form or AddAssignmentForm(formdata=None, start=clock.today(office_zone()), role="")
        form.offer(cases.assignable_users(db.session, top.case.primary_vertical_id), actor.user_id)
    else:
        form = None
    shown = {
        "head": top,
        "current": [row for row in rows if not row.is_over],
        "past": [row for row in rows if row.is_over],
        "form": form,
        "obstacle": words.obstacle_to_ending(top.case, may(actor, Permission.ASSIGN, top.case)),
        "who": top.facts.holders[Permission.ASSIGN],
    }
    return answers.read(number, "participation/assignments.html", status=status, **shown)


def _ending(number: int, assignment: int, form: EndAssignmentForm, status: int = 200):
    case = cases.find(db.session, current_actor(), number)
    found = assignment_history.find(db.session, case, assignment)
    allowed = may(current_actor(), Permission.ASSIGN, case)
    obstacle = words.obstacle_to_ending(case, allowed, found)
    status = status if allowed else 403
    shown = {"case": case, "assignment": found, "form": form, "obstacle": obstacle}
    return answers.read(number, "participation/end_assignment.html", status=status, **shown)


def _back(number: int):
    return answers.back_or_away(number, "cases.assignments")
