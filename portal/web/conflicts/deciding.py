"""One conflict: its cases side by side, and the decision, which is taken once."""

import uuid
from collections.abc import Callable

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from portal.core import conflict_comparison, conflict_decisions, conflict_queue
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput
from portal.core.models import Conflict
from portal.core.permissions import Permission, may
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.conflicts import words
from portal.web.conflicts.forms import DismissForm, ResolveForm
from portal.web.conflicts.queue import blueprint


@blueprint.get("/<uuid:conflict>")
def show(conflict: uuid.UUID):
    """The cases of a conflict side by side; the forms that decide it, or who decided and why."""
    return _page(conflict)


@blueprint.post("/<uuid:conflict>/resolve")
def resolve(conflict: uuid.UUID):
    """Say how the overlap was settled."""
    form = ResolveForm(prefix="resolve").offer()

    def work(found: Conflict) -> None:
        conflict_decisions.resolve(db.session, current_actor(), found, code=form.reason.data, notes=form.text.data)

    return _decide(conflict, form, work, _("Resolved. It blocks no step of these cases any more."))


@blueprint.post("/<uuid:conflict>/dismiss")
def dismiss(conflict: uuid.UUID):
    """Say that there is no duplicate support."""
    form = DismissForm(prefix="dismiss").offer()

    def work(found: Conflict) -> None:
        given = {"reason_code": form.reason.data, "text": form.text.data}
        conflict_decisions.dismiss(db.session, current_actor(), found, **given)

    return _decide(conflict, form, work, _("Dismissed. It blocks no step of these cases any more."))


def _decide(conflict: uuid.UUID, form: FlaskForm, work: Callable[[Conflict], None], said: str):
    """Take the decision in one unit; what cannot be taken is told with everything that was typed still there."""
    if not form.validate():
        return _page(conflict, form=form, status=422)
    try:
        with unit_of_work(db.session, current_actor(), intent="conflict.decide"):
            work(conflict_decisions.find(db.session, current_actor(), conflict, lock=True))
    except InvalidInput as refusal:
        field = form.text if refusal.target == "reason_text" else form.reason
        field.errors = [*field.errors, _(refusal.message)]
        return _page(conflict, form=form, status=422)
    except AlreadyDone:
        return _page(conflict, form=form, status=409, late=True)
    except Forbidden:
        return _page(conflict, form=form, status=403)
    flash(said, "success")
    return fragments.go_to(url_for("conflicts.show", conflict=conflict))


def _page(conflict: uuid.UUID, *, form: FlaskForm | None = None, status: int = 200, late: bool = False):
    actor = current_actor()
    line = conflict_queue.find(db.session, actor, conflict)
    forms = {
        "resolving": form if isinstance(form, ResolveForm) else ResolveForm(formdata=None, prefix="resolve").offer(),
        "dismissing": form if isinstance(form, DismissForm) else DismissForm(formdata=None, prefix="dismiss").offer(),
    }
    shown = {
        "line": line,
        "rows": conflict_comparison.compare(db.session, line.seen, closed=line.closed),
        "form": form,
        "may_merge": len(line.seen) == 2
        and not line.hidden
        and all(may(actor, Permission.MERGE, c) for c in line.seen),
        "late": late,
        "words": words,
        **forms,
    }
    answer = render_template("conflicts/show.html", **shown)
    seen = [case.id for case in line.seen]
    record_reading(db.session, actor, "conflict.read", conflict=line.conflict.id, cases=seen)
    return answer, status
