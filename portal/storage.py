"""Files, written once under their checksum: the same bytes are one file, and what is there never changes.

A file is written before the row that speaks of it: until then nobody finds it. Whoever wants it as a file of an object
store gives another class with the same functions.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import filetype
from flask import Flask, current_app

FOLDER = "attachments"
_CHUNK = 64 * 1024
_HEAD = 8192


class TooLarge(ValueError):
    """The file is longer than what is taken."""


@dataclass(frozen=True)
class Stored:
    """A file that lies in the storage: what it is by its own bytes, whatever its name says."""

    checksum: str
    size_bytes: int
    content_type: str | None  # None: no kind that is known


@dataclass(frozen=True)
class Arrival:
    """A file that has arrived and lies beside the others; it is kept or left, for nobody finds it where it is."""

    stored: Stored
    part: Path
    place: Path

    def keep(self) -> Stored:
        """Put it to the others, at once and whole."""
        self.place.parent.mkdir(mode=0o700, exist_ok=True)
        self.part.replace(self.place)
        return self.stored

    def leave(self) -> None:
        """Take it away, unless it was kept."""
        self.part.unlink(missing_ok=True)


class Storage:
    """A folder of files named by SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, stream: BinaryIO, *, limit: int) -> Stored:
        """Store a stream. Raises TooLarge beyond *limit* bytes; nothing is left behind then."""
        return self.arrive(stream, limit=limit).keep()

    def arrive(self, stream: BinaryIO, *, limit: int) -> Arrival:
        """Take a stream in without keeping it yet. Raises as ``put`` does."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest, size, head = hashlib.sha256(), 0, b""
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".arriving-", delete=False) as file:
            part = Path(file.name)
            try:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge(f"more than {limit} bytes")
                    head += chunk[: _HEAD - len(head)]
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        stored = Stored(digest.hexdigest(), size, kind_of(head))
        return Arrival(stored, part, self._place(stored.checksum))

    def open(self, checksum: str) -> BinaryIO:
        """The bytes. Raises FileNotFoundError."""
        return self._place(checksum).open("rb")

    def _place(self, checksum: str) -> Path:
        if len(checksum) != 64 or not set(checksum) <= set("0123456789abcdef"):
            raise FileNotFoundError(checksum)
        return self._folder / checksum[:2] / checksum


def kind_of(head: bytes) -> str | None:
    """The media type by the first bytes; plain text where they are that, None where they are nothing known."""
    kind = filetype.guess(head)
    if kind is not None:
        return kind.mime
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # a character cut in two at the end is no fault
            return None
        text = head[: error.start].decode("utf-8")
    if any(character < " " and character not in "\t\r\n\f" for character in text):
        return None
    return "text/plain" if not text.lstrip().startswith("<") else "text/html"


def register(app: Flask) -> None:
    """The storage of this installation."""
    app.extensions["storage"] = Storage(app.extensions["settings"].data_dir / FOLDER)


def storage() -> Storage:
    """The storage of the application in use."""
    return current_app.extensions["storage"]
