"""What goes into a case file, and why it is made."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core import reasons
from portal.core.case_file import USUAL, Part
from portal.web.cases.forms import newlines, options

PARTS = {
    Part.PEOPLE: _l("People, and what was told of them"),
    Part.IDENTITY_NUMBERS: _l("Identity numbers of these people"),
    Part.STORY: _l("What happened, and the plan"),
    Part.MESSAGES: _l("Messages"),
    Part.NOTES: _l("Staff notes"),
    Part.STATES: _l("States of the case, with their reasons"),
    Part.SERVICES: _l("Services and referrals"),
    Part.FILES: _l("Names of the files"),
    Part.CONSENTS: _l("Consents"),
}
HINTS = {
    Part.IDENTITY_NUMBERS: _l("Only where whoever reads the file needs them."),
    Part.NOTES: _l("Written by staff for staff. Left out unless you choose them."),
    Part.FILES: _l("The files themselves are not in it."),
}


class CaseFileForm(FlaskForm):
    """The parts of a case file, and the reason for making it."""

    parts = SelectMultipleField(
        _l("What goes in?"),
        choices=options((part.value, PARTS[part]) for part in Part),
        default=[part.value for part in Part if part in USUAL],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    reason = RadioField(_l("Why is it made?"), validate_choice=False)
    reason_text = TextAreaField(_l("Which reason?"), [Optional(), Length(max=2000)], filters=[newlines])

    def offer(self) -> "CaseFileForm":
        """Let one of the reasons be chosen."""
        self.reason.choices = options((code, _(words)) for code, words in reasons.EXPORT.items())
        return self
