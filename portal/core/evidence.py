"""What proves a consent, also where it came after the consent was taken down."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import attachments, audit, consent_rules, consenting, same_people
from portal.core.actors import Actor
from portal.core.models import Attachment, Consent, ConsentEvidence


def add(
    session: Session,
    actor: Actor,
    consent: Consent,
    file: Attachment | None,
    *,
    method: str = "document",
    description: str = "",
) -> Consent:
    """Let a file, or an act that is described, prove a consent; whether it is in force stays for somebody else.

    Raises Forbidden, InvalidInput, and AlreadyDone for one that was withdrawn or rejected.
    """
    given = consenting.Evidence(method, description, file)
    consenting.check_evidence(given)
    same_people.lock(session, [consent.person_id])
    session.refresh(consent)
    consent_rules.require_standing(actor, consent)
    consenting.keep_evidence(session, consent, [given])
    session.flush()
    details = {"consent": consent.id, "attachment": file.id if file else None, "method": method}
    audit.append(session, actor, "consent.evidence", chain=f"person:{consent.person_id}", details=details)
    return consent


def files_of(session: Session, actor: Actor, consent: Consent) -> list[UUID]:
    """The public ids of the files that prove a consent, as far as *actor* may read them, in the order they came."""
    query = sa.select(Attachment.uuid).join(ConsentEvidence, ConsentEvidence.attachment_id == Attachment.id)
    stored = Attachment.state == "stored", attachments.not_of_closed_cases(actor)
    query = query.where(ConsentEvidence.consent_id == consent.id, *stored)
    return list(session.scalars(query.order_by(ConsentEvidence.id)))
