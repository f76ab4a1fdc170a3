"""The verticals of a case: who leads, who takes part since when and by whom; asking one in, and ending a part."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal.core import cases, participants, participation, reasons, transfers, verticals
from portal.core.errors import AlreadyDone, InvalidInput, NotFound, Refused
from portal.core.models import Case, Vertical
from portal.core.permissions import Permission, may
from portal.core.unit import unit_of_work
from portal.core.vocabulary import ParticipantStatus, Status
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases import answers, head
from portal.web.participation import words
from portal.web.participation.forms import InviteForm, ReasonForm


def show(number: int):
    """Who leads and who takes part, what consent stands for it, and through whose hands the case went."""
    return _page(number)


def invite(number: int):
    """Ask another vertical to take part."""
    form = InviteForm().offer(verticals.listed(db.session))
    if not form.validate():
        return _page(number, form=form, status=422)
    try:
        with unit_of_work(db.session, current_actor(), intent="participant.add"):
            case = cases.find(db.session, current_actor(), number, lock=True)
            asked = db.session.get(Vertical, form.vertical.data)
            participants.add(db.session, current_actor(), case, asked)
            said = _("%(service)s was asked to take part. It sees the case when it has opted in.", service=asked.name)
    except InvalidInput as refusal:
        form.vertical.errors = [_(refusal.message)]
        return _page(number, form=form, status=422)
    except Refused as refusal:
        return _page(number, form=form, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(said, "success")
    return fragments.go_to(url_for("cases.participants", number=number))


def remove(number: int, part: int):
    """End a vertical's part, with a reason: asked for on a page of its own."""
    found = _invitation(number, part)
    form = ReasonForm().offer(reasons.PARTICIPANT_REMOVAL)
    if request.method == "GET" or not form.validate():
        return _removing(number, found, form, 422 if request.method == "POST" else 200)
    try:
        with unit_of_work(db.session, current_actor(), intent="participant.remove"):
            found = _invitation(number, part)
            given = {"reason_code": form.reason.data, "text": form.reason_text.data}
            end_part(found, **given)
            said = _("%(service)s takes part no longer. Its access has ended.", service=found.row.vertical.name)
    except InvalidInput as refusal:
        return _removing(number, _invitation(number, part), beside(form, refusal), 422)
    except Refused as refusal:
        return _removing(number, _invitation(number, part), form, errors.status_of(refusal))
    flash(said, "success")
    return answers.back_or_away(number, "cases.participants")


def end_part(found: participation.Invitation, **given: str | None) -> None:
    """End the part that was looked at, and no newer one that the vertical may have been given since."""
    if found.row.status is ParticipantStatus.REMOVED:
        raise AlreadyDone("This vertical was removed already.", target="vertical_id", status=found.row.status)
    participants.remove(db.session, current_actor(), found.case, found.row.vertical, **given)


def beside(form: ReasonForm, refusal: InvalidInput) -> ReasonForm:
    """The form with what core refused beside its field."""
    field = form.reason_text if refusal.target == "reason_text" else form.reason
    field.errors = [*field.errors, _(refusal.message)]
    return form


def _invitation(number: int, part: int) -> participation.Invitation:
    """The part of this very case, for one who sees the case. Raises NotFound."""
    found = participation.invitation(db.session, current_actor(), part)
    if found.case.id != number or not found.sees_case:
        raise NotFound("There is no such participant.", target="participant")
    return found


def _page(number: int, *, form: InviteForm | None = None, status: int = 200, happened: str = ""):
    actor = current_actor()
    top = head.of_case(db.session, actor, number)
    parts = participation.parts(db.session, top.case, group=top.group)
    everywhere = {vertical.id: vertical for vertical in verticals.listed(db.session, inactive=True)}
    standing = [part for part in parts if part.row.status is not ParticipantStatus.REMOVED]
    live = [part for part in standing if part.row.case_id == number]
    shown = {
        "head": top,
        "live": live,
        "joined": [part for part in standing if part not in live],
        "gone": [part for part in parts if part.row.status is ParticipantStatus.REMOVED],
        "consents": participation.consent_by_vertical(
            db.session, actor, top.case, [top.case.primary_vertical, *(part.row.vertical for part in live)]
        ),
        "transfers": transfers.told(db.session, top.case, group=top.group),
        "form": _invite_form(top.case, everywhere, live, form) if top.may(Permission.ADD_PARTICIPANT) else None,
        "may_remove": may(actor, Permission.REMOVE_PARTICIPANT, top.case),
        "may_answer": [part.row.id for part in live if participants.speaks_for(actor, part.row.vertical)],
        "is_archived": top.case.lifecycle_status is Status.ARCHIVED,
        "is_hidden": top.is_hidden,
        "happened": happened,
        "words": words,
    }
    return answers.read(number, "participation/participants.html", status=status, **shown)


def _invite_form(case: Case, everywhere: dict[int, Vertical], live, form: InviteForm | None) -> InviteForm:
    taken = {case.primary_vertical_id, *(part.row.vertical_id for part in live)}
    free = [vertical for vertical in everywhere.values() if vertical.id not in taken and vertical.status == "active"]
    return (form or InviteForm(formdata=None)).offer(free)


def _removing(number: int, found: participation.Invitation, form: ReasonForm, status: int):
    allowed = may(current_actor(), Permission.REMOVE_PARTICIPANT, found.case) or participants.speaks_for(
        current_actor(), found.row.vertical
    )
    shown = {
        "invitation": found,
        "case": found.case,
        "form": form,
        "obstacle": words.obstacle_to_removal(found, allowed),
        "target": url_for("cases.remove_participant", number=number, part=found.row.id),
        "back": url_for("cases.participants", number=number),
    }
    if not allowed:
        status = 403
    return answers.read(number, "participation/remove.html", status=status, **shown)
