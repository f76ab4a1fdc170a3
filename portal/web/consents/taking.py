"""Taking a consent down with what proves it, giving it a new period, and adding evidence to it."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal import storage, uploads
from portal.core import attachments, consent_rules, consenting, evidence, people, verticals
from portal.core.attachments import Brought
from portal.core.consenting import Evidence
from portal.core.errors import AlreadyDone, DomainError, InvalidInput, Refused, StaleVersion
from portal.core.models import Consent, Person, Vertical
from portal.core.permissions import Permission, require
from portal.core.unit import unit_of_work
from portal.core.vocabulary import ConsentStatus
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.consents.forms import NONE_YET, CaptureForm, EvidenceForm, RenewForm
from portal.web.consents.views import entry_page, find, page, step_page
from portal.web.fields import row_number

LARGEST = 15 * uploads.MEBIBYTE
MOST_FILES = 10
_FIELDS = {
    "active_from": "start",
    "active_until": "until",
    "capture_mode": "mode",
    "evidence": "method",
    "file": "files",
    "vertical_id": "vertical",
}


def capture(id: int):
    """Take a consent down: active at once with evidence, else it waits until somebody else confirms it."""
    require(current_actor(), Permission.CAPTURE_CONSENT)
    form = CaptureForm().offer().offer_verticals(verticals.listed(db.session))
    if request.method == "GET":
        form.vertical.data = request.args.get("vertical", type=row_number)
        return _capturing(id, form)
    people.find(db.session, current_actor(), id)
    if not form.validate():
        return _capturing(id, form, 422)
    try:
        brought = _receive(form)
        with unit_of_work(db.session, current_actor(), intent="consent.capture"):
            person = people.find(db.session, current_actor(), id)
            vertical = db.session.get(Vertical, form.vertical.data)
            given = form.given(_evidence(form, person, brought))
            made = consenting.capture(db.session, current_actor(), person, vertical, given)
            number, said = made.id, _said(made)
    except (InvalidInput, Refused) as refusal:
        return _capturing(id, form, errors.status_of(refusal), refusal)
    flash(said, "success")
    return fragments.go_to(url_for("consents.show", id=id, consent=number))


def renew(id: int, consent: int):
    """Give an active or expired consent a new period, as a new version of it."""
    found = find(id, consent, Permission.CAPTURE_CONSENT)
    form = RenewForm().offer()
    form.method.data = form.method.data or NONE_YET
    if request.method == "GET":
        form.catch_up(found.version_id)
    if request.method == "GET" or not form.validate():
        return step_page("renew", id, found, form, 200 if request.method == "GET" else 422)
    try:
        brought = _receive(form)
        with unit_of_work(db.session, current_actor(), intent="consent.renew"):
            found = find(id, consent, Permission.CAPTURE_CONSENT)
            given = form.given(_evidence(form, found.person, brought))
            said = _said(consenting.renew(db.session, current_actor(), found, given, version=form.version.data))
    except InvalidInput as refusal:
        return step_page("renew", id, find(id, consent, Permission.CAPTURE_CONSENT), _beside(form, refusal), 422)
    except StaleVersion as refusal:
        found = find(id, consent, Permission.CAPTURE_CONSENT)
        form.catch_up(found.version_id)
        return step_page("renew", id, found, form, 409, happened=_(refusal.message))
    except Refused as refusal:
        return entry_page(id, consent, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(said, "success")
    return fragments.go_to(url_for("consents.show", id=id, consent=consent))


def prove(id: int, consent: int):
    """Add evidence to a consent; whether it is in force stays for somebody else to say."""
    found = find(id, consent, Permission.CAPTURE_CONSENT)
    form = EvidenceForm()
    form.offer_methods(none_yet=False)
    if request.method == "GET" or not form.validate():
        return step_page("prove", id, found, form, 200 if request.method == "GET" else 422)
    try:
        brought = _receive(form)
        with unit_of_work(db.session, current_actor(), intent="consent.evidence"):
            found = find(id, consent, Permission.CAPTURE_CONSENT)
            for one in _evidence(form, found.person, brought):
                given = {"method": one.method, "description": one.description}
                evidence.add(db.session, current_actor(), found, one.attachment, **given)
    except InvalidInput as refusal:
        return step_page("prove", id, find(id, consent, Permission.CAPTURE_CONSENT), _beside(form, refusal), 422)
    except Refused as refusal:
        return entry_page(id, consent, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(_("The evidence is added."), "success")
    return fragments.go_to(url_for("consents.show", id=id, consent=consent))


def _receive(form: EvidenceForm) -> list[Brought]:
    """Store the bytes of the files. Raises InvalidInput for too many and for one that is too large."""
    if len(form.sent) > MOST_FILES:
        raise InvalidInput("Send at most ten files at once.", target="file")
    try:
        return [uploads.receive(file, limit=LARGEST) for file in form.sent]
    except storage.TooLarge as error:
        raise InvalidInput("A file may have at most 15 MB.", target="file") from error


def _evidence(form: EvidenceForm, person: Person, brought: list[Brought]) -> list[Evidence]:
    """What proves the consent: each file, or the words alone."""
    method, said = form.method.data, (form.description.data or "").strip()
    if method == NONE_YET:
        return []
    about = {"person": person, "target_type": "consent", "classification": "consent"}
    files = [attachments.add(db.session, current_actor(), one, **about) for one in brought]
    return [Evidence(method, said, file) for file in files] or [Evidence(method, said)]


def _said(consent: Consent) -> str:
    service = consent.vertical.name
    if consent.status is ConsentStatus.PENDING:
        return _(
            "The consent for %(service)s is taken down. It counts once somebody else has confirmed it.", service=service
        )
    return _("The consent for %(service)s is recorded.", service=service)


def _beside(form: EvidenceForm, refusal: DomainError) -> EvidenceForm:
    name = _FIELDS.get(refusal.target, "method")
    field = form[name if name in form else "method"]
    field.errors = [*field.errors, _(refusal.message)]
    return form


def _capturing(id: int, form: CaptureForm, status: int = 200, refusal: DomainError | None = None):
    person = people.find(db.session, current_actor(), id)
    happened = ""
    if isinstance(refusal, InvalidInput | AlreadyDone):
        form = _beside(form, refusal)
    elif refusal is not None:
        happened = _(refusal.message)
    offer = consent_rules.capture_offer(current_actor(), person)
    shown = {"form": form, "offer": offer, "happened": happened}
    return page("consents/capture.html", person, "consent.list", status, **shown)
