"""What is asked when a person's record is put right. Rules are in core; here are shape and wording."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from portal.core import reasons
from portal.core.models import Person
from portal.core.relations import LONGEST_NOTE, Line
from portal.core.vocabulary import AgeUnit
from portal.web.cases.forms import VersionedForm, newlines, options
from portal.web.fields import AgeField, ChoiceField, PartsDateField, RadioChoice, RowField, WordField, Words
from portal.web.people.relation_words import RELATIONS, relation

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

    value = WordField(_l("Phone number, e-mail address or other way"), longest=255)  # of a recorded one: the new one
    safe = RadioChoice(_l("Is it safe to use it?"), choices=SAFE, default="not_asked")
    wish = WordField(_l("What to mind"), longest=255, description=_l("For example, not after 17:00, ask for Ruth"))


class IdentityForm(FlaskForm):
    """A number that the person says is theirs; checking it is another step."""

    kind = WordField(_l("Kind of document"), description=_l("For example, passport or birth certificate"))
    number = WordField(_l("The number"), longest=255, description=_l("As it stands on the document"))


_SHORT = Length(max=LONGEST_NOTE, message=_l("Write at most %(max)d characters here"))


class RelationForm(FlaskForm):
    """What somebody is to a person."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    other = RowField(widget=HiddenInput(), validators=[Optional()])
    kind = ChoiceField(_l("What are they?"), validators=[InputRequired(_l("Choose one."))])
    note = TextAreaField(_l("Note"), [Optional(), _SHORT], filters=[newlines])

    def offer(self, now: str = "") -> "RelationForm":
        """Let one of the kinds be chosen; what it is now stays possible, whatever it is."""
        told = {"": _l("Choose one"), **RELATIONS}
        self.kind.offer(told if not now or now in told else {**told, now: relation(now)})
        return self

    def show(self, line: Line) -> None:
        """Fill in what is recorded now."""
        self.kind.data, self.note.data = line.kind, line.row.note
        self.catch_up(line.row.version_id)

    def catch_up(self, version: int) -> None:
        """Carry the present version from now on."""
        self.version.data, self.version.raw_data = version, None


class EndRelationForm(VersionedForm):
    """Why a relation is so no longer."""

    reason = RadioField(_l("Why?"), validate_choice=False)
    reason_text = TextAreaField(_l("Which reason?"), [Optional(), _SHORT], filters=[newlines])

    def offer(self) -> "EndRelationForm":
        """Let one of the reasons be chosen."""
        self.reason.choices = options((code, _(words)) for code, words in reasons.RELATION_END.items())
        return self
