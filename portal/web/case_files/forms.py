"""What is asked when files are added to a case. What is taken is said by core; how large files may be, here."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from portal import uploads
from portal.core import attachments
from portal.core.errors import InvalidInput
from portal.web.case_files import limits
from portal.web.case_files.words import CLASSIFICATIONS
from portal.web.cases.forms import options


class BringsFiles(FlaskForm):
    """A form with which files come; ``needs_files`` says that without any it makes no sense."""

    files = MultipleFileField(_l("Files"))
    needs_files = False
    too_large = False  # one of the files that were sent, or all of them together

    @property
    def sent(self) -> list[FileStorage]:
        """The files that were chosen."""
        return [file for file in self.files.data or [] if getattr(file, "filename", "")]

    def validate_files(self, field: MultipleFileField) -> None:
        """Some files, not too many, not too large, each of a kind that is taken; what is wrong is said of each."""
        if not self.sent and self.needs_files:
            raise ValidationError(_("Choose a file first."))
        if len(self.sent) > limits.MOST_FILES:
            raise ValidationError(_("Send at most %(number)s files at once.", number=limits.MOST_FILES))
        faults = [fault for file in self.sent if (fault := self._fault(file))]
        if faults:
            raise ValidationError(" ".join([*faults, _("Nothing was stored.")]))

    def _fault(self, file: FileStorage) -> str | None:
        brought = uploads.look(file)
        if brought.size_bytes > limits.LARGEST:
            self.too_large = True
            reason = _("A file may have at most %(number)s MB.", number=limits.LARGEST // uploads.MEBIBYTE)
            return f"{attachments.plain_name(brought.name)}: {reason}"
        try:
            attachments.check(brought)
        except InvalidInput as refusal:
            return f"{attachments.plain_name(brought.name)}: {_(refusal.message)}"
        return None


class FilesForm(BringsFiles):
    """Files, and what they are."""

    description = StringField(_l("Description"), [Optional(), Length(max=500)])
    classification = SelectField(_l("What it is"), [Optional()])
    needs_files = True

    def offer(self) -> "FilesForm":
        """Let the kinds of contents be chosen."""
        self.classification.choices = options(CLASSIFICATIONS.items())
        return self
