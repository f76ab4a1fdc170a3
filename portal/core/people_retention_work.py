"""Erasing people by rule: as a person is erased who asks for it, one at a time, whom nothing has kept for long enough.

It is asked again under lock, of the person and of every case that names them. Whoever cannot be erased now loses the
mark, so that the others have their turn, and is marked anew when everybody is looked through the next time.
"""

import logging

import sqlalchemy as sa
from cryptography.fernet import InvalidToken
from sqlalchemy.orm import Session

from portal.core import audit, erasure, erasure_plan, erasure_traces, people_retention, same_people
from portal.core.actors import SYSTEM
from portal.core.errors import DomainError
from portal.core.models import Person, RetentionRule

logger = logging.getLogger(__name__)

AT_ONCE = 1  # a person is a unit: they are held, then what is theirs
A_RUN = 50


def run(session: Session) -> int:
    """Erase the next person whom the rule for people demands, where it is on; how many were tried."""
    rule = people_retention.rule(session)
    if rule is None or not rule.active:
        return 0
    number = session.scalar(people_retention.marked(rule).limit(1))
    if number is None:
        return 0
    same_people.lock(session, same_people.records(session, [number])[number])
    try:
        with session.begin_nested():
            _erase(session, rule, number)
    except (DomainError, sa.exc.SQLAlchemyError, InvalidToken, ValueError, LookupError) as fault:
        logger.warning("person %s could not be erased by rule: %s", number, type(fault).__name__)
        people_retention.mark(session, {number: None})
        about = {"rule": rule.id, "person": number, "fault": type(fault).__name__}
        audit.append(session, SYSTEM, "retention.fail", chain=f"retention:{rule.id}", details=about)
    return 1


def _erase(session: Session, rule: RetentionRule, number: int) -> None:
    person = session.get_one(Person, number, populate_existing=True)
    last = people_retention.due(session, rule, [number]).get(number)
    made = erasure_plan.plan(session, person, by_rule=True)
    drafts = erasure_traces.find(session, made, erasure_traces.names(session, made)).drafts
    if last is None or made.held or made.open_cases or drafts:  # somebody may be writing of them at this moment
        people_retention.mark(session, {number: None})
        return
    erasure.carry_out(session, SYSTEM, person, made, rule_id=rule.id)
