"""What is left of a person in places that do not name them: drafts, kept answers, and the audit's kept values."""

from dataclasses import dataclass
from urllib.parse import unquote_plus

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit
from portal.core import models as m
from portal.core.actors import Actor
from portal.core.blinding import Blinder, words_of
from portal.core.erasure_plan import Plan, of_values

_AT_ONCE = 500


@dataclass(frozen=True)
class Traces:
    """The keys of what names the person, and of drafts of the cases that are emptied."""

    drafts: list[int]
    saved_views: list[int]
    idempotency_keys: list[tuple]

    def count(self, made: Plan) -> None:
        """Add to what is removed."""
        for table in ("drafts", "saved_views", "idempotency_keys"):
            made.count(table, len(getattr(self, table)), removed=True)


def names(session: Session, made: Plan) -> Blinder:
    """By what the person is known in a text: every word of their names, the names as a whole, and ways to reach them.

    Where a rule erases, single words are left out: others have them, too, and nobody looks at each erasure.
    """
    columns = m.Person.full_name, m.Person.organisation_name
    rows = session.execute(sa.select(*columns).where(m.Person.id.in_(made.records)))
    whole = {name.casefold() for row in rows for name in row if name and len(name) > 2}
    return Blinder(whole if made.by_rule else whole | words_of(session, made.records))


def find(session: Session, made: Plan, names: Blinder) -> Traces:
    """Drafts of the cases that are emptied, and drafts, saved views and kept answers in which the person is named."""
    keys = {str(number) for number in made.alone}
    drafts = [
        draft.id
        for draft in session.scalars(sa.select(m.Draft).execution_options(yield_per=_AT_ONCE))
        if draft.key.partition(":")[0] in keys or names.finds(f"{draft.title} {draft.body}")
    ]
    views = [
        view.id
        for view in session.scalars(sa.select(m.SavedView).execution_options(yield_per=_AT_ONCE))
        if names.finds(f"{view.name} {unquote_plus(view.query)}")
    ]
    return Traces(drafts, views, _answers(session, made, names))


def remove(session: Session, made: Plan, names: Blinder) -> None:
    """Remove what ``find`` finds."""
    found = find(session, made, names)
    for part in _parts(found.drafts):
        session.execute(sa.delete(m.Draft).where(m.Draft.id.in_(part)))
    for part in _parts(found.saved_views):
        session.execute(sa.delete(m.SavedView).where(m.SavedView.id.in_(part)))
    key = sa.inspect(m.IdempotencyKey).primary_key
    for part in _parts(found.idempotency_keys):
        session.execute(sa.delete(m.IdempotencyKey).where(sa.tuple_(*key).in_(part)))
    found.count(made)


def _answers(session: Session, made: Plan, names: Blinder) -> list[tuple]:
    """Kept answers are a day old at most; one that is lost is given anew."""
    key = sa.inspect(m.IdempotencyKey).primary_key
    uuids = sa.select(m.Person.uuid).where(m.Person.id.in_(made.records))
    told = [str(found) for found in session.scalars(uuids)]
    told += [str(found) for found in session.scalars(sa.select(m.Case.uuid).where(m.Case.id.in_(made.alone)))]
    told += list(session.scalars(sa.select(m.Case.reference).where(m.Case.id.in_(made.alone))))
    query = sa.select(*key, m.IdempotencyKey.body, m.IdempotencyKey.headers)
    return [
        tuple(row[: len(key)])
        for row in session.execute(query.execution_options(yield_per=_AT_ONCE))
        if names.finds(row.body) or any(name in f"{row.body}{row.headers}" for name in told)
    ]


def values(session: Session, made: Plan, names: Blinder) -> list[m.AuditValue]:
    """What the audit keeps of the person's words; of cases about others, where it names the person."""
    query = sa.select(m.AuditValue).join(m.AuditEvent).where(m.AuditValue.erased_at.is_(None))
    found = list(session.scalars(query.where(of_values(made))))
    told = set(found)
    others = session.scalars(query.where(m.AuditEvent.case_id.in_(made.shared)))
    return found + [one for one in others if one not in told and (names.finds(one.before) or names.finds(one.after))]


def erase_values(session: Session, actor: Actor, made: Plan, names: Blinder, *, chain: str) -> None:
    """Empty what ``values`` finds; an event on *chain* names each."""
    found = values(session, made, names)
    for part in _parts(found):
        audit.erase_values(session, actor, part, chain=chain)
    made.count("audit_values", len(found), removed=False)


def _parts(items: list) -> list[list]:
    return [items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE)]
