"""What is asked when a consent is taken down, renewed, proven, rejected or withdrawn. Rules are in core."""

import datetime as dt
from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from portal.core import clock
from portal.core.consenting import Given
from portal.core.errors import InvalidInput
from portal.core.models import Vertical
from portal.web.cases.forms import newlines, options
from portal.web.consents.words import METHODS, MODES
from portal.web.fields import DayField
from portal.web.formats import office_zone

NONE_YET = "none"


class EvidenceForm(FlaskForm):
    """By what a consent was given."""

    method = RadioField(_l("What proves it?"), validate_choice=False)
    description = TextAreaField(_l("What was said or signed"), [Optional(), Length(max=2000)], filters=[newlines])
    files = MultipleFileField(_l("Files"))

    def offer_methods(self, *, none_yet: bool) -> None:
        """Let one of the kinds of evidence be chosen; ``none_yet``: or none for now."""
        none = [(NONE_YET, _("Nothing yet; evidence follows"))] if none_yet else []
        self.method.choices = options([*METHODS.items(), *none])

    def validate_method(self, field: RadioField) -> None:
        """One of what is offered, with something that can be looked at."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Say what proves it."))
        if field.data == NONE_YET and (self.sent or (self.description.data or "").strip()):
            raise ValidationError(_("Say what kind of evidence this is."))
        if field.data != NONE_YET and not self.sent and not (self.description.data or "").strip():
            raise ValidationError(_("Add the file of the evidence, or say below what was said or signed."))

    @property
    def sent(self) -> list:
        """The files that were chosen."""
        return [file for file in self.files.data or [] if getattr(file, "filename", "")]


class PeriodForm(EvidenceForm):
    """A consent as it was given: from when, until when, how."""

    start = DayField(_l("From"), [InputRequired(_l("Enter the first day."))])
    until = DayField(_l("Last day"))
    mode = RadioField(_l("Where was it taken down?"), validate_choice=False)

    def offer(self) -> "PeriodForm":
        """Let the kinds of evidence be chosen, and how it was taken down."""
        self.mode.choices = options(MODES.items())
        self.offer_methods(none_yet=True)
        if not self.is_submitted():
            self.start.data, self.mode.data = clock.today(office_zone()), "online"
        return self

    def validate_mode(self, field: RadioField) -> None:
        """One of the contract's two."""
        if field.data not in MODES:
            raise ValidationError(_("Choose one of the list"))

    def validate_until(self, field: DayField) -> None:
        """A period ends after it begins."""
        if field.data and self.start.data and field.data < self.start.data:
            raise ValidationError(_("The last day comes before the first."))

    def given(self, evidence: list) -> Given:
        """What stands in the form, as core knows it. What begins today begins now."""
        today = clock.today(office_zone())
        start = clock.now() if self.start.data == today else _beginning(self.start.data)
        until = _beginning(self.until.data + dt.timedelta(days=1)) if self.until.data else None
        return Given(start, until, mode=self.mode.data, evidence=evidence)


class RenewForm(PeriodForm):
    """A new period for the consent that its reader had before them."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired(_l("This page is out of date. Reload it."))])

    def catch_up(self, version: int) -> None:
        """Carry the present version from now on."""
        self.version.data, self.version.raw_data = version, None


class CaptureForm(PeriodForm):
    """A new consent, and for which vertical."""

    vertical = SelectField(_l("For which service"), [DataRequired(_l("Choose the service."))], coerce=int)

    def offer_verticals(self, verticals: Iterable[Vertical]) -> "CaptureForm":
        """Let one of *verticals* be chosen."""
        named = [(vertical.id, vertical.name) for vertical in verticals]
        self.vertical.choices = options([(0, _("Choose…")), *named])
        return self


class EndForm(FlaskForm):
    """Why a consent is rejected or withdrawn: a code of the contract's list, and words with another reason."""

    reason = RadioField(_l("Reason"), validate_choice=False)
    reason_text = TextAreaField(_l("Which reason?"), [Optional(), Length(max=2000)], filters=[newlines])

    def offer(self, codes: Mapping[str, str]) -> "EndForm":
        """Let one of *codes* be chosen."""
        self.reason.choices = options((code, _(words)) for code, words in codes.items())
        return self

    def given(self) -> dict[str, str | None]:
        """What is told, as core takes it. Raises InvalidInput where the form itself is not in order."""
        if not self.validate():
            raise InvalidInput("Look at the fields again.", target="reason_text")
        return {"reason_code": self.reason.data, "text": self.reason_text.data}

    def refuse(self, refusal: InvalidInput) -> "EndForm":
        """Say beside its field what core refused."""
        field = self.reason_text if refusal.target == "reason_text" else self.reason
        if not field.errors:
            field.errors = [_(refusal.message)]
        return self


def _beginning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), office_zone()).astimezone(dt.UTC)
