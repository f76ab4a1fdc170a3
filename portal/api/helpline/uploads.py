"""Files that come before the report they belong to: sent once, named in ``attachments_case`` afterwards."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_smorest.fields import Upload
from sqlalchemy.orm import Session

from portal.api import uploads
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Blueprint, Loose
from portal.api.helpline import examples
from portal.api.helpline.rules import DIALECT
from portal.api.helpline.schemas import FileSchema
from portal.api.units import Answer, perform
from portal.core import attachments

files = Blueprint(
    DIALECT, "attachments", url_prefix="/api/attachments", tag="Attachments", max_body=uploads.LARGEST_BODY
)


class UploadSchema(Loose):
    """A multipart body."""

    file = Upload(required=True, metadata={"description": "At most 20 MiB; documents, pictures, sound, film."})


@files.route("/", methods=["POST"])
@needs("cases:write", "webform")
@files.arguments(UploadSchema, location="files")
@files.response(201, FileSchema, example=examples.FILE)
def upload(told: Mapping[str, Any]) -> Response:
    """Send a file; its `attachment_id` goes into `attachments_case` of a report. What it is, its bytes say."""
    actor, file = current_actor(), uploads.receive(told["file"])

    def work(session: Session) -> Answer:
        made = attachments.add(session, actor, file)
        body = {
            "attachment_id": str(made.uuid),
            "file_name": made.file_name,
            "content_type": made.content_type,
            "size_bytes": made.size_bytes,
        }
        return Answer(201, body)

    return perform("attachment.add", work, payload={"checksum": file.checksum, "name": file.name})
