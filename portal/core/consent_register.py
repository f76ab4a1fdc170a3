"""A person's consents for reading: how each stands, who took it down and confirmed it, by what, what it said before.

What may be done with one is in consent_rules.py; doing it, in consenting.py.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import attachments, clock, consent_rules, consenting, consents, same_people
from portal.core.actors import Actor
from portal.core.consent_rules import Offer
from portal.core.errors import NotFound
from portal.core.models import Attachment, Consent, ConsentEvidence, ConsentVersion, Person, User, Vertical
from portal.core.permissions import visible_consents, visible_people
from portal.core.vocabulary import ConsentStatus, Role

_RANK = {ConsentStatus.ACTIVE: 0, ConsentStatus.PENDING: 1}


@dataclass(frozen=True)
class Entry:
    """One consent with the names of who took it down and who confirmed it, and what the reader may do with it."""

    consent: Consent
    captured_by: str
    verified_by: str
    offers: list[Offer]

    @property
    def possible(self) -> list[Offer]:
        """What can be done now."""
        return [offer for offer in self.offers if offer.allowed]

    @property
    def impossible(self) -> list[Offer]:
        """What cannot be done, with the reason."""
        return [offer for offer in self.offers if not offer.allowed]


@dataclass(frozen=True)
class Line:
    """What stands for one vertical: the consent that counts, or the newest, and the others newest first."""

    vertical: Vertical
    asked_for: bool
    current: Entry | None
    others: list[Entry]
    overruled: bool  # it would hold, were it not taken back on another record of the same person


@dataclass(frozen=True)
class Proof:
    """By what a consent was given; ``file`` is None for an act that is described, and where it is not to be read."""

    row: ConsentEvidence
    file: Attachment | None


@dataclass(frozen=True)
class Step:
    """What the consent said at a moment, and who made it say so."""

    row: ConsentVersion
    who: str


def of_person(session: Session, actor: Actor, person: Person) -> list[Line]:
    """The consents of a person that *actor* is told of, by vertical: the reader's own ones, and those with a consent.

    Consents in other records of the same person are among them where the reader may see those records.
    """
    found = _of_everybody(session, actor, person)
    query = sa.select(Vertical).where(
        sa.or_(Vertical.id.in_(actor.vertical_ids), Vertical.id.in_({consent.vertical_id for consent in found}))
    )
    names = _names(session, found)
    lines = []
    for vertical in session.scalars(query.order_by(Vertical.name, Vertical.id)):
        mine = sorted((one for one in found if one.vertical_id == vertical.id), key=_first)
        entries = [_entry(actor, one, found, names) for one in mine]
        lines.append(Line(vertical, consents.asked_for(vertical), *_split(entries), _overruled(mine)))
    return lines


def entry(session: Session, actor: Actor, consent: Consent) -> Entry:
    """One consent as the reader may see it."""
    return _entry(actor, consent, _of_everybody(session, actor, consent.person), _names(session, [consent]))


def find(session: Session, actor: Actor, person: Person, number: int) -> Consent:
    """The consent with that number, in any record of this person that *actor* may see. Raises NotFound."""
    query = _told(session, actor, [person.id]).where(Consent.id == number)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such consent.", target="consent")
    return found


def of_people(session: Session, actor: Actor, person_ids: Collection[int]) -> list[Consent]:
    """The consents of these people that *actor* is told of, whichever record of a person they are in; newest first."""
    return list(session.scalars(_told(session, actor, person_ids).order_by(Consent.id.desc())))


def proofs(session: Session, actor: Actor, consent: Consent) -> list[Proof]:
    """By what the consent was given, in the order in which it came; with the files that *actor* may read."""
    query = sa.select(ConsentEvidence, Attachment).where(ConsentEvidence.consent_id == consent.id)
    there = Attachment.state == "stored", attachments.not_of_closed_cases(actor)
    stored = sa.and_(Attachment.id == ConsentEvidence.attachment_id, *there)
    rows = session.execute(query.outerjoin(Attachment, stored).order_by(ConsentEvidence.id))
    return [Proof(row, file) for row, file in rows]


def may_read_steps(actor: Actor) -> bool:
    """Whether the reader is shown what a consent said at each step."""
    return actor.role in (Role.ADMINISTRATOR, Role.AUDITOR)


def steps(session: Session, actor: Actor, consent: Consent) -> list[Step]:
    """What the consent said at each step and by whom, newest first. Raises Forbidden like ``consenting.versions``."""
    kept = consenting.versions(session, actor, consent)
    names = _users(session, {version.actor_id for version in kept})
    return [Step(version, names.get(version.actor_id, "")) for version in reversed(kept)]


def _of_everybody(session: Session, actor: Actor, person: Person) -> list[Consent]:
    return of_people(session, actor, [person.id])


def _told(session: Session, actor: Actor, person_ids: Collection[int]) -> sa.Select:
    records = {record for ids in same_people.records(session, person_ids).values() for record in ids}
    query = sa.select(Consent).join(Person, Person.id == Consent.person_id).where(Consent.person_id.in_(records))
    query = query.where(visible_people(actor), visible_consents(actor))
    return query.options(joinedload(Consent.vertical), joinedload(Consent.person))


def _entry(actor: Actor, consent: Consent, everything: Iterable[Consent], names: dict[Any, str]) -> Entry:
    captured, verified = names.get(consent.captured_by_id, ""), names.get(consent.verified_by_id, "")
    return Entry(consent, captured, verified, consent_rules.offers(actor, consent, everything))


def _split(entries: list[Entry]) -> tuple[Entry | None, list[Entry]]:
    return (entries[0] if entries else None), sorted(entries[1:], key=lambda one: -one.consent.id)


def _first(consent: Consent) -> tuple[int, int]:
    return _RANK.get(consents.status_now(consent), 2), -consent.id


def _overruled(mine: list[Consent]) -> bool:
    at: dt.datetime = clock.now()
    return any(consents.is_active(consent, at) for consent in mine) and not consents.holds(mine, at)


def _names(session: Session, found: Iterable[Consent]) -> dict[Any, str]:
    return _users(session, {user for one in found for user in (one.captured_by_id, one.verified_by_id)})


def _users(session: Session, ids: set[int | None]) -> dict[Any, str]:
    known = ids - {None}
    return dict(session.execute(sa.select(User.id, User.name).where(User.id.in_(known))).all()) if known else {}
