"""Finding words in what was told and written: one question for SQLite (FTS5) and PostgreSQL (tsvector).

Every word must stand in the text, in any order, as the beginning of a word; words in quotation marks must follow one
another. Hits come newest first. What one may not see is not found.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.indexing import fold
from portal.core.models import Case, SearchText
from portal.core.permissions import Permission, can, visible_cases
from portal.core.vocabulary import Role

KINDS = ("case", "message", "note", "attachment")
MOST_WORDS = 8
MOST_READ = 400  # of the newest texts with these words; beyond them, the answer says that it is a part
MOST_SIFTED = 4000  # the same, where what is found is sifted: afterwards, or by a remit that keeps most of it away

# As the index of the migration has it; anything else would be computed for each row.
VECTOR = (
    "(setweight(to_tsvector('simple', search_texts.words), 'A') || "
    "setweight(to_tsvector('simple', search_texts.scope), 'D'))"
)

_text = SearchText.__table__.alias("text")


@dataclass(frozen=True)
class Question:
    """What is looked for: phrases of one word or more, folded."""

    phrases: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> list[str]:
        """Every word of it."""
        return [word for phrase in self.phrases for word in phrase]


@dataclass(frozen=True)
class Hit:
    """A text that has the words; ``case_id`` is the case where it is read, of a merged one the survivor."""

    case_id: int
    kind: str
    source_id: int


@dataclass(frozen=True)
class Found:
    """The newest texts; ``partial`` when older ones were not looked at."""

    hits: list[Hit]
    partial: bool = False


def question(text: str) -> Question | None:
    """What somebody typed, as a question; None where it holds no word of two letters."""
    phrases = []
    for quoted, plain in re.findall(r'"([^"]*)"|([^"]+)', text):
        phrases += [tuple(fold(quoted))] if quoted else [(word,) for word in fold(plain)]
    kept = [phrase for phrase in phrases if phrase][:MOST_WORDS]
    return Question(tuple(kept)) if any(len(word) > 1 for phrase in kept for word in phrase) else None


def find(
    session: Session,
    actor: Actor,
    asked: Question,
    *,
    kinds: Collection[str] = KINDS,
    among: Collection[int] | None = None,
    most: int = MOST_READ,
) -> Found:
    """The newest texts with these words in cases that *actor* may see; with ``among``, in those cases alone.

    At most ``most`` texts are told; unless the actor's remit limits what they see, no more are read either.
    """
    scope = _scope(actor)
    if (scope is not None and not scope) or (among is not None and not among):
        return Found([])
    reach = MOST_SIFTED if actor.remit.limits else most
    newest = _matching(session, asked, scope, among).limit(reach).subquery()
    query = (
        sa.select(sa.func.coalesce(Case.root_id, Case.id), SearchText.kind, SearchText.source_id)
        .join(Case, Case.id == SearchText.case_id)
        .where(SearchText.id.in_(sa.select(newest.c.id)), SearchText.kind.in_(kinds), visible_cases(actor))
        .order_by(SearchText.id.desc())
        .limit(most)
    )
    hits = [Hit(*row) for row in session.execute(query)]
    read = session.scalar(sa.select(sa.func.count()).select_from(newest))
    return Found(hits, partial=read >= reach or len(hits) == most)


def _scope(actor: Actor) -> list[str] | None:
    """The words of the scopes through which an actor sees cases; None where all are seen."""
    if actor.is_system or actor.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return None
    if actor.user_id is None or not can(actor, Permission.VIEW):
        return []
    return [f"u{actor.user_id}", *(f"v{number}" for number in sorted(actor.vertical_ids))]


def _matching(session: Session, asked: Question, scope: list[str] | None, among: Collection[int] | None) -> sa.Select:
    """The numbers of texts with these words, the newest first."""
    if session.get_bind().dialect.name == "sqlite":
        match = " AND ".join(f'words : "{" ".join(phrase)}" *' for phrase in asked.phrases)
        if scope is not None:
            match = f"({match}) AND scope : ({' OR '.join(scope)})"
        number = sa.table("search_words", sa.column("rowid")).c.rowid
        query = sa.select(number.label("id")).where(sa.text("search_words MATCH :match").bindparams(match=match))
        return _only(query, number, among).order_by(number.desc())
    match = " & ".join(_phrase(phrase) for phrase in asked.phrases)
    if scope is not None:
        match = f"({match}) & ({' | '.join(f'{word}:D' for word in scope)})"
    words = sa.text(f"{VECTOR} @@ to_tsquery('simple', :match)").bindparams(match=match)
    return _only(sa.select(SearchText.id).where(words), SearchText.id, among).order_by(SearchText.id.desc())


def _only(query: sa.Select, number: sa.ColumnElement[int], among: Collection[int] | None) -> sa.Select:
    """Texts of these cases alone, and of what was merged into them."""
    if among is None:
        return query
    inside = sa.select(Case.id).where(sa.or_(Case.id.in_(among), Case.root_id.in_(among)))
    texts = sa.select(_text.c.id).where(_text.c.case_id.in_(inside)).correlate(None)
    return query.where(number.in_(texts))


def _phrase(phrase: tuple[str, ...]) -> str:
    *before, last = phrase
    return f"({' <-> '.join([*(f'{word}:A' for word in before), f'{last}:*A'])})"
