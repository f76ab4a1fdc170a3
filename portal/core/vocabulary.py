"""The closed word lists of casework. Lists that an installation may extend live in the table ``codes``."""

from enum import StrEnum


class Status(StrEnum):
    """The nine states of a case (contract 004)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    STABILIZED = "stabilized"
    CLOSED = "closed"
    REOPENED = "reopened"
    ARCHIVED = "archived"


class Action(StrEnum):
    """What can be done to a case's state: the verbs of contract 004, and merging, unmerging and triage refusal."""

    SUBMIT = "submit"
    VERIFY = "verify"
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    STABILIZE = "stabilize"
    CLOSE = "close"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    REFUSE = "refuse"
    MERGE = "merge"
    UNMERGE = "unmerge"


class WorkState(StrEnum):
    """What a live case waits for; meaningful only while the case is live."""

    FOR_ACTION = "for_action"
    WAITING_REPLY = "waiting_reply"
    WAITING = "waiting"


class Priority(StrEnum):
    """How urgent a case is. ``UNKNOWN`` is a value that no mapping knows: it is worked as high, and flagged."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """The door through which a case came."""

    PORTAL = "portal"
    CONSTITUENCY = "constituency"
    HELPLINE = "helpline"
    WEBFORM = "webform"
    CORRESPONDENCE = "correspondence"
    INTERVENTIONS = "interventions"


class Role(StrEnum):
    """What a user of the portal is."""

    AGENT = "agent"
    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Answer(StrEnum):
    """An answer that may honestly be absent."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"
    NOT_ASKED = "not_asked"


class NameKnown(StrEnum):
    """Whether the name of a person was given, and if not, why. A placeholder never matches anybody."""

    GIVEN = "given"
    NOT_ASKED = "not_asked"
    DECLINED = "declined"
    NOT_KNOWN = "not_known"
    PLACEHOLDER = "placeholder"


class AgeUnit(StrEnum):
    """The unit of a told age (``age_t`` of contract 001: 0 = years, 1 = months)."""

    YEARS = "years"
    MONTHS = "months"


class Verification(StrEnum):
    """Whether the identity of a person or household has been confirmed."""

    PROVISIONAL = "provisional"
    VERIFIED = "verified"
    REJECTED = "rejected"


class ConsentStatus(StrEnum):
    """The label of a consent; guards compare its dates with the clock instead of trusting the label."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


class ConsentMode(StrEnum):
    """Whether a vertical works on consent, or on another lawful basis that its policy pack records."""

    REQUIRED = "required"
    NOT_REQUIRED = "not_required"


class ParticipantStatus(StrEnum):
    """A vertical taking part in a case."""

    PENDING_OPT_IN = "pending_opt_in"
    OPTED_IN = "opted_in"
    REMOVED = "removed"


class PersonRole(StrEnum):
    """The part a person has in a case."""

    REPORTER = "reporter"
    CLIENT = "client"
    PERPETRATOR = "perpetrator"
    OTHER = "other"


class Direction(StrEnum):
    """Which way a message went."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Delivery(StrEnum):
    """What became of a message. Without a channel it is recorded, never sent, and that is final."""

    RECEIVED = "received"
    RECORDED = "recorded"
    HELD = "held"
    READY = "ready"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PairState(StrEnum):
    """What is known of two people who look alike."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


class ConflictStatus(StrEnum):
    """A duplicate-support conflict."""

    OPEN = "open"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class ConflictScope(StrEnum):
    """How far a duplicate-support check looks (contract 004)."""

    PRIMARY = "primary_vertical_only"
    ALL = "all_verticals"


class Outcome(StrEnum):
    """How a contact ended that did not become a case."""

    INFORMATION_GIVEN = "information_given"
    REFERRED_ELSEWHERE = "referred_elsewhere"
    FOLLOW_UP = "follow_up"
    WRONG_NUMBER = "wrong_number"
    SILENT = "silent"
    ABUSIVE = "abusive"
    CALLER_LEFT = "caller_left"
    CASE_CREATED = "case_created"


class Dialect(StrEnum):
    """The documented API dialects; also the audience of a token."""

    CONSTITUENCY = "constituency"
    HELPLINE = "helpline"
    CORRESPONDENCE = "correspondence"
    INTERVENTIONS = "interventions"


LIVE = frozenset({Status.DRAFT, Status.SUBMITTED, Status.VERIFIED, Status.ACTIVE, Status.STABILIZED, Status.REOPENED})
READ_ONLY = frozenset({Status.SUSPENDED, Status.CLOSED, Status.ARCHIVED})


class SignInWay(StrEnum):
    """By what somebody proved who they are when a session in the browser began."""

    PASSWORD = "password"  # noqa: S105 - the word  # pragma: allowlist secret
    SECOND_FACTOR = "second_factor"
    PASSKEY = "passkey"
    OPENID = "openid"


class Permission(StrEnum):
    """Everything that can be permitted, by the names that tokens and the matrix use."""

    VIEW = "case.view"
    CREATE = "case.create"
    UPDATE = "case.update"
    SUBMIT = "case.submit"
    VERIFY = "case.verify"
    ACTIVATE = "case.activate"
    SUSPEND = "case.suspend"
    RESUME = "case.resume"
    STABILIZE = "case.stabilize"
    CLOSE = "case.close"
    REOPEN = "case.reopen"
    ARCHIVE = "case.archive"
    ABANDON = "case.abandon"
    ASSIGN = "case.assign"
    TRANSFER = "case.transfer"
    MERGE = "case.merge"
    SPLIT = "case.split"
    EXPORT = "case.export"
    RESTRICT = "case.restrict"
    BREAK_GLASS = "case.break_glass"
    TRIAGE = "triage.decide"
    WRITE_NOTE = "note.write"
    WRITE_MESSAGE = "message.write"
    ATTACH = "attachment.add"
    TAKE_CONTACT = "contact.take"
    VIEW_PEOPLE = "person.view"
    REVEAL = "sensitive.reveal"
    REGISTER_PERSON = "person.register"
    VERIFY_PERSON = "person.verify"
    ANSWER_SUBJECT = "person.rights"
    ERASE_PERSON = "person.erase"
    CAPTURE_CONSENT = "consent.capture"
    DECIDE_CONSENT = "consent.decide"
    ADD_PARTICIPANT = "participant.add"
    OPT_IN = "participant.opt_in"
    REMOVE_PARTICIPANT = "participant.remove"
    CHECK_CONFLICT = "conflict.check"
    DECIDE_CONFLICT = "conflict.resolve"
    APPROVE = "workflow.approve"
    OVERSEE = "team.oversee"
    VIEW_AUDIT = "audit.view"
    ADMINISTER = "installation.administer"
