"""What the reader's verticals were asked, for those who do not see the case yet: taking part, or declining."""

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _

from portal.core import consents, participants, participation, reasons
from portal.core.errors import AlreadyDone, InvalidInput, Refused
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.notices import unread
from portal.web.participation import words
from portal.web.participation.forms import ReasonForm
from portal.web.participation.participants import beside, end_part

blueprint = Blueprint("invitations", __name__, url_prefix="/app/invitations")


@blueprint.get("")
def index():
    """What the reader's verticals were asked to take part in and have not answered, oldest first."""
    found = participation.invitations(db.session, current_actor())
    return render_template("participation/invitations.html", invitations=found, most=participation.MOST)


@blueprint.get("/<int:part>")
def show(part: int):
    """One invitation: who asks, whether consent stands, and the answer."""
    return _page(part)


@blueprint.post("/<int:part>/opt-in")
def opt_in(part: int):
    """Take part, with the subject's consent for this very vertical."""
    try:
        with unit_of_work(db.session, current_actor(), intent="participant.opt_in"):
            found = participation.invitation(db.session, current_actor(), part)
            if not found.waits:
                raise AlreadyDone("This invitation was answered already.", target="participant")
            made = participants.opt_in(db.session, current_actor(), found.case, found.row.vertical)
            said = _("%(service)s takes part in %(ref)s.", service=made.vertical.name, ref=found.case.reference)
            number = found.case.id
    except Refused as refusal:
        return _page(part, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(said, "success")
    return fragments.go_to(url_for("cases.show", number=number))


@blueprint.post("/<int:part>/decline")
def decline(part: int):
    """Say no, with the reason."""
    form = ReasonForm().offer(reasons.PARTICIPANT_REMOVAL)
    if not form.validate():
        return _page(part, form=form, status=422)
    try:
        with unit_of_work(db.session, current_actor(), intent="participant.remove"):
            found = participation.invitation(db.session, current_actor(), part)
            if not found.waits:
                raise AlreadyDone("This invitation was answered already.", target="participant")
            end_part(found, reason_code=form.reason.data, text=form.reason_text.data)
            said = _("%(service)s does not take part in %(ref)s.", service=found.row.vertical.name, ref=_ref(found))
    except InvalidInput as refusal:
        return _page(part, form=beside(form, refusal), status=422)
    except Refused as refusal:
        return _page(part, form=form, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(said, "success")
    return fragments.go_to(url_for("invitations.index"))


def _ref(found: participation.Invitation) -> str:
    return found.case.reference


def _page(part: int, *, form: ReasonForm | None = None, status: int = 200, happened: str = ""):
    found = participation.invitation(db.session, current_actor(), part)
    speaks = participants.speaks_for(current_actor(), found.row.vertical)
    shown = {
        "invitation": found,
        "standing": participation.consent_of(db.session, found) if found.waits else None,
        "speaks": speaks,
        "is_hidden": bool(consents.withdrawn_among(db.session, [found.case])),
        "form": form or ReasonForm(formdata=None).offer(reasons.PARTICIPANT_REMOVAL, usual="DECLINED"),
        "happened": happened,
        "words": words,
    }
    return unread.read(found.case.id, lambda: render_template("participation/invitation.html", **shown)), status
