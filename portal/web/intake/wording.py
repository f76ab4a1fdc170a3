"""The words of the choices on the intake form, with the codes that core knows them by."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core.models import Draft
from portal.core.vocabulary import Outcome
from portal.web.fields import Words
from portal.web.formats import clock_time

NOT_ASKED, DECLINED, NOT_KNOWN = _l("Not asked"), _l("Declined to say"), _l("Not known")
BLANKS: Words = {"": NOT_ASKED, "declined": DECLINED, "not_known": NOT_KNOWN}
NO_NAME: Words = {"": _l("Name is given"), "not_asked": NOT_ASKED, "declined": DECLINED, "not_known": NOT_KNOWN}
IDENTITY: Words = {"": NOT_ASKED, "given": _l("Given, see number"), "declined": DECLINED, "not_known": NOT_KNOWN}
AGE_UNITS: Words = {"years": _l("years"), "months": _l("months")}
SAFE_TO_CALL: Words = {"not_asked": NOT_ASKED, "yes": _l("Yes, safe"), "no": _l("No, do not call")}
ANSWERS: Words = {"not_asked": NOT_ASKED, "yes": _l("Yes"), "no": _l("No"), "not_known": NOT_KNOWN}
ANSWERS_SPOKEN: Words = {"yes": _l("Yes"), "no": _l("No"), "not_known": NOT_KNOWN, "not_asked": NOT_ASKED}
CHANNELS: Words = {
    "walkin": _l("Walk-in"),
    "phone": _l("Phone call"),
    "chat": _l("Chat"),
    "letter": _l("Letter"),
    "other": _l("Another way"),
}
SPEAKS_FOR: Words = {
    "self": _l("The person who is here"),
    "other": _l("Somebody else: someone is speaking for this person"),
}
PRIORITIES: Words = {"high": _l("High"), "medium": _l("Medium"), "low": _l("Low")}
CONSENT: Words = {"given": _l("Given now"), "not_now": _l("Not now"), "could_not_ask": _l("Could not ask")}
CONSENT_HOW: Words = {
    "": _l("Choose"),
    "spoken": _l("Spoken, by the person"),
    "signed_paper": _l("On signed paper"),
    "guardian": _l("By a guardian"),
}
OUTCOMES: Words = {
    "": _l("Choose"),
    "information_given": _l("Information given"),
    "referred_elsewhere": _l("Referred elsewhere"),
    "follow_up": _l("Follow-up needed"),
    "wrong_number": _l("Wrong number or visit"),
    "silent": _l("Silent"),
    "abusive": _l("Abusive"),
    "caller_left": _l("They left or hung up"),
}


def saved_label(kept: Draft) -> str:
    """When a draft was last safe."""
    return _("Saved %(time)s", time=clock_time(kept.saved_at))


def position(block: str, number: int, total: int) -> str:
    """Where one is in the guided form, in words."""
    counted = _("Question %(number)s of %(total)s", number=number, total=total)
    return f"{person_words(block)} · {counted}" if "-" in block else counted


def person_words(block: str) -> str:
    """How somebody in a list is called there: ``Client 2``."""
    kind, _dash, index = block.partition("-")
    number = int(index) + 1
    return (
        _("Client %(number)s", number=number)
        if kind == "clients"
        else _("Alleged perpetrator %(number)s", number=number)
    )


def outcome_words(outcome: Outcome) -> str:
    """How a contact ended, in words."""
    return _("Told in a case") if outcome is Outcome.CASE_CREATED else str(OUTCOMES[outcome.value])


def channel_words(channel: str) -> str:
    """How somebody came, in words."""
    return str(CHANNELS.get(channel, channel))
