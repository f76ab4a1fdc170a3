"""What is asked when cases are merged, taken apart again, or split. Rules are in core."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from portal.core import reasons
from portal.web.cases.forms import VersionedForm, newlines, options
from portal.web.fields import RowField


class MergeForm(VersionedForm):
    """Which other case joins this one, and why."""

    other = RowField(widget=HiddenInput(), validators=[InputRequired(_l("Choose a case first."))])
    reason = RadioField(_l("Why are they merged?"), validate_choice=False)
    reason_text = TextAreaField(_l("Which reason?"), [Optional(), Length(max=2000)], filters=[newlines])

    def offer(self) -> "MergeForm":
        """Let one of the reasons of contract 004 be chosen."""
        self.reason.choices = options((code, _(words)) for code, words in reasons.MERGE.items())
        return self


class UnmergeForm(VersionedForm):
    """Why a merge is undone, in words: the contract has no list for it."""

    reason_text = TextAreaField(_l("Why is it undone?"), [Length(max=2000)], filters=[newlines])

    def validate_reason_text(self, field: TextAreaField) -> None:
        """Whoever merged the cases will want to know."""
        if not (field.data or "").strip():
            raise ValidationError(_("Say why the merge is undone."))


class SplitForm(VersionedForm):
    """Why a case is split."""

    reason = RadioField(_l("Why is it split?"), validate_choice=False)
    reason_text = TextAreaField(_l("Which reason?"), [Optional(), Length(max=2000)], filters=[newlines])

    def offer(self) -> "SplitForm":
        """Let one of the reasons of contract 004 be chosen."""
        self.reason.choices = options((code, _(words)) for code, words in reasons.SPLIT.items())
        return self
