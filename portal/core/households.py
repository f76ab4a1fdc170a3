"""Households: people who live together, and who belongs to them from when until when."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, reasons, remits, restriction, under_glass
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, InvalidInput, NotFound, ReadOnly
from portal.core.impartiality import impartial_households
from portal.core.models import Case, Household, HouseholdMember, Person, Place
from portal.core.permissions import Permission, can, require, visible_cases, visible_people
from portal.core.vocabulary import Role


def register(
    session: Session, actor: Actor, name: str, leader: Person, *, place: Place | None = None, address: str | None = None
) -> Household:
    """Record a household of its leader, provisional until somebody else verifies it. Raises Forbidden, InvalidInput."""
    require(actor, Permission.REGISTER_PERSON)
    name = " ".join(name.split())[:255]
    if not name:
        raise InvalidInput("Give the household a name.", target="household_name", problem="missing")
    if leader.archived_at is not None:
        raise ReadOnly("The record of this person is archived.", target="leader_id")
    under_glass.require_known(session, actor, leader)
    made = Household(
        name=name,
        leader=leader,
        place_id=place.id if place else None,
        address=(address or "").strip() or None,
        registered_by_id=actor.user_id,
    )
    session.add(made)
    session.flush()
    audit.append(session, actor, "household.register", chain=_chain(made), details={"leader": leader.id})
    return made


def find(session: Session, actor: Actor, uuid: Any) -> Household:
    """The household with that public id. Raises NotFound when absent or not to be seen by *actor*."""
    found = session.scalar(sa.select(Household).where(Household.uuid == uuid, visible_households(actor)))
    if found is None:
        raise NotFound("There is no such household.", target="household")
    return found


def visible_households(actor: Actor) -> sa.ColumnElement[bool]:
    """Households on visible cases, those the actor registered, and in their remit those of people who are visible."""
    if actor.is_system:
        return sa.true()
    if actor.user_id is None or not can(actor, Permission.VIEW_PEOPLE):
        return sa.false()
    if actor.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return impartial_households(actor)
    # Asked of each household by index: gathering everybody who may be seen would grow with the number of cases.
    on_case = sa.select(1).select_from(Case).where(Case.subject_household_id == Household.id, visible_cases(actor))
    led = sa.select(1).select_from(Person).where(Person.id == Household.leader_id, visible_people(actor))
    known = sa.or_(
        Household.registered_by_id == actor.user_id,
        on_case.correlate(Household).exists(),
        sa.and_(led.correlate(Household).exists(), remits.households(actor.remit)),
    )
    return sa.and_(known, impartial_households(actor))


def is_member_now() -> sa.ColumnElement[bool]:
    """Whether a membership is in effect today."""
    today = clock.today()
    return sa.and_(
        HouseholdMember.effective_from <= today,
        sa.or_(HouseholdMember.effective_until.is_(None), HouseholdMember.effective_until > today),
    )


def members(session: Session, household: Household) -> list[HouseholdMember]:
    """Every membership, ended ones too, in the order in which they began."""
    query = sa.select(HouseholdMember).where(HouseholdMember.household_id == household.id)
    return list(session.scalars(query.order_by(HouseholdMember.effective_from, HouseholdMember.id)))


def add_member(
    session: Session,
    actor: Actor,
    household: Household,
    person: Person,
    *,
    relationship_type: str = "",
    effective_from: dt.date,
    effective_until: dt.date | None = None,
) -> HouseholdMember:
    """Record that somebody belongs to the household. Raises Forbidden, InvalidInput, AlreadyDone, ReadOnly."""
    require(actor, Permission.REGISTER_PERSON)
    session.refresh(household, with_for_update=True)  # two who add the same person at once come one after the other
    if household.status != "active":
        raise ReadOnly("The record of this household is archived.", target="household")
    if person.archived_at is not None:
        raise ReadOnly("The record of this person is archived.", target="person_id")
    restriction.require_usable(person)
    under_glass.require_known(session, actor, household, person)
    if effective_until is not None and effective_until <= effective_from:
        raise InvalidInput("The end must be after the beginning.", target="effective_until")
    same = HouseholdMember.household_id == household.id, HouseholdMember.person_id == person.id
    overlaps = sa.or_(HouseholdMember.effective_until.is_(None), HouseholdMember.effective_until > effective_from)
    if session.scalar(sa.select(HouseholdMember.id).where(*same, overlaps).limit(1)) is not None:
        raise AlreadyDone("This person belongs to the household at that time already.", target="person_id")
    made = HouseholdMember(
        household_id=household.id,
        person_id=person.id,
        relationship_type=relationship_type.strip()[:64],
        effective_from=effective_from,
        effective_until=effective_until,
    )
    session.add(made)
    session.flush()
    audit.append(session, actor, "household.member_add", chain=_chain(household), details={"person": person.id})
    return made


def end_membership(
    session: Session,
    actor: Actor,
    household: Household,
    person: Person,
    *,
    effective_until: dt.date,
    reason_code: str | None,
    text: str | None = None,
) -> HouseholdMember:
    """Record until when somebody belonged to the household. Raises Forbidden, InvalidInput, AlreadyDone, NotFound."""
    require(actor, Permission.REGISTER_PERSON)
    code, _ = reasons.given(reasons.MEMBERSHIP_END, reason_code, text)
    under_glass.require_known(session, actor, household, person)
    session.refresh(household, with_for_update=True)
    of = HouseholdMember.household_id == household.id, HouseholdMember.person_id == person.id
    known = list(session.scalars(sa.select(HouseholdMember).where(*of).order_by(HouseholdMember.id)))
    if not known:
        raise NotFound("This person does not belong to the household.", target="member")
    open_one = next((member for member in known if member.end_reason is None), None)
    if open_one is None:
        raise AlreadyDone("This membership has ended already.", target="person_id")
    if effective_until < open_one.effective_from:
        raise InvalidInput("The end must be after the beginning.", target="effective_until")
    open_one.effective_until, open_one.end_reason = effective_until, code
    details = {"person": person.id, "reason_code": code}
    audit.append(session, actor, "household.member_end", chain=_chain(household), details=details)
    return open_one


def _chain(household: Household) -> str:
    return f"household:{household.id}"
