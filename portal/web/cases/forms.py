"""What is asked on the pages of a case: one form an intention. Rules are in core; here are shape and wording."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from portal.core.models import Program
from portal.core.place_register import Branch
from portal.core.vocabulary import Action, Answer, Priority
from portal.web.cases.words import ANSWERS

LONGEST = 20_000


def newlines(text: str | None) -> str | None:
    """Text with the line ends that are stored; browsers send others, and those would look like a change."""
    return text.replace("\r\n", "\n") if text else text


def options(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """What can be chosen in a field: values with their words."""
    return [SelectChoice(value=value, label=words) for value, words in pairs]


class VersionedForm(FlaskForm):
    """A form that knows which version of the case its reader had before them."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired(_l("This page is out of date. Reload it."))])

    def catch_up(self, version: int) -> None:
        """Carry the present version from now on: the reader is shown what changed meanwhile."""
        self.version.data, self.version.raw_data = version, None


class StepForm(VersionedForm):
    """One step of the lifecycle: why, in which words, and a note for the history."""

    reason = RadioField(_l("Reason"), validate_choice=False)
    reason_text = TextAreaField(_l("Which reason?"), [Optional(), Length(max=2000)], filters=[newlines])
    note = TextAreaField(_l("Note for the history"), [Optional(), Length(max=LONGEST)], filters=[newlines])

    def ask(self, action: Action, row) -> "StepForm":
        """Ask for what the row of the lifecycle table demands, and for nothing else."""
        if row is None or row.reasons is None:
            del self.reason, self.reason_text
            return self
        self.reason.choices = options((code, _(words)) for code, words in row.reasons.items())
        self.reason.label.text = _(_QUESTIONS.get(action, "Reason"))
        if len(row.reasons) == 1 and not self.reason.data:
            self.reason.data = next(iter(row.reasons))
        if "OTHER" not in row.reasons:
            del self.reason_text
        return self


_QUESTIONS = {
    Action.SUSPEND: _l("Why is it suspended?"),
    Action.RESUME: _l("Why can it go on? (optional)"),
    Action.CLOSE: _l("Why is it closed?"),
    Action.REOPEN: _l("Why is it reopened?"),
    Action.ARCHIVE: _l("Why is it archived?"),
    Action.REFUSE: _l("Why is it refused?"),
}


class AssignForm(VersionedForm):
    """Who has the case from now on."""

    assigned_to = SelectField(_l("Assign to"), [DataRequired(_l("Choose who takes the case."))], coerce=int)
    reason = StringField(_l("Reason"), [Optional(), Length(max=500)], id="assign-reason")

    def offer(self, users, me: int | None) -> "AssignForm":
        """Let one of *users* be chosen; the reader comes first, as themselves."""
        ordered = sorted(users, key=lambda user: user.id != me)
        names = [(user.id, _("Me") if user.id == me else user.name) for user in ordered]
        self.assigned_to.choices = options([(0, _("Choose…")), *names])
        return self


class ReviewForm(VersionedForm):
    """When the case is looked at again; blank for never."""

    date = DateField(_l("Review date"), [Optional()], format=["%d %m %Y", "%Y-%m-%d"], id="review-date")


class BelongingForm(VersionedForm):
    """The programme the case is in, and the places it is about."""

    program = SelectField(_l("Programme"), coerce=int)
    places = SelectMultipleField(_l("Places"), coerce=int)

    def offer(self, programs: Iterable[Program], branches: Iterable[Branch]) -> "BelongingForm":
        """Let one of *programs* be chosen, and any of the places, each below the one it lies in."""
        self.program.choices = options([(0, _("No programme")), *((one.id, one.name) for one in programs)])
        self.places.choices = options((one.place.id, "\u2003" * one.depth + one.place.name) for one in branches)
        return self


class EditForm(VersionedForm):
    """The facts of the case that are not its state."""

    summary = StringField(_l("Summary"), [Optional(), Length(max=500)])
    narrative = TextAreaField(_l("What happened"), [Optional(), Length(max=200_000)], filters=[newlines])
    plan = TextAreaField(_l("Plan"), [Optional(), Length(max=LONGEST)], filters=[newlines])
    category = SelectField(_l("Category"), [Optional()], validate_choice=False)
    priority = RadioField(_l("Priority"), validate_choice=False)
    gbv = RadioField(_l("Is this gender-based violence?"))
    immediate_danger = RadioField(_l("Is somebody in immediate danger?"))

    FACTS = ("summary", "narrative", "plan", "category", "priority", "gbv", "immediate_danger")

    def offer(self, categories: list[tuple[str, str]]) -> "EditForm":
        """Fill in the lists to choose from."""
        self.category.choices = options([("", _("Not chosen")), *categories])
        for question in (self.gbv, self.immediate_danger):
            question.choices = options((answer.value, ANSWERS[answer]) for answer in Answer)
        self.priority.choices = options(
            [(Priority.HIGH.value, _("High")), (Priority.MEDIUM.value, _("Medium")), (Priority.LOW.value, _("Low"))]
        )
        return self
