"""The form for a new password."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from portal.core.accounts import SHORTEST_PASSWORD


class PasswordForm(FlaskForm):
    """The present password, and twice the new one."""

    current = PasswordField(
        _l("Present password"),
        [InputRequired(_l("Enter your present password")), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _l("New password"),
        [
            InputRequired(_l("Enter a new password")),
            Length(
                min=SHORTEST_PASSWORD,
                message=_l("The new password must have at least %(min)d characters; several words are good"),
            ),
            Length(max=1024),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("New password again"),
        [InputRequired(_l("Enter the new password again")), EqualTo("new", _l("The two new passwords differ"))],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_new(self, field) -> None:
        """A new password that is the present one would end all sessions and change nothing."""
        if field.data == self.current.data:
            raise ValidationError(_l("The new password must differ from the present one"))
