"""Retention at work: closed cases are archived, and what archived ones tell is erased, when their time is over.

What is erased of a case: what was told, written, sent and attached in it, what came in as it came, and what the audit
keeps of its words. That there was a case, its number, states and dates, and who did what when, stays. The records of
people stay, too: erasing somebody is asked for by name (see
erasure.py). So do files that prove a consent: that belongs to the person who gave it.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, erasure, erasure_traces, retention, transitions
from portal.core.actors import SYSTEM
from portal.core.blinding import Blinder
from portal.core.erasure_plan import Plan
from portal.core.erasure_tables import OF_THEIR_CASES
from portal.core.models import Case, CaseErasure, RetentionRule
from portal.core.vocabulary import Action

AT_ONCE = 25  # a unit: nobody waits long for the writer
A_RUN = 300
REASON = "RETENTION"


def run(session: Session) -> int:
    """Do a part of what the active rules demand; how many cases it reached."""
    done = 0
    for rule in session.scalars(sa.select(RetentionRule).where(RetentionRule.active).order_by(RetentionRule.id)).all():
        for step, work in ((retention.ARCHIVE, _archive), (retention.ERASE, _erase)):
            found = _take(session, rule, step, AT_ONCE - done)
            if found:
                work(session, rule, found)
                done += len(found)
    return done


def _take(session: Session, rule: RetentionRule, step: str, limit: int) -> list[Case]:
    """Cases whose time is over, held until commit; what changes at this moment waits for the next run."""
    query = retention.due(rule, step, retention.reach(session, rule), limit=limit) if limit > 0 else None
    if query is None:
        return []
    numbers = [row.id for row in session.execute(query)]
    taken = sa.select(Case).where(Case.id.in_(numbers), *retention.standing_for(step)).order_by(Case.id)
    return list(session.scalars(taken.with_for_update(of=Case, skip_locked=True)))


def _archive(session: Session, rule: RetentionRule, found: list[Case]) -> None:
    for case in found:
        transitions.change_status(session, SYSTEM, case, Action.ARCHIVE, reason=REASON)


def _erase(session: Session, rule: RetentionRule, found: list[Case]) -> None:
    """Erase what these cases tell, and those that were merged into them, with one certificate."""
    numbers = [case.id for case in found]
    with_merged = sa.or_(Case.id.in_(numbers), Case.root_id.in_(numbers))
    every = sorted(session.scalars(sa.select(Case.id).where(with_merged)))
    made = Plan([], every, [], 0, proofs_stay=True)
    nobody = Blinder([])
    erasure_traces.remove(session, made, nobody)
    files = erasure.empty_files(session, made)
    erasure.apply(session, OF_THEIR_CASES, made)
    chain = f"retention:{rule.id}"
    erasure_traces.erase_values(session, SYSTEM, made, nobody, chain=chain)
    at = clock.now()
    table = Case.__table__
    session.execute(sa.update(table).where(table.c.id.in_(every)).values(erased_at=at, updated_at=at))
    proof = CaseErasure(rule_id=rule.id, cases=every, at=at, removed=made.removed, emptied=made.emptied, files=files)
    session.add(proof)
    session.flush()
    session.expire_all()  # what was loaded before is not what stands there now
    told = {"erasure": proof.id, "cases": every, "removed": made.removed, "emptied": made.emptied}
    audit.append(session, SYSTEM, "retention.erase", chain=chain, details=told)
    for case in session.scalars(sa.select(Case).where(Case.id.in_(every)).order_by(Case.id)):
        audit.append(session, SYSTEM, "case.erase", case=case, details={"erasure": told["erasure"]})
