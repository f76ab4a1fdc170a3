"""What is said about taking part, in words."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core import approvals, consents, transitions
from portal.core.errors import (
    ConsentExpired,
    ConsentRequired,
    DomainError,
    Forbidden,
    InvalidTransition,
    OpenConflict,
    ReadOnly,
    SubjectUnverified,
)
from portal.core.models import Assignment, Case, Consent
from portal.core.participation import Invitation
from portal.core.permissions import Permission
from portal.core.vocabulary import ConsentStatus, ParticipantStatus, Status

PART = {
    ParticipantStatus.PENDING_OPT_IN: ("warn", "clock", _l("Asked, not answered yet")),
    ParticipantStatus.OPTED_IN: ("ok", "check", _l("Takes part")),
    ParticipantStatus.REMOVED: ("", "minus", _l("Ended")),
}
CONSENT = {
    ConsentStatus.PENDING: ("warn", "clock", _l("Not confirmed yet")),
    ConsentStatus.ACTIVE: ("ok", "check", _l("Stands")),
    ConsentStatus.EXPIRED: ("warn", "alert", _l("Has run out")),
    ConsentStatus.WITHDRAWN: ("bad", "x", _l("Withdrawn")),
    ConsentStatus.REJECTED: ("bad", "x", _l("Rejected")),
}
ANSWERS = {
    approvals.PENDING: ("warn", "clock", _l("Waits for an answer")),
    approvals.APPROVED: ("ok", "check", _l("Approved")),
    approvals.REJECTED: ("bad", "x", _l("Rejected")),
}
_WAYS_ON = {
    ConsentRequired: _l("Record the consent of the person for the new service first."),
    ConsentExpired: _l("Renew the consent of the person for the new service first."),
    SubjectUnverified: _l("Verify who the case is about first."),
    OpenConflict: _l("A supervisor decides about the possible duplicate first."),
    ReadOnly: _l("Bring the case back to work first."),
    InvalidTransition: _l("Submit the case first, or reopen it."),
}


def consent_now(consent: Consent) -> tuple[str, str, str]:
    """How a consent stands at this moment."""
    return CONSENT[consents.status_now(consent)]


def way_on(obstacle: DomainError, who: str) -> str:
    """What lifts an obstacle, or who can do what the reader may not."""
    if isinstance(obstacle, Forbidden):
        return _("Who can: %(who)s.", who=_(who))
    return str(_WAYS_ON.get(type(obstacle), ""))


def obstacle_to_removal(found: Invitation, allowed: bool) -> str:
    """Why a part cannot be ended by this reader now; empty where it can."""
    if not allowed:
        return _("You may not end this. A caseworker or supervisor of either service can.")
    if found.row.status is ParticipantStatus.REMOVED:
        return _("This vertical was removed already.")
    if found.case.lifecycle_status is Status.ARCHIVED:
        return _("The case is archived and cannot be changed.")
    return ""


def obstacle_to_ending(case: Case, allowed: bool, assignment: Assignment | None = None) -> str:
    """Why *assignment*, or any of the case, cannot be ended by this reader now; empty where it can."""
    if not allowed:
        who = transitions.who_can(Permission.ASSIGN, case.primary_vertical.pack)
        return _("You may not end assignments here.") + " " + _("Who can: %(who)s.", who=_(who))
    if case.lifecycle_status is Status.ARCHIVED:
        return _("The case is archived and cannot be changed.")
    if assignment is not None and assignment.end_reason is not None:
        return _("This assignment has ended already.")
    return ""
