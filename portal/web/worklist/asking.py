"""What an address of the work-list asks for, and the addresses that ask for a little more or less."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from flask import url_for
from werkzeug.datastructures import MultiDict

from portal.core import paging, saved_views, worklist
from portal.core.actors import Actor
from portal.core.list_filter import Only
from portal.core.models import SavedView
from portal.core.paging import Cursor
from portal.core.search import ListFilter, Order, Sort
from portal.core.vocabulary import Origin, Priority, Status
from portal.core.worklist import View

LONGEST = 200  # characters of a search
NOBODY = "none"
_FIELDS = ("q", "status", "vertical", "owner", "worker", "priority", "origin", "only")


@dataclass(frozen=True)
class Asked:
    """A view, filters in the words of the address, an order (none: the view's own) and a place in the list."""

    view: View
    usual: Sort
    sort: Sort | None = None
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cursor: Cursor | None = None

    @property
    def order(self) -> Sort:
        """The order in force."""
        return self.sort or self.usual

    @property
    def wanted(self) -> ListFilter:
        """The filters as core understands them, without the view."""
        given = self.filters
        owners = [int(owner) for owner in given.get("owner", ()) if owner != NOBODY]
        return ListFilter(
            statuses=frozenset(map(Status, given.get("status", ()))),
            verticals=frozenset(map(int, given.get("vertical", ()))),
            owners=frozenset(owners),
            workers=frozenset(map(int, given.get("worker", ()))),
            priorities=frozenset(map(Priority, given.get("priority", ()))),
            origins=frozenset(map(Origin, given.get("origin", ()))),
            text="".join(given.get("q", ())),
            unassigned=NOBODY in given.get("owner", ()),
            only=frozenset(map(Only, given.get("only", ()))),
        )

    def url(self, endpoint: str = "worklist.index", **more: object) -> str:
        """The address that asks for this, or of another page that knows the list; *more* stands in it, too."""
        values = self.values
        if self.cursor is not None and endpoint == "worklist.index":
            values["page"] = paging.encode(self.cursor)
        return url_for(endpoint, **values, **more)

    @property
    def values(self) -> dict[str, list[str]]:
        """View, filters and order in the words of the address; the place in the list is not part of it."""
        values = {"view": [self.view.value]} | {name: list(chosen) for name, chosen in self.filters.items()}
        return values | ({"sort": [sort_word(self.sort)]} if self.sort is not None else {})

    def without(self, name: str, value: str) -> "Asked":
        """The same without one chosen value, from the first page on."""
        kept = {
            field: tuple(one for one in chosen if (field, one) != (name, value))
            for field, chosen in self.filters.items()
        }
        return replace(self, filters={field: chosen for field, chosen in kept.items() if chosen}, cursor=None)

    def unfiltered(self) -> "Asked":
        """The same view and order with nothing left out."""
        return replace(self, filters={}, cursor=None)

    def sorted_by(self, sort: Sort) -> "Asked":
        """The same list in another order, from its first page on."""
        return replace(self, sort=None if sort == self.usual else sort, cursor=None)

    def at(self, cursor: Cursor | None) -> "Asked":
        """Another page of the same list."""
        return replace(self, cursor=cursor)


def read(given: MultiDict, actor: Actor) -> Asked:
    """What an address asks for; words that mean nothing are passed over. Raises InvalidInput for a foreign page."""
    view = View(given["view"]) if given.get("view") in worklist.views(actor) else worklist.usual_view(actor)
    text = given.get("q", "").replace("\x00", "").strip()[:LONGEST]
    filters = {
        "q": (text,) if text else (),
        "status": _words(given.getlist("status"), Status),
        "vertical": _numbers(given.getlist("vertical")),
        "owner": _numbers(given.getlist("owner"), NOBODY),
        "worker": _numbers(given.getlist("worker")),
        "priority": _words(given.getlist("priority"), Priority),
        "origin": _words(given.getlist("origin"), Origin),
        "only": _words(given.getlist("only"), Only),
    }
    asked = Asked(
        view,
        worklist.usual_sort(view),
        filters={name: filters[name] for name in _FIELDS if filters[name]},
    )
    sort = read_sort(given.get("sort", ""))
    asked = asked.sorted_by(sort) if sort is not None else asked
    return asked.at(paging.decode(given["page"])) if given.get("page") else asked


def in_hands_of(number: int) -> Asked:
    """The open cases that somebody owns or is assigned to, as far as the reader sees them."""
    return Asked(View.ALL, worklist.usual_sort(View.ALL), filters={"worker": (str(number),)})


def of_saved(saved: SavedView, actor: Actor) -> Asked:
    """What a saved view asks for, as *actor* would ask it."""
    found = [(name, value) for name, values in saved_views.asked(saved).items() for value in values]
    return read(MultiDict(found), actor)


def first_page(given: MultiDict, actor: Actor) -> Asked:
    """What the address asks for, from the beginning."""
    return read(MultiDict([(name, value) for name, value in given.items(multi=True) if name != "page"]), actor)


def sort_word(sort: Sort) -> str:
    """An order as it stands in an address; "-" says falling."""
    return ("-" if sort.descending else "") + sort.by.value


def read_sort(word: str) -> Sort | None:
    """The order that a word stands for, if it stands for one."""
    name = word.removeprefix("-")
    return Sort(Order(name), word.startswith("-")) if name in list(Order) else None


def _words(given: Iterable[str], vocabulary: type[StrEnum]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in given if word in list(vocabulary)))


def _numbers(given: Iterable[str], *words: str) -> tuple[str, ...]:
    """Ids as they came, at most as long as an id can be."""
    return tuple(
        dict.fromkeys(one for one in given if one in words or (one.isascii() and one.isdecimal() and len(one) < 19))
    )
