"""What is asked when somebody asks about their own data. Rules are in core; here are shape and wording."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.core import clock, subject_requests
from portal.web.cases.forms import VersionedForm, newlines, options
from portal.web.fields import DayField, RadioChoice, WordField
from portal.web.formats import local
from portal.web.rights import words

_LONGEST = Length(max=2000, message=_l("Write at most %(max)d characters here"))
REFUSED, DONE = "refused", "granted"


class RequestForm(FlaskForm):
    """Something that a person asks for."""

    kind = RadioChoice(_l("What is asked for?"))
    asked_by = WordField(
        _l("Who asks?"), longest=255, description=_l("The person, or whoever speaks for them, and how you know that.")
    )
    asked_on = DayField(_l("When was it asked?"))
    details = TextAreaField(_l("In their words"), [_LONGEST], filters=[newlines])

    def offer(self) -> "RequestForm":
        """Let one of the rights be chosen; it was asked today unless said otherwise."""
        self.kind.offer({kind: words.KINDS[kind] for kind in subject_requests.KINDS})
        if not self.is_submitted():
            self.asked_on.data = local(clock.now()).date()
        return self


class AnswerForm(VersionedForm):
    """What became of a request, and why."""

    answer = RadioField(
        _l("What is the answer?"), choices=options(((DONE, _l("It was done")), (REFUSED, _l("It is refused"))))
    )
    reason = TextAreaField(
        _l("What was done, or why not"),
        [_LONGEST],
        filters=[newlines],
        description=_l("The person may ask for it, and so may whoever supervises the office."),
    )


class ReasonForm(FlaskForm):
    """Why something is done by right."""

    reason = TextAreaField(
        _l("Why?"), [_LONGEST], filters=[newlines], description=_l("Who asked, and on what ground it is done.")
    )


class ErasureForm(FlaskForm):
    """Confirming that a person is erased: there is no way back."""

    sure = BooleanField(
        _l("I have read what goes and what stays. This cannot be undone."),
        [InputRequired(_l("Tick this first: it cannot be undone."))],
    )


class ExportForm(FlaskForm):
    """Taking out everything held about a person."""

    reason = TextAreaField(_l("Why is it taken out?"), [_LONGEST], filters=[newlines])
    notes = BooleanField(_l("With what staff wrote for staff"), default=True)
