"""What lies on a case beside its notes: files, messages by channel, appointments and review dates."""

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from flask import Response

from portal.api.constituency import casefiles, mapping, records, review_dates
from portal.api.constituency.rules import NUMBER, READ, room
from portal.api.constituency.shapes import office_time
from portal.api.credentials import current_actor, needs
from portal.api.units import Answer, respond
from portal.core import attachments, merging, messages, reviews
from portal.core.models import Message, Review
from portal.core.unit import record_reading
from portal.extensions import db

MOST = 200

# The words of senders for the two channels that this dialect knows.
EMAIL = ("email", "e-mail", "mail")
LETTER = ("letter", "post")

blueprint = room("case-contents", "/cases", tag="Case contents")

_MESSAGE_EXAMPLE = {
    "id": 21,
    "caseID": 51,
    "direction": "inbound",
    "from": "Eva Garcia",
    "to": ["Riverbend Family Desk"],
    "subject": "My housing application",
    "body": "I have not heard from the council.",
    "sent": "2024-01-14 18:02:11",
    "withdrawn": False,
}
_APPOINTMENT_EXAMPLE = {
    "id": 4,
    "caseID": 51,
    "date": "2024-02-02",
    "time": "10:30",
    "note": "Surgery",
    "assignedTo": 2,
    "completed": False,
}


class CaseMessageSchema(ma.Schema):
    """An e-mail or a letter. One that its sender withdrew is told, and told as such."""

    id = ma.fields.Integer(required=True)
    caseID = ma.fields.Integer(required=True)
    direction = ma.fields.String(required=True, metadata={"enum": ["inbound", "outbound"]})
    sender = ma.fields.String(required=True, data_key="from")
    to = ma.fields.List(ma.fields.String(), required=True)
    subject = ma.fields.String(required=True)
    body = ma.fields.String(required=True)
    sent = office_time()
    withdrawn = ma.fields.Boolean(required=True)


class AppointmentSchema(ma.Schema):
    """An appointment: a review date with a time."""

    id = ma.fields.Integer(required=True)
    caseID = ma.fields.Integer(required=True)
    date = ma.fields.String(required=True)
    time = ma.fields.String(required=True)
    note = ma.fields.String(required=True)
    assignedTo = ma.fields.Integer(required=True, allow_none=True)
    completed = ma.fields.Boolean(required=True)


@blueprint.route(f"/{NUMBER}/files", methods=["GET"])
@needs(*READ)
@blueprint.response(200, casefiles.CaseFileSchema(many=True), example=[casefiles.EXAMPLE])
def files(number: int):
    """List the files that were put on a case."""
    return _listed(number, lambda group: _files(group, of_messages=False))


@blueprint.route(f"/{NUMBER}/attachments", methods=["GET"])
@needs(*READ)
@blueprint.response(200, casefiles.CaseFileSchema(many=True), example=[casefiles.EXAMPLE])
def message_attachments(number: int):
    """List the files that came with messages of a case."""
    return _listed(number, lambda group: _files(group, of_messages=True))


@blueprint.route(f"/{NUMBER}/emails", methods=["GET"])
@needs(*READ)
@blueprint.response(200, CaseMessageSchema(many=True), example=[_MESSAGE_EXAMPLE])
def emails(number: int):
    """List the newest e-mails of a case, at most 200."""
    return _listed(number, lambda group: _messages(group, EMAIL))


@blueprint.route(f"/{NUMBER}/letters", methods=["GET"])
@needs(*READ)
@blueprint.response(200, CaseMessageSchema(many=True), example=[_MESSAGE_EXAMPLE])
def letters(number: int):
    """List the newest letters of a case, at most 200."""
    return _listed(number, lambda group: _messages(group, LETTER))


@blueprint.route(f"/{NUMBER}/appointments", methods=["GET"])
@needs(*READ)
@blueprint.response(200, AppointmentSchema(many=True), example=[_APPOINTMENT_EXAMPLE])
def appointments(number: int):
    """List the appointments of a case."""
    return _listed(
        number,
        lambda group: [_appointment(review) for review in reviews.of_case(db.session, group, appointments=True)],
    )


@blueprint.route(f"/{NUMBER}/reviewDates", methods=["GET"])
@needs(*READ)
@blueprint.response(200, review_dates.ReviewDateSchema(many=True), example=[review_dates.EXAMPLE])
def dates(number: int):
    """List the review dates of a case."""
    return _listed(
        number,
        lambda group: [review_dates.told_of(each) for each in reviews.of_case(db.session, group, appointments=False)],
    )


def _listed(number: int, found: Callable[[list[int]], list[dict[str, Any]]]) -> Response:
    """What *found* finds on the case and those merged into it."""
    actor = current_actor()
    record_reading(db.session, actor, "case.read", case=number)
    group = merging.readable(db.session, actor, records.find_case(db.session, actor, number))
    return respond(Answer(200, found(group)))


def _files(group: list[int], *, of_messages: bool) -> list[dict[str, Any]]:
    found = attachments.of_cases(db.session, group, of_messages=of_messages)
    return [casefiles.told_of(attachment) for attachment in found]


def _messages(group: list[int], channels: tuple[str, ...]) -> list[dict[str, Any]]:
    return [_message(message) for message in messages.through(db.session, group, channels, limit=MOST)]


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "caseID": message.case_id,
        "direction": message.direction.value,
        "from": _called(message.sender),
        "to": [_called(recipient) for recipient in message.recipients],
        "subject": message.subject,
        "body": message.text,
        "sent": mapping.told(message.sent_at),
        "withdrawn": message.withdrawn_at is not None,
    }


def _called(party: Any) -> str:
    """What a sender or recipient is called; other doors know more of them than this one tells."""
    if not isinstance(party, dict):
        return str(party)
    return str(party.get("name") or party.get("email") or "")


def _appointment(review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "caseID": review.case_id,
        "date": mapping.day(review.date),
        "time": review.time.strftime("%H:%M") if review.time else "",
        "note": review.note,
        "assignedTo": review.assigned_to_id,
        "completed": review.done_at is not None,
    }
