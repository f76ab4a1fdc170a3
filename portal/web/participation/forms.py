"""What is asked about participants, assignments, transfers and approvals. Rules are in core."""

import datetime as dt
from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from portal.core import approvals, clock, reasons
from portal.core.models import User, Vertical, WorkflowInstance
from portal.web.cases.forms import VersionedForm, newlines, options
from portal.web.fields import DayField
from portal.web.formats import office_zone

_DAY = _l("Enter a real date, such as 27 3 2027.")


def named(verticals: Iterable[Vertical]) -> list[tuple[int, str]]:
    """Verticals as something to choose from."""
    return [(vertical.id, vertical.name) for vertical in verticals]


class InviteForm(FlaskForm):
    """Which vertical is asked to take part."""

    vertical = SelectField(_l("Service to ask"), [DataRequired(_l("Choose the service to ask."))], coerce=int)

    def offer(self, verticals: Iterable[Vertical]) -> "InviteForm":
        """Let one of *verticals* be chosen."""
        self.vertical.choices = options([(0, _("Choose…")), *named(verticals)])
        return self


class ReasonForm(FlaskForm):
    """Why something ends or is declined: a code of a fixed list, and words with another reason."""

    reason = RadioField(_l("Reason"), validate_choice=False)
    reason_text = TextAreaField(_l("Which reason?"), [Optional(), Length(max=2000)], filters=[newlines])

    def offer(self, codes: Mapping[str, str], *, usual: str = "") -> "ReasonForm":
        """Let one of *codes* be chosen; *usual* is marked where nothing was chosen yet."""
        self.reason.choices = options((code, _(words)) for code, words in codes.items())
        if not self.is_submitted():
            self.reason.data = usual or None
        return self


class TransferForm(VersionedForm):
    """Where the case goes, and why; the same is asked for an approval and for the transfer itself."""

    to = SelectField(_l("Service that will lead"), [DataRequired(_l("Choose where the case goes."))], coerce=int)
    reason = RadioField(_l("Why is it handed over?"), validate_choice=False)
    reason_text = TextAreaField(_l("In words"), [Length(max=2000)], filters=[newlines])

    def offer(self, verticals: Iterable[Vertical]) -> "TransferForm":
        """Let one of *verticals* be chosen, for one of the reasons of the contract."""
        self.to.choices = options([(0, _("Choose…")), *named(verticals)])
        self.reason.choices = options((code, _(words)) for code, words in reasons.TRANSFER.items())
        return self

    def take_over(self, asked: WorkflowInstance) -> None:
        """Begin with the reasons that were given when the approval was asked for."""
        self.reason.data, self.reason_text.data = asked.reason_code, asked.reason_text

    def validate_reason_text(self, field: TextAreaField) -> None:
        """Another reason is told in words; the form asks for them though the contract does not."""
        if self.reason.data == reasons.OTHER and not (field.data or "").strip():
            raise ValidationError(_("Say which reason."))


class DecisionForm(FlaskForm):
    """The answer to a question, with words; who rejects says why."""

    decision = RadioField(_l("Your answer"), [InputRequired(_l("Choose an answer."))])
    reason_text = TextAreaField(_l("Why?"), [Length(max=2000)], filters=[newlines])

    def offer(self) -> "DecisionForm":
        """Let it be approved or rejected."""
        self.decision.choices = options([(approvals.APPROVED, _("Approve")), (approvals.REJECTED, _("Reject"))])
        return self

    def validate_reason_text(self, field: TextAreaField) -> None:
        """A rejection without words helps nobody."""
        if self.decision.data == approvals.REJECTED and not (field.data or "").strip():
            raise ValidationError(_("Say why it is rejected, for whoever asked."))


class AddAssignmentForm(FlaskForm):
    """Who works on the case beside the owner, as what, from when until when."""

    user = SelectField(_l("Worker"), [DataRequired(_l("Choose the worker."))], coerce=int)
    role = StringField(_l("Role on this case"), [Optional(), Length(max=64)])
    start = DayField(_l("From"), [InputRequired(_DAY)])
    until = DayField(_l("Last day"))

    def offer(self, users: Iterable[User], me: int | None) -> "AddAssignmentForm":
        """Let one of *users* be chosen."""
        names = [(user.id, _("Me") if user.id == me else user.name) for user in users]
        self.user.choices = options([(0, _("Choose…")), *names])
        return self


class EndAssignmentForm(FlaskForm):
    """Until when somebody works on the case, and why it ends."""

    until = DayField(_l("Last day"), [InputRequired(_DAY)])
    reason = RadioField(_l("Why does it end?"), validate_choice=False)

    def offer(self) -> "EndAssignmentForm":
        """Let one of the reasons of the contract be chosen."""
        self.reason.choices = options((code, _(words)) for code, words in reasons.END_ASSIGNMENT.items())
        return self


def beginning(day: dt.date) -> dt.datetime:
    """The first moment of a day, as the office counts days."""
    return dt.datetime.combine(day, dt.time(), office_zone()).astimezone(dt.UTC)


def end_of(day: dt.date | None) -> dt.datetime | None:
    """The moment at which a last day is over."""
    return beginning(day + dt.timedelta(days=1)) if day else None


def ending(day: dt.date) -> dt.datetime:
    """When something ends whose last day is *day*: what ends today ends now."""
    return clock.now() if day == clock.today(office_zone()) else end_of(day)
