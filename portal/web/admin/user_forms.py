"""What is asked about a user: who they are, what they may do, and where they work."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core import user_register
from portal.core.models import Program
from portal.core.place_register import Branch
from portal.core.user_register import Told
from portal.core.vocabulary import Role
from portal.web.account.words import ROLES
from portal.web.cases.forms import VersionedForm, options


class _UserForm(FlaskForm):
    """What a new user and one who is changed have in common."""

    name = StringField(_l("Name"), [InputRequired(_l("Give the user a name.")), Length(max=user_register.LONGEST_NAME)])
    role = RadioField(
        _l("Role"),
        [InputRequired(_l("Choose a role."))],
        choices=options((role.value, word) for role, word in ROLES.items()),
    )
    verticals = SelectMultipleField(
        _l("Works in"), coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    places = SelectMultipleField(_l("Limited to places"), coerce=int)
    programs = SelectMultipleField(_l("Limited to programmes"), coerce=int)
    agent_code = StringField(_l("Agent code"), [Length(max=user_register.LONGEST_CODE)])

    def offer(self, verticals: Iterable, places: Iterable[Branch], programs: Iterable[Program]) -> None:
        """Fill the lists of where somebody can work."""
        self.verticals.choices = options((one.id, one.name) for one in verticals)
        self.places.choices = options((one.place.id, "\u2003" * one.depth + one.place.name) for one in places)
        by_vertical = sorted(programs, key=lambda one: (one.vertical.name, one.name))
        self.programs.choices = options((one.id, f"{one.vertical.name}: {one.name}") for one in by_vertical)

    @property
    def told(self) -> Told:
        """What was typed, as core understands it."""
        return Told(
            name=self.name.data,
            role=Role(self.role.data),
            agent_code=self.agent_code.data or "",
            verticals=frozenset(self.verticals.data or ()),
            places=frozenset(self.places.data or ()),
            programs=frozenset(self.programs.data or ()),
        )


class NewUserForm(_UserForm):
    """Somebody who begins to work here."""

    email = StringField(
        _l("E-mail"),
        [InputRequired(_l("Give the e-mail address of the user.")), Length(max=user_register.LONGEST_NAME)],
    )


class ChangeUserForm(_UserForm, VersionedForm):
    """What a user is from now on, said over a version of them."""


class LeavingForm(VersionedForm):
    """The decision to deactivate, over the version that was shown."""
