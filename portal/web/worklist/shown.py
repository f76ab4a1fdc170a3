"""The work-list as its template shows it: finished words and addresses, no decisions left."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.core import clock, covers, saved_views, verticals, workers, worklist
from portal.core.actors import Actor
from portal.core.list_filter import Only
from portal.core.models import Cover, SavedView
from portal.core.paging import Page
from portal.core.search import Order, Sort
from portal.core.vocabulary import Origin, Priority, Status
from portal.core.worklist import View
from portal.core.worklist_rows import Row
from portal.web.cases.words import ORIGINS, status_word
from portal.web.formats import office_zone
from portal.web.worklist import asking, words
from portal.web.worklist.asking import NOBODY, Asked, sort_word

# The first direction of each column, when it is chosen.
_COLUMNS = {Order.REFERENCE: True, Order.NEXT_DATE: False, Order.UPDATED: True}


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Column:
    """The heading of a column one can sort by."""

    url: str
    direction: str  # ascending, descending or none


class Shown:
    """One page of the work-list for one reader."""

    def __init__(self, session: Session, actor: Actor, asked: Asked) -> None:
        today = clock.today(office_zone())
        everywhere = verticals.listed(session, inactive=True)
        answering = worklist.answering(actor, everywhere)
        wanted = worklist.of_view(asked.view, asked.wanted, today, answering=answering)
        self.asked, self.actor = asked, actor
        self.page: Page[Row] = worklist.page(
            session, actor, wanted, asked.order, today, cursor=asked.cursor, view=asked.view, answering=answering
        )
        chosen = wanted if asked.filters else None
        self._counts = worklist.counts(session, actor, today, chosen, answering=answering)
        self.saved = [(one, asking.of_saved(one, actor)) for one in saved_views.listed(session, actor)]
        self.covering = covers.covering(session, actor) if asked.view is View.MINE else []
        self.verticals = [one for one in everywhere if one.status == "active"]
        self.workers = workers.listed(session, actor)

    @property
    def title(self) -> str:
        """The name of the view."""
        return str(words.VIEWS[self.asked.view])

    @property
    def count(self) -> str:
        """How many cases there are, and of how many."""
        whole = words.at_most(self._counts[self.asked.view.value])
        if "chosen" not in self._counts:
            return whole
        return _("%(number)s of %(whole)s", number=words.at_most(self._counts["chosen"]), whole=whole)

    @property
    def total(self) -> str:
        """How many rows the whole list has."""
        return words.at_most(self._counts.get("chosen", self._counts[self.asked.view.value]))

    @property
    def tabs(self) -> list[tuple[str, str, str, bool]]:
        """Name, count, address and whether it is the one shown. The count says how many without any filter."""
        return [
            (
                str(words.VIEWS[view]),
                words.at_most(self._counts[view.value]),
                Asked(view, worklist.usual_sort(view)).url(),
                view is self.asked.view,
            )
            for view in worklist.views(self.actor)
        ]

    @property
    def covered(self) -> list[tuple[Cover, str]]:
        """For whom the reader covers now, each with where their cases are."""
        return [(one, asking.in_hands_of(one.user_id).url()) for one in self.covering]

    @property
    def saved_views(self) -> list[tuple[SavedView, str, bool]]:
        """Those that one has and those that are shared with one, each with its address and whether it is shown."""
        return [(one, asked.url(), asked.values == self.asked.values) for one, asked in self.saved]

    @property
    def saved_name(self) -> str:
        """What the list shown is saved as; empty where it is not."""
        return next((one.name for one, _url, here in self.saved_views if here), "")

    @property
    def in_triage(self) -> str:
        """How many reports wait to be looked at."""
        return words.at_most(self._counts[worklist.TRIAGE])

    @property
    def chips(self) -> list[Chip]:
        """The filters in force."""
        return [
            Chip(self._label(name, value), self.asked.without(name, value).url())
            for name, chosen in self.asked.filters.items()
            for value in chosen
        ]

    @property
    def sorts(self) -> list[tuple[str, str, bool]]:
        """Name, address and whether it is in force, for each order."""
        asked = self.asked
        return [(str(name), asked.sorted_by(sort).url(), sort == asked.order) for sort, name in words.SORTS.items()]

    @property
    def sort_name(self) -> str:
        """The order in force, in words."""
        return str(words.SORTS[self.asked.order])

    @property
    def sort_word(self) -> str:
        """The order as the filter form sends it along; empty for the view's own."""
        return sort_word(self.asked.sort) if self.asked.sort else ""

    def column(self, by: str) -> Column:
        """The heading of a column: sorting by it, and turning it round once it is in force."""
        order, now = Order(by), self.asked.order
        descending = not now.descending if now.by is order else _COLUMNS[order]
        direction = ("descending" if now.descending else "ascending") if now.by is order else "none"
        return Column(self.asked.sorted_by(Sort(order, descending)).url(), direction)

    @property
    def previous_url(self) -> str | None:
        """The page before this one."""
        return self.asked.at(self.page.preceding).url() if self.page.preceding else None

    @property
    def next_url(self) -> str | None:
        """The page after this one."""
        return self.asked.at(self.page.following).url() if self.page.following else None

    @property
    def whole_list(self) -> str:
        """What one tick for the whole list means, where the list has more than this page; empty where it has not."""
        number = self._counts.get("chosen", self._counts[self.asked.view.value])
        return words.whole_list(number) if number > len(self.page.rows) else ""

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.page.first + len(self.page.rows) - 1 if self.page.rows else 0

    def is_chosen(self, name: str, value: object) -> bool:
        """Whether a filter holds this value."""
        return str(value) in self.asked.filters.get(name, ())

    @property
    def text(self) -> str:
        """The words that are searched for."""
        return "".join(self.asked.filters.get("q", ()))

    @property
    def statuses(self) -> list[Status]:
        """The states to choose from."""
        return list(Status)

    @property
    def selects(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """The filters of which the form offers one value each: name, label, what there is to choose."""
        me = str(self.actor.user_id)
        owners = [(me, _("Me")), (NOBODY, _("Nobody has it"))]
        owners += [(str(one.id), one.name) for one in self.workers if str(one.id) != me]
        return [
            ("vertical", _("Vertical"), [(str(one.id), one.name) for one in self.verticals]),
            ("owner", _("Owner"), owners),
            ("priority", _("Priority"), [(value.value, str(name)) for value, name in words.PRIORITIES.items()]),
            ("origin", _("Came through"), [(value.value, str(name)) for value, name in ORIGINS.items()]),
        ]

    @property
    def unassigned_url(self) -> str:
        """Where the cases are that nobody has."""
        return Asked(View.UNASSIGNED, worklist.usual_sort(View.UNASSIGNED)).url()

    @property
    def empty(self) -> tuple[str, str]:
        """What the list says when it is empty."""
        return words.empty(self.asked.view, filtered=bool(self.asked.filters))

    def _label(self, name: str, value: str) -> str:
        known = {
            "status": lambda: status_word(Status(value)),
            "priority": lambda: str(words.PRIORITIES[Priority(value)]),
            "origin": lambda: str(ORIGINS[Origin(value)]),
            "vertical": lambda: next((one.name for one in self.verticals if str(one.id) == value), _("Vertical")),
            "owner": lambda: self._owner(value),
            "worker": lambda: _("In the hands of %(name)s", name=self._owner(value)),
            "only": lambda: str(words.ONLY[Only(value)]),
            "q": lambda: _("“%(text)s”", text=value),
        }
        return known[name]()

    def _owner(self, value: str) -> str:
        if value == NOBODY:
            return _("Nobody has it")
        if value == str(self.actor.user_id):
            return _("Mine")
        return next((one.name for one in self.workers if str(one.id) == value), _("Somebody else"))
