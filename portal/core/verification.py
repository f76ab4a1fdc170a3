"""Confirming who people are: by somebody other than who registered them; and archiving instead of deleting."""

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core import audit, clock, reasons, restriction, same_people, under_glass, written_people
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, Forbidden, InvalidTransition, StaleVersion, SubjectUnverified
from portal.core.models import AuditEvent, Case, Household, Person, PersonIdentifier
from portal.core.permissions import Permission, require
from portal.core.vocabulary import LIVE, Status, Verification

Subject = Person | Household


def decide(
    session: Session,
    actor: Actor,
    subject: Subject,
    *,
    verified: bool = True,
    verified_by_id: int | None = None,
    seen: str | None = None,
) -> Subject:
    """Verify or reject a provisional person or household; one that was rejected can still be verified.

    Whoever registered somebody does not verify them; administrators are exempt, and audited so. The identity numbers
    of a verified person are verified with them, and unique from then on. ``seen`` is the ``mark`` of the
    record as it was looked at. Raises Forbidden, AlreadyDone, StaleVersion where something else stands there now.
    """
    require(actor, Permission.VERIFY_PERSON)
    _hold(session, actor, subject)
    require_decision(actor, subject, verified=verified, verified_by_id=verified_by_id)
    if seen is not None and seen != mark(session, subject):
        raise StaleVersion("Somebody changed this record meanwhile. Look at it again.")
    subject.verification_status = Verification.VERIFIED if verified else Verification.REJECTED
    subject.verified_by_id, subject.verified_at = verified_by_id or actor.user_id, clock.now()
    if verified and isinstance(subject, Person):
        _verify_identifiers(session, subject)
    details = {"status": subject.verification_status, "elevated": actor.is_administrator}
    audit.append(session, actor, f"{_noun(subject)}.verify", chain=_chain(subject), details=details)
    return subject


def verify_numbers(session: Session, actor: Actor, person: Person, *, seen: str | None = None) -> Person:
    """Confirm the identity numbers that were claimed after their person was verified; they are unique from then on.

    Whoever recorded one does not confirm it; administrators are exempt, and audited so. Raises Forbidden,
    AlreadyDone, SubjectUnverified, and StaleVersion as ``decide`` does.
    """
    require(actor, Permission.VERIFY_PERSON)
    _hold(session, actor, person)
    require_numbers(session, actor, person)
    if seen is not None and seen != mark(session, person):
        raise StaleVersion("Somebody changed this record meanwhile. Look at it again.")
    _verify_identifiers(session, person)
    details = {"elevated": actor.is_administrator}
    audit.append(session, actor, "person.identity_verify", chain=_chain(person), details=details)
    return person


def has_claims(session: Session, person: Person) -> bool:
    """Whether the person has identity numbers that nobody confirmed."""
    claims = sa.select(PersonIdentifier.id).where(
        PersonIdentifier.person_id == person.id, PersonIdentifier.verified_at.is_(None)
    )
    return session.scalar(claims.limit(1)) is not None


def require_numbers(session: Session, actor: Actor, person: Person) -> None:
    """Raise where *actor* may not confirm the numbers that were claimed for a verified person."""
    require(actor, Permission.VERIFY_PERSON)
    if person.verification_status is not Verification.VERIFIED:
        raise SubjectUnverified("The person is not verified yet.", target="person_id")
    if not has_claims(session, person):
        raise AlreadyDone("Every identity number is confirmed already.", target="identity_number")
    own = sa.select(AuditEvent.id).where(
        AuditEvent.chain_key == _chain(person),
        AuditEvent.action == "person.identity_claim",
        AuditEvent.actor_id == actor.user_id,
        AuditEvent.at >= person.verified_at,
    )
    if not actor.is_administrator and session.scalar(own.limit(1)) is not None:
        raise Forbidden("You recorded this number; somebody else confirms it.", target="verified_by")
    require_own_numbers(session, person)


def mark(session: Session, subject: Subject) -> str:
    """What tells a record from the same record with another fact or a further identity number."""
    of = sa.select(sa.func.coalesce(sa.func.max(PersonIdentifier.id), 0)).where(
        PersonIdentifier.person_id == subject.id
    )
    newest = session.scalar(of) if isinstance(subject, Person) else 0
    return f"{subject.version_id}.{newest}"


def require_decision(
    actor: Actor, subject: Subject, *, verified: bool = True, verified_by_id: int | None = None
) -> None:
    """Raise Forbidden for whoever registered the record or may not verify, AlreadyDone where it was decided before."""
    require(actor, Permission.VERIFY_PERSON)
    registrar = subject.registered_by_id
    standing = subject.verification_status
    if standing is Verification.VERIFIED or (standing is Verification.REJECTED and not verified):
        raise AlreadyDone(f"This record is {standing.value} already.", target="verification_status", status=standing)
    if registrar is not None and registrar in (actor.user_id, verified_by_id) and not actor.is_administrator:
        raise Forbidden("You registered this record; somebody else verifies it.", target="verified_by")


def archive(session: Session, actor: Actor, subject: Subject, *, reason_code: str | None, text: str | None = None):
    """Put a record away that nobody should use any more; nothing is deleted.

    Raises Forbidden, InvalidInput, AlreadyDone, and InvalidTransition while a case that is not closed supports them.
    """
    require(actor, Permission.VERIFY_PERSON)
    code, text = reasons.given(reasons.PERSON_ARCHIVAL, reason_code, text, text_with_other=True)
    _hold(session, actor, subject)
    if is_archived(subject):
        raise AlreadyDone("This record is archived already.", target="status", status="archived")
    require_archivable(session, subject)
    _set_archived(session, subject, archived=True)
    details = {"reason_code": code}
    audit.append(
        session,
        actor,
        f"{_noun(subject)}.archive",
        chain=_chain(subject),
        details=details,
        values={"reason": (None, text)} if text else None,
    )
    return subject


def require_archivable(session: Session, subject: Subject) -> None:
    """Raise InvalidTransition while a case that is not closed supports the person, in any record, or household."""
    if isinstance(subject, Household):
        supported = Case.subject_household_id == subject.id
    else:
        supported = Case.subject_person_id.in_(same_people.records(session, [subject.id])[subject.id])
    open_cases = sa.select(Case.id).where(supported, Case.lifecycle_status.in_((*LIVE, Status.SUSPENDED)))
    if session.scalar(open_cases.limit(1)) is not None:
        raise InvalidTransition("A case that is not closed supports this person or household.", target="status")


def restore(session: Session, actor: Actor, subject: Subject, *, reason_code: str | None, text: str | None = None):
    """Take an archived record back into use. Raises Forbidden, InvalidInput, AlreadyDone."""
    require(actor, Permission.VERIFY_PERSON)
    code, text = reasons.given(reasons.PERSON_RESTORATION, reason_code, text, text_with_other=True)
    _hold(session, actor, subject)
    if not is_archived(subject):
        raise AlreadyDone("This record is not archived.", target="status", status="active")
    _set_archived(session, subject, archived=False)
    values = {"reason": (None, text)} if text else None
    details = {"reason_code": code}
    audit.append(session, actor, f"{_noun(subject)}.restore", chain=_chain(subject), details=details, values=values)
    return subject


def is_archived(subject: Subject) -> bool:
    """Whether nothing new may be opened for this person or household."""
    return subject.status != "active" if isinstance(subject, Household) else subject.archived_at is not None


def _set_archived(session: Session, subject: Subject, *, archived: bool) -> None:
    if isinstance(subject, Household):
        subject.status = "archived" if archived else "active"
    else:
        subject.archived_at = clock.now() if archived else None
        written_people.note_changed(session, subject.id)  # whoever is archived is nobody's double


def _hold(session: Session, actor: Actor, subject: Subject) -> None:
    same_people.lock(session, [subject.leader_id if isinstance(subject, Household) else subject.id])
    session.refresh(subject, with_for_update=True)
    restriction.require_usable(subject)
    under_glass.require_known(session, actor, subject)


def require_own_numbers(session: Session, person: Person) -> None:
    """Raise AlreadyDone where one of the person's identity numbers is another verified person's."""
    records = set(same_people.records(session, [person.id])[person.id])
    if any(holder not in records for _, holder in _verified_elsewhere(session, person)):
        raise AlreadyDone("Another verified person has this identity number.", target="identity_number")


def _verified_elsewhere(session: Session, person: Person) -> list[tuple[int, int]]:
    """Which of the person's numbers are verified in another record, and in which."""
    mine, other = aliased(PersonIdentifier), aliased(PersonIdentifier)
    same = sa.and_(other.kind == mine.kind, other.blind == mine.blind, other.person_id != mine.person_id)
    query = sa.select(mine.id, other.person_id).join(other, same)
    query = query.where(mine.person_id == person.id, other.verified_at.is_not(None))
    return [tuple(row) for row in session.execute(query)]


def _verify_identifiers(session: Session, person: Person) -> None:
    """A number is verified once: where another record of the same person has it so, this one stays as claimed."""
    require_own_numbers(session, person)
    done = {number for number, _ in _verified_elsewhere(session, person)}
    for identifier in session.scalars(sa.select(PersonIdentifier).where(PersonIdentifier.person_id == person.id)):
        if identifier.id not in done:
            identifier.verified_at = identifier.verified_at or clock.now()


def _noun(subject: Subject) -> str:
    return "household" if isinstance(subject, Household) else "person"


def _chain(subject: Subject) -> str:
    return f"{_noun(subject)}:{subject.id}"
