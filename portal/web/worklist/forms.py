"""What is asked on the work-list: for several cases at once, and for a view that is kept."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

from portal.core.models import User, Vertical
from portal.core.saved_views import LONGEST, Sharing
from portal.web.cases.forms import options


class AssignSeveralForm(FlaskForm):
    """Who has the cases from now on."""

    to = SelectField(_l("Assign to"), [DataRequired(_l("Choose who takes the cases."))], coerce=int)
    reason = StringField(_l("Reason"), [Optional(), Length(max=500)])

    def offer(self, users: Iterable[User], me: int | None, *, handing: bool = False) -> "AssignSeveralForm":
        """Let one of *users* be chosen; the reader comes first, as themselves. ``handing`` over takes a reason."""
        if handing:
            self.reason.validators = [DataRequired(_("Say why the cases change hands.")), Length(max=500)]
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


class SavedViewForm(FlaskForm):
    """What a view is called, and who finds it."""

    name = StringField(_l("Name"), [DataRequired(_l("Give the view a name.")), Length(max=LONGEST)])
    sharing = RadioField(_l("Who finds it"))
    version = IntegerField(validators=[Optional()], widget=HiddenInput())

    def offer(self, verticals: Iterable[Vertical]) -> "SavedViewForm":
        """Let it be one's own, or shared with one of these verticals or with the office."""
        shared = [(f"vertical-{one.id}", _("Everybody in %(vertical)s", vertical=one.name)) for one in verticals]
        everybody = (Sharing.OFFICE.value, _("Everybody in the office"))
        self.sharing.choices = options([(Sharing.NOBODY.value, _("Only me")), *shared, everybody])
        return self
