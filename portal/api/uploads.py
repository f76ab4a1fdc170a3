"""Files at the doors of the dialects: how large they may be, and what is said of one that is larger."""

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from portal import storage, uploads
from portal.core.attachments import Brought
from portal.uploads import LARGEST, MEBIBYTE, send

__all__ = ["LARGEST", "LARGEST_BODY", "receive", "send"]

LARGEST_BODY = LARGEST + MEBIBYTE  # the file and what is told beside it


def receive(file: FileStorage) -> Brought:
    """Store the bytes of a multipart field. Raises RequestEntityTooLarge beyond ``LARGEST``."""
    try:
        return uploads.receive(file, limit=LARGEST)
    except storage.TooLarge as error:
        raise RequestEntityTooLarge from error
