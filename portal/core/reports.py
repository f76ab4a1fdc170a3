"""How a team is doing: four numbers, each the length of a list that can be opened, and what each worker has in hand.

All of it is counted over the cases that the reader may see, by the same filters as the lists.
"""

import datetime as dt
import enum
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import conflict_queue, list_filter, search, verticals, worklist
from portal.core.actors import Actor
from portal.core.list_filter import ListFilter, Only
from portal.core.models import Case, User, Vertical, VerticalMember
from portal.core.permissions import Permission, require
from portal.core.vocabulary import ConflictStatus, Role
from portal.core.worklist import View


class Figure(enum.StrEnum):
    """The four numbers."""

    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    CONSENT = "consent"
    CONFLICTS = "conflicts"


# The lists of cases behind three of them; the fourth is the queue of open conflicts.
LISTS: dict[Figure, tuple[View, ListFilter]] = {
    Figure.UNASSIGNED: (View.UNASSIGNED, ListFilter(only=frozenset({Only.LONG_UNASSIGNED}))),
    Figure.OVERDUE: (View.OVERDUE, ListFilter()),
    Figure.CONSENT: (View.ALL, ListFilter(only=frozenset({Only.CONSENT_ENDS}))),
}


@dataclass(frozen=True)
class InHand:
    """What a worker has in hand: open cases, how many of their reviews are overdue, and the longest untouched one."""

    user: User
    open: int = 0
    overdue: int = 0
    oldest: int | None = None
    oldest_reference: str = ""
    untouched_since: dt.datetime | None = None

    def untouched(self, at: dt.datetime) -> int | None:
        """For how many whole days nobody has done anything with the oldest case; None without a case."""
        return None if self.untouched_since is None else max(0, (at - self.untouched_since).days)


class Sort(enum.StrEnum):
    """What the workers can be sorted by."""

    NAME = "name"
    OPEN = "open"
    OLDEST = "oldest"
    OVERDUE = "overdue"


def overseen(session: Session, actor: Actor) -> list[Vertical]:
    """The verticals whose team *actor* oversees, by name: one's own; administrators all. Raises Forbidden."""
    require(actor, Permission.OVERSEE)
    everywhere = verticals.listed(session)
    return [one for one in everywhere if actor.is_administrator or one.id in actor.vertical_ids]


def figures(session: Session, actor: Actor, today: dt.date, *, vertical: int | None = None) -> dict[Figure, int]:
    """The four numbers, of one vertical where one is given. More than a thousand cases count as 1001."""
    require(actor, Permission.OVERSEE)
    wanted = {
        figure.value: worklist.of_view(view, within(asked, vertical), today) for figure, (view, asked) in LISTS.items()
    }
    found = {Figure(name): number for name, number in search.counts(session, actor, wanted).items()}
    waiting = conflict_queue.Wanted(ConflictStatus.OPEN, vertical)
    return {**found, Figure.CONFLICTS: conflict_queue.counts(session, actor, waiting)[ConflictStatus.OPEN]}


def within(wanted: ListFilter, vertical: int | None) -> ListFilter:
    """The same cases, of one vertical where one is given."""
    return wanted if vertical is None else replace(wanted, verticals=frozenset({vertical}))


def workers(session: Session, actor: Actor, today: dt.date, *, vertical: int | None = None) -> list[InHand]:
    """Who works in the verticals that *actor* oversees (or in that one), and who else has a case there; by name.

    Counted are the open cases of each that *actor* may see. Two statements, whatever the number of workers; they walk
    the open cases by the index of the work-list. Raises Forbidden.
    """
    require(actor, Permission.OVERSEE)
    team = {vertical} if vertical is not None else actor.vertical_ids
    everybody = vertical is None and actor.is_administrator
    held = {row.owner_id: row for row in session.execute(_held(actor, today, vertical, team))}
    having = [owner for owner, row in held.items() if everybody or row.led]
    member = sa.select(VerticalMember.user_id)
    member = member if everybody else member.where(VerticalMember.vertical_id.in_(sorted(team)))
    working = User.active, User.kind == "person", User.role != Role.AUDITOR
    known = sa.or_(User.id.in_(having), sa.and_(User.id.in_(member), *working))
    return [_in_hand(user, held) for user in session.scalars(sa.select(User).where(known).order_by(User.name, User.id))]


def sort(rows: list[InHand], by: Sort, *, descending: bool) -> list[InHand]:
    """The workers in another order; whoever is level stays by name."""
    keys = {
        Sort.NAME: lambda row: row.user.name.casefold(),
        Sort.OPEN: lambda row: row.open,
        Sort.OVERDUE: lambda row: row.overdue,
        Sort.OLDEST: lambda row: -row.untouched_since.timestamp() if row.untouched_since else float("-inf"),
    }
    return sorted(rows, key=keys[by], reverse=descending)


def _held(actor: Actor, today: dt.date, vertical: int | None, team: frozenset[int] | set[int]) -> sa.Select:
    """For each owner: open cases, late ones, how many of the team's own verticals, and the one longest untouched."""
    wanted = within(ListFilter(), vertical)
    seen = sa.union(*[sa.select(Case.id).where(*way) for way in list_filter.ways(actor, wanted)]).subquery()
    place = sa.func.row_number().over(partition_by=Case.owner_id, order_by=(Case.last_actioned_at, Case.id))
    late = sa.case((Case.review_date < today, 1), else_=0)
    led = sa.case((Case.primary_vertical_id.in_(sorted(team)), 1), else_=0)
    each = sa.select(Case.owner_id, Case.id, late.label("late"), led.label("led"), place.label("place"))
    each = each.join(seen, seen.c.id == Case.id).where(Case.owner_id.is_not(None)).subquery()
    oldest = sa.func.max(sa.case((each.c.place == 1, each.c.id)))
    sums = sa.func.count().label("open"), sa.func.sum(each.c.late).label("late"), sa.func.sum(each.c.led).label("led")
    of_owner = sa.select(each.c.owner_id, *sums, oldest.label("oldest")).group_by(each.c.owner_id).subquery()
    named = sa.select(of_owner, Case.reference, Case.last_actioned_at)
    return named.join(Case, Case.id == of_owner.c.oldest)


def _in_hand(user: User, held: dict[int, sa.Row]) -> InHand:
    row = held.get(user.id)
    if row is None:
        return InHand(user)
    return InHand(user, row.open, int(row.late), row.oldest, row.reference or "", row.last_actioned_at)
