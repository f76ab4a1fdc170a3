"""For how long cases and people are kept: the rules, who changes them, and what one would do to cases now.

A rule archives closed cases after some months, and erases what archived ones tell after some more. A vertical with a
rule of its own follows that one alone, also while it is off; the rule for all is for the others. Cases that are held,
and what was merged into them, are left alone. What was merged goes with the case that leads. People follow one rule of
their own (people_retention.py): one person is known to several verticals.
"""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import audit, clock, legal_holds
from portal.core.actors import Actor
from portal.core.database import locked
from portal.core.errors import InvalidInput, NotFound, StaleVersion
from portal.core.models import Case, RetentionRule, Vertical
from portal.core.models.case import CLOSED, TELLING
from portal.core.models.retention import PEOPLE
from portal.core.paging import Cursor
from portal.core.permissions import Permission, require, visible_cases

ARCHIVE, ERASE = "archive", "erase"
STEPS = (ARCHIVE, ERASE)
ALL = "all"
MOST_MONTHS = 1200
CAP = 1000  # more are told as "more than"
PAGE = 50


@dataclass(frozen=True)
class Due:
    """The cases that a step would reach now: how many (up to ``CAP`` and one), and a page of those *actor* may see."""

    number: int
    cases: list[Case]
    following: Cursor | None

    @property
    def is_capped(self) -> bool:
        """Whether there are more than are counted."""
        return self.number > CAP


@dataclass(frozen=True)
class Preview:
    """What a rule would do now, whether it is active or not."""

    archive: Due
    erase: Due
    held: int  # cases in its reach whose time is over and that are held


def listed(session: Session, actor: Actor) -> list[RetentionRule]:
    """All rules, the one for all first. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    query = sa.select(RetentionRule).outerjoin(RetentionRule.vertical).options(joinedload(RetentionRule.vertical))
    of_people = RetentionRule.scope == PEOPLE
    return list(session.scalars(query.order_by(of_people, RetentionRule.vertical_id.is_not(None), Vertical.name)))


def find(session: Session, actor: Actor, number: int, *, lock: bool = False) -> RetentionRule:
    """The rule with that number; with ``lock`` held until commit. Raises Forbidden, NotFound."""
    require(actor, Permission.ADMINISTER)
    query = sa.select(RetentionRule).where(RetentionRule.id == number)
    if lock:
        query = locked(query).execution_options(populate_existing=True)
    else:
        query = query.options(joinedload(RetentionRule.vertical))
    rule = session.scalar(query)
    if rule is None:
        raise NotFound("There is no such rule.", target="rule")
    return rule


def create(
    session: Session, actor: Actor, *, vertical: int | None, archive_months: int | None, erase_months: int | None
) -> RetentionRule:
    """Set a rule for a vertical, or for all that have none; it is off. Raises Forbidden, InvalidInput."""
    require(actor, Permission.ADMINISTER)
    wanted = _months(archive_months, erase_months)
    if vertical is not None and session.get(Vertical, vertical) is None:
        raise InvalidInput("Choose one of the list.", target="vertical")
    return _create(session, actor, ALL if vertical is None else str(vertical), vertical_id=vertical, **wanted)


def create_for_people(session: Session, actor: Actor, *, months: int | None) -> RetentionRule:
    """Set the rule for people, by which they are erased so long after nothing keeps them any more; it is off.

    Raises Forbidden, InvalidInput.
    """
    require(actor, Permission.ADMINISTER)
    return _create(session, actor, PEOPLE, **_months(None, months, asked="erase_months"))


def _create(session: Session, actor: Actor, scope: str, **wanted: int | None) -> RetentionRule:
    if session.scalar(sa.select(RetentionRule.id).where(RetentionRule.scope == scope)) is not None:
        raise InvalidInput("There is a rule for this already. Change that one.", target="vertical")
    rule = RetentionRule(scope=scope, active=False, **wanted)
    session.add(rule)
    session.flush()
    _note(session, actor, rule, "retention.create", {name: (None, value) for name, value in _state(rule).items()})
    return rule


def change(
    session: Session,
    actor: Actor,
    rule: RetentionRule,
    *,
    archive_months: int | None,
    erase_months: int | None,
    version: int,
) -> RetentionRule:
    """Change the months of a rule, which ``find`` gave to hold. It is off then: what it does now is confirmed anew.

    Raises Forbidden, StaleVersion, InvalidInput.
    """
    require(actor, Permission.ADMINISTER)
    _require_version(rule, version)
    if rule.is_of_people:
        wanted = _months(None, erase_months, asked="erase_months")
    else:
        wanted = _months(archive_months, erase_months)
    if any(getattr(rule, name) != value for name, value in wanted.items()):
        _set(session, actor, rule, "retention.change", {**wanted, "active": False})
    return rule


def switch(session: Session, actor: Actor, rule: RetentionRule, *, active: bool, version: int) -> RetentionRule:
    """Let a rule, which ``find`` gave to hold, begin or rest. Raises Forbidden, StaleVersion."""
    require(actor, Permission.ADMINISTER)
    _require_version(rule, version)
    if rule.active != active:
        _set(session, actor, rule, "retention.activate" if active else "retention.deactivate", {"active": active})
    return rule


def preview(
    session: Session, actor: Actor, rule: RetentionRule, *, step: str = ARCHIVE, cursor: Cursor | None = None
) -> Preview:
    """What *rule* would do now; *cursor* leads to a further page of the cases of *step*.

    Numbers are of all cases; those named are the ones that *actor* may see. Raises Forbidden; InvalidInput for a
    foreign cursor.
    """
    require(actor, Permission.ADMINISTER)
    if cursor is not None and type(cursor.key) is not dt.datetime:
        raise InvalidInput("There is no such page of the list.", target="cursor")
    verticals = reach(session, rule)
    told = {
        one: _due(session, actor, rule, one, verticals, cursor if one == step else None, limit=PAGE) for one in STEPS
    }
    held = sum(_count(session, due(rule, one, verticals, limit=CAP, held=True)) for one in STEPS)
    return Preview(told[ARCHIVE], told[ERASE], held)


def reach(session: Session, rule: RetentionRule) -> list[int]:
    """The numbers of the verticals that follow *rule*; none where it is the one for people."""
    if rule.is_of_people:
        return []
    if rule.vertical_id is not None:
        return [rule.vertical_id]
    own = sa.select(RetentionRule.vertical_id).where(RetentionRule.vertical_id.is_not(None))
    return list(session.scalars(sa.select(Vertical.id).where(Vertical.id.not_in(own)).order_by(Vertical.id)))


def due(
    rule: RetentionRule,
    step: str,
    verticals: Sequence[int],
    *,
    limit: int,
    held: bool = False,
    cursor: Cursor | None = None,
    seen: sa.ColumnElement[bool] | None = None,
) -> sa.Select | None:
    """The numbers and times of the cases whose time is over for *step*, the longest first; None where there are none.

    One way for each vertical, each by its index, so that it costs what is found and not what there is.
    """
    months = rule.archive_months if step == ARCHIVE else rule.erase_months
    if months is None or not verticals:
        return None
    since = Case.closed_at if step == ARCHIVE else Case.archived_at
    wanted = [*standing_for(step, held=held), since < months_before(clock.now(), months)]
    if cursor is not None:
        wanted += [since >= cursor.key, sa.or_(since > cursor.key, Case.id > cursor.id)]
    if seen is not None:
        wanted.append(seen)
    columns = sa.select(Case.id.label("id"), since.label("since"))
    ways = [
        columns.where(Case.primary_vertical_id == one, *wanted).order_by(since, Case.id).limit(limit).subquery()
        for one in verticals
    ]
    found = sa.union_all(*(sa.select(way.c.id, way.c.since) for way in ways)).subquery("due")
    return sa.select(found.c.id, found.c.since).order_by(found.c.since, found.c.id).limit(limit)


def standing_for(step: str, *, held: bool = False) -> list[sa.ColumnElement[bool]]:
    """How a case must stand for *step*, whatever its time: in the words of the index that finds it, and not held."""
    is_held = Case.id.in_(legal_holds.roots())
    return [sa.text(CLOSED if step == ARCHIVE else TELLING), is_held if held else sa.not_(is_held)]


def months_before(at: dt.datetime, months: int) -> dt.datetime:
    """The same moment so many months earlier, or that of the last day of that month."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))


def _due(
    session: Session,
    actor: Actor,
    rule: RetentionRule,
    step: str,
    verticals: Sequence[int],
    cursor: Cursor | None,
    *,
    limit: int,
) -> Due:
    number = _count(session, due(rule, step, verticals, limit=CAP + 1))
    page = due(rule, step, verticals, limit=limit + 1, cursor=cursor, seen=visible_cases(actor))
    if page is None or not number:
        return Due(number, [], None)
    rows = session.execute(page).all()
    numbers = [row.id for row in rows[:limit]]
    query = sa.select(Case).where(Case.id.in_(numbers), visible_cases(actor)).options(joinedload(Case.primary_vertical))
    found = {case.id: case for case in session.scalars(query)}
    following = Cursor(rows[limit - 1].since, rows[limit - 1].id) if len(rows) > limit else None
    return Due(number, [found[one] for one in numbers if one in found], following)


def _count(session: Session, query: sa.Select | None) -> int:
    if query is None:
        return 0
    return session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def _months(
    archive_months: int | None, erase_months: int | None, *, asked: str = "archive_months"
) -> dict[str, int | None]:
    wanted = {"archive_months": archive_months, "erase_months": erase_months}
    for name, months in wanted.items():
        if months is not None and not 1 <= months <= MOST_MONTHS:
            raise InvalidInput(f"Give a number of months from 1 to {MOST_MONTHS}.", target=name)
    if not any(wanted.values()):
        raise InvalidInput("Say after how many months something is done.", target=asked, problem="missing")
    return wanted


def _require_version(rule: RetentionRule, version: int) -> None:
    if rule.version_id != version:
        raise StaleVersion("Somebody else changed this rule meanwhile.", version=rule.version_id)


def _set(session: Session, actor: Actor, rule: RetentionRule, action: str, wanted: dict) -> None:
    before = _state(rule)
    for name, value in wanted.items():
        setattr(rule, name, value)
    rule.version_id += 1
    after = _state(rule)
    _note(session, actor, rule, action, {one: (before[one], after[one]) for one in after if before[one] != after[one]})


def _state(rule: RetentionRule) -> dict[str, str | None]:
    told = {name: getattr(rule, name) for name in ("archive_months", "erase_months", "active")}
    return {name: None if value is None else str(value) for name, value in told.items()}


def _note(session: Session, actor: Actor, rule: RetentionRule, action: str, values: dict) -> None:
    details = {"rule": rule.id, "vertical": rule.vertical_id, "fields": sorted(values)}
    audit.append(session, actor, action, chain=f"retention:{rule.id}", details=details, values=values)
