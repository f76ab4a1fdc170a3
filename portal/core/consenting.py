"""Giving, verifying, rejecting, withdrawing and renewing consent (contract 004); what follows for cases is
in consent_effects.py.

The row is the consent as it stands; what it said at each step is kept in its versions, which nobody changes.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import audit, clock, consent_effects, consent_rules, consents, reasons, same_people, under_glass
from portal.core.actors import Actor
from portal.core.database import held
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound, StaleVersion
from portal.core.models import Attachment, Consent, ConsentEvidence, ConsentVersion, Person, Vertical
from portal.core.permissions import Permission, require, visible_consents, visible_people
from portal.core.vocabulary import ConsentStatus, Role

MODES = ("online", "offline")
METHODS = ("document", "signed_paper", "spoken", "guardian")


@dataclass(frozen=True)
class Evidence:
    """By what a consent was given: a document, or an act that is described."""

    method: str = "document"
    description: str = ""
    attachment: Attachment | None = None


@dataclass(frozen=True)
class Given:
    """A consent as it was given: from when, until when, how, and the evidence of it."""

    active_from: dt.datetime
    active_until: dt.datetime | None = None
    mode: str = "online"
    evidence: Sequence[Evidence] = ()
    captured_by_id: int | None = None  # who took it down, where that is not the one who enters it


def capture(session: Session, actor: Actor, person: Person, vertical: Vertical, given: Given) -> Consent:
    """Record that a person consents for a vertical: active at once with evidence, else pending until verified.

    Cases suspended for want of it go on. Raises Forbidden, InvalidInput, SubjectUnverified for a provisional person,
    AlreadyDone while there is an active consent for that vertical, ReadOnly for an archived person.
    """
    require(actor, Permission.CAPTURE_CONSENT)
    _check(given)
    same_people.lock(session, [person.id])
    session.refresh(person)
    under_glass.require_known(session, actor, person)
    consent_rules.require_capture(actor, person)
    _make_room(session, person.id, vertical.id)
    made = Consent(
        person=person,
        vertical=vertical,
        status=ConsentStatus.PENDING,
        captured_by_id=given.captured_by_id or actor.user_id,
        capture_mode=given.mode,
        **_period(given, vertical),
    )
    if given.evidence:
        _activate(made, actor)
    session.add(made)
    session.flush()
    keep_evidence(session, made, given.evidence)
    _record(session, actor, made, "consent.capture")
    consent_effects.follow(session, actor, made)
    return made


def verify(session: Session, actor: Actor, consent: Consent, *, verified_by_id: int | None = None) -> Consent:
    """Confirm a pending consent, by somebody other than who took it down; administrators are exempt, and audited so.

    Raises Forbidden, AlreadyDone.
    """
    require(actor, Permission.DECIDE_CONSENT)
    consent = _held(session, actor, consent)
    consent_rules.require_verify(actor, consent, (), by=verified_by_id)
    _make_room(session, consent.person_id, consent.vertical_id)
    _activate(consent, actor, verified_by_id)
    _record(session, actor, consent, "consent.verify")
    consent_effects.follow(session, actor, consent)
    return consent


def reject(session: Session, actor: Actor, consent: Consent, *, reason_code: str | None, text: str | None = None):
    """Turn a pending consent down. Raises Forbidden, AlreadyDone, InvalidInput."""
    require(actor, Permission.DECIDE_CONSENT)
    code, text = reasons.given(reasons.CONSENT_REJECTION, reason_code, text, text_with_other=True)
    consent = _held(session, actor, consent)
    consent_rules.require_reject(actor, consent)
    consent.status, consent.rejected_at = ConsentStatus.REJECTED, clock.now()
    consent.reason_code, consent.reason_text = code, text
    _record(session, actor, consent, "consent.reject")
    return consent


def withdraw(session: Session, actor: Actor, consent: Consent, *, reason_code: str | None, text: str | None = None):
    """Take a consent back, from this moment: every affected live case is suspended in the same transaction.

    Beyond 200 cases the guards refuse at once by the date and the rows follow by job. Whoever may take consent down
    may take its withdrawal down. Raises Forbidden, AlreadyDone, InvalidInput.
    """
    require(actor, Permission.CAPTURE_CONSENT)
    code, text = reasons.given(reasons.CONSENT_WITHDRAWAL, reason_code, text, text_with_other=True)
    consent = _held(session, actor, consent)
    consent_rules.require_standing(actor, consent)
    consent.status, consent.withdrawn_at = ConsentStatus.WITHDRAWN, clock.now()
    consent.reason_code, consent.reason_text = code, text
    consent.settled_at = None
    _record(session, actor, consent, "consent.withdraw")
    consent_effects.follow(session, actor, consent)
    return consent


def renew(session: Session, actor: Actor, consent: Consent, given: Given, *, version: int | None = None) -> Consent:
    """Give an active or expired consent a new period: a new version of it, resting on its evidence and any new.

    What was withdrawn or rejected is not renewed but given anew. Raises Forbidden, InvalidInput, AlreadyDone,
    StaleVersion where somebody else renewed it since *version*.
    """
    require(actor, Permission.CAPTURE_CONSENT)
    _check(given)
    consent = _held(session, actor, consent)
    consent_rules.require_renew(actor, consent, ())
    if version is not None and version != consent.version_id:
        raise StaleVersion("Somebody else changed this consent meanwhile.", current_version=consent.version_id)
    if consent.status is ConsentStatus.EXPIRED:
        _make_room(session, consent.person_id, consent.vertical_id)
    period = _period(given, consent.vertical)
    if consents.is_active(consent, clock.now()) and consent.active_until is not None:
        if given.active_from > consent.active_until:
            raise InvalidInput("The new period begins after the present one ends.", target="active_from")
        period["active_from"] = min(consent.active_from, given.active_from)
    for name, value in period.items():
        setattr(consent, name, value)
    consent.capture_mode, consent.captured_by_id = given.mode, given.captured_by_id or actor.user_id
    _activate(consent, actor)
    keep_evidence(session, consent, given.evidence)
    _record(session, actor, consent, "consent.renew")
    consent_effects.follow(session, actor, consent)
    return consent


def find(session: Session, actor: Actor, uuid: Any) -> Consent:
    """The consent with that id, of a person whom *actor* sees, where they are told of it. Raises NotFound."""
    query = sa.select(Consent).join(Person, Person.id == Consent.person_id)
    found = session.scalar(query.where(Consent.uuid == uuid, visible_people(actor), visible_consents(actor)))
    if found is None:
        raise NotFound("There is no such consent.", target="consent")
    return found


def of_person(session: Session, actor: Actor, person: Person, *, vertical_id: int | None = None) -> list[Consent]:
    """Of a person's consents those that *actor* is told of, with their verticals, newest first."""
    query = sa.select(Consent).where(Consent.person_id == person.id, visible_consents(actor))
    query = query.options(joinedload(Consent.vertical))
    if vertical_id is not None:
        query = query.where(Consent.vertical_id == vertical_id)
    return list(session.scalars(query.order_by(Consent.id.desc())))


def versions(session: Session, actor: Actor, consent: Consent) -> list[ConsentVersion]:
    """What the consent said at each step, oldest first; for administrators and auditors. Raises Forbidden."""
    if actor.role not in (Role.ADMINISTRATOR, Role.AUDITOR):
        raise Forbidden("Versions are shown to administrators and auditors.", target="consent.versions")
    query = sa.select(ConsentVersion).where(ConsentVersion.consent_id == consent.id)
    return list(session.scalars(query.order_by(ConsentVersion.version)))


def evidence_of(session: Session, consent: Consent) -> list[ConsentEvidence]:
    """By what the consent was given, in the order in which it came."""
    query = sa.select(ConsentEvidence).where(ConsentEvidence.consent_id == consent.id)
    return list(session.scalars(query.order_by(ConsentEvidence.id)))


def check_evidence(evidence: Evidence) -> None:
    """Raise InvalidInput for a kind that is not known, and for evidence of which nothing can be looked at."""
    if evidence.method not in METHODS:
        raise InvalidInput("This kind of evidence is not known.", target="evidence", allowed=list(METHODS))
    if evidence.attachment is None and not evidence.description.strip():
        raise InvalidInput("Add the file of the evidence, or say what it is.", target="evidence", problem="missing")


def _held(session: Session, actor: Actor, consent: Consent) -> Consent:
    """The consent as it is now, with its person's row held: people first, everywhere."""
    same_people.lock(session, [consent.person_id])
    under_glass.require_known(session, actor, consent.person_id)
    return session.scalars(held(sa.select(Consent).where(Consent.id == consent.id))).one()


def _check(given: Given) -> None:
    if given.active_until is not None and given.active_until <= given.active_from:
        raise InvalidInput("The end must be after the beginning.", target="active_until")
    if given.mode not in MODES:
        raise InvalidInput("This way of taking consent is not known.", target="capture_mode", allowed=list(MODES))
    for evidence in given.evidence:
        check_evidence(evidence)


def _make_room(session: Session, person_id: int, vertical_id: int) -> None:
    """One active consent for a person and a vertical: a label that is behind the clock is set right. AlreadyDone."""
    standing = session.scalar(
        sa.select(Consent).where(
            Consent.person_id == person_id,
            Consent.vertical_id == vertical_id,
            Consent.status == ConsentStatus.ACTIVE,
        )
    )
    if standing is None:
        return
    if consents.status_now(standing) is ConsentStatus.ACTIVE:
        raise AlreadyDone(
            "There is an active consent for this vertical already.", target="vertical_id", consent=standing.uuid
        )
    standing.status, standing.settled_at = ConsentStatus.EXPIRED, None
    session.flush()


def _period(given: Given, vertical: Vertical) -> dict[str, Any]:
    until, grace = given.active_until, dt.timedelta(days=vertical.pack.grace_days)
    last = dt.datetime.max.replace(tzinfo=dt.UTC)  # the calendar ends before some periods would
    return {
        "active_from": given.active_from,
        "active_until": until,
        "grace_until": min(until, last - grace) + grace if until is not None and grace else None,
    }


def _activate(consent: Consent, actor: Actor, verified_by_id: int | None = None) -> None:
    over = consent.active_until is not None and consent.active_until <= clock.now()
    consent.status = ConsentStatus.EXPIRED if over else ConsentStatus.ACTIVE
    consent.verified_at, consent.verified_by_id = clock.now(), verified_by_id or actor.user_id
    consent.settled_at = None


def keep_evidence(session: Session, consent: Consent, evidence: Sequence[Evidence]) -> None:
    """Put evidence beside a consent."""
    session.add_all(
        ConsentEvidence(
            consent_id=consent.id,
            method=given.method,
            description=given.description.strip(),
            attachment_id=given.attachment.id if given.attachment else None,
        )
        for given in evidence
    )


def _record(session: Session, actor: Actor, consent: Consent, action: str) -> None:
    """Keep what the consent says now as a version of it, and the event on the person's chain."""
    session.flush()
    session.add(
        ConsentVersion(
            consent_id=consent.id,
            version=consent.version_id,
            status=consent.status,
            active_from=consent.active_from,
            active_until=consent.active_until,
            reason_code=consent.reason_code,
            reason_text=consent.reason_text,
            actor_id=actor.user_id,
        )
    )
    details = {
        "consent": consent.id,
        "vertical": consent.vertical_id,
        "status": consent.status,
        "version": consent.version_id,
        "reason_code": consent.reason_code,
        "elevated": actor.is_administrator,
    }
    audit.append(session, actor, action, chain=f"person:{consent.person_id}", details=details)
