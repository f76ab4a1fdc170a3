"""The files that prove a consent, those that came after it was taken down too."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, same_people
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone
from portal.core.models import Attachment, Consent, ConsentEvidence
from portal.core.permissions import Permission, require
from portal.core.vocabulary import ConsentStatus

_OVER = (ConsentStatus.WITHDRAWN, ConsentStatus.REJECTED)


def add(session: Session, actor: Actor, consent: Consent, file: Attachment) -> ConsentEvidence:
    """Let a file prove a consent; whether it is in force stays for somebody else to verify.

    Raises Forbidden, and AlreadyDone for one that was withdrawn or rejected.
    """
    require(actor, Permission.CAPTURE_CONSENT)
    same_people.lock(session, [consent.person_id])
    session.refresh(consent)
    if consent.status in _OVER:
        raise AlreadyDone(f"This consent is {consent.status.value} already.", target="consent", status=consent.status)
    made = ConsentEvidence(consent_id=consent.id, attachment_id=file.id)
    session.add(made)
    session.flush()
    details = {"consent": consent.id, "attachment": file.id}
    audit.append(session, actor, "consent.evidence", chain=f"person:{consent.person_id}", details=details)
    return made


def files_of(session: Session, consent: Consent) -> list[UUID]:
    """The public ids of the files that prove a consent, in the order in which they came."""
    query = sa.select(Attachment.uuid).join(ConsentEvidence, ConsentEvidence.attachment_id == Attachment.id)
    query = query.where(ConsentEvidence.consent_id == consent.id, Attachment.state == "stored")
    return list(session.scalars(query.order_by(ConsentEvidence.id)))
