"""What is asked where a case is held. Rules are in core/legal_holds.py."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from portal.web.cases.forms import newlines


class HoldForm(FlaskForm):
    """Why a case is held."""

    reason = TextAreaField(_l("Why is it held?"), [Optional(), Length(max=2000)], filters=[newlines])


class LiftHoldForm(FlaskForm):
    """Why it is no longer."""

    lift_text = TextAreaField(_l("Why is the hold lifted?"), [Optional(), Length(max=2000)], filters=[newlines])
