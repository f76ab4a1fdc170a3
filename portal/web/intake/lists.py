"""What the intake form offers to choose from: the installation's code lists, and the verticals of the worker."""

from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _

from portal.core import cases, codes
from portal.core.actors import Actor
from portal.core.errors import Forbidden
from portal.core.permissions import Permission, require
from portal.core.vocabulary import ConsentMode, Origin
from portal.extensions import db
from portal.web.intake import wording

# A field in which one may also write what is on no list, and the list that suggests words for it.
SUGGESTED = {
    "location": "location",
    "nationality": "nationality",
    "language": "language",
    "tribe": "tribe",
    "national_id_type": "national_id_type",
    "relationship_code": "relationship",
    "employment": "employment",
    "marital": "marital",
}
_CHOSEN = ("sex", "age_group", "case_category", "category")


class Entry(NamedTuple):
    """An entry of a code list, as a plain value: it outlives the transactions of the request."""

    value: str
    label: str


class Offered(NamedTuple):
    """A vertical in which the worker may open a case."""

    code: str
    name: str
    needs_consent: bool
    default_for: Origin | None


@dataclass(frozen=True)
class Lists:
    """The lists of one request."""

    codes: dict[str, list[Entry]]
    verticals: list[Offered]

    @property
    def choices(self) -> dict[str, wording.Words]:
        """What the selects offer."""
        return {
            "sex": self._with_blanks("sex"),
            "age_group": self._with_blanks("age_group"),
            "category": self._categories(),
            "vertical": self._verticals(),
        }

    @property
    def suggestions(self) -> dict[str, list[Entry]]:
        """The lists that suggest words, by field; those without entries are left out."""
        return {field: self.codes[name] for field, name in SUGGESTED.items() if self.codes[name]}

    @property
    def needing_consent(self) -> list[str]:
        """The names of the verticals in which nothing begins without consent."""
        return [vertical.name for vertical in self.verticals if vertical.needs_consent]

    def code_of(self, field: str, text: str | None) -> str | None:
        """The code of a word that is on the field's list, else the word itself."""
        word = (text or "").strip()
        for entry in self.codes.get(SUGGESTED.get(field, ""), ()):
            if entry.label.casefold() == word.casefold():
                return entry.value
        return word or None

    def label_of(self, list_name: str, value: str | None) -> str:
        """What people read for a code, or the code itself where no list knows it."""
        return next((entry.label for entry in self.codes.get(list_name, ()) if entry.value == value), value or "")

    def _with_blanks(self, name: str) -> wording.Words:
        return {"": wording.NOT_ASKED, **dict(self.codes[name]), **wording.BLANKS}

    def _verticals(self) -> wording.Words:
        """Whoever works in several must say in which: nobody else's team should read it by mistake."""
        named = {vertical.code: vertical.name for vertical in self.verticals}
        return named if len(named) == 1 else {"": _("Choose"), **named}

    def _categories(self) -> wording.Words:
        """Constituency work has categories of its own; whoever works in both kinds of vertical is offered both."""
        origins = {vertical.default_for for vertical in self.verticals}
        names = ["case_category"] if origins != {Origin.CONSTITUENCY} else []
        if Origin.CONSTITUENCY in origins:
            names.append("category")
        return {"": _("Not chosen"), **{value: label for name in names for value, label in self.codes[name]}}


def load(actor: Actor) -> Lists:
    """Load the lists for *actor*. Raises Forbidden for those who take no contacts or work in no vertical."""
    require(actor, Permission.TAKE_CONTACT)
    verticals = cases.openable_verticals(db.session, actor)
    if not verticals:
        raise Forbidden(_("You do not work in a vertical yet. Ask an administrator to add you to one."))
    offered = [
        Offered(vertical.code, vertical.name, vertical.pack.consent_mode is ConsentMode.REQUIRED, vertical.default_for)
        for vertical in verticals
    ]
    return Lists(_entries(), sorted(offered, key=lambda vertical: (vertical.needs_consent, vertical.name)))


def to_read() -> Lists:
    """The code lists alone, for reading what was chosen from them."""
    return Lists(_entries(), [])


def _entries() -> dict[str, list[Entry]]:
    named = codes.by_list(db.session, {*SUGGESTED.values(), *_CHOSEN})
    return {name: [Entry(entry.value, entry.label) for entry in listed] for name, listed in named.items()}
