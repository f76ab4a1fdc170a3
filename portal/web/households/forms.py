"""What is asked when a household is registered, and when somebody joins or leaves it. Rules are in core."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from portal.core import reasons
from portal.web.cases.forms import newlines, options
from portal.web.fields import DayField, RowField, WordField

_WHO = _l("Choose the person first.")


class HouseholdForm(FlaskForm):
    """A new household."""

    leader = RowField(widget=HiddenInput(), validators=[DataRequired(_WHO)])
    name = WordField(_l("Name of the household"), longest=255)
    address = TextAreaField(_l("Address"), [Optional(), Length(max=1000)], filters=[newlines])


class MemberForm(FlaskForm):
    """Who belongs to a household, as what and since when."""

    person = RowField(widget=HiddenInput(), validators=[DataRequired(_WHO)])
    relation = WordField(_l("Relation to the leader"), longest=64)
    start = DayField(_l("Since"), [InputRequired(_l("Enter the day."))])


class EndMemberForm(FlaskForm):
    """Until when somebody belonged to a household, and why no longer."""

    until = DayField(_l("Until"), [InputRequired(_l("Enter the day."))])
    reason = RadioField(_l("Why no longer?"), validate_choice=False)

    def offer(self) -> "EndMemberForm":
        """Let one of the reasons be chosen."""
        self.reason.choices = options((code, _(words)) for code, words in reasons.MEMBERSHIP_END.items())
        return self
