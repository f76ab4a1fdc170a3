"""Files: of a case, a person, a household or a consent, or sent before what they prove."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response, request
from flask_smorest.fields import Upload
from sqlalchemy.orm import Session

from portal.api import uploads
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import records
from portal.api.interventions.rules import READ, WRITE, room
from portal.api.interventions.shapes import uuid, word
from portal.api.units import Answer, perform, respond
from portal.core import attachments, consenting, evidence, households, people
from portal.core.actors import Actor
from portal.core.errors import InvalidInput, NotFound
from portal.core.models import Attachment, Consent
from portal.extensions import db

_TARGETS = {
    "case": records.survivor,
    "person": people.find_by_uuid,
    "household": households.find,
    "consent": consenting.find,
}
_OWNERS = ("case", "person", "household")

blueprint = room("attachments", "/attachments", tag="Attachments", max_body=uploads.LARGEST_BODY)


class FileSentSchema(Strict):
    """The file of a multipart body."""

    file = Upload(required=True)


class FileAboutSchema(Strict):
    """What a file belongs to, and what kind it is."""

    target_type = ma.fields.String(required=True, validate=ma.validate.OneOf(_TARGETS))
    target_id = ma.fields.UUID(load_default=None, metadata={"description": "Required for a case."})
    classification = ma.fields.String(load_default="general", validate=ma.validate.OneOf(attachments.CLASSIFICATIONS))


class FileSchema(ma.Schema):
    """What is known of a file."""

    attachment_id = uuid()
    file_name = word()
    content_type = word()
    size_bytes = ma.fields.Integer(required=True)
    checksum = word()
    status = word()


_MULTIPART = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "target_type"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "target_type": {"type": "string", "enum": list(_TARGETS)},
                    "target_id": {"type": "string", "format": "uuid"},
                    "classification": {"type": "string", "enum": list(attachments.CLASSIFICATIONS)},
                },
            }
        }
    },
}


@blueprint.route("/", methods=["POST"])
@needs(*WRITE)
@blueprint.doc(requestBody=_MULTIPART)
@blueprint.response(201, FileSchema)
def upload():
    """Send a file. What it is, its bytes say; one that belongs to nothing is for its sender until it is named."""
    actor = current_actor()
    sent = blueprint.ARGUMENTS_PARSER.parse(FileSentSchema, request, location="files")["file"]
    about = blueprint.ARGUMENTS_PARSER.parse(FileAboutSchema, request, location="form")
    _target(db.session, actor, about)
    file = uploads.receive(sent)

    def work(session: Session) -> Answer:
        kind, target = about["target_type"], _target(session, actor, about)
        made = attachments.add(
            session,
            actor,
            file,
            target_type=kind,
            classification=about["classification"],
            **({kind: target} if kind in _OWNERS else {}),
        )
        if isinstance(target, Consent):
            evidence.add(session, actor, target, made)
        return Answer(201, _told(made), {"Location": f"/attachments/{made.uuid}"})

    payload = {"checksum": file.checksum, "name": file.name, "target": str(about["target_id"])}
    return perform("attachment.add", work, payload=payload)


def _target(session: Session, actor: Actor, about: dict[str, Any]) -> Any:
    """What the file belongs to, among what the caller may see; None where it is not said yet."""
    kind, named = about["target_type"], about["target_id"]
    if named is None:
        if kind == "case":
            raise InvalidInput("Name the case.", target="target_id", problem="missing")
        return None
    try:
        return _TARGETS[kind](session, actor, named)
    except NotFound as absent:
        raise InvalidInput(absent.message, target="target_id") from absent


@blueprint.route("/<uuid:attachment_id>", methods=["GET"])
@needs(*READ)
@blueprint.response(200, FileSchema)
def show(attachment_id: UUID):
    """Read what is known of a file."""
    return respond(Answer(200, _told(attachments.read(db.session, current_actor(), attachment_id))))


@blueprint.route("/<uuid:attachment_id>/content", methods=["GET"])
@needs(*READ)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="*/*")
def content(attachment_id: UUID) -> Response:
    """Read the file itself. It is always offered for saving, never shown in the browser."""
    actor = current_actor()
    return uploads.send(db.session, actor, attachments.read(db.session, actor, attachment_id))


def _told(of: Attachment) -> dict[str, Any]:
    return {
        "attachment_id": str(of.uuid),
        "file_name": of.file_name,
        "content_type": of.content_type,
        "size_bytes": of.size_bytes,
        "checksum": of.checksum,
        "status": of.state,
    }
