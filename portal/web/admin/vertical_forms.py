"""What is asked about a vertical: what it is called, and by which rules it works."""

import hashlib
import json

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.core import policy_packs, vertical_register
from portal.core.permissions import Permission
from portal.core.policy_packs import ADJUSTABLE, STEERING, PackTold
from portal.core.vertical_register import VerticalTold
from portal.core.vocabulary import ConsentMode, Role
from portal.web.admin import words
from portal.web.cases.forms import VersionedForm, newlines, options

_LONGEST_BASIS = 2000


class _NamesForm(FlaskForm):
    """What a vertical is called."""

    name = StringField(
        _l("Name"), [InputRequired(_l("Give the vertical a name.")), Length(max=vertical_register.LONGEST_NAME)]
    )
    prefix = StringField(_l("References begin with"), [InputRequired(_l("Say how references begin."))])
    time_zone = StringField(_l("Time zone"), [InputRequired(_l("Name the time zone.")), Length(max=64)])

    @property
    def told(self) -> VerticalTold:
        """What was typed, as core understands it."""
        active = self.active.data if "active" in self else True
        return VerticalTold(self.name.data, self.prefix.data, self.time_zone.data, active)


class _RulesForm(FlaskForm):
    """By which rules a vertical works."""

    consent_mode = RadioField(
        words.PACK_FIELDS["consent_mode"],
        [InputRequired(_l("Choose on what the work rests."))],
        choices=options((mode.value, word) for mode, word in words.CONSENT_MODES.items()),
    )
    lawful_basis = TextAreaField(
        words.PACK_FIELDS["lawful_basis"], [Optional(), Length(max=_LONGEST_BASIS)], filters=[newlines]
    )
    grace_days = IntegerField(
        words.PACK_FIELDS["grace_days"],
        [
            InputRequired(_l("Say how many days.")),
            NumberRange(0, policy_packs.MOST_GRACE, _l("Between %(min)d and %(max)d days.")),
        ],
        default=0,
    )
    auto_intake = BooleanField(words.PACK_FIELDS["auto_intake"])
    transfer_requires_approval = BooleanField(words.PACK_FIELDS["transfer_requires_approval"])
    every_adult_consents = BooleanField(words.PACK_FIELDS["every_adult_consents"])

    def fill(self, told: PackTold) -> None:
        """Show the rules as they are."""
        for name in policy_packs.FIELDS:
            self[name].data = getattr(told, name)
        self.consent_mode.data = told.consent_mode.value

    def pack_told(self, holders: dict[Permission, frozenset[Role]] | None = None) -> PackTold:
        """What was chosen, as core understands it."""
        given = {name: self[name].data for name in policy_packs.FIELDS}
        given |= {"consent_mode": ConsentMode(self.consent_mode.data), "lawful_basis": self.lawful_basis.data or ""}
        return PackTold(**given, holders=holders)


class NewVerticalForm(_NamesForm, _RulesForm):
    """A new line of service with its first rules."""

    code = StringField(_l("Code"), [InputRequired(_l("Give the vertical a code."))])


class ChangeVerticalForm(_NamesForm, VersionedForm):
    """What a vertical is called from now on."""

    active = BooleanField(_l("It takes new cases"))


_PAIRS = [f"{one}:{role}" for one in ADJUSTABLE for role in STEERING]


class RulesForm(_RulesForm, VersionedForm):
    """New rules over a version of them, with who may do what; ``seen`` is what the preview showed."""

    may = SelectMultipleField(_l("Who may do what"), choices=_PAIRS)
    seen = HiddenField()

    def fill(self, told: PackTold) -> None:
        """Show the rules as they are."""
        super().fill(told)
        self.may.data = [f"{one}:{role}" for one in ADJUSTABLE for role in STEERING if role in told.holders[one]]

    @property
    def told(self) -> PackTold:
        """What was chosen, as core understands it."""
        chosen = {tuple(pair.split(":")) for pair in self.may.data or ()}
        return self.pack_told(
            {one: frozenset(role for role in STEERING if (one.value, role.value) in chosen) for one in ADJUSTABLE}
        )

    @property
    def digest(self) -> str:
        """What the preview of these values is known by: nothing else is put in force after it."""
        fields = {name: self[name].data for name in (*policy_packs.FIELDS, "version")} | {"may": sorted(self.may.data)}
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]
