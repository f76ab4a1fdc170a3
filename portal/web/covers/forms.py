"""What is asked where somebody will be away. Rules are in core/covers.py."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import DataRequired

from portal.core.models import User
from portal.web.cases.forms import options
from portal.web.fields import DayField


class CoverForm(FlaskForm):
    """Who covers, and on which days: the first and the last are covered, too."""

    by = SelectField(_l("Who covers"), [DataRequired(_l("Choose who covers."))], coerce=int)
    first = DayField(_l("First day"), [DataRequired(_l("Enter the first day."))])
    last = DayField(_l("Last day"), [DataRequired(_l("Enter the last day."))])

    def offer(self, users: Iterable[User]) -> "CoverForm":
        """Let one of *users* be chosen."""
        self.by.choices = options([(0, _("Choose…")), *[(user.id, user.name) for user in users]])
        return self
