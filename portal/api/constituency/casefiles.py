"""Files of cases: sent as multipart, told as JSON, and read as what they are."""

from typing import Any

import marshmallow as ma
from flask import Response, request
from flask_smorest.fields import Upload
from sqlalchemy.orm import Session

from portal.api import uploads
from portal.api.constituency import fields, mapping, records
from portal.api.constituency.rules import NUMBER, PREFIX, READ, WRITE, room
from portal.api.constituency.shapes import office_time
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Loose
from portal.api.units import Answer, perform, respond
from portal.core import attachments
from portal.core.models import Attachment
from portal.extensions import db

blueprint = room("casefiles", "/casefiles", tag="Case files", max_body=uploads.LARGEST_BODY)

EXAMPLE = {
    "id": 8,
    "caseID": 51,
    "filename": "application.pdf",
    "description": "The application as it was sent",
    "contentType": "application/pdf",
    "size": 48210,
    "uploaded": "2024-01-15 10:40:00",
    "uploadedBy": 2,
}


class CaseFileSentSchema(Loose):
    """The file."""

    file = Upload(required=True)


class CaseFileAboutSchema(Loose):
    """What the file belongs to."""

    caseID = fields.Id(required=True)
    description = fields.Text(longest=2_000, load_default="")


class CaseFileMadeSchema(ma.Schema):
    """A new file."""

    id = ma.fields.Integer(required=True)
    filename = ma.fields.String(required=True)


class CaseFileSchema(CaseFileMadeSchema):
    """What is known of a file."""

    caseID = ma.fields.Integer(required=True, allow_none=True)
    description = ma.fields.String(required=True)
    contentType = ma.fields.String(required=True)
    size = ma.fields.Integer(required=True, metadata={"description": "In bytes."})
    uploaded = office_time()
    uploadedBy = ma.fields.Integer(required=True, allow_none=True)


# Files and form are two places for the parser and one body for the document.
_MULTIPART = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "caseID"],
                "properties": {
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "description": "At most 20 MiB; what it is, its bytes say.",
                    },
                    "caseID": {"type": "integer", "minimum": 1},
                    "description": {"type": "string", "maxLength": 2_000},
                },
            }
        }
    },
}


@blueprint.route("", methods=["POST"])
@needs(*WRITE)
@blueprint.doc(requestBody=_MULTIPART)
@blueprint.response(201, CaseFileMadeSchema, example={"id": 8, "filename": "application.pdf"})
@blueprint.alt_response(415, schema=blueprint.dialect.error_schema, description="The body is not multipart.")
@blueprint.alt_response(413, schema=blueprint.dialect.error_schema, description="The file is too large.")
def add():
    """Put a file on a case."""
    actor = current_actor()
    sent = blueprint.ARGUMENTS_PARSER.parse(CaseFileSentSchema, request, location="files")["file"]
    about = blueprint.ARGUMENTS_PARSER.parse(CaseFileAboutSchema, request, location="form")
    records.named_case(db.session, actor, about["caseID"], lock=False)  # nobody fills the storage for a case not theirs
    file = uploads.receive(sent)

    def work(session: Session) -> Answer:
        case = records.named_case(session, actor, about["caseID"])
        made = attachments.add(session, actor, file, case=case, description=about["description"])
        body = {"id": made.id, "filename": made.file_name}
        return Answer(201, body, {"Location": f"{PREFIX}/casefiles/{made.id}"})

    return perform("attachment.add", work, payload={**about, "checksum": file.checksum, "name": file.name})


@blueprint.route(f"/{NUMBER}", methods=["GET"])
@needs(*READ)
@blueprint.response(200, CaseFileSchema, example=EXAMPLE)
def show(number: int):
    """Read what is known of a file."""
    return respond(Answer(200, told_of(attachments.find_numbered(db.session, current_actor(), number))))


@blueprint.route(f"/{NUMBER}/content", methods=["GET"])
@needs(*READ)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="*/*")
def content(number: int) -> Response:
    """Read the file itself. It is always offered for saving, never shown in the browser."""
    actor = current_actor()
    return uploads.send(db.session, actor, attachments.find_numbered(db.session, actor, number))


def told_of(attachment: Attachment) -> dict[str, Any]:
    """A file as this dialect tells it."""
    return {
        "id": attachment.id,
        "caseID": attachment.case_id,
        "filename": attachment.file_name,
        "description": attachment.description,
        "contentType": attachment.content_type,
        "size": attachment.size_bytes,
        "uploaded": mapping.told(attachment.created_at),
        "uploadedBy": attachment.uploaded_by_id,
    }
