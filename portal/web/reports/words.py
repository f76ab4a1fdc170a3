"""What the numbers and the columns of the reports are called, and what each number means."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core.access_log import Kind, Line
from portal.core.list_filter import CONSENT_SOON
from portal.core.reports import Figure, Sort
from portal.core.sensitivity import Sensitive
from portal.web.formats import reason_words

FIGURES = {
    Figure.UNASSIGNED: (
        _l("Unassigned for over a day"),
        _l("Open cases that have had no owner for more than 24 hours."),
    ),
    Figure.OVERDUE: (_l("Review overdue"), _l("Open cases whose review date is before today.")),
    Figure.CONSENT: (
        _l("Consent ends soon"),
        _l("Open cases that rest on a consent which ends within %(days)s days.", days=CONSENT_SOON),
    ),
    Figure.CONFLICTS: (
        _l("Conflicts open"),
        _l("Possible duplicate support about which nobody has decided."),
    ),
}

SORTS = {
    Sort.NAME: _l("Worker"),
    Sort.OPEN: _l("Open cases"),
    Sort.OLDEST: _l("Longest untouched"),
    Sort.OVERDUE: _l("Reviews overdue"),
}

NUMBER_HEAD = (_l("Number"), _l("Cases"), _l("What is counted"))
WORKER_HEAD = (
    _l("Worker"),
    _l("Open cases"),
    _l("Case longest untouched"),
    _l("Days untouched"),
    _l("Reviews overdue"),
)

KINDS = {
    Kind.REVEAL: _l("Masked facts were shown"),
    Kind.READ: _l("A sensitive case was opened"),
    Kind.FILE: _l("A file was opened"),
    Kind.EXPORT: _l("A case file was taken out"),
    Kind.HOLDINGS: _l("All that is held about somebody was taken out"),
    Kind.GLASS: _l("The glass was broken"),
}

_SHOWN = {
    Sensitive.IDENTITY: _l("Had identity numbers and the address shown"),
    Sensitive.REACH: _l("Had phone and e-mail shown"),
    Sensitive.HEALTH: _l("Had what is known of somebody's health shown"),
    Sensitive.ACCUSED: _l("Had shown who an alleged perpetrator is"),
    Sensitive.HISTORY: _l("Had shown what the record said before"),
    Sensitive.REPORT: _l("Had the report shown word for word"),
}


def opened(line: Line) -> tuple[str, str]:
    """The mark and the words of what somebody opened."""
    if line.kind is Kind.REVEAL:
        return "eye", str(_SHOWN.get(line.details.get("what"), KINDS[Kind.REVEAL]))
    if line.kind is Kind.READ:
        return "lock", _("Opened a sensitive case")
    if line.kind is Kind.FILE:
        return "clip", _("Opened a file")
    if line.kind is Kind.EXPORT:
        return "print", _("Made a case file, to be read outside")
    if line.kind is Kind.HOLDINGS:
        return "download", _("Took out all that is held about somebody")
    why = reason_words(line.details.get("reason_code"))
    return "alert", _("Broke the glass: %(why)s", why=why) if why else _("Broke the glass")
