"""The page on which a case is held: what that does, since when and why, and how it is lifted."""

from flask import flash, url_for
from flask_babel import gettext as _

from portal.core import cases, legal_holds
from portal.core.errors import DomainError, InvalidInput, Refused
from portal.core.models import Case
from portal.core.permissions import Permission, may, who_can
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases import answers
from portal.web.cases.head import SHOWN
from portal.web.legal_holds.forms import HoldForm, LiftHoldForm


def show(number: int):
    """Whether the case is held, and the form for it."""
    return _page(number, HoldForm(formdata=None), LiftHoldForm(formdata=None))


def hold(number: int):
    """Hold the case."""
    form, actor = HoldForm(), current_actor()
    cases.find(db.session, actor, number)
    if not form.validate():
        return _page(number, form, LiftHoldForm(formdata=None), 422)
    try:
        with unit_of_work(db.session, actor, intent="case.hold"):
            case = cases.find(db.session, actor, number, lock=True)
            legal_holds.hold(db.session, actor, case, reason=form.reason.data or "")
            reference = case.reference
    except (InvalidInput, Refused) as refusal:
        return _refused(number, form, LiftHoldForm(formdata=None), refusal)
    flash(_("%(ref)s is held: no rule archives or erases it.", ref=reference), "success")
    return fragments.go_to(url_for("cases.hold", number=number))


def lift(number: int):
    """Let the rules reach the case again."""
    form, actor = LiftHoldForm(), current_actor()
    cases.find(db.session, actor, number)
    if not form.validate():
        return _page(number, HoldForm(formdata=None), form, 422)
    try:
        with unit_of_work(db.session, actor, intent="case.hold_lift"):
            case = cases.find(db.session, actor, number, lock=True)
            legal_holds.lift(db.session, actor, case, text=form.lift_text.data or "")
            reference = case.reference
    except (InvalidInput, Refused) as refusal:
        return _refused(number, HoldForm(formdata=None), form, refusal)
    flash(_("%(ref)s is no longer held.", ref=reference), "success")
    return fragments.go_to(url_for("cases.hold", number=number))


def _refused(number: int, form: HoldForm, lifting: LiftHoldForm, refusal: DomainError):
    happened = ""
    asked = next((one for one in (form, lifting) if refusal.target in one), None)
    if isinstance(refusal, InvalidInput) and asked is not None:
        asked[refusal.target].errors = [_(refusal.message)]
    else:
        happened = _(refusal.message)
    return _page(number, form, lifting, errors.status_of(refusal), happened)


def _page(number: int, form: HoldForm, lifting: LiftHoldForm, status: int = 200, happened: str = ""):
    case = cases.find(db.session, current_actor(), number, options=SHOWN)
    allowed = may(current_actor(), Permission.ARCHIVE, case)
    shown = {
        "case": case,
        "form": form,
        "lifting": lifting,
        "standing": legal_holds.standing(db.session, case),
        "obstacle": _obstacle(case, allowed),
        "happened": happened,
    }
    return answers.read(number, "legal_holds/show.html", status=status if allowed else 403, **shown)


def _obstacle(case: Case, allowed: bool) -> str:
    """Why the reader cannot hold the case, with who could; nothing where they can."""
    if not allowed:
        who = who_can(Permission.ARCHIVE, case.primary_vertical.pack)
        return _("You may not decide this here. Who can: %(who)s.", who=_(who))
    if case.erased_at is not None:
        return _("What was told in this case was erased already.")
    return ""
