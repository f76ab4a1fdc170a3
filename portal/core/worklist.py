"""The work-list: views over the cases that somebody may see, and for each row the one phrase that says why."""

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from portal.core import search
from portal.core.actors import Actor
from portal.core.models import Vertical
from portal.core.paging import Cursor, Page
from portal.core.permissions import Permission, can
from portal.core.search import ListFilter, Order, Sort
from portal.core.vocabulary import Role
from portal.core.worklist_rows import SHOWN, Reason, Row, not_opted_in, overdue, rows_of

TRIAGE = "triage"  # reports that wait to be looked at: a queue with a page of its own, counted beside the views


class View(enum.StrEnum):
    """The tabs over the work-list."""

    MINE = "mine"
    NEEDS_ME = "needs-me"
    UNASSIGNED = "unassigned"
    TEAM = "team"
    OVERDUE = "overdue"
    AWAITING = "awaiting"
    ALL = "all"


# What is said first of a row in a view that is about it.
_ABOUT: dict[View, Reason] = {View.OVERDUE: overdue, View.AWAITING: not_opted_in}


def usual_view(actor: Actor) -> View:
    """Where somebody begins: auditors own no cases."""
    return View.ALL if actor.role is Role.AUDITOR else View.MINE


def usual_sort(view: View) -> Sort:
    """The order of a view that nobody chose: what presses first, elsewhere what moved last."""
    if view in (View.NEEDS_ME, View.UNASSIGNED):
        return Sort(Order.PRIORITY, descending=True)
    return Sort(Order.NEXT_DATE, descending=False) if view is View.OVERDUE else Sort(Order.UPDATED, descending=True)


def views(actor: Actor) -> list[View]:
    """The views that mean something to *actor*: whoever belongs to no vertical has no team."""
    return [view for view in View if view is not View.TEAM or actor.vertical_ids]


def answering(actor: Actor, verticals: Iterable[Vertical]) -> frozenset[int]:
    """The numbers of those verticals in which *actor* may answer approvals."""
    return frozenset(one.id for one in verticals if can(actor, Permission.APPROVE, one.pack))


def of_view(view: View, wanted: ListFilter, today: dt.date, *, answering: frozenset[int] = frozenset()) -> ListFilter:
    """The filter that somebody chose, within a view; ``answering`` as told above."""
    if view is View.NEEDS_ME:
        return replace(wanted, needing_me_on=today, answering=answering)
    if view is View.OVERDUE:
        return replace(wanted, review_before=today)
    named = {View.MINE: "mine", View.UNASSIGNED: "unassigned", View.TEAM: "team", View.AWAITING: "awaiting"}
    return replace(wanted, **{named[view]: True}) if view in named else wanted


def page(
    session: Session,
    actor: Actor,
    wanted: ListFilter,
    sort: Sort,
    today: dt.date,
    *,
    cursor: Cursor | None = None,
    view: View | None = None,
    answering: frozenset[int] = frozenset(),
) -> Page[Row]:
    """A page of the work-list; *view* is what it is about. Raises InvalidInput for a cursor of another list."""
    found = search.page(session, actor, wanted, sort, cursor=cursor, options=SHOWN)
    rows = rows_of(session, actor, found.cases, today, first=_ABOUT.get(view), answering=answering)
    return Page(rows, found.following, found.preceding, found.first)


def counts(
    session: Session,
    actor: Actor,
    today: dt.date,
    chosen: ListFilter | None = None,
    *,
    answering: frozenset[int] = frozenset(),
) -> dict[str, int]:
    """How many cases each view holds, how many reports wait in triage, and ``chosen`` beside them.

    In one statement; more than a thousand count as 1001.
    """
    lists = {view.value: of_view(view, ListFilter(), today, answering=answering) for view in views(actor)}
    lists[TRIAGE] = ListFilter(triage=True)
    return search.counts(session, actor, lists | ({"chosen": chosen} if chosen is not None else {}))


def size(session: Session, actor: Actor, wanted: ListFilter) -> int:
    """How many cases a list holds; more than a thousand count as 1001."""
    return search.counts(session, actor, {"list": wanted})["list"]
