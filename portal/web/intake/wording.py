"""The words of the choices on the intake form, with the codes that core knows them by."""

from flask_babel import lazy_gettext as _l

from portal.core.vocabulary import Outcome

NO_NAME = [
    ("", _l("Name is given")),
    ("not_asked", _l("Not asked")),
    ("declined", _l("Declined to say")),
    ("not_known", _l("Not known")),
]
BLANKS = [("", _l("Not asked")), ("declined", _l("Declined to say")), ("not_known", _l("Not known"))]
IDENTITY = [("", _l("Not asked")), ("given", _l("Given, see number")), *BLANKS[1:]]
AGE_UNITS = [("years", _l("years")), ("months", _l("months"))]
SAFE_TO_CALL = [("not_asked", _l("Not asked")), ("yes", _l("Yes, safe")), ("no", _l("No, do not call"))]
ANSWERS = [("not_asked", _l("Not asked")), ("yes", _l("Yes")), ("no", _l("No")), ("not_known", _l("Not known"))]
ANSWERS_SPOKEN = [*ANSWERS[1:], ANSWERS[0]]
CHANNELS = [
    ("walkin", _l("Walk-in")),
    ("phone", _l("Phone call")),
    ("chat", _l("Chat")),
    ("letter", _l("Letter")),
    ("other", _l("Another way")),
]
SPEAKS_FOR = [
    ("self", _l("The person here")),
    ("other", _l("Someone else is speaking for this person")),
]
PRIORITIES = [("high", _l("High")), ("medium", _l("Medium")), ("low", _l("Low"))]
CONSENT = [("given", _l("Given now")), ("not_now", _l("Not now")), ("could_not_ask", _l("Could not ask"))]
CONSENT_HOW = [
    ("", _l("Choose")),
    ("spoken", _l("Spoken, by the person")),
    ("signed_paper", _l("On signed paper")),
    ("guardian", _l("By a guardian")),
]
OUTCOME_WORDS = {
    Outcome.INFORMATION_GIVEN: _l("Information given"),
    Outcome.REFERRED_ELSEWHERE: _l("Referred elsewhere"),
    Outcome.FOLLOW_UP: _l("Follow-up needed"),
    Outcome.WRONG_NUMBER: _l("Wrong number or visit"),
    Outcome.SILENT: _l("Silent"),
    Outcome.ABUSIVE: _l("Abusive"),
    Outcome.CALLER_LEFT: _l("They left or hung up"),
    Outcome.CASE_CREATED: _l("A case was created"),
}
OUTCOMES = [
    ("", _l("Choose")),
    *((outcome.value, words) for outcome, words in OUTCOME_WORDS.items() if outcome is not Outcome.CASE_CREATED),
]


def outcome_words(outcome: Outcome) -> str:
    """How a contact ended, in words."""
    return str(OUTCOME_WORDS[outcome])


def channel_words(channel: str) -> str:
    """How somebody came, in words."""
    return str(dict(CHANNELS).get(channel, channel))
