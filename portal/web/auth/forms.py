"""The sign-in forms."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length


class LoginForm(FlaskForm):
    """E-mail and password, and the page to come back to."""

    email = StringField(
        _l("Work e-mail"),
        [InputRequired(_l("Enter your e-mail address")), Length(max=255)],
        render_kw={"autocomplete": "username", "type": "email"},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password")), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class CodeForm(FlaskForm):
    """The code of the second factor, and the page to come back to."""

    code = StringField(
        _l("Code"),
        [InputRequired(_l("Enter the code from your app, or a recovery code")), Length(max=64)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )
    next = HiddenField()


class PasskeyForm(FlaskForm):
    """What the device answered, put in by script, and the page to come back to."""

    answer = HiddenField(validators=[InputRequired(), Length(max=16_384)])
    next = HiddenField()
