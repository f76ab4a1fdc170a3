"""Files in and out, the same at every door: stored before the row that speaks of them, never shown by us."""

from flask import Response, send_file
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from portal import storage
from portal.core.actors import Actor
from portal.core.attachments import Brought
from portal.core.models import Attachment
from portal.core.unit import record_reading

MEBIBYTE = 1024 * 1024


def receive(file: FileStorage, *, limit: int) -> Brought:
    """Store the bytes of a multipart field. Raises storage.TooLarge beyond *limit* bytes."""
    stored = storage.storage().put(file.stream, limit=limit)
    return Brought(file.filename or "", stored.checksum, stored.size_bytes, stored.content_type)


def send(session: Session, actor: Actor, file: Attachment) -> Response:
    """The file itself, its reading recorded. It is always offered for saving, never shown in the browser."""
    number, checksum, name, content_type = file.id, file.checksum, file.file_name, file.content_type
    record_reading(session, actor, "attachment.read", attachment=number)
    answer = send_file(storage.storage().open(checksum), mimetype=content_type, as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
