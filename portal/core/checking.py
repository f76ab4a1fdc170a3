"""What waits to be verified, for those who may: people, households and consents, and what stands against each.

Verifying itself is in verification.py and consenting.py.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import restriction, verification
from portal.core.actors import Actor
from portal.core.consent_rules import Offer
from portal.core.errors import AlreadyDone, DomainError, Forbidden, InvalidTransition, ReadOnly
from portal.core.households import visible_households
from portal.core.models import Case, Consent, Household, Person, User, Vertical
from portal.core.permissions import (
    Permission,
    can,
    require,
    visible_consents,
    visible_people,
    ways_to_see,
    who_can,
)
from portal.core.verification import Subject
from portal.core.vocabulary import LIVE, ConsentStatus, NameKnown, Verification

PAGE = 25


@dataclass(frozen=True)
class Waiting:
    """A person, household or consent that waits, with who brought it and for which service."""

    subject: Any
    by: str
    vertical: str


@dataclass(frozen=True)
class Page:
    """What waits, oldest first, and the number after which the next page begins."""

    rows: list[Waiting]
    following: int | None


def people(session: Session, actor: Actor, *, after: int = 0) -> Page:
    """Provisional people whom *actor* may verify: registered for their verticals, or supported by an open case.

    Those whose name nobody knows wait for nothing yet. Raises Forbidden.
    """
    require(actor, Permission.VERIFY_PERSON)
    waits = Person.verification_status == Verification.PROVISIONAL, Person.archived_at.is_(None)
    wanted = [
        *waits,
        Person.name_known == NameKnown.GIVEN,
        Person.root_id.is_(None),
        Person.id > after,
        _not_by(actor, Person.registered_by_id),
    ]
    # Each way by its own index: asked together, everybody who waits would be asked for in turn.
    ways = [_some(sa.select(Person.id).where(*wanted, way)) for way in _registered(actor)]
    supported = sa.select(Person.id).join(Case, Case.subject_person_id == Person.id).where(*wanted)
    ways += [_some(supported.where(Case.lifecycle_status.in_(LIVE), way).distinct()) for way in ways_to_see(actor)]
    ids = sa.union(*[sa.select(way.subquery().c.id) for way in ways])
    query = sa.select(Person, User.name, Vertical.name).where(Person.id.in_(ids), visible_people(actor))
    query = query.outerjoin(User, User.id == Person.registered_by_id)
    query = query.outerjoin(Vertical, Vertical.id == Person.registered_vertical_id)
    return _page(session, query.order_by(Person.id))


def households(session: Session, actor: Actor, *, after: int = 0) -> Page:
    """Provisional households that *actor* may verify. Raises Forbidden."""
    require(actor, Permission.VERIFY_PERSON)
    waits = Household.verification_status == Verification.PROVISIONAL, Household.status == "active"
    query = sa.select(Household, User.name, sa.literal("")).options(joinedload(Household.leader))
    query = query.outerjoin(User, User.id == Household.registered_by_id)
    query = query.where(*waits, Household.id > after, _not_by(actor, Household.registered_by_id))
    return _page(session, query.where(visible_households(actor)).order_by(Household.id))


def consents(session: Session, actor: Actor, *, after: int = 0) -> Page:
    """Consents that *actor* may confirm: pending, of people whom they may see, and taken down by others.

    Raises Forbidden.
    """
    require(actor, Permission.DECIDE_CONSENT)
    query = sa.select(Consent, User.name, Vertical.name).join(Person, Person.id == Consent.person_id)
    query = query.join(Vertical, Vertical.id == Consent.vertical_id)
    query = query.outerjoin(User, User.id == Consent.captured_by_id).options(joinedload(Consent.person))
    query = query.where(Consent.status == ConsentStatus.PENDING, Consent.id > after)
    query = query.where(_not_by(actor, Consent.captured_by_id), visible_consents(actor), visible_people(actor))
    return _page(session, query.order_by(Consent.id))


def offers(session: Session, actor: Actor, subject: Subject) -> list[Offer]:
    """What can be done about a record's verification and its place in the files, with what stands against it."""
    if verification.is_archived(subject):
        return [_offer("restore", actor, subject, lambda: None)]
    archive = _offer("archive", actor, subject, lambda: verification.require_archivable(session, subject))
    if subject.verification_status is Verification.VERIFIED:
        claims = isinstance(subject, Person) and verification.has_claims(session, subject)
        numbers = [_offer("numbers", actor, subject, lambda: verification.require_numbers(session, actor, subject))]
        return [*(numbers if claims else []), archive]
    verify = _offer("verify", actor, subject, lambda: _require_verifiable(session, actor, subject))
    reject = _offer("reject", actor, subject, lambda: verification.require_decision(actor, subject, verified=False))
    return [verify, reject, archive]


def _require_verifiable(session: Session, actor: Actor, subject: Subject) -> None:
    verification.require_decision(actor, subject)
    if isinstance(subject, Person):
        verification.require_own_numbers(session, subject)


def _offer(action: str, actor: Actor, subject: Subject, check) -> Offer:
    try:
        require(actor, Permission.VERIFY_PERSON)
        restriction.require_usable(subject)
        check()
    except DomainError as obstacle:
        return Offer(action, obstacle, _who(actor, obstacle))
    return Offer(action, None, who_can(Permission.VERIFY_PERSON))


def _who(actor: Actor, obstacle: DomainError) -> str:
    if isinstance(obstacle, InvalidTransition):
        return "whoever may close that case, first"
    if isinstance(obstacle, ReadOnly):
        return "whoever may restore or free the record, first"
    if isinstance(obstacle, AlreadyDone):
        taken = obstacle.target == "identity_number"
        return "whoever compares the two records, first" if taken else ""
    if isinstance(obstacle, Forbidden) and can(actor, Permission.VERIFY_PERSON):
        return "another caseworker, a supervisor or an administrator"
    return who_can(Permission.VERIFY_PERSON)


def _not_by(actor: Actor, brought_by) -> sa.ColumnElement[bool]:
    """Brought by somebody else; administrators are exempt from the rule, and audited so."""
    return sa.true() if actor.is_administrator else brought_by.is_distinct_from(actor.user_id)


def _registered(actor: Actor) -> list[sa.ColumnElement[bool]]:
    if actor.is_administrator:
        return [sa.true()]
    return [Person.registered_vertical_id == vertical for vertical in sorted(actor.vertical_ids)]


def _some(ids: sa.Select) -> sa.Select:
    return ids.order_by(Person.id).limit(PAGE + 1)


def _page(session: Session, query: sa.Select) -> Page:
    found = session.execute(query.limit(PAGE + 1)).all()
    rows = [Waiting(subject, by or "", vertical or "") for subject, by, vertical in found[:PAGE]]
    return Page(rows, rows[-1].subject.id if len(found) > PAGE else None)


def people_who(session: Session, subject: Subject) -> dict[str, str]:
    """The names of who registered a record and of who verified it, as ``registered`` and ``verified``."""
    ids = {"registered": subject.registered_by_id, "verified": subject.verified_by_id}
    known = set(ids.values()) - {None}
    names = dict(session.execute(sa.select(User.id, User.name).where(User.id.in_(known))).all()) if known else {}
    return {what: names.get(number, "") for what, number in ids.items()}
