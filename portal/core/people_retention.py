"""Whom the rule for people would erase now: those whom nothing has kept for as long as it says.

Everybody is looked through, some at a time, and marked with the moment since when nothing keeps them. What is shown and
what is done go by the marks and ask again of each person: a mark may be older than what happened since.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock, keeping, retention
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.keeping import Last
from portal.core.models import Person, RetentionRule, Setting
from portal.core.models.person import UNKEPT
from portal.core.models.retention import PEOPLE
from portal.core.paging import Cursor
from portal.core.permissions import Permission, require, visible_people

AT_ONCE = 250  # a unit: nobody waits long for the writer
A_RUN = 10_000  # people who are looked through before other jobs have their turn
_PLACE, _ROUND = "people.looked_through_to", "people.looked_through_at"


@dataclass(frozen=True)
class Line:
    """Somebody who would be erased, and what kept them last."""

    person: Person
    last: Last


@dataclass(frozen=True)
class Preview:
    """Whom the rule would erase now: how many (up to ``CAP`` and one), and a page of those *actor* may see.

    ``looked_through`` is when everybody was last looked through; None before the first time.
    """

    number: int
    lines: list[Line]
    following: Cursor | None
    looked_through: dt.datetime | None

    @property
    def is_capped(self) -> bool:
        """Whether there are more than are counted."""
        return self.number > retention.CAP


def rule(session: Session) -> RetentionRule | None:
    """The rule for people, where one was set."""
    return session.scalar(sa.select(RetentionRule).where(RetentionRule.scope == PEOPLE))


def preview(session: Session, actor: Actor, one: RetentionRule, *, cursor: Cursor | None = None) -> Preview:
    """Whom *one*, the rule for people, would erase now. Raises Forbidden; InvalidInput for a foreign cursor."""
    require(actor, Permission.ADMINISTER)
    if cursor is not None and type(cursor.key) is not dt.datetime:
        raise InvalidInput("There is no such page of the list.", target="cursor")
    every = session.scalars(marked(one).limit(retention.CAP + 1)).all()
    number = len(due(session, one, every))
    query = marked(one).where(visible_people(actor))
    if cursor is not None:
        since = Person.unkept_since
        query = query.where(since >= cursor.key, sa.or_(since > cursor.key, Person.id > cursor.id))
    rows = session.execute(query.add_columns(Person.unkept_since).limit(retention.PAGE + 1)).all()
    shown = rows[: retention.PAGE]
    last = due(session, one, [row.id for row in shown])
    people = session.scalars(sa.select(Person).where(Person.id.in_(last), visible_people(actor)))
    lines = [Line(person, last[person.id]) for person in people]
    lines.sort(key=lambda line: (line.last.at, line.person.id))
    following = Cursor(shown[-1].unkept_since, shown[-1].id) if len(rows) > len(shown) else None
    return Preview(number, lines, following, _looked_through(session))


def marked(one: RetentionRule) -> sa.Select:
    """The numbers of those who are marked for longer than the rule says, the longest first."""
    over = Person.unkept_since < retention.months_before(clock.now(), one.erase_months or 0)
    return sa.select(Person.id).where(sa.text(UNKEPT), over).order_by(Person.unkept_since, Person.id)


def due(session: Session, one: RetentionRule, people: Collection[int]) -> dict[int, Last]:
    """Whom of these people the rule would erase, as things stand at this moment."""
    before = retention.months_before(clock.now(), one.erase_months or 0)
    return {person: last for person, last in keeping.unkept(session, people).items() if last.at < before}


def look_through(session: Session) -> int:
    """Mark some of the people with since when nothing keeps them, whoever comes next; how many were looked at.

    After the last it begins anew with the next run.
    """
    place = _setting(session, _PLACE)
    query = sa.select(Person.id, Person.unkept_since).where(
        Person.id > int(place.value or 0), Person.root_id.is_(None), Person.erased_at.is_(None), Person.kind == "person"
    )
    rows = session.execute(query.order_by(Person.id).limit(AT_ONCE)).all()
    found = keeping.unkept(session, [row.id for row in rows])
    wanted = {row.id: found[row.id].at if row.id in found else None for row in rows}
    mark(session, {row.id: wanted[row.id] for row in rows if row.unkept_since != wanted[row.id]})
    place.value = str(rows[-1].id) if len(rows) == AT_ONCE else "0"
    if len(rows) < AT_ONCE:
        _setting(session, _ROUND).value = clock.now().isoformat()
    return len(rows)


def mark(session: Session, wanted: Mapping[int, dt.datetime | None]) -> None:
    """Write the marks, beside the mapper: being looked at is no new version of a person."""
    table = Person.__table__
    for person, since in wanted.items():
        values = {"unkept_since": since, "updated_at": table.c.updated_at}
        session.execute(sa.update(table).where(table.c.id == person).values(**values))


def _setting(session: Session, key: str) -> Setting:
    found = session.get(Setting, key)
    if found is None:
        found = Setting(key=key, value="")
        session.add(found)
    return found


def _looked_through(session: Session) -> dt.datetime | None:
    told = session.get(Setting, _ROUND)
    return dt.datetime.fromisoformat(told.value) if told is not None else None
