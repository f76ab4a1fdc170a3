"""What an address of the search asks for: words and filters of the query, filters beside it, and how all are named."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField
from wtforms.widgets import DateInput

from portal.core import filter_meaning, search_filters, verticals, workers
from portal.core.actors import Actor
from portal.core.filter_meaning import ME, NOBODY, Meaning, Problem, Trouble
from portal.core.search_filters import Filter, Name, Typed
from portal.core.vocabulary import Status
from portal.web.cases.forms import options
from portal.web.cases.words import status_word
from portal.web.formats import day, office_zone

LONGEST = 200  # characters of what is looked for
_MOST_CHOSEN = 5  # values of one filter in an address
_CHOSEN = (Name.STATUS, Name.VERTICAL, Name.OWNER, Name.SINCE, Name.UNTIL)

# Where one can look for words; everywhere else numbers and names count, too.
PLACES = {
    "": _l("Everywhere"),
    "case": _l("What was told"),
    "message": _l("Messages"),
    "note": _l("Notes"),
    "attachment": _l("Names of files"),
}


class SearchForm(FlaskForm):
    """The form of the search. What its fields hold is judged by core, as what is typed is."""

    q = StringField(_l("Look for"))
    place = SelectField(_l("Look in"), name="in", choices=options(PLACES.items()), validate_choice=False)
    status = SelectField(_l("Status"), validate_choice=False)
    vertical = SelectField(_l("Vertical"), validate_choice=False)
    owner = SelectField(_l("Owner"), validate_choice=False)
    since = StringField(_l("Updated from"), name=Name.SINCE.value, widget=DateInput())
    until = StringField(_l("Updated to"), name=Name.UNTIL.value, widget=DateInput())

    def offer(self, session: Session, actor: Actor) -> "SearchForm":
        """Fill the lists to choose from."""
        anything = ("", _("Any"))
        self.status.choices = options([anything, *[(one.value, status_word(one)) for one in Status]])
        self.vertical.choices = options([anything, *[(one.code, one.name) for one in verticals.listed(session)]])
        colleagues = [(str(one.id), one.name) for one in workers.listed(session, actor) if one.id != actor.user_id]
        self.owner.choices = options([anything, (ME, _("Me")), (NOBODY, _("Nobody has it")), *colleagues])
        return self


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Asked:
    """What an address asks for: what was typed, what was chosen beside it, where to look, and what it all means."""

    q: str
    typed: Typed
    chosen: tuple[Filter, ...]
    place: str
    meaning: Meaning

    @property
    def is_filtered(self) -> bool:
        """Whether not every case is wanted."""
        return bool(self.typed.filters or self.chosen)

    @property
    def is_too_short(self) -> bool:
        """Whether there is nothing to look for yet."""
        return len(self.typed.words) < 2 and not (self.is_filtered and not self.typed.words)

    @property
    def chips(self) -> list[Chip]:
        """The filters in force."""
        typed = [(each, str(self.typed.without(each)), self.chosen) for each in self.typed.filters]
        rest = [(each, self.q, tuple(one for one in self.chosen if one != each)) for each in self.chosen]
        known = self.meaning.known
        return [Chip(_label(each, known[each]), self._url(q, left)) for each, q, left in typed + rest if each in known]

    @property
    def unfiltered_url(self) -> str:
        """The address with nothing left out."""
        return self._url(self.typed.words, ())

    @property
    def list_url(self) -> str | None:
        """The work-list with the same filters, which has pages; None where it knows not all of them."""
        wanted = self.meaning.wanted
        named = self.typed.words or wanted.references or wanted.phones or wanted.fields
        if named or wanted.since or wanted.until or (None in wanted.owners and len(wanted.owners) > 1):
            return None
        owners = [NOBODY if owner is None else owner for owner in wanted.owners]
        chosen = {"status": sorted(wanted.statuses), "vertical": sorted(wanted.verticals), "owner": owners}
        return url_for("worklist.index", view="all", **chosen)

    def tell(self, form: SearchForm) -> None:
        """Put what was not understood beside the field where it stands."""
        beside = {Name.SINCE.value: "since", Name.UNTIL.value: "until"}
        told: dict[str, list[str]] = {}
        for problem in self.meaning.problems:
            is_typed = problem.filter in self.typed.filters or problem.filter not in self.chosen
            name = "q" if is_typed else beside.get(problem.filter.name, problem.filter.name)
            told.setdefault(name, []).append(trouble_words(problem))
        for name, sentences in told.items():
            form[name].errors = [" ".join(sentences)]

    def _url(self, q: str, chosen: Iterable[Filter]) -> str:
        values: dict[str, list[str]] = {"q": [q], "in": [self.place]}
        for each in chosen:
            values.setdefault(each.name, []).append(each.value)
        return url_for("search.index", **{name: given for name, given in values.items() if any(given)})


def read(session: Session, actor: Actor, given: MultiDict) -> Asked:
    """What an address asks for."""
    q = given.get("q", "").replace("\x00", "").strip()[:LONGEST]
    place = given.get("in", "")
    chosen = search_filters.distinct(
        Filter(name.value, value.replace("\x00", "").strip()[:LONGEST])
        for name in _CHOSEN
        for value in given.getlist(name.value)[:_MOST_CHOSEN]
        if value.strip()
    )
    typed = search_filters.read(q)
    meaning = filter_meaning.understand(session, actor, [*typed.filters, *chosen], office_zone())
    return Asked(q, typed, chosen, place if place in PLACES else "", meaning)


def trouble_words(problem: Problem) -> str:
    """What was not understood, and what to write instead."""
    name, value = problem.filter.name, problem.filter.value
    return {
        Trouble.NO_FILTER: _(
            "There is no filter “%(name)s:”. To look for these words, put them between quotation marks.", name=name
        ),
        Trouble.EMPTY: _("Write what you look for right after “%(name)s:”, without a space.", name=name),
        Trouble.STATUS: _(
            "“%(value)s” is no status. Write one of: %(words)s.",
            value=value,
            words=", ".join(one.value for one in Status),
        ),
        Trouble.OWNER: _("“%(value)s” is nobody who works here. Write a name, or “me”, or “none”.", value=value),
        Trouble.VERTICAL: _("“%(value)s” is no vertical. Write its name or its code.", value=value),
        Trouble.REFERENCE: _("“%(value)s” is no case number. Write it as it stands on the case.", value=value),
        Trouble.PHONE: _("“%(value)s” is too short. Write at least the last seven digits.", value=value),
        Trouble.DATE: _("“%(value)s” is no date. Write it as 2027-03-27 or 27.3.2027.", value=value),
        Trouble.FIELD: _("Write the name of the field and what it says, such as field:customerType=premium."),
        Trouble.ORDER: _("The last day is before the first."),
        Trouble.MANY: _("These are too many filters. Take %(most)d at most.", most=filter_meaning.MOST),
    }[problem.trouble]


def _label(each: Filter, known: object) -> str:
    """A filter in words, once its value was understood."""
    return {
        Name.STATUS: lambda: status_word(known),
        Name.OWNER: lambda: _("Nobody has it") if known is None else ", ".join(known),
        Name.VERTICAL: lambda: ", ".join(known),
        Name.REFERENCE: lambda: _("Number %(number)s", number=known),
        Name.PHONE: lambda: _("Phone %(number)s", number=known),
        Name.SINCE: lambda: _("Updated from %(day)s", day=day(known)),
        Name.UNTIL: lambda: _("Updated to %(day)s", day=day(known)),
        Name.FIELD: lambda: " = ".join(known),
    }[Name(each.name)]()
