"""Kinds of fields beyond those of WTForms: dates in parts, ages, short words, choices that say when they are none."""

import datetime as dt

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError
from wtforms.widgets import TextInput

from portal.core import clock

Words = dict[str, LazyString]  # what can be chosen: values with what is said for them
LARGEST_NUMBER = 2**63 - 1


def row_number(text: object) -> int:
    """The number of a row as a form or an address gives it. Raises ValueError beyond what a row can have."""
    number = int(text)
    if abs(number) > LARGEST_NUMBER:
        raise ValueError("no row has this number")
    return number


class RowField(IntegerField):
    """The number of a row, told by the page itself; one that no row can have was not given."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was sent. Raises ValueError for what is no number of a row."""
        super().process_formdata(valuelist)
        if self.data is not None and abs(self.data) > LARGEST_NUMBER:
            self.data = None
            raise ValueError(self.gettext("Not a valid integer value."))


class PartsDateField(Field):
    """A date written as day, month and year under one name; entirely empty is no date."""

    widget = TextInput()
    messages = {
        "wrong": _l("Write the date as day, month and year, or give an age instead"),
        "future": _l("A date of birth cannot be in the future"),
        "past": _l("Check the year of birth"),
    }

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the three parts; WTForms shows the message when they are no date."""
        self.data = None
        parts = [part.strip() for part in valuelist]
        if not any(parts):
            return
        try:
            day, month, year = (int(part) for part in parts)
            self.data = dt.date(year, month, day)
        except (ValueError, OverflowError):
            raise ValueError(self.messages["wrong"]) from None
        if self.data > clock.today() + dt.timedelta(days=1):  # it may be tomorrow where the office is
            raise ValueError(self.messages["future"])
        if self.data.year < clock.today().year - 130:
            raise ValueError(self.messages["past"])


class DayField(DateField):
    """A date in parts, or as the machine writes it, past or to come; entirely empty is no date."""

    def __init__(self, label: str, validators: tuple = (), **more: object) -> None:
        super().__init__(label, validators, format=["%d %m %Y", "%Y-%m-%d"], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the parts; WTForms shows the message when they are no date."""
        self.data = None
        if not any(part.strip() for part in valuelist):
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Enter a real date, such as 27 3 2027.")) from None
        if not 1900 <= self.data.year <= 2200:
            raise ValueError(_l("Check the year."))


class AgeField(Field):
    """A whole number of years or months; entirely empty is no age."""

    widget = TextInput()

    def _value(self) -> str:
        """What was typed, even where it is no number."""
        return self.raw_data[0] if self.raw_data else str(self.data if self.data is not None else "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; WTForms shows the message when it is none."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        if not text.isdecimal() or int(text[:6]) > 1500:
            raise ValueError(_l("Write the age as a number, for example 30"))
        self.data = int(text)


class WordField(StringField):
    """A short text, as long as the column that keeps it."""

    def __init__(self, label: str, *, longest: int = 64, **more: object) -> None:
        message = _l("Write at most %(max)d characters here")
        super().__init__(label, [Length(max=longest, message=message)], **more)


class _Offered:
    """A choice that says beside the field when it is not on the list. Not sent at all, it stays what it was."""

    def __init__(self, label: str, choices: Words | None = None, **more: object) -> None:
        super().__init__(label, **more)
        self.offer(choices or {})

    def offer(self, choices: Words) -> None:
        """Set what can be chosen: each value with its words."""
        self.choices = [SelectChoice(value=value, label=words) for value, words in choices.items()]

    def pre_validate(self, form: object) -> None:
        """Refuse a value that was not offered."""
        if self.raw_data and not any(choice.selected for choice in self.iter_choices()):
            raise ValidationError(_l("Choose one of the list"))

    @property
    def is_blank(self) -> bool:
        """Whether this is what the field says before anybody touches it: nothing, or the first of the list."""
        return self.data in (None, "") or bool(self.choices) and self.data == self.choices[0].value

    @property
    def words(self) -> str:
        """The words of what is chosen, or the value itself where the list does not know it."""
        return next((str(choice.label) for choice in self.choices if choice.value == self.data), self.data or "")


class ChoiceField(_Offered, SelectField):
    """A list to choose from, filled for each request."""


class RadioChoice(_Offered, RadioField):
    """A few answers side by side."""
