"""Approvals: what waits for an answer, the answer, and what was answered before."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import approval_questions, approvals
from portal.core.approval_questions import View
from portal.core.errors import AlreadyDone, Forbidden
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.notices import unread
from portal.web.participation import words
from portal.web.participation.forms import DecisionForm

blueprint = Blueprint("approvals", __name__, url_prefix="/app/approvals")


@blueprint.get("")
def index():
    """What waits for the reader; what they asked themselves; what waits for others; what was decided."""
    view = next((view for view in View if view == request.args.get("show")), View.MINE)
    beyond = request.args.get("beyond", "")
    beyond = int(beyond) if beyond.isascii() and beyond.isdecimal() and len(beyond) < 18 else None
    page = approval_questions.listed(db.session, current_actor(), view, beyond=beyond)
    shown = {"view": view, "page": page, "beyond": beyond, "words": words}
    return render_template("participation/approvals.html", **shown)


@blueprint.get("/<int:question>")
def show(question: int):
    """One question, and the form for its answer where the reader may give it."""
    return _page(question)


@blueprint.post("/<int:question>")
def decide(question: int):
    """Approve or reject, once, as somebody else than who asked."""
    form = DecisionForm().offer()
    if not form.validate():
        return _page(question, form=form, status=422)
    approved = form.decision.data == approvals.APPROVED
    try:
        with unit_of_work(db.session, current_actor(), intent="approval.decide"):
            found = approval_questions.find(db.session, current_actor(), question)
            asked = approvals.find(db.session, current_actor(), found.asked.uuid, lock=True)
            text = form.reason_text.data
            approvals.decide(db.session, current_actor(), asked, approved=approved, text=text)
            said = {"ref": found.case.reference}
    except AlreadyDone:
        return _page(question, form=form, status=409, late=True)
    except Forbidden:
        return _page(question, form=form, status=403)
    flash(_("Approved: %(ref)s.", **said) if approved else _("Rejected: %(ref)s.", **said), "success")
    return fragments.go_to(url_for("approvals.index"))


def _page(number: int, *, form: DecisionForm | None = None, status: int = 200, late: bool = False):
    found = approval_questions.find(db.session, current_actor(), number)
    shown = {"question": found, "form": form or DecisionForm(formdata=None).offer(), "late": late, "words": words}
    return unread.read(found.case.id, lambda: render_template("participation/approval.html", **shown)), status
