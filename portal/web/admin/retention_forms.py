"""What is asked about for how long cases are kept."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from portal.core import retention
from portal.web.cases.forms import VersionedForm

_RANGE = NumberRange(1, retention.MOST_MONTHS, _l("Give a number of months from %(min)d to %(max)d."))

_BLANK = _l("Say after how many months something is done.")


class _RetentionForm(FlaskForm):
    """After how many months what is done; blank: never."""

    archive_months = IntegerField(_l("Months from closing to the archive"), [Optional(), _RANGE])
    erase_months = IntegerField(_l("Months from the archive to erasing"), [Optional(), _RANGE])

    @property
    def months(self) -> dict[str, int | None]:
        """What was typed, as core understands it."""
        return {"archive_months": self.archive_months.data, "erase_months": self.erase_months.data}


class NewRetentionForm(_RetentionForm):
    """A rule that is set."""

    vertical = SelectField(_l("For which cases"), coerce=int)


class ChangeRetentionForm(_RetentionForm, VersionedForm):
    """The months of a rule from now on."""


class NewPeopleRetentionForm(FlaskForm):
    """The rule for people that is set."""

    erase_months = IntegerField(_l("Months from what kept them last to erasing"), [InputRequired(_BLANK), _RANGE])

    @property
    def months(self) -> dict[str, int | None]:
        """What was typed, as core understands it."""
        return {"archive_months": None, "erase_months": self.erase_months.data}


class ChangePeopleRetentionForm(NewPeopleRetentionForm, VersionedForm):
    """The months of the rule for people from now on."""


class BeginForm(VersionedForm):
    """Letting a rule begin, once what it does was seen."""

    seen = BooleanField(_l("I have looked at what this does"), [InputRequired(_l("Say that you looked at it."))])


class RestForm(VersionedForm):
    """Switching a rule off."""
