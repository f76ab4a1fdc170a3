"""What is asked of whoever breaks the glass. Rules are in core/break_glass.py."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from portal.core import reasons
from portal.web.cases.forms import newlines, options


class BreakGlassForm(FlaskForm):
    """Which case, and why it must be read now."""

    reference = StringField(_l("Reference of the case"), [Optional(), Length(max=64)])
    reason = RadioField(_l("Why must you read it?"), validate_choice=False)
    reason_text = TextAreaField(_l("In words"), [Optional(), Length(max=2000)], filters=[newlines])

    def offer(self) -> "BreakGlassForm":
        """Let one of the reasons be chosen."""
        self.reason.choices = options((code, _(words)) for code, words in reasons.BREAK_GLASS.items())
        return self
