"""Looking something up everywhere: a reference, a name, a phone or identity number, words of what was told or written.

Everything is scoped: what one may not see is not found, and the words of a case whose consent was withdrawn are not.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import consents, fulltext, list_filter, people, search, worklist_facts, worklist_rows
from portal.core.actors import Actor
from portal.core.fulltext import Hit
from portal.core.indexing import TEXTS
from portal.core.list_filter import ListFilter, by_reference, with_people
from portal.core.models import Case, CasePerson
from portal.core.people import PersonHit
from portal.core.permissions import visible_cases
from portal.core.search import Order, Sort

SHORTEST = 2
MOST_HITS = 20
_MOST_PEOPLE = 10
_FEW = 500  # cases whose texts are looked through whole


@dataclass(frozen=True)
class CaseHit:
    """A case that was found: by its ``reference``, a ``person`` in it, a ``filter``, or in a text (its kind)."""

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
    session: Session,
    actor: Actor,
    text: str,
    *,
    wanted: ListFilter | None = None,
    kinds: Collection[str] = (),
    most: int = MOST_HITS,
) -> Found:
    """Cases and people that *text* may mean, the most certain first. Nothing for one character alone.

    With ``kinds`` (some of ``fulltext.KINDS``) only texts of these kinds are looked at; with ``wanted`` only those
    cases, and no people; without a text it is the list of them, the one worked on last first. At most ``most`` cases.
    """
    text = " ".join(text.split())
    if len(text) < SHORTEST:
        return _listed(session, actor, wanted, most) if wanted is not None and not text else Found([], [])
    matched: dict[int, tuple[str, Hit | None]] = {}
    if not kinds:
        for name, which in (("reference", by_reference(text)), ("person", _by_person(text))):
            for number in _newest(session, actor, which, wanted):
                matched.setdefault(number, (name, None))
    texts = _with_words(session, actor, text, kinds or fulltext.KINDS, wanted)
    for hit in texts.hits:
        matched.setdefault(hit.case_id, (hit.kind, hit))
    persons = [] if kinds or wanted else people.search(session, actor, text, limit=min(most, _MOST_PEOPLE))
    shown = dict(list(matched.items())[:most])
    hits = _hits(session, actor, shown, wanted)
    return Found(hits, persons, more=len(matched) > len(shown), partial=texts.partial)


def _listed(session: Session, actor: Actor, wanted: ListFilter, most: int) -> Found:
    page = search.page(session, actor, wanted, Sort(Order.UPDATED, descending=True), limit=most)
    hits = _hits(session, actor, {case.id: ("filter", None) for case in page.cases}, wanted)
    return Found(hits, [], more=page.following is not None)


def _with_words(
    session: Session, actor: Actor, text: str, kinds: Collection[str], wanted: ListFilter | None
) -> fulltext.Found:
    """The newest texts with these words. Few cases are looked through whole; of many, the newest texts are sifted."""
    asked = fulltext.question(text)
    if asked is None:
        return fulltext.Found([])
    if wanted is None:
        return fulltext.find(session, actor, asked, kinds=kinds)
    few = search.numbers(session, actor, wanted, most=_FEW)
    if few is not None:
        return fulltext.find(session, actor, asked, kinds=kinds, among=few)
    found = fulltext.find(session, actor, asked, kinds=kinds, most=fulltext.MOST_SIFTED)
    kept = search.sifted(session, actor, wanted, {hit.case_id for hit in found.hits})
    return fulltext.Found([hit for hit in found.hits if hit.case_id in kept], found.partial)


def _newest(
    session: Session, actor: Actor, which: sa.ColumnElement[bool] | None, wanted: ListFilter | None
) -> list[int]:
    if which is None:
        return []
    scope = [visible_cases(actor)] if wanted is None else list_filter.conditions(actor, wanted)
    query = sa.select(Case.id).where(*scope, Case.merged_into_id.is_(None), which)
    newest = query.order_by(Case.last_actioned_at.desc(), Case.id.desc()).limit(MOST_HITS + 1)
    return list(session.scalars(newest))


def _hits(
    session: Session, actor: Actor, matched: dict[int, tuple[str, Hit | None]], wanted: ListFilter | None
) -> list[CaseHit]:
    query = sa.select(Case).where(Case.id.in_(matched), visible_cases(actor)).options(*worklist_rows.SHOWN)
    cases = {case.id: case for case in session.scalars(query)}
    clients = worklist_facts.clients_of(session, list(cases))
    closed = consents.withdrawn_among(session, cases.values())
    by_content = wanted is not None and wanted.fields  # what a sender said is not to be read of them either
    texts = _texts(session, [hit for _, hit in matched.values() if hit is not None and hit.case_id not in closed])
    return [
        CaseHit(cases[number], clients.get(number, []), name, texts.get(hit, ()), number in closed)
        for number, (name, hit) in matched.items()
        if number in cases and not ((hit is not None or by_content) and number in closed)
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


def _by_person(text: str) -> sa.ColumnElement[bool] | None:
    """Cases with people whom the text names, calls or identifies."""
    ways = [way for way in (people.named(text), people.reached_by(text), people.identified_by(text)) if way is not None]
    if not ways:
        return None
    return with_people(sa.union(*ways))
