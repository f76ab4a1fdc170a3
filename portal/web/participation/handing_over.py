"""Handing a case to another vertical: what it would do, the approval where policy asks for one, and the step itself."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal.core import (
    approval_questions,
    approvals,
    cases,
    conflicts,
    consents,
    stale,
    transfers,
    transitions,
    verticals,
)
from portal.core.errors import DomainError, InvalidInput, Refused, StaleVersion
from portal.core.models import Case, Vertical
from portal.core.permissions import Permission, may
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases import answers
from portal.web.cases.head import SHOWN
from portal.web.participation import words
from portal.web.participation.forms import TransferForm

_FIELDS = {"new_primary_vertical_id": "to", "reason_code": "reason", "reason_text": "reason_text"}


def transfer(number: int):
    """Ask where to and show what it does (GET); hand the case over (POST)."""
    if request.method == "GET":
        return _page(number, _asked())
    form = _offered(TransferForm())
    if not form.validate():
        return _page(number, form, status=422)
    actor = current_actor()
    to = _vertical(form)
    conflicts.check_first(db.session, actor, number, reason_code="TRANSFER", vertical=to)
    try:
        with unit_of_work(db.session, actor, intent="case.transfer"):
            case, to = cases.find(db.session, actor, number), _vertical(form)
            given = {"reason_code": form.reason.data, "text": form.reason_text.data, "version": form.version.data}
            transfers.transfer(db.session, actor, case, to, approval_uuid=_approval(case, to), **given)
            said = {"ref": case.reference, "service": to.name}
    except (InvalidInput, StaleVersion, Refused) as refusal:
        return _refused(number, form, refusal)
    flash(_("%(ref)s is now led by %(service)s.", **said), "success")
    return answers.back_or_away(number, "cases.show")


def ask(number: int):
    """Ask somebody else to approve the transfer."""
    form = _offered(TransferForm())
    if not form.validate():
        return _page(number, form, status=422)
    try:
        with unit_of_work(db.session, current_actor(), intent="approval.ask"):
            case = cases.find(db.session, current_actor(), number, lock=True)
            given = {"reason_code": form.reason.data or "", "text": form.reason_text.data, "version": form.version.data}
            asked = {"purpose": approvals.TRANSFER, "to_vertical": _vertical(form)}
            approvals.ask(db.session, current_actor(), case, **asked, **given)
    except (InvalidInput, StaleVersion, Refused) as refusal:
        return _refused(number, form, refusal)
    flash(_("The approval is asked for. Somebody else decides; you find the answer here."), "success")
    return fragments.go_to(url_for("cases.transfer", number=number, to=form.to.data))


def _asked() -> TransferForm:
    """The form as the address asks for it: where to is chosen first, by a form of its own."""
    to = request.args.get("to", "")
    number = int(to) if to.isascii() and to.isdecimal() and len(to) < 10 else 0
    return _offered(TransferForm(formdata=None, to=number))


def _offered(form: TransferForm) -> TransferForm:
    return form.offer(verticals.listed(db.session))


def _vertical(form: TransferForm) -> Vertical:
    """Where the case is to go. Raises InvalidInput."""
    found = db.session.get(Vertical, form.to.data)
    if found is None:
        raise InvalidInput("Choose where the case goes.", target="new_primary_vertical_id")
    return found


def _approval(case: Case, to: Vertical):
    """An approval for this very transfer that nobody has used; core says whether one is needed at all."""
    found = approval_questions.of_case(db.session, current_actor(), case)
    return next((question.approval.uuid for question in found if question.allows(to)), None)


def _page(number: int, form: TransferForm, *, status: int = 200, since: int | None = None, happened: str = ""):
    actor = current_actor()
    case = cases.find(db.session, actor, number, options=SHOWN)
    changes = stale.changes_since(db.session, case, since) if since is not None else []
    if request.method == "GET" or since is not None:
        form.catch_up(case.version_id)
    form.offer([one for one in verticals.listed(db.session) if one.id != case.primary_vertical_id])
    to = next((one for one in verticals.listed(db.session) if one.id == form.to.data), None)
    going = to is not None and to.id != case.primary_vertical_id
    preview = transfers.preview(db.session, actor, case, to) if going else None
    permitted = may(actor, Permission.TRANSFER, case)
    asked = approval_questions.of_case(db.session, actor, case)
    approved = next((one for one in asked if to and one.allows(to)), None)
    if approved and request.method == "GET":
        form.take_over(approved.asked)
    shown = {
        "case": case,
        "form": form,
        "preview": preview,
        "permitted": permitted,
        "movable": case.lifecycle_status in transfers.FROM,
        "who": transitions.who_can(Permission.TRANSFER, case.primary_vertical.pack),
        "approvers": transitions.who_can(Permission.APPROVE, case.primary_vertical.pack),
        "asked": asked,
        "approved": approved,
        "pending": next((one for one in asked if to and one.asks(to)), None),
        "history": transfers.told(db.session, case),
        "is_hidden": bool(consents.withdrawn_among(db.session, [case])),
        "changes": changes,
        "happened": happened,
        "words": words,
    }
    return answers.read(number, "participation/transfer.html", status=status if permitted else 403, **shown)


def _refused(number: int, form: TransferForm, refusal: DomainError):
    """Say beside the field, or above the form, why the case was not handed over; what was typed is still there."""
    if isinstance(refusal, InvalidInput):
        field = form[_FIELDS.get(refusal.target, "to")]
        field.errors = [*field.errors, _(refusal.message)]
        return _page(number, form, status=422)
    if isinstance(refusal, StaleVersion):
        return _page(number, form, status=409, since=form.version.data)
    return _page(number, form, status=errors.status_of(refusal), happened=_(refusal.message))
