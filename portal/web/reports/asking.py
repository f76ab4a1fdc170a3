"""Whose numbers an address asks for and in which order, and the addresses of the lists behind them."""

from dataclasses import dataclass

from flask import request, url_for

from portal.core import reports, worklist
from portal.core.models import User, Vertical
from portal.core.reports import LISTS, Figure, Sort
from portal.core.worklist import View
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.worklist.asking import Asked

_USUAL = (Sort.OVERDUE, True)


@dataclass(frozen=True)
class Column:
    """The heading of a column of the table of workers: sorting by it, and turning it round once it is in force."""

    by: Sort
    url: str
    direction: str  # ascending, descending or none


@dataclass(frozen=True)
class Team:
    """Whose numbers are asked for (all that the reader oversees, or one vertical of it), in which order."""

    choices: list[Vertical]
    chosen: Vertical | None
    by: Sort
    descending: bool

    @property
    def vertical(self) -> int | None:
        """The number of the chosen vertical."""
        return self.chosen.id if self.chosen else None

    @property
    def sort(self) -> str:
        """The order as it stands in an address; "-" says falling."""
        return ("-" if self.descending else "") + self.by.value

    def url(self, endpoint: str = "reports.index", **more: object) -> str:
        """The address of a page about the same team in the same order."""
        sort = None if (self.by, self.descending) == _USUAL else self.sort
        return url_for(endpoint, **{"vertical": self.vertical, "sort": sort, **more})

    def column(self, by: Sort) -> Column:
        """The heading of a column; a name rises first, a number falls."""
        falls = not self.descending if by is self.by else by is not Sort.NAME
        direction = ("descending" if self.descending else "ascending") if by is self.by else "none"
        return Column(by, self.url(sort=("-" if falls else "") + by.value), direction)

    def figure_url(self, figure: Figure) -> str:
        """The list behind a number."""
        if figure not in LISTS:
            return url_for("conflicts.index", vertical=self.vertical)
        view, wanted = LISTS[figure]
        return self._list(view, only=tuple(one.value for one in wanted.only)).url()

    def cases_url(self, user: User, view: str = View.ALL) -> str:
        """The cases that somebody has."""
        return self._list(View(view), owner=(str(user.id),)).url()

    def hand_over_url(self, user: User) -> str:
        """Where all of them are given to somebody else."""
        return self._list(View.ALL, owner=(str(user.id),)).url("worklist.several", act="assign", all=1, handing=1)

    def _list(self, view: View, **filters: tuple[str, ...]) -> Asked:
        of_vertical = {"vertical": (str(self.vertical),)} if self.chosen else {}
        given = {name: values for name, values in filters.items() if values}
        return Asked(view, worklist.usual_sort(view), filters=of_vertical | given)


def team() -> Team:
    """Whose numbers the address asks for; words that mean nothing are passed over. Raises Forbidden."""
    choices = reports.overseen(db.session, current_actor())
    chosen = next((one for one in choices if str(one.id) == request.args.get("vertical")), None)
    word = request.args.get("sort", "")
    name = word.removeprefix("-")
    return Team(choices, chosen, *((Sort(name), word.startswith("-")) if name in list(Sort) else _USUAL))
