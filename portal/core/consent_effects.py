"""What follows for cases when a consent begins or ends: they are suspended and restored in the same transaction.

A consent bears on few cases as a rule. Where it bears on more than ``AT_ONCE``, guards and pages refuse at once by its
dates, and the states of the rest follow by job (``settle``).
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal.core import clock, consents, households, same_people, suspensions
from portal.core.actors import SYSTEM, Actor
from portal.core.models import Case, CaseSuspension, Consent, Household, HouseholdMember, Participant, PolicyPack
from portal.core.vocabulary import LIVE, ConsentStatus, Origin, ParticipantStatus, Status

AT_ONCE = 200


def follow(session: Session, actor: Actor, consent: Consent) -> int:
    """Let the cases that *consent* bears on follow what it says now, at most ``AT_ONCE``; returns how many did."""
    if consent.status in consents.NEVER_GIVEN:
        return 0
    at = clock.now()
    if consents.is_active(consent, at):
        return _restore(session, actor, consent)
    if consents.is_in_grace(consent, at) or (consent.withdrawn_at is None and at < consent.active_from):
        return 0  # read-only by its dates, or not begun: nothing is suspended, and the job comes back to it
    # Asked as the strictest door asks: another consent may stand for the same person and vertical.
    asked = consents.for_vertical(session, [consent.person_id], consent.vertical, origin=Origin.INTERVENTIONS)
    if asked.in_grace:
        return 0
    if not asked.problem:
        _settle(session, consent)
        return 0
    return _suspend(session, actor, consent)


def settle(session: Session) -> int:
    """Let the cases of consents follow that ended by the clock, or that bear on more cases than one unit takes.

    Does at most ``AT_ONCE`` cases; returns how many changed, so that the job goes on while there are more.
    """
    at = clock.now()
    ended = sa.and_(Consent.status == ConsentStatus.EXPIRED, sa.func.coalesce(Consent.grace_until, at) <= at)
    query = sa.select(Consent).where(
        Consent.settled_at.is_(None),
        sa.or_(Consent.status.in_((ConsentStatus.ACTIVE, ConsentStatus.WITHDRAWN)), ended),
        Consent.active_from <= at,
    )
    done = 0
    for consent in session.scalars(query.order_by(Consent.id).limit(AT_ONCE)).all():
        done += follow(session, SYSTEM, consent)
        if done >= AT_ONCE:
            break
    return done


def affected(session: Session, consent: Consent) -> sa.Select:
    """The ids of cases for which this person's consent for this vertical counts, in order."""
    people = same_people.records(session, [consent.person_id])[consent.person_id]
    led = sa.select(Household.id).where(Household.leader_id.in_(people))
    joined = sa.select(HouseholdMember.household_id).where(
        HouseholdMember.person_id.in_(people), households.is_member_now()
    )
    everybody_asked = sa.select(PolicyPack.vertical_id).where(PolicyPack.current, PolicyPack.every_adult_consents)
    of_person = sa.or_(
        Case.subject_person_id.in_(people),
        Case.subject_household_id.in_(led),
        sa.and_(Case.subject_household_id.in_(joined), Case.primary_vertical_id.in_(everybody_asked)),
    )
    taking_part = sa.select(Participant.case_id).where(
        Participant.vertical_id == consent.vertical_id, Participant.status == ParticipantStatus.OPTED_IN
    )
    of_vertical = sa.or_(Case.primary_vertical_id == consent.vertical_id, Case.id.in_(taking_part))
    query = sa.select(Case.id).where(of_person, of_vertical).order_by(Case.id)
    return query if consents.asked_for(consent.vertical) else query.where(Case.origin == Origin.INTERVENTIONS)


def _suspend(session: Session, actor: Actor, consent: Consent) -> int:
    reason = "CONSENT_WITHDRAWN" if consent.withdrawn_at is not None else "CONSENT_EXPIRED"
    mine = sa.select(CaseSuspension.case_id).where(
        CaseSuspension.lifted_at.is_(None),
        CaseSuspension.by_system,
        CaseSuspension.source_vertical_id == consent.vertical_id,
    )
    query = affected(session, consent).where(Case.lifecycle_status.in_((*LIVE, Status.SUSPENDED)), Case.id.not_in(mine))
    found = session.scalars(query.limit(AT_ONCE + 1)).all()
    vertical_id = consent.vertical_id
    done = sum(
        suspensions.suspend(session, actor, number, reason, vertical_id=vertical_id) for number in found[:AT_ONCE]
    )
    if len(found) <= AT_ONCE:
        _settle(session, consent)
    return done


def _restore(session: Session, actor: Actor, consent: Consent) -> int:
    waiting = sa.select(CaseSuspension.case_id).where(
        CaseSuspension.lifted_at.is_(None), CaseSuspension.reason_code.in_(suspensions.CONSENT_REASONS)
    )
    query = affected(session, consent).where(Case.lifecycle_status == Status.SUSPENDED, Case.id.in_(waiting))
    found = session.scalars(query.limit(AT_ONCE + 1)).all()
    done = sum(suspensions.restore(session, actor, number) for number in found[:AT_ONCE])
    if len(found) <= AT_ONCE:
        _settle(session, consent)
    return done


def _settle(session: Session, consent: Consent) -> None:
    """Remember that all its cases have followed; beside the mapper, for this is no new version of the consent."""
    session.flush()
    at, table = clock.now(), Consent.__table__
    keep = {"settled_at": at, "updated_at": table.c.updated_at}
    session.execute(sa.update(table).where(table.c.id == consent.id).values(**keep))
    set_committed_value(consent, "settled_at", at)
