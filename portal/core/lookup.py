"""Looking something up everywhere: a reference, a name, a phone or identity number, words of what was told or written.

Everything is scoped: what one may not see is not found, and the words of a case whose consent was withdrawn are not.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import consents, fulltext, people, worklist
from portal.core.actors import Actor
from portal.core.fulltext import Hit
from portal.core.indexing import TEXTS
from portal.core.models import Case, CasePerson
from portal.core.people import PersonHit
from portal.core.permissions import visible_cases

SHORTEST = 2
MOST_HITS = 20
_MOST_PEOPLE = 10


@dataclass(frozen=True)
class CaseHit:
    """A case that was found: by its ``reference``, by a ``person`` in it, or in a text (its kind, as in ``KINDS``)."""

    case: Case
    clients: list[CasePerson]
    matched: str
    texts: tuple[str, ...] = ()  # where the words stand
    closed: bool = False  # consent was withdrawn: what is told of it is not to be read


@dataclass(frozen=True)
class Found:
    """What was found; ``more``: there are further cases than shown, ``partial``: older texts were not looked at."""

    cases: list[CaseHit]
    people: list[PersonHit]
    more: bool = False
    partial: bool = False


def words_of(text: str) -> list[str]:
    """The words that are looked for in texts, for showing where they stand."""
    asked = fulltext.question(text)
    return [word for word in asked.words if len(word) > 1] if asked else []


def everywhere(
    session: Session, actor: Actor, text: str, *, kinds: Collection[str] = (), most: int = MOST_HITS
) -> Found:
    """Cases and people that *text* may mean, the most certain first. Nothing for fewer than two characters.

    With ``kinds`` (some of ``fulltext.KINDS``) only texts of these kinds are looked at. At most ``most`` cases.
    """
    text = " ".join(text.split())
    if len(text) < SHORTEST:
        return Found([], [])
    matched: dict[int, tuple[str, Hit | None]] = {}
    if not kinds:
        for name, which in (("reference", by_reference(text)), ("person", _by_person(text))):
            for number in _newest(session, actor, which):
                matched.setdefault(number, (name, None))
    asked = fulltext.question(text)
    texts = fulltext.find(session, actor, asked, kinds=kinds or fulltext.KINDS) if asked else fulltext.Found([])
    for hit in texts.hits:
        matched.setdefault(hit.case_id, (hit.kind, hit))
    persons = [] if kinds else people.search(session, actor, text, limit=min(most, _MOST_PEOPLE))
    shown = dict(list(matched.items())[:most])
    return Found(_hits(session, actor, shown), persons, more=len(matched) > len(shown), partial=texts.partial)


def _newest(session: Session, actor: Actor, which: sa.ColumnElement[bool] | None) -> list[int]:
    if which is None:
        return []
    query = sa.select(Case.id).where(visible_cases(actor), Case.merged_into_id.is_(None), which)
    newest = query.order_by(Case.last_actioned_at.desc(), Case.id.desc()).limit(MOST_HITS + 1)
    return list(session.scalars(newest))


def _hits(session: Session, actor: Actor, matched: dict[int, tuple[str, Hit | None]]) -> list[CaseHit]:
    query = sa.select(Case).where(Case.id.in_(matched), visible_cases(actor)).options(*worklist.SHOWN)
    cases = {case.id: case for case in session.scalars(query)}
    clients = worklist.clients_of(session, list(cases))
    closed = consents.withdrawn_among(session, cases.values())
    texts = _texts(session, [hit for _, hit in matched.values() if hit is not None and hit.case_id not in closed])
    return [
        CaseHit(cases[number], clients.get(number, []), name, texts.get(hit, ()), number in closed)
        for number, (name, hit) in matched.items()
        if number in cases and not (hit is not None and number in closed)
    ]


def _texts(session: Session, hits: Iterable[Hit]) -> dict[Hit, tuple[str, ...]]:
    """The texts in which the words stand, one query for each kind."""
    wanted: dict[str, dict[int, Hit]] = {}
    for hit in hits:
        wanted.setdefault(hit.kind, {})[hit.source_id] = hit
    found = {}
    for model, (kind, columns) in TEXTS.items():
        if kind in wanted:
            query = sa.select(model.id, *[getattr(model, name) for name in columns]).where(model.id.in_(wanted[kind]))
            found.update({wanted[kind][number]: tuple(texts) for number, *texts in session.execute(query)})
    return found


def by_reference(text: str) -> sa.ColumnElement[bool] | None:
    """The case that has this reference or number; None where the text is neither."""
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
