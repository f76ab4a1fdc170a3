"""Looking something up everywhere: a reference, a name, a phone or identity number, words of what was told.

Texts are read in the cases worked on last (MOST_TEXTS of them), which is said to whoever asks. Everything is scoped:
what one may not see is not found.
"""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import people, search, worklist
from portal.core.actors import Actor
from portal.core.models import Case, CasePerson
from portal.core.people import PersonHit
from portal.core.permissions import visible_cases

SHORTEST = 2
MOST_TEXTS = 2000
MOST_HITS = 20


@dataclass(frozen=True)
class CaseHit:
    """A case that was found: by its ``reference``, by the ``person`` named in it, or in its ``text``."""

    case: Case
    clients: list[CasePerson]
    matched: str


@dataclass(frozen=True)
class Found:
    """What was found. ``more`` says that there are further cases than shown."""

    cases: list[CaseHit]
    people: list[PersonHit]
    more: bool = False


def words_of(text: str) -> list[str]:
    """The words that are looked for in texts."""
    return re.findall(r"\w{2,}", text)[:6]


def everywhere(session: Session, actor: Actor, text: str) -> Found:
    """Cases and people that *text* may mean, the most certain first. Nothing for fewer than two characters."""
    text = " ".join(text.split())
    if len(text) < SHORTEST:
        return Found([], [])
    persons = people.search(session, actor, text, limit=10)
    matched: dict[int, str] = {}
    ways = (("reference", _by_reference(text)), ("person", _by_person(text)), ("text", _by_text(actor, text)))
    for name, which in ways:
        if which is not None:
            query = sa.select(Case.id).where(visible_cases(actor), Case.merged_into_id.is_(None), which)
            newest = query.order_by(Case.last_actioned_at.desc(), Case.id.desc()).limit(MOST_HITS + 1)
            for number in session.scalars(newest):
                matched.setdefault(number, name)
    shown = list(matched)[:MOST_HITS]
    return Found(_hits(session, shown, matched), persons, more=len(matched) > MOST_HITS)


def _hits(session: Session, numbers: list[int], matched: dict[int, str]) -> list[CaseHit]:
    query = sa.select(Case).where(Case.id.in_(numbers)).options(*worklist.SHOWN)
    cases = {case.id: case for case in session.scalars(query)}
    clients = worklist.clients_of(session, numbers)
    return [CaseHit(cases[number], clients.get(number, []), matched[number]) for number in numbers]


def _by_reference(text: str) -> sa.ColumnElement[bool] | None:
    if re.fullmatch(r"#?[0-9]{1,18}", text):
        return Case.id == int(text.removeprefix("#"))
    return Case.reference == text.upper() if re.fullmatch(r"[A-Za-z][\w-]*-[0-9]+", text) else None


def _by_person(text: str) -> sa.ColumnElement[bool] | None:
    """Cases with people whom the text names, calls or identifies."""
    ways = [way for way in (people.named(text), people.reached_by(text), people.identified_by(text)) if way is not None]
    if not ways:
        return None
    persons = sa.union(*ways)
    parts = sa.select(CasePerson.case_id).where(CasePerson.person_id.in_(persons)).correlate(None)
    subjects = sa.select(Case.id).where(Case.subject_person_id.in_(persons)).correlate(None)
    return Case.id.in_(sa.union(parts, subjects))


def _by_text(actor: Actor, text: str) -> sa.ColumnElement[bool] | None:
    """Cases worked on last in which every word stands somewhere in the summary, the narrative or the plan."""
    words = words_of(text)
    if not words:
        return None
    newest = search.newest(actor, MOST_TEXTS)
    told = [sa.or_(*[column.icontains(word, autoescape=True) for column in _TEXTS]) for word in words]
    return sa.and_(Case.id.in_(newest), *told)


_TEXTS = (Case.summary, Case.narrative, Case.plan)
