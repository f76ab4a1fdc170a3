"""Verifying who somebody is, a person or a household: what is claimed of who did it and when is checked."""

from typing import Any

from sqlalchemy.orm import Session

from portal.api.interventions import mapping
from portal.core import claims, verification
from portal.core.actors import Actor
from portal.core.models import Household, Person


def decide(session: Session, actor: Actor, subject: Person | Household, told: dict[str, Any]) -> dict[str, Any]:
    """Verify or reject the subject; how it stands then, as this dialect says it."""
    by = claims.somebody(session, actor, told["verified_by"], target="verified_by")
    claims.moment(told["verified_at"], not_before=subject.created_at, target="verified_at")
    verified = told["verification_status"] == "verified"
    verification.decide(session, actor, subject, verified=verified, verified_by_id=by.id if by else None)
    return {
        "verification_status": subject.verification_status.value,
        "verified_at": mapping.moment(subject.verified_at),
    }
