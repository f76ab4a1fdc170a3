"""What is asked when a conflict is decided, and when one is looked for. Rules are in core."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import Length, ValidationError

from portal.core import reasons
from portal.core.vocabulary import ConflictScope
from portal.web.cases.forms import newlines, options


class DismissForm(FlaskForm):
    """Why there is no duplicate support."""

    reason = RadioField(_l("Why is it no duplicate?"), validate_choice=False)
    text = TextAreaField(_l("In words"), [Length(max=2000)], filters=[newlines])

    def offer(self) -> "DismissForm":
        """Let one of the reasons of the contract be chosen."""
        self.reason.choices = options((code, _(words)) for code, words in reasons.DISMISSAL.items())
        return self


class ResolveForm(FlaskForm):
    """How the overlap was settled."""

    reason = RadioField(_l("How is it settled?"), validate_choice=False)
    text = TextAreaField(_l("In words"), [Length(max=2000)], filters=[newlines])

    def offer(self) -> "ResolveForm":
        """Let one of the ways of the contract be chosen."""
        self.reason.choices = options((code, _(words)) for code, words in reasons.RESOLUTION.items())
        return self

    def validate_text(self, field: TextAreaField) -> None:
        """Another way is told in words; the form asks for them though the contract does not."""
        if self.reason.data == reasons.OTHER and not (field.data or "").strip():
            raise ValidationError(_("Say how it was settled."))


class CheckForm(FlaskForm):
    """How far to look for duplicate support, and why."""

    scope = RadioField(_l("How far to look"), default=ConflictScope.PRIMARY.value)
    reason = SelectField(_l("Why is it checked?"), validate_choice=False, default="ROUTINE")

    def offer(self) -> "CheckForm":
        """Let a scope and a reason of the contract be chosen."""
        self.scope.choices = options(
            [
                (ConflictScope.PRIMARY.value, _("Only in the service that leads the case")),
                (ConflictScope.ALL.value, _("In every service that takes part, and in the programme")),
            ]
        )
        self.reason.choices = options((code, _(words)) for code, words in reasons.DUPLICATE_CHECK.items())
        return self
