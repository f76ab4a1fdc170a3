"""What is asked when a report is taken in."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from portal.core.models import User
from portal.web.cases.forms import VersionedForm, options


class AcceptForm(VersionedForm):
    """Who works on it from now on."""

    to = SelectField(_l("Give it to"), coerce=int, validate_choice=True)

    def offer(self, users: Iterable[User], me: int | None) -> "AcceptForm":
        """Let nobody, the reader or one of *users* be chosen."""
        known = list(users)
        mine = [(user.id, _("Me")) for user in known if user.id == me]
        others = [(user.id, user.name) for user in known if user.id != me]
        self.to.choices = options([(0, _("Nobody yet")), *mine, *others])
        return self
