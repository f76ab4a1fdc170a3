"""What is left of a person in places that do not name them: drafts, kept answers, and the audit's kept values."""

from urllib.parse import unquote_plus

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit
from portal.core import models as m
from portal.core.actors import Actor
from portal.core.blinding import Blinder
from portal.core.erasure_plan import Plan, of_values

_AT_ONCE = 500


def remove(session: Session, made: Plan, names: Blinder) -> None:
    """Remove drafts of the cases that are emptied, and drafts and kept answers in which the person is named."""
    keys = {str(number) for number in made.alone}
    drafts = [
        draft.id
        for draft in session.scalars(sa.select(m.Draft).execution_options(yield_per=_AT_ONCE))
        if draft.key.partition(":")[0] in keys or names.finds(f"{draft.title} {draft.body}")
    ]
    for part in _parts(drafts):
        session.execute(sa.delete(m.Draft).where(m.Draft.id.in_(part)))
    made.count("drafts", len(drafts), removed=True)
    _views(session, made, names)
    _answers(session, made, names)


def _views(session: Session, made: Plan, names: Blinder) -> None:
    """Views of lists that look for the person by name."""
    found = [
        view.id
        for view in session.scalars(sa.select(m.SavedView).execution_options(yield_per=_AT_ONCE))
        if names.finds(f"{view.name} {unquote_plus(view.query)}")
    ]
    for part in _parts(found):
        session.execute(sa.delete(m.SavedView).where(m.SavedView.id.in_(part)))
    made.count("saved_views", len(found), removed=True)


def _answers(session: Session, made: Plan, names: Blinder) -> None:
    """Kept answers are a day old at most; one that is lost is given anew."""
    key = sa.inspect(m.IdempotencyKey).primary_key
    uuids = sa.select(m.Person.uuid).where(m.Person.id.in_(made.records))
    told = [str(found) for found in session.scalars(uuids)]
    told += [str(found) for found in session.scalars(sa.select(m.Case.uuid).where(m.Case.id.in_(made.alone)))]
    told += list(session.scalars(sa.select(m.Case.reference).where(m.Case.id.in_(made.alone))))
    query = sa.select(*key, m.IdempotencyKey.body, m.IdempotencyKey.headers)
    found = [
        row[:4]
        for row in session.execute(query.execution_options(yield_per=_AT_ONCE))
        if names.finds(row.body) or any(name in f"{row.body}{row.headers}" for name in told)
    ]
    for part in _parts(found):
        session.execute(sa.delete(m.IdempotencyKey).where(sa.tuple_(*key).in_([tuple(row) for row in part])))
    made.count("idempotency_keys", len(found), removed=True)


def erase_values(session: Session, actor: Actor, made: Plan, names: Blinder, *, chain: str) -> None:
    """Empty what the audit keeps of the person's words; of cases about others, where it names the person."""
    query = sa.select(m.AuditValue).join(m.AuditEvent).where(m.AuditValue.erased_at.is_(None))
    values = list(session.scalars(query.where(of_values(made))))
    others = query.where(m.AuditEvent.case_id.in_(made.shared))
    values += [one for one in session.scalars(others) if names.finds(one.before) or names.finds(one.after)]
    for part in _parts(values):
        audit.erase_values(session, actor, part, chain=chain)
    made.count("audit_values", len(values), removed=False)


def _parts(items: list) -> list[list]:
    return [items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE)]
