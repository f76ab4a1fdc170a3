"""What is said about verifying records, in words."""

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core.consent_rules import Offer
from portal.core.vocabulary import Verification
from portal.web.people.words import VERIFICATION, masked

__all__ = ["HOUSEHOLD", "MARKS", "VERBS", "VERIFICATION", "masked", "why_not"]

HOUSEHOLD = {
    Verification.PROVISIONAL: ("warn", "alert", _l("Not verified")),
    Verification.VERIFIED: ("ok", "s-verified", _l("Verified")),
    Verification.REJECTED: ("bad", "x", _l("Rejected")),
}
VERBS: dict[str, LazyString] = {
    "verify": _l("Verify"),
    "reject": _l("Reject"),
    "archive": _l("Archive"),
    "restore": _l("Take back into use"),
}
MARKS = {"verify": "s-verified", "reject": "x", "archive": "s-archived", "restore": "undo"}


def why_not(offer: Offer) -> str:
    """Why an action is not possible, and who can do it or lift what stands against it, where anybody can."""
    who = _("Who can: %(who)s.", who=_(offer.who)) if offer.who else ""
    return f"{_(offer.obstacle.message)} {who}".strip()
