"""The form by which a record is said to be one's own or a relative's."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from portal.core import own_records, workers
from portal.core.permissions import Permission, can
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.cases.forms import options
from portal.web.fields import row_number
from portal.web.own_records.words import TIES


class TieForm(FlaskForm):
    """Whose record it is, and, where an administrator says it, to whom it is closed."""

    worker = SelectField(_l("Who works here"), coerce=row_number, validate_choice=False)
    tie = RadioField(_l("What is it?"), [InputRequired(_l("Choose one."))], validate_choice=False)

    def offer(self) -> "TieForm":
        """Let oneself be chosen, and by administrators everybody who works here."""
        actor = current_actor()
        if not can(actor, Permission.ADMINISTER):
            del self.worker
            self.tie.choices = options(
                [(own_records.SELF, _("My own record")), (own_records.RELATIVE, _("The record of a relative of mine"))]
            )
            return self
        others = [(user.id, user.name) for user in workers.listed(db.session, actor) if user.id != actor.user_id]
        self.worker.choices = options([(actor.user_id, _("Me")), *others])
        self.tie.choices = options(TIES.items())
        return self
