"""What can go wrong in casework. Each error has a stable ``code``; every door has one table from code to answer."""

from typing import Any


class DomainError(Exception):
    """Base of all refusals. ``message`` is a sentence for a person; ``target`` names the field or rule."""

    code = "ERR_DOMAIN"
    recorded = False  # whether the refusal itself is an audit event

    def __init__(self, message: str, *, target: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.target = target
        self.details = details


class NotFound(DomainError):
    """Absent, or not visible to this actor: the two are told apart by nobody."""

    code = "ERR_NOT_FOUND"


class InvalidInput(DomainError):
    """A value is missing or malformed; ``target`` is the field, ``details['problem']`` is 'missing' or 'invalid'."""

    code = "ERR_VAL_INVALID"

    def __init__(self, message: str, *, target: str, problem: str = "invalid", **details: Any) -> None:
        super().__init__(message, target=target, problem=problem, **details)
        self.problem = problem


class NotAuthenticated(DomainError):
    """No token, or one that is not valid here: forged, expired, revoked, or meant for another dialect."""

    code = "ERR_AUTH_INVALID_TOKEN"


class HolderInactive(NotAuthenticated):
    """A genuine token of a user or an organisation that has been deactivated."""

    code = "ERR_AUTH_INACTIVE"


class Refused(DomainError):
    """A rule or a right stands against it. Refusals are recorded in the audit."""

    code = "ERR_REFUSED"
    recorded = True


class Forbidden(Refused):
    """The actor lacks the permission."""

    code = "ERR_AUTH_FORBIDDEN"


class ConsentRequired(Refused):
    """No active consent for a vertical that needs one."""

    code = "ERR_CON_REQUIRED"


class ConsentExpired(Refused):
    """The consent has run out; during grace the case is read-only."""

    code = "ERR_CON_EXPIRED"


class SubjectUnverified(Refused):
    """The person or household has not been verified."""

    code = "ERR_SUBJECT_UNVERIFIED"


class InvalidTransition(Refused):
    """The lifecycle table has no such step from here; details hold current_status and allowed_actions."""

    code = "ERR_STATE_INVALID_TRANSITION"


class ReadOnly(Refused):
    """The case is suspended, closed, archived or in grace and takes no change."""

    code = "ERR_STATE_READ_ONLY"


class OpenConflict(Refused):
    """A duplicate-support conflict names this case and is still open."""

    code = "ERR_CONFLICT_DUPLICATE_SUPPORT"


class ApprovalRequired(Refused):
    """The vertical's policy asks for an approval record first."""

    code = "ERR_APPROVAL_REQUIRED"


class CannotMerge(Refused):
    """These cases or records of people cannot become one, or two again; ``details['why']`` names the rule."""

    code = "ERR_MERGE_NOT_POSSIBLE"


class AlreadyDone(Refused):
    """The record is already in the state asked for, or another one holds its place."""

    code = "ERR_STATE_ALREADY"


class StaleVersion(DomainError):
    """Somebody else changed the record meanwhile; ``details`` hold the current version."""

    code = "ERR_VERSION_MISMATCH"


class KeyReused(DomainError):
    """The same idempotency key arrived with another body."""

    code = "ERR_IDEMPOTENCY_KEY_REUSED"
