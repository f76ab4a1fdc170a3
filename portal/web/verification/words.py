"""What is said about verifying records, in words."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from portal.core.vocabulary import Verification
from portal.web.consents.words import grouped, why_not
from portal.web.people.words import VERIFICATION, masked

__all__ = ["HOUSEHOLD", "MARKS", "VERBS", "VERIFICATION", "grouped", "masked", "why_not"]

HOUSEHOLD = {
    Verification.PROVISIONAL: ("warn", "alert", _l("Not verified")),
    Verification.VERIFIED: ("ok", "s-verified", _l("Verified")),
    Verification.REJECTED: ("bad", "x", _l("Rejected")),
}
VERBS: dict[str, LazyString] = {
    "verify": _l("Verify"),
    "reject": _l("Reject"),
    "numbers": _l("Confirm the identity number"),
    "archive": _l("Archive"),
    "restore": _l("Take back into use"),
}
MARKS = {"verify": "s-verified", "reject": "x", "numbers": "s-verified", "archive": "s-archived", "restore": "undo"}
