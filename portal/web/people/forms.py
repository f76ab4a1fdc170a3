"""What is asked when a person's record is put right. Rules are in core; here are shape and wording."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from portal.core.models import Person
from portal.core.vocabulary import AgeUnit
from portal.web.fields import AgeField, ChoiceField, PartsDateField, RadioChoice, WordField, Words

SAFE: Words = {"yes": _l("Yes, safe"), "no": _l("No, do not use it"), "not_asked": _l("Not asked")}
AGE_UNITS: Words = {"years": _l("years"), "months": _l("months")}


class PersonForm(FlaskForm):
    """Who a person is."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired(_l("This page is out of date. Reload it."))])
    full_name = WordField(_l("Name"), longest=255)
    dob = PartsDateField(_l("Date of birth"))
    age_value = AgeField(_l("Age, about"))
    age_unit = ChoiceField(_l("Age in"), choices=AGE_UNITS)
    sex = ChoiceField(_l("Sex"))
    organisation_name = WordField(_l("Organisation"), longest=255)
    address = WordField(_l("Address"), longest=1000)

    def show(self, person: Person) -> "PersonForm":
        """Fill in what is recorded now."""
        for name in ("full_name", "dob", "age_value", "sex", "organisation_name", "address"):
            self[name].data = getattr(person, name)
        self.age_unit.data = (person.age_unit or AgeUnit.YEARS).value
        return self.catch_up(person)

    def catch_up(self, person: Person) -> "PersonForm":
        """Carry the present version from now on."""
        self.version.data, self.version.raw_data = person.version_id, None
        return self

    def told(self) -> dict[str, object]:
        """What stands in the form, as core knows it."""
        said = {name: (self[name].data or "").strip() for name in ("full_name", "organisation_name", "address", "sex")}
        age = self.age_value.data
        return {
            "full_name": said["full_name"],
            **{name: said[name] or None for name in ("organisation_name", "address", "sex")},
            "dob": self.dob.data,
            "age_value": age,
            "age_unit": AgeUnit(self.age_unit.data or AgeUnit.YEARS) if age is not None else None,
        }


class ContactForm(FlaskForm):
    """One way to reach a person, and whether it is safe to use it."""

    value = WordField(_l("Phone number, e-mail address or other way"), longest=255)
    safe = RadioChoice(_l("Is it safe to use it?"), choices=SAFE, default="not_asked")
    wish = WordField(_l("What to mind"), longest=255, description=_l("For example, not after 17:00, ask for Ruth"))


class IdentityForm(FlaskForm):
    """A number that the person says is theirs; checking it is another step."""

    kind = WordField(_l("Kind of document"))
    number = WordField(_l("The number"), longest=255)
