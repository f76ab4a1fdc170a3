"""The forms for a new password and for the second factor."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from portal.core import passwords
from portal.core.passkeys import LONGEST_NAME
from portal.web.account.words import WEAKNESSES


def _present_password() -> PasswordField:
    return PasswordField(
        _l("Present password"),
        [InputRequired(_l("Enter your present password")), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )


def _new_password() -> PasswordField:
    return PasswordField(
        _l("New password"),
        [InputRequired(_l("Enter a new password")), Length(max=1024)],
        render_kw={"autocomplete": "new-password"},
    )


def _same_again() -> PasswordField:
    return PasswordField(
        _l("New password again"),
        [InputRequired(_l("Enter the new password again")), EqualTo("new", _l("The two new passwords differ"))],
        render_kw={"autocomplete": "new-password"},
    )


class NewPasswordForm(FlaskForm):
    """Twice a new password, of somebody of whom a guesser knows what ``about`` holds."""

    new = _new_password()
    again = _same_again()

    def __init__(self, *arguments, about: tuple[str, ...] = (), **more) -> None:
        super().__init__(*arguments, **more)
        self._about = about

    def validate_new(self, field) -> None:
        """Refuse what is weak or known from breaches, by the rule of core."""
        found = passwords.weakness(field.data, about=self._about)
        if found is not None:
            raise ValidationError(WEAKNESSES[found])


class PasswordForm(NewPasswordForm):
    """The present password, and twice the new one."""

    current = _present_password()
    new = _new_password()
    again = _same_again()

    def validate_new(self, field) -> None:
        """A new password that is the present one would end all sessions and change nothing."""
        if field.data == self.current.data:
            raise ValidationError(_l("The new password must differ from the present one"))
        super().validate_new(field)


def _code(missing: str) -> StringField:
    return StringField(
        _l("Code"),
        [InputRequired(missing), Length(max=64)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )


class BeginForm(FlaskForm):
    """The password, before a secret is shown."""

    current = _present_password()


class FirstCodeForm(FlaskForm):
    """What the app shows for the secret that was just put into it."""

    code = _code(_l("Enter the code that your app shows"))


class ProofForm(FlaskForm):
    """Password and code: for what only the owner of the account may do."""

    current = _present_password()
    code = _code(_l("Enter the code from your app, or a recovery code"))


def _name_of_passkey() -> StringField:
    return StringField(
        _l("Name"),
        [
            InputRequired(_l("Enter a name for the passkey")),
            Length(max=LONGEST_NAME, message=_l("The name may have %(max)d characters")),
        ],
        render_kw={"autocomplete": "off"},
        filters=[lambda text: " ".join((text or "").split())],
    )


class PasskeyBeginForm(FlaskForm):
    """What the passkey shall be called, and the password, before the device is asked."""

    name = _name_of_passkey()
    current = _present_password()


class NameForm(FlaskForm):
    """Another name for a passkey."""

    name = _name_of_passkey()
