"""The intake form: shape and wording. What a report must have is decided in core."""

from collections.abc import Iterator, Mapping

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, FieldList, Form, FormField, HiddenField, SearchField, TextAreaField
from wtforms.validators import Length

from portal.web.fields import AgeField, ChoiceField, PartsDateField, RadioChoice, WordField
from portal.web.intake import wording

MOST_PEOPLE = 20  # in each of the two lists
LONGEST_TEXT = 50_000
_TOO_LONG = _l("This text is too long; put the rest into a note on the case")
# Asked for anew of a known person too, because they belong to the case.
NOT_OF_THE_PERSON = frozenset(
    "person_id relationship_code shares_home health employment marital guardian_name notes".split()
)
# Asked when there is time: the form keeps them folded away until something stands in them.
FOLDED = (
    "dob age_group national_id_known national_id_type national_id nationality language tribe landmark phone2 "
    "phone_wish email health employment marital guardian_name notes"
).split()


class PersonForm(Form):
    """One person as told (contract 001, reporter and clients). ``person_id`` is a person chosen from the records."""

    person_id = HiddenField()
    full_name = WordField(_l("Name"), longest=255)
    name_known = ChoiceField(_l("If no name is given"), choices=wording.NO_NAME)
    age_value = AgeField(_l("Age, about"))
    age_unit = ChoiceField(_l("Age in"), choices=wording.AGE_UNITS)
    sex = ChoiceField(_l("Sex"))
    phone = WordField(_l("Phone"))
    phone_safe = ChoiceField(_l("Safe to call"), choices=wording.SAFE_TO_CALL)
    location = WordField(_l("Place"))
    landmark = WordField(_l("Landmark, or how to find them"), longest=1000)
    dob = PartsDateField(_l("Date of birth"))
    age_group = ChoiceField(_l("Age group"))
    national_id_known = ChoiceField(_l("Identity number"), choices=wording.IDENTITY)
    national_id_type = WordField(_l("Kind of document"))
    national_id = WordField(_l("The number"), longest=255)
    nationality = WordField(_l("Nationality"))
    language = WordField(_l("Language"))
    tribe = WordField(_l("Tribe or ethnic group"))
    phone2 = WordField(_l("Second phone"))
    phone_wish = WordField(_l("Wishes about calls"), longest=255, description=_l("For example, not after 17:00"))
    email = WordField(_l("E-mail"), longest=255)

    def validate(self, extra_validators: Mapping | None = None) -> bool:
        """Of somebody chosen from the records only what belongs to the case is judged: the rest is not taken."""
        if not self.person_id.data:
            return super().validate(extra_validators)
        return all([field.validate(self) for field in self if field.short_name in NOT_OF_THE_PERSON])

    @property
    def prefix(self) -> str:
        """The name of this block in the form: ``reporter``, ``clients-0``."""
        return self._prefix.rstrip("-")

    @property
    def unseen(self) -> list[tuple[str, str]]:
        """What was typed before somebody was chosen from the records: kept, should it be the wrong person."""
        fields = (field for field in self if field.short_name not in NOT_OF_THE_PERSON)
        return [(field.name, value) for field in fields for value in field.raw_data or ()]

    @property
    def has_more(self) -> bool:
        """Whether something stands in the fields that are folded away, so that they must be shown."""
        folded = (self[name] for name in FOLDED if name in self)
        return any(field.errors or not _is_blank(field) for field in folded)

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all was said about this person."""
        return all(_is_blank(field) for field in self)


class PerpetratorForm(PersonForm):
    """One alleged perpetrator: a person, and what was told of their part (contract 001)."""

    relationship_code = WordField(_l("Who they are to the client"), description=_l("For example, uncle or teacher"))
    shares_home = ChoiceField(_l("Shares the home"), choices=wording.ANSWERS)
    health = WordField(_l("Health"), longest=1000)
    employment = WordField(_l("Work"))
    marital = WordField(_l("Marital status"))
    guardian_name = WordField(_l("Guardian, if under age"), longest=255)
    notes = TextAreaField(_l("Notes about this person"), [Length(max=LONGEST_TEXT, message=_TOO_LONG)])


class IntakeForm(Form):
    """A walk-in or a call, from the search to its end.

    Built from the fields of a request or of a draft alike; the token of the request is checked before any view.
    """

    draft = HiddenField()
    q = SearchField(_l("Find the person first"), description=_l("Name, phone, identity number or reference"))
    channel = RadioChoice(_l("How they came"), choices=wording.CHANNELS, default="walkin")
    speaks_for = RadioChoice(_l("Who needs help?"), choices=wording.SPEAKS_FOR, default="self")
    reporter = FormField(PersonForm)
    clients = FieldList(FormField(PersonForm), max_entries=MOST_PEOPLE)
    perpetrators = FieldList(FormField(PerpetratorForm), max_entries=MOST_PEOPLE)
    immediate_danger = RadioChoice(
        _l("Is anyone in danger right now?"),
        choices=wording.ANSWERS_SPOKEN,
        default="not_asked",
        description=_l("If so, the case is marked for everybody who sees it"),
    )
    narrative = TextAreaField(
        _l("What happened, in their own words"),
        [Length(max=LONGEST_TEXT, message=_TOO_LONG)],
        description=_l("What you think of it goes into a note on the case"),
    )
    plan = TextAreaField(
        _l("What was agreed to do"),
        [Length(max=LONGEST_TEXT, message=_TOO_LONG)],
        description=_l("Who does what, until when"),
    )
    category = ChoiceField(_l("Category"))
    vertical = ChoiceField(_l("Vertical"))
    priority = ChoiceField(_l("Priority"), choices=wording.PRIORITIES, default="medium")
    gbv = RadioChoice(
        _l("Is it about gender-based violence?"),
        choices=wording.ANSWERS_SPOKEN,
        default="not_asked",
        description=_l("As it was told; where nobody asked, say so"),
    )
    consent = RadioChoice(_l("What was answered?"), choices=wording.CONSENT, default="")
    consent_how = ChoiceField(_l("How was it given?"), choices=wording.CONSENT_HOW)
    consent_by = WordField(_l("By whom?"), longest=255, description=_l("If not by the person themselves"))
    keep = BooleanField(_l("I take this case myself"), default=True)
    outcome = ChoiceField(_l("How did the contact end?"), choices=wording.OUTCOMES)

    def people(self) -> Iterator[PersonForm]:
        """Every block of a person, in the order of the page."""
        yield self.reporter.form
        for listed in (self.clients, self.perpetrators):
            yield from (entry.form for entry in listed)

    def block(self, prefix: str) -> PersonForm | None:
        """The block with that name, None where the form has none."""
        return next((person for person in self.people() if person.prefix == prefix), None)

    def offer(self, choices: Mapping[str, wording.Words]) -> None:
        """Fill the lists to choose from: those of the installation, and the verticals of the worker."""
        self.category.offer(choices["category"])
        self.vertical.offer(choices["vertical"])
        if len(choices["vertical"]) == 1:
            self.vertical.data = next(iter(choices["vertical"]))
        for person in self.people():
            person.sex.offer(choices["sex"])
            person.age_group.offer(choices["age_group"])


TICKS = frozenset(
    name for name, field in vars(IntakeForm).items() if getattr(field, "field_class", None) is BooleanField
)


def _is_blank(field: Field) -> bool:
    if isinstance(field, ChoiceField):
        return field.is_blank
    return not field.data.strip() if isinstance(field.data, str) else field.data is None
