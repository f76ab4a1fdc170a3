"""What files are called on the pages. Words only; nothing is decided here."""

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import uploads
from portal.core.models import Attachment

# What every browser draws by itself where a page of ours names it as a picture.
_DRAWN = frozenset("image/bmp image/gif image/jpeg image/png image/webp".split())

_KINDS = {
    "application/pdf": _l("PDF document"),
    "application/msword": _l("Word document"),
    "application/rtf": _l("Text document (RTF)"),
    "application/vnd.ms-excel": _l("Excel workbook"),
    "application/vnd.ms-powerpoint": _l("PowerPoint presentation"),
    "application/vnd.oasis.opendocument.text": _l("Text document (OpenDocument)"),
    "application/vnd.oasis.opendocument.spreadsheet": _l("Spreadsheet (OpenDocument)"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _l("Word document"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _l("Excel workbook"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": _l("PowerPoint presentation"),
    "text/plain": _l("Plain text"),
}
_FAMILIES = {
    "image": lambda name: _("Picture (%(format)s)", format=name),
    "audio": lambda name: _("Sound recording (%(format)s)", format=name),
    "video": lambda name: _("Film (%(format)s)", format=name),
}

CLASSIFICATIONS = {
    "general": _l("Nothing special"),
    "identity": _l("Proof of identity"),
    "medical": _l("Medical"),
    "legal": _l("Legal"),
    "evidence": _l("Evidence"),
    "consent": _l("Proof of consent"),
}


def kind(file: Attachment) -> str:
    """What a file is, by its own bytes."""
    family, _slash, name = file.content_type.partition("/")
    if file.content_type in _KINDS:
        return str(_KINDS[file.content_type])
    return _FAMILIES[family](name.removeprefix("x-").upper()) if family in _FAMILIES else file.content_type


def size(number: int) -> str:
    """How large a file is, in the unit that is read easily."""
    if number < 1000:
        return _("%(number)s bytes", number=number)
    if number < uploads.MEBIBYTE:
        return _("%(number)s kB", number=format_decimal(max(1, round(number / 1024))))
    return _("%(number)s MB", number=format_decimal(round(number / uploads.MEBIBYTE, 1)))


def is_picture(file: Attachment) -> bool:
    """Whether a page can show it as a picture."""
    return file.content_type in _DRAWN


def is_pdf(file: Attachment) -> bool:
    """Whether the browser's own viewer shows it."""
    return file.content_type == uploads.PDF
