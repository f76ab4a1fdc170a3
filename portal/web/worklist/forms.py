"""What is asked when several cases are changed at once."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from portal.core.models import User
from portal.web.cases.forms import options


class AssignSeveralForm(FlaskForm):
    """Who has the cases from now on."""

    to = SelectField(_l("Assign to"), [DataRequired(_l("Choose who takes the cases."))], coerce=int)
    reason = StringField(_l("Reason"), [Optional(), Length(max=500)])

    def offer(self, users: Iterable[User], me: int | None) -> "AssignSeveralForm":
        """Let one of *users* be chosen; the reader comes first, as themselves."""
        ordered = sorted(users, key=lambda user: user.id != me)
        names = [(user.id, _("Me") if user.id == me else user.name) for user in ordered]
        self.to.choices = options([(0, _("Choose…")), *names])
        return self


class ReviewSeveralForm(FlaskForm):
    """When the cases are looked at again."""

    date = DateField(
        _l("Review date"),
        [DataRequired(_l("Enter a real date, such as 27 3 2027."))],
        format=["%d %m %Y", "%Y-%m-%d"],
    )
