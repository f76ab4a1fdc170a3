"""What is asked when two records are found to be one person, or two. Rules are in core."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import HiddenInput

from portal.core.models import Person
from portal.core.person_merging import LONGEST_REASON
from portal.web.cases.forms import newlines, options
from portal.web.fields import RowField

_RELOAD = _l("This page is out of date. Reload it.")
DIFFERENT, AGAIN = "different", "again"


class ReasonForm(FlaskForm):
    """Why something about two records is decided: whoever reads it later will want to know."""

    reason = TextAreaField(_l("Why?"), [Length(max=LONGEST_REASON)], filters=[newlines])

    def validate_reason(self, field: TextAreaField) -> None:
        """Words, not blanks."""
        if not (field.data or "").strip():
            raise ValidationError(_("Say why."))


class JoinForm(ReasonForm):
    """Which of two records leads, as both were when they were compared, and why they are one person."""

    leads = RowField(widget=HiddenInput())
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired(_RELOAD)])
    other_version = IntegerField(widget=HiddenInput(), validators=[InputRequired(_RELOAD)])

    def catch_up(self, keep: Person, joins: Person) -> "JoinForm":
        """Carry the present versions: the reader is shown the records as they are now."""
        for field, value in (
            (self.leads, keep.id),
            (self.version, keep.version_id),
            (self.other_version, joins.version_id),
        ):
            field.data, field.raw_data = value, None
        return self


class ApartForm(ReasonForm):
    """Why records are taken apart, and whether the question is answered with it."""

    answer = RadioField(_l("What are they then?"), default=DIFFERENT)

    def offer(self) -> "ApartForm":
        """Let it be said that they are two people, or left open."""
        self.answer.choices = options(
            [
                (DIFFERENT, _("Two people; it is remembered, and not asked again")),
                (AGAIN, _("Not known; the question waits to be answered")),
            ]
        )
        return self
