"""What is asked about programmes, places and codes."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from portal.core import code_register, place_register, program_register
from portal.core.models import Place
from portal.core.place_register import Branch, PlaceTold
from portal.web.cases.forms import VersionedForm, options
from portal.web.fields import row_number


class _ProgramForm(FlaskForm):
    """What a programme is called."""

    name = StringField(
        _l("Name"), [InputRequired(_l("Give the programme a name.")), Length(max=program_register.LONGEST_NAME)]
    )


class NewProgramForm(_ProgramForm):
    """A programme that begins."""

    code = StringField(_l("Code"), [InputRequired(_l("Give the programme a code."))])
    vertical = SelectField(_l("Of which vertical"), coerce=int)


class ChangeProgramForm(_ProgramForm, VersionedForm):
    """What a programme is called from now on, and whether it goes on."""

    active = BooleanField(_l("It takes cases"))


class _PlaceForm(FlaskForm):
    """A place and where it lies."""

    name = StringField(
        _l("Name"), [InputRequired(_l("Give the place a name.")), Length(max=place_register.LONGEST_NAME)]
    )
    parent = SelectField(_l("Lies in"), coerce=row_number, validate_choice=False)

    def offer(self, tree: Iterable[Branch], place: Place | None = None) -> None:
        """Offer the places in which it can lie: not itself, not what lies in it, none that is retired."""
        inside = f"{place.path}/" if place else None
        found = [
            (branch.place.id, "\u2003" * (branch.depth + 1) + branch.place.name)
            for branch in tree
            if (branch.place.active or (place and branch.place.id == place.parent_id))
            and not (inside and f"{branch.place.path}/".startswith(inside))
        ]
        self.parent.choices = options([(0, _("Nothing: it is at the top")), *found])

    @property
    def told(self) -> PlaceTold:
        """What was typed, as core understands it."""
        active = self.active.data if "active" in self else True
        return PlaceTold(self.name.data, self.parent.data or None, active)


class NewPlaceForm(_PlaceForm):
    """A place that is added."""

    code = StringField(_l("Code"), [Length(max=place_register.LONGEST_CODE)])


class ChangePlaceForm(_PlaceForm, VersionedForm):
    """What a place is called from now on, where it lies, and whether it is offered."""

    active = BooleanField(_l("It is offered"))


class _CodeForm(FlaskForm):
    """What people read for a code."""

    label = StringField(
        _l("What people read"), [InputRequired(_l("Say what people read.")), Length(max=code_register.LONGEST_LABEL)]
    )


class NewCodeForm(_CodeForm):
    """A code that is added to a list."""

    value = StringField(_l("Value"), [InputRequired(_l("Give the code a value."))])


class ChangeCodeForm(_CodeForm, VersionedForm):
    """What is said of a code from now on."""

    sort = IntegerField(_l("Place in the order"), [InputRequired(_l("Give a number."))])
    review_in_days = IntegerField(_l("Look again after days"), [Optional()])
    active = BooleanField(_l("It is offered"))
