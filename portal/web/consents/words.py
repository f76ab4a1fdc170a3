"""What is said of consents, in words."""

import datetime as dt
from collections.abc import Iterable, Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core import clock, consents
from portal.core.consent_rules import Offer
from portal.core.models import Consent
from portal.core.vocabulary import ConsentStatus
from portal.web.formats import day

METHODS: dict[str, LazyString] = {
    "document": _l("A document"),
    "signed_paper": _l("A form signed on paper"),
    "spoken": _l("Spoken words"),
    "guardian": _l("A parent or guardian"),
}
MODES: dict[str, LazyString] = {
    "online": _l("Here, while entering it"),
    "offline": _l("Elsewhere before, and entered now"),
}
VERBS: dict[str, LazyString] = {
    "capture": _l("Take a consent down"),
    "verify": _l("Confirm"),
    "reject": _l("Reject"),
    "renew": _l("Renew"),
    "prove": _l("Add evidence"),
    "withdraw": _l("Withdraw"),
}
MARKS = {"capture": "pen", "verify": "check", "reject": "x", "renew": "clock", "prove": "clip", "withdraw": "undo"}
STATUS: dict[ConsentStatus, tuple[str, str, LazyString]] = {
    ConsentStatus.PENDING: ("warn", "clock", _l("Waits to be confirmed")),
    ConsentStatus.ACTIVE: ("ok", "check", _l("Active")),
    ConsentStatus.EXPIRED: ("warn", "alert", _l("Expired")),
    ConsentStatus.WITHDRAWN: ("bad", "x", _l("Withdrawn")),
    ConsentStatus.REJECTED: ("bad", "x", _l("Rejected")),
}
BEGINS = ("info", "clock", _l("Not begun yet"))
IN_GRACE = ("warn", "alert", _l("Expired, in its grace period"))


def now(consent: Consent) -> tuple[str, str, LazyString]:
    """How a consent stands at this moment: tone, mark, word."""
    at = clock.now()
    status = consents.status_now(consent)
    if status is ConsentStatus.ACTIVE and at < consent.active_from:
        return BEGINS
    return IN_GRACE if consents.is_in_grace(consent, at) else STATUS[status]


def last_day(until: dt.datetime | None) -> str:
    """The last day on which a period that ends at a moment still runs."""
    return day(until - dt.timedelta(microseconds=1)) if until else ""


def grouped(offers: Iterable[Offer], verbs: Mapping[str, LazyString]) -> list[tuple[str, str]]:
    """What is not possible, with the reason: actions that the same thing stands against in one line."""
    found: dict[str, list[str]] = {}
    for offer in offers:
        found.setdefault(why_not(offer), []).append(str(verbs[offer.action]))
    return [(", ".join(actions), why) for why, actions in found.items()]


def why_not(offer: Offer) -> str:
    """Why an action is not possible, and who can do it or lift what stands against it, where anybody can."""
    who = _("Who can: %(who)s.", who=_(offer.who)) if offer.who else ""
    return f"{_(offer.obstacle.message)} {who}".strip()
