"""What is asked in the administration: one form an intention. Rules are in core; here are shape and wording."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core import organisations, reasons, tokens
from portal.core.errors import InvalidInput
from portal.core.vocabulary import Dialect
from portal.web.admin import words
from portal.web.cases.forms import newlines, options

YEARS = range(2000, 2200)  # what else is typed is a slip of the finger


def beside(form: FlaskForm, refusal: InvalidInput, **names: str) -> FlaskForm:
    """The form with the refusal beside its field, or above all where it is of none."""
    name = names.get(refusal.target, refusal.target)
    if name in form:
        form[name].errors = [*form[name].errors, _(refusal.message)]
    else:
        form.form_errors.append(_(refusal.message))
    return form


class ConfirmForm(FlaskForm):
    """Nothing but the decision itself."""


class RegisterForm(FlaskForm):
    """A partner organisation."""

    name = StringField(_l("Name"), [InputRequired(_l("Give the organisation a name.")), Length(max=255)])
    email = StringField(_l("E-mail"), [InputRequired(_l("Give its e-mail address.")), Length(max=255)])
    time_zone = StringField(_l("Time zone"), [Optional(), Length(max=64)])
    priorities = RadioField(
        _l("What does priority 1 mean to it?"),
        choices=options(
            [
                ("", _l("Not known yet")),
                ("contract", _l("1 is high, 3 is low")),
                ("upstream", _l("1 is low, 3 is high")),
            ]
        ),
        default="",
    )
    pending = BooleanField(_l("Let it wait for approval"))


class ArmForm(FlaskForm):
    """For how long the token endpoint answers, and to whom."""

    minutes = RadioField(
        _l("For how long?"),
        choices=options([(10, _l("10 minutes")), (30, _l("30 minutes")), (120, _l("2 hours")), (1440, _l("24 hours"))]),
        coerce=int,
        default=int(organisations.WINDOW.total_seconds() // 60),
    )
    address = StringField(_l("Network address"), [Optional(), Length(max=64)])


class DefaultsForm(FlaskForm):
    """What is read where the web form of a partner sends nothing; blank means that it is refused."""

    name = StringField(words.DEFAULTS["reporter.fname"], [Optional(), Length(max=255)])
    category = SelectField(words.DEFAULTS["case_category_id"], validate_choice=False)
    plan = StringField(words.DEFAULTS["plan"], [Optional(), Length(max=500)])
    priority = SelectField(
        words.DEFAULTS["priority"], choices=options([("", _l("No default")), ("1", "1"), ("2", "2"), ("3", "3")])
    )
    status = SelectField(
        words.DEFAULTS["status"],
        choices=options(
            [("", _l("No default")), ("1", _l("1, open")), ("2", _l("2, closed")), ("3", _l("3, escalated"))]
        ),
    )

    FIELDS = {
        "reporter.fname": "name",
        "case_category_id": "category",
        "plan": "plan",
        "priority": "priority",
        "status": "status",
    }


_PRIORITIES = options((priority.value, word) for priority, word in words.PRIORITIES.items())


class PrioritiesForm(FlaskForm):
    """What the digits of a partner mean."""

    one = SelectField(_l("Its 1 means"), choices=_PRIORITIES)
    two = SelectField(_l("Its 2 means"), choices=_PRIORITIES)
    three = SelectField(_l("Its 3 means"), choices=_PRIORITIES)

    DIGITS = {"1": "one", "2": "two", "3": "three"}


class IssueForm(FlaskForm):
    """A token: for which dialect, for whom, for what and for how long."""

    dialect = RadioField(
        _l("For which API?"),
        [InputRequired(_l("Choose an API."))],
        choices=options((dialect.value, words.DIALECTS[dialect]) for dialect in Dialect),
    )
    holder = SelectField(_l("For whom?"), [InputRequired(_l("Choose who acts with it."))])
    scopes = SelectMultipleField(
        _l("Limited to"),
        choices=options(words.SCOPES.items()),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    days = IntegerField(
        _l("Valid for days"),
        [
            InputRequired(_l("Say for how many days.")),
            NumberRange(1, tokens.MOST_DAYS, _l("Between %(min)d and %(max)d days.")),
        ],
        default=tokens.DAYS,
    )


class RotateForm(FlaskForm):
    """When the old token ends."""

    when = RadioField(
        _l("When does the old one end?"),
        choices=options([("now", _l("At once")), ("later", _l("At a chosen hour, within seven days"))]),
        default="now",
    )
    at = DateTimeLocalField(_l("The hour"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])

    def validate(self, extra_validators=None) -> bool:
        """Also whether the hour is told where it is needed, of a year that clocks of all zones can show."""
        if not super().validate(extra_validators):
            return False
        if self.when.data == "later" and (self.at.data is None or self.at.data.year not in YEARS):
            self.at.errors = [_("Say at which hour.")]
        return not self.at.errors


class RevokeForm(FlaskForm):
    """Why a token is ended."""

    reason = RadioField(
        _l("Reason"),
        choices=options((code, _l(said)) for code, said in reasons.TOKEN_REVOCATION.items()),
        validate_choice=False,
    )
    reason_text = TextAreaField(_l("Which reason?"), [Optional(), Length(max=2000)], filters=[newlines])


class MapForm(FlaskForm):
    """What a code of a sender means."""

    value = SelectField(_l("It means"), [InputRequired(_l("Choose what it means."))], validate_choice=False)
