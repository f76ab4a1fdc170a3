"""Files in and out, the same at every door: stored before the row that speaks of them, never drawn by us."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Response, send_file
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from portal import storage
from portal.core.actors import Actor
from portal.core.attachments import Brought
from portal.core.models import Attachment
from portal.core.unit import record_reading

MEBIBYTE = 1024 * 1024
LARGEST = 20 * MEBIBYTE
PDF = "application/pdf"
_HEAD = 8192
_SANDBOX = "default-src 'none'; sandbox"
# Not every browser's own viewer draws in a sandbox. What it is given is a PDF by its bytes and its name, never a page.
_VIEWER = "default-src 'none'; object-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def receive(file: FileStorage, *, limit: int) -> Brought:
    """Store the bytes of a multipart field. Raises storage.TooLarge beyond *limit* bytes."""
    stored = storage.storage().put(file.stream, limit=limit)
    return Brought(file.filename or "", stored.checksum, stored.size_bytes, stored.content_type)


def look(file: FileStorage) -> Brought:
    """What a multipart field holds, before it is stored: what is refused already now leaves nothing behind."""
    content_type = storage.kind_of(file.stream.read(_HEAD))
    size = file.stream.seek(0, os.SEEK_END)
    file.stream.seek(0)
    return Brought(file.filename or "", "", size, content_type)


@dataclass(frozen=True)
class Arrivals:
    """Files that have arrived with a form; their bytes are kept when their rows are written, or not at all."""

    brought: list[Brought]
    parts: list[storage.Arrival]

    def keep(self) -> None:
        """Keep the bytes: the last thing inside the unit of work that writes their rows."""
        for part in self.parts:
            part.keep()


@contextlib.contextmanager
def arriving(files: Iterable[FileStorage], *, limit: int) -> Iterator[Arrivals]:
    """Take in the bytes of multipart fields; what is not kept is gone afterwards. Raises storage.TooLarge."""
    arrivals = Arrivals([], [])
    try:
        for file in files:
            part = storage.storage().arrive(file.stream, limit=limit)
            arrivals.parts.append(part)
            told = part.stored
            arrivals.brought.append(Brought(file.filename or "", told.checksum, told.size_bytes, told.content_type))
        yield arrivals
    finally:
        for part in arrivals.parts:
            part.leave()


def view(session: Session, actor: Actor, file: Attachment) -> Response:
    """A PDF for the browser's own viewer, its reading recorded; anything else is offered for saving."""
    is_pdf = file.content_type == PDF
    answer = send(session, actor, file)
    if is_pdf:
        answer.headers["Content-Disposition"] = answer.headers["Content-Disposition"].replace("attachment", "inline", 1)
        answer.headers["Content-Security-Policy"] = _VIEWER
    return answer


def send(session: Session, actor: Actor, file: Attachment) -> Response:
    """The file itself, its reading recorded. It is always offered for saving, never shown in the browser.

    A page of ours may draw it all the same where it is a picture: what an ``img`` names runs nothing.
    """
    number, checksum, name, content_type = file.id, file.checksum, file.file_name, file.content_type
    about = {"case": file.case_id, "person": file.person_id}
    about = {what: of for what, of in about.items() if of is not None}
    record_reading(session, actor, "attachment.read", attachment=number, **about)
    answer = send_file(storage.storage().open(checksum), mimetype=content_type, as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _SANDBOX
    return answer
