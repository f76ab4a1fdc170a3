"""Files in and out, the same at every dialect's door: stored before the row that speaks of them, never shown by us."""

from flask import Response, send_file
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from portal import storage
from portal.api.dialect import MEBIBYTE
from portal.core.actors import Actor
from portal.core.attachments import Brought
from portal.core.models import Attachment
from portal.core.unit import record_reading

LARGEST = 20 * MEBIBYTE
LARGEST_BODY = LARGEST + MEBIBYTE  # the file and what is told beside it


def receive(file: FileStorage) -> Brought:
    """Store the bytes of a multipart field. Raises RequestEntityTooLarge beyond ``LARGEST``."""
    try:
        stored = storage.storage().put(file.stream, limit=LARGEST)
    except storage.TooLarge as error:
        raise RequestEntityTooLarge from error
    return Brought(file.filename or "", stored.checksum, stored.size_bytes, stored.content_type)


def send(session: Session, actor: Actor, file: Attachment) -> Response:
    """The file itself, its reading recorded. It is always offered for saving, never shown in the browser."""
    number, checksum, name, content_type = file.id, file.checksum, file.file_name, file.content_type
    record_reading(session, actor, "attachment.read", attachment=number)
    answer = send_file(storage.storage().open(checksum), mimetype=content_type, as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
