"""What is asked where a case is restricted. Rules are in core/restrictions.py."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core import reasons
from portal.core.models import User
from portal.web.account.words import ROLES
from portal.web.cases.forms import VersionedForm, newlines, options


class RestrictForm(VersionedForm):
    """Who keeps sight of the case, and why. ``previewed`` is the list of which the reader saw what it does."""

    allowed = SelectMultipleField(
        _l("Who may see it, beside its owner"),
        coerce=int,
        validate_choice=False,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    reason = RadioField(_l("Why is it restricted?"), validate_choice=False)
    reason_text = TextAreaField(_l("Which reason?"), [Optional(), Length(max=2000)], filters=[newlines])
    previewed = HiddenField()

    def offer(self, users: Iterable[User], me: int | None) -> "RestrictForm":
        """Let any of *users* be kept; the reader comes first."""
        ordered = sorted(users, key=lambda user: user.id != me)
        self.allowed.choices = options((user.id, name_of(user, me)) for user in ordered)
        self.reason.choices = options((code, _(words)) for code, words in reasons.RESTRICTION.items())
        return self

    @property
    def chosen(self) -> str:
        """The list as one word, to be compared with the one that was shown."""
        return ",".join(str(number) for number in sorted(self.allowed.data or []))


class LiftForm(VersionedForm):
    """Why everybody may see the case again."""

    lift_text = TextAreaField(_l("Why is it lifted?"), [Optional(), Length(max=2000)], filters=[newlines])


def name_of(user: User, me: int | None) -> str:
    """A colleague with their role: two may have one name."""
    name = _("You") if user.id == me else user.name
    return _("%(name)s, %(role)s", name=name, role=str(ROLES[user.role]).lower())
