"""Confirming, rejecting and withdrawing a consent; a withdrawal shows first which cases it stops."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import consent_preview, consenting, reasons
from portal.core.errors import InvalidInput, Refused
from portal.core.models import Consent
from portal.core.permissions import Permission
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.consents.forms import EndForm
from portal.web.consents.views import entry_page, find, step_page


def verify(id: int, consent: int):
    """Confirm a consent that waits, as somebody else than who took it down."""
    try:
        with unit_of_work(db.session, current_actor(), intent="consent.verify"):
            found = consenting.verify(db.session, current_actor(), find(id, consent, Permission.DECIDE_CONSENT))
            said = _("The consent for %(service)s is confirmed.", service=found.vertical.name)
    except Refused as refusal:
        return entry_page(id, consent, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(said, "success")
    return _back(id, consent)


def reject(id: int, consent: int):
    """Turn a consent that waits down, with the reason."""
    found = find(id, consent, Permission.DECIDE_CONSENT)
    form = EndForm().offer(reasons.CONSENT_REJECTION)
    if request.method == "GET":
        return step_page("reject", id, found, form)
    try:
        with unit_of_work(db.session, current_actor(), intent="consent.reject"):
            found = find(id, consent, Permission.DECIDE_CONSENT)
            consenting.reject(db.session, current_actor(), found, **form.given())
    except InvalidInput as refusal:
        found = find(id, consent, Permission.DECIDE_CONSENT)
        return step_page("reject", id, found, form.refuse(refusal), 422)
    except Refused as refusal:
        return entry_page(id, consent, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(_("The consent is rejected. A new one can be taken down."), "success")
    return _back(id, consent)


def withdraw(id: int, consent: int):
    """Take a consent back from this moment; the cases that rest on it are suspended in the same step."""
    found = find(id, consent, Permission.CAPTURE_CONSENT)
    form = EndForm().offer(reasons.CONSENT_WITHDRAWAL)
    if request.method == "GET":
        return _withdrawing(id, found, form)
    try:
        with unit_of_work(db.session, current_actor(), intent="consent.withdraw"):
            found = find(id, consent, Permission.CAPTURE_CONSENT)
            stopped = consent_preview.of_withdrawal(db.session, current_actor(), found).suspended
            consenting.withdraw(db.session, current_actor(), found, **form.given())
    except InvalidInput as refusal:
        return _withdrawing(id, find(id, consent, Permission.CAPTURE_CONSENT), form.refuse(refusal), 422)
    except Refused as refusal:
        return entry_page(id, consent, status=errors.status_of(refusal), happened=_(refusal.message))
    many = ngettext("%(num)s case is suspended.", "%(num)s cases are suspended.", stopped) if stopped else ""
    flash(f"{_('The consent is withdrawn.')} {many}".strip(), "success")
    return _back(id, consent)


def _withdrawing(id: int, found: Consent, form: EndForm, status: int = 200):
    preview = consent_preview.of_withdrawal(db.session, current_actor(), found)
    return step_page("withdraw", id, found, form, status, preview=preview)


def _back(id: int, consent: int):
    return fragments.go_to(url_for("consents.show", id=id, consent=consent))
