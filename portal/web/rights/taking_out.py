"""Everything held about a person as one file, made while it is sent."""

import io
import json
import zipfile
from collections.abc import Iterator

from flask import Response, request, stream_template, stream_with_context
from flask_babel import gettext as _

from portal.core import clock, subject_export
from portal.core.errors import InvalidInput
from portal.core.models import Attachment
from portal.core.subject_export import Export
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.storage import storage
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.rights import asking, words
from portal.web.rights.forms import ExportForm

_CHUNK = 64 * 1024


def export(id: int):
    """What goes out and what does not; and the file itself, once it is said why."""
    form = ExportForm()
    if request.method == "GET" or not form.validate():
        return _choose(id, form)
    try:
        with unit_of_work(db.session, current_actor(), intent="person.export"):
            person = asking.findable(id)
            notes, reason = form.notes.data, form.reason.data or ""
            told = subject_export.begin(db.session, current_actor(), person, reason=reason, notes=notes)
            name = person_name(person)
    except InvalidInput as refusal:
        form.reason.errors = [_(refusal.message)]
        return _choose(id, form)
    made = Export(db.session, current_actor(), told, notes=notes)
    answer = Response(stream_with_context(_zipped(made, name)), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="person-{id}.zip"'
    return answer


def _choose(id: int, form: ExportForm):
    person = asking.findable(id)
    told = subject_export.scope(db.session, current_actor(), person)
    return asking.page("rights/export.html", person, 422 if form.is_submitted() else 200, form=form, told=told)


class _Pipe(io.RawIOBase):
    """What is written is handed on; nothing is kept, and nothing can be gone back to."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self._kept += data
        return len(data)

    @property
    def waiting(self) -> int:
        """How many bytes were written since the last time."""
        return len(self._kept)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._kept)
        self._kept.clear()
        return taken


def _zipped(made: Export, name: str) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, chunks in _members(made, name):
            with archive.open(path, "w", force_zip64=True) as member:
                for chunk in chunks:
                    member.write(chunk)
                    if pipe.waiting > _CHUNK:
                        yield pipe.take()
        for file in made.files():
            if made.is_given(file):
                yield from _file(archive, pipe, file)
    yield pipe.take()


def _members(made: Export, name: str) -> Iterator[tuple[str, Iterator[bytes]]]:
    yield "everything.json", (text.encode() for text in _json(made, name))
    shown = {"made": made, "name": name, "words": words, "at": clock.now(), "file_path": _path}
    yield "everything.html", (text.encode() for text in stream_template("rights/everything.html", **shown))


def _file(archive: zipfile.ZipFile, pipe: _Pipe, file: Attachment) -> Iterator[bytes]:
    with storage().open(file.checksum) as source, archive.open(_path(file), "w", force_zip64=True) as member:
        while chunk := source.read(_CHUNK):
            member.write(chunk)
            yield pipe.take()


def _path(file: Attachment) -> str:
    """Where a file lies in the archive: its name is told, never trusted."""
    bare = "".join(sign if sign.isalnum() or sign in ".-_ " else "_" for sign in file.file_name).strip(". ")
    return f"files/{file.id}-{bare[-100:] or 'file'}"


def _json(made: Export, name: str) -> Iterator[str]:
    """One JSON object: a list of rows for each table, written row by row."""
    yield json.dumps({"person": name, "made_at": clock.now().isoformat()}, ensure_ascii=False)[:-1]
    for table, rows in made.sections():
        yield f", {json.dumps(table)}: ["
        for number, row in enumerate(rows):
            yield (", " if number else "") + json.dumps(row, ensure_ascii=False)
        yield "]"
    files = [
        {"name": f.file_name, "at": f.created_at.isoformat(), "file": _path(f) if made.is_given(f) else None}
        for f in made.files()
    ]
    yield ', "files": ' + json.dumps(files, ensure_ascii=False) + "}"
