"""The reason codes of contract 004, with the words that people read.

Suspension and consent lists are fixed by the contract's own rules; the others are the office's defaults.
"""

from collections.abc import Mapping

from portal.core.errors import InvalidInput

OTHER = "OTHER"

SUSPENSION = {
    "CONSENT_WITHDRAWN": "Consent was withdrawn",
    "CONSENT_EXPIRED": "Consent has expired",
    "GEO_REVIEW": "The place is under review",
    "POLICY_SUSPENSION": "Suspended by policy",
    OTHER: "Another reason",
}
RESUME = {
    "CONSENT_RESTORED": "Consent was given again",
    "REVIEW_COMPLETED": "The review is complete",
    "POLICY_LIFTED": "The policy suspension was lifted",
    OTHER: "Another reason",
}
CLOSURE = {
    "OBJECTIVES_MET": "Aims were met",
    "NO_LONGER_ELIGIBLE": "No longer eligible",
    "MOVED_OUT_OF_AREA": "Moved out of the area",
    "SUPPORT_DECLINED": "Support was declined",
    "NO_LONGER_CONTACTABLE": "Cannot be reached",
    "DECEASED": "The client has died",
    "TRANSFERRED": "Passed to another service",
    "OPENED_IN_ERROR": "Opened in error",
    "NO_FURTHER_ACTION": "No further action needed",
    OTHER: "Another reason",
}
ABANDON = {"ABANDONED": "Abandoned before it was closed"}
ARCHIVE = {
    "RETENTION": "The retention period is over",
    "DUPLICATE": "A duplicate of another case",
    OTHER: "Another reason",
}
REOPEN = {
    "NEW_INFORMATION": "New information",
    "APPEAL_UPHELD": "An appeal was upheld",
    "CLOSED_IN_ERROR": "Closed in error",
    "SUPPORT_BROKE_DOWN": "The support broke down",
    OTHER: "Another reason",
}
REFUSAL = {
    "NOT_FOR_US": "Not for this office",
    "SPAM": "Not a report",
    "TEST": "A test",
    "DUPLICATE": "Already reported",
    OTHER: "Another reason",
}
PARTICIPANT_REMOVAL = {
    "NO_LONGER_NEEDED": "No longer needed",
    "CONSENT_WITHDRAWN": "Consent was withdrawn",
    "DECLINED": "Declined to take part",
    OTHER: "Another reason",
}
TRANSFER = {
    "BETTER_PLACED": "The other service is better placed",
    "RELOCATION": "The client moved",
    "ORGANISATIONAL": "Organisational change",
    "WORKER_UNAVAILABLE": "The worker is not available",
    OTHER: "Another reason",
}
MERGE = {
    "DUPLICATE_RECORD": "The same case was recorded twice",
    "SAME_INTERVENTION": "The same support",
    OTHER: "Another reason",
}
SPLIT = {
    "DIFFERENT_NEEDS": "Different needs",
    "DIFFERENT_SUBJECTS": "Different people",
    OTHER: "Another reason",
}
EXPORT = {
    "PERSON_ASKED": "The person asked for what is kept about them",
    "COURT": "For a court or another authority",
    "REFERRAL": "For a service that helps on",
    "CASE_CONFERENCE": "For a case conference",
    OTHER: "Another reason",
}
RESTRICTION = {
    "KNOWN_TO_STAFF": "Somebody who works here knows the people",
    "PUBLIC_INTEREST": "The case is known to the public",
    "SAFETY": "Somebody's safety depends on it",
    "ASKED_FOR": "The person asked for it",
    OTHER: "Another reason",
}
VITAL_INTEREST = "VITAL_INTEREST"
BREAK_GLASS = {
    VITAL_INTEREST: "A vital interest: somebody's life or safety is in danger",
    "COVER": "Whoever has the case cannot be reached",
    "SAFEGUARDING_CHECK": "Checking that somebody is safe",
    "COMPLAINT_INQUIRY": "Looking into a complaint",
    OTHER: "Another reason",
}
RESOLUTION = {
    "NO_OVERLAP": "The supports do not overlap",
    "MERGED": "The cases were merged",
    "ONE_CLOSED": "One of the cases was closed",
    "BOTH_ALLOWED": "Both may go on",
    OTHER: "Another reason",
}
DISMISSAL = {
    "FALSE_POSITIVE": "Not the same support",
    "DATA_ERROR": "An error in the data",
    OTHER: "Another reason",
}
END_ASSIGNMENT = {
    "REASSIGNED": "Given to somebody else",
    "LEFT": "The worker left",
    "COMPLETED": "The work is done",
    OTHER: "Another reason",
}
DUPLICATE_CHECK = {
    "ROUTINE": "Routine",
    "BEFORE_ACTIVATION": "Before activation",
    "TRANSFER": "Before a transfer",
    "COMPLAINT": "A complaint",
    OTHER: "Another reason",
}
CONSENT_WITHDRAWAL = {
    "USER_REQUEST": "The person asked for it",
    "CONSENT_EXPIRED": "The consent has expired",
    "DATA_INACCURATE": "What was recorded is not accurate",
    "LEGAL_REQUIREMENT": "The law requires it",
    "DUPLICATE_RECORD": "A duplicate record",
    "SAFETY_RISK": "A risk to safety",
    "SYSTEM_ERROR": "A system error",
    OTHER: "Another reason",
}
CONSENT_REJECTION = {
    "IDENTITY_MISMATCH": "The identity does not match",
    "EVIDENCE_INSUFFICIENT": "The evidence is not sufficient",
    "SCOPE_INVALID": "The scope is not valid",
    "DUPLICATE_ACTIVE": "There is an active consent already",
    OTHER: "Another reason",
}
PERSON_ARCHIVAL = {
    "DUPLICATE_RECORD": "A duplicate record",
    "DECEASED": "The person has died",
    "REGISTERED_IN_ERROR": "Registered in error",
    "RETENTION": "The retention period is over",
    OTHER: "Another reason",
}
PERSON_RESTORATION = {
    "ARCHIVED_IN_ERROR": "Archived in error",
    "NEW_INFORMATION": "New information",
    OTHER: "Another reason",
}
MEMBERSHIP_END = {
    "MOVED_OUT": "Moved out",
    "DECEASED": "The person has died",
    "RECORDED_IN_ERROR": "Recorded in error",
    OTHER: "Another reason",
}
RECORDED_IN_ERROR = "RECORDED_IN_ERROR"
RELATION_END = {
    "NO_LONGER_SO": "It is so no longer",
    "DECEASED": "The person has died",
    RECORDED_IN_ERROR: "Recorded in error",
    OTHER: "Another reason",
}

TOKEN_REVOCATION = {
    "COMPROMISED": "It may be in wrong hands",
    "REPLACED": "Another took its place",
    "NOT_NEEDED": "It is no longer needed",
    "ISSUED_IN_ERROR": "Issued in error",
    OTHER: "Another reason",
}

# Written by the portal itself; nobody may send them.
SYSTEM_WORDS = {
    "INTAKE": "Taken in",
    "DIALECT_STATUS": "Status set by the sending system",
    "DIALECT_CLOSED": "Closed by the sending system",
    "MERGED": "Merged into another case",
    "UNMERGED": "The merge was undone",
    "BECAME_PRIMARY": "Became the vertical that leads the case",
    "TRANSFERRED_CASE": "The case moved to another vertical",
}

_WORDS = {
    **SYSTEM_WORDS,
    **TOKEN_REVOCATION,
    **RELATION_END,
    **MEMBERSHIP_END,
    **PERSON_RESTORATION,
    **PERSON_ARCHIVAL,
    **CONSENT_REJECTION,
    **CONSENT_WITHDRAWAL,
    **DUPLICATE_CHECK,
    **END_ASSIGNMENT,
    **BREAK_GLASS,
    **RESTRICTION,
    **DISMISSAL,
    **RESOLUTION,
    **EXPORT,
    **SPLIT,
    **MERGE,
    **TRANSFER,
    **PARTICIPANT_REMOVAL,
    **REFUSAL,
    **REOPEN,
    **ARCHIVE,
    **ABANDON,
    **CLOSURE,
    **RESUME,
    **SUSPENSION,
}


# Some codes stand on several lists with words of their own. What they are about says which list is meant.
_ABOUT: dict[str, Mapping[str, str]] = {
    "suspend": SUSPENSION,
    "resume": RESUME,
    "close": CLOSURE,
    "reopen": REOPEN,
    "archive": {**ARCHIVE, **ABANDON},
    "refuse": REFUSAL,
    "merge": {**MERGE, "MERGED": SYSTEM_WORDS["MERGED"]},
    "split": SPLIT,
    "consent": {**CONSENT_REJECTION, **CONSENT_WITHDRAWAL},
    "membership": MEMBERSHIP_END,
    "conflict": {**RESOLUTION, **DISMISSAL},
    "check": DUPLICATE_CHECK,
}


def words(code: str | None, about: str = "") -> str:
    """What a reason code says to people; the code itself where it is the office's own.

    *about* is the action on a case, or another noun of ``_ABOUT``, for codes that mean something else elsewhere.
    """
    return _ABOUT.get(about, {}).get(code or "") or _WORDS.get(code or "", code or "")


def given(
    codes: Mapping[str, str], code: str | None, text: str | None = None, *, text_with_other: bool = False
) -> tuple[str, str | None]:
    """A reason code that is on its list, and its words. Raises InvalidInput naming what is missing or not known.

    Words are demanded with OTHER only where contract 004 writes "required if OTHER".
    """
    text = (text or "").strip() or None
    if not code:
        raise InvalidInput("Choose a reason.", target="reason_code", problem="missing", allowed=list(codes))
    if code not in codes:
        raise InvalidInput("This reason is not on the list.", target="reason_code", allowed=list(codes))
    if code == OTHER and text_with_other and text is None:
        raise InvalidInput("Say which reason.", target="reason_text", problem="missing")
    return code, text
