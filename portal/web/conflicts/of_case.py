"""The conflicts of one case, and looking for duplicate support now."""

from flask import flash, url_for
from flask_babel import gettext as _

from portal.core import cases, clock, conflict_queue, conflicts
from portal.core.errors import InvalidInput
from portal.core.permissions import Permission, may, who_can
from portal.core.unit import unit_of_work
from portal.core.vocabulary import ConflictScope
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.cases import answers, head
from portal.web.conflicts import words
from portal.web.conflicts.forms import CheckForm
from portal.web.formats import moment


def show(number: int):
    """What names the case, what is open first; and the button that checks now."""
    return _page(number)


def check(number: int):
    """Look for duplicate support now; what is found is one conflict, however often it is looked for."""
    form = CheckForm().offer()
    if not form.validate():
        return _page(number, form=form, status=422)
    try:
        with unit_of_work(db.session, current_actor(), intent="conflict.check"):
            case = cases.find(db.session, current_actor(), number)  # the check holds the subject's row
            asked = ConflictScope(form.scope.data)
            found = conflicts.check(db.session, current_actor(), case, asked, reason_code=form.reason.data or None)
            flagged = found.flagged
    except InvalidInput as refusal:
        form.reason.errors = [_(refusal.message)]
        return _page(number, form=form, status=422)
    if flagged:
        flash(_("A possible duplicate support is open. Somebody must decide it before the case is activated."), "info")
    else:
        flash(_("Nothing that is not decided overlaps. Checked %(when)s.", when=moment(clock.now())), "success")
    return fragments.go_to(url_for("cases.conflicts", number=number))


def _page(number: int, *, form: CheckForm | None = None, status: int = 200):
    actor = current_actor()
    top = head.of_case(db.session, actor, number)
    permitted = may(actor, Permission.CHECK_CONFLICT, top.case)
    shown = {
        "head": top,
        "lines": conflict_queue.of_cases(db.session, actor, top.group),
        "form": (form or CheckForm(formdata=None).offer()) if permitted else None,
        "who": who_can(Permission.CHECK_CONFLICT, top.case.primary_vertical.pack),
        "words": words,
    }
    return answers.read(number, "conflicts/of_case.html", status=status, **shown)
