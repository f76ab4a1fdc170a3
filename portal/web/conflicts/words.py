"""What is said about duplicate support, in words; nothing is decided here."""

import datetime as dt

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.core.conflict_comparison import HIDDEN, Row, Verdict
from portal.core.conflict_queue import Line
from portal.core.models import Case, Household, Person
from portal.core.vocabulary import ConflictScope, ConflictStatus, ConsentMode
from portal.web.cases.words import case_name, person_name, status_word
from portal.web.formats import day

STATES = {
    ConflictStatus.OPEN: ("warn", "alert", _l("Open")),
    ConflictStatus.RESOLVED: ("ok", "check", _l("Resolved")),
    ConflictStatus.DISMISSED: ("", "x", _l("Dismissed")),
}
VIEWS = {
    ConflictStatus.OPEN: _l("Open"),
    ConflictStatus.RESOLVED: _l("Resolved"),
    ConflictStatus.DISMISSED: _l("Dismissed"),
    None: _l("All"),
}
SCOPES = {
    ConflictScope.PRIMARY: _l("Within one service"),
    ConflictScope.ALL: _l("Across services and programmes"),
}
FIELDS = {
    "subject": _l("Who is supported"),
    "vertical": _l("Service that leads"),
    "programme": _l("Programme"),
    "services": _l("Support given or planned"),
    "participants": _l("Services that take part"),
    "period": _l("Time of support"),
    "status": _l("Status"),
    "owner": _l("Owner"),
    "summary": _l("In short"),
    "opened": _l("Opened"),
}
VERDICTS = {
    Verdict.SAME: ("equal", _l("Same")),
    Verdict.ALIKE: ("alike", _l("Partly the same")),
    Verdict.OVERLAP: ("alike", _l("Overlap")),
    Verdict.DIFFERENT: ("differ", _l("Different")),
    Verdict.NOT_COMPARED: ("minus", _l("Not compared")),
}
MATCHES = (Verdict.SAME, Verdict.ALIKE, Verdict.OVERLAP)


def about(line: Line) -> str:
    """Whom the cases of a conflict support, as far as the reader sees them."""
    return _(" and ").join(dict.fromkeys(case_name(case, []) for case in line.seen))


def hidden(number: int) -> str:
    """How many cases the reader does not see; nothing else is said of them."""
    return ngettext("%(num)s more case that you do not see", "%(num)s more cases that you do not see", number)


def waiting(status: ConflictStatus | None, number: int) -> str:
    """How many conflicts a view holds, as a sentence."""
    if status is ConflictStatus.OPEN:
        return ngettext("%(num)s conflict waits for a decision.", "%(num)s conflicts wait for a decision.", number)
    if status is ConflictStatus.RESOLVED:
        return ngettext("%(num)s conflict was settled.", "%(num)s conflicts were settled.", number)
    if status is ConflictStatus.DISMISSED:
        return ngettext("%(num)s conflict was found to be none.", "%(num)s conflicts were found to be none.", number)
    return ngettext("%(num)s conflict, what is open first.", "%(num)s conflicts, what is open first.", number)


def consequence(line: Line) -> str:
    """What an open conflict holds up: activation only where the service works on consent."""
    if any(case.primary_vertical.pack.consent_mode is ConsentMode.REQUIRED for case in line.seen):
        return _("Until somebody decides, none of these cases can be activated or handed over. What is active goes on.")
    return _("Until somebody decides, none of these cases can be handed over. All other work goes on.")


def nothing(status: ConflictStatus | None, filtered: bool) -> tuple[str, str]:
    """What an empty list says."""
    if filtered:
        return _("No conflict matches"), _("Take a filter away to see more.")
    if status in (ConflictStatus.OPEN, None):
        return _("Nothing waits for a decision"), _("A conflict appears here when somebody would be helped twice.")
    return _("Nothing was decided in this way yet"), _("Conflicts come here from the list of those that are open.")


def state(line: Line) -> tuple[str, str, str]:
    """How a conflict stands: tone, mark, word."""
    return STATES[ConflictStatus(line.conflict.status)]


def scope(line: Line) -> str:
    """How far was looked."""
    return str(SCOPES[ConflictScope(line.conflict.scope)])


def value(row: Row, at: int) -> str:
    """What one case says of a field, or an honest blank."""
    found = row.values[at]
    if found is HIDDEN:
        return _("Not shown: consent was withdrawn.")
    if row.field == "period":
        return _period(*found)
    if row.field == "status":
        return status_word(found)
    if row.field == "opened":
        return day(found)
    if row.field == "subject":
        return _subject(found)
    if row.field == "owner":
        return found.name if found else _("Nobody yet")
    if isinstance(found, list):
        return ", ".join(found) or (_("None recorded") if row.field == "services" else _("No other service"))
    if row.field == "summary":
        return found or _("Nothing written")
    return found.name if found is not None else _("None")


def verdict(row: Row) -> tuple[str, str]:
    """How the cases agree: mark and word. People are the same or not; a household is like who belongs to it."""
    if row.field == "subject" and row.verdict is Verdict.ALIKE:
        return "alike", _("A household and its member")
    return VERDICTS[row.verdict]


def names(cases: list[Case]) -> str:
    """The references of cases, to be read out one after the other."""
    return _(" and ").join(case.reference or "" for case in cases)


def _subject(found: Person | Household | None) -> str:
    if found is None:
        return _("Nobody named")
    if isinstance(found, Household):
        return _("Household %(name)s", name=found.name)
    return _("%(name)s, born %(day)s", name=person_name(found), day=day(found.dob)) if found.dob else person_name(found)


def _period(start: dt.datetime | None, end: dt.datetime | None) -> str:
    if start is None and end is None:
        return _("Not begun; no end set")
    if start is None:
        return _("Not begun; until %(day)s", day=day(end))
    if end is None:
        return _("From %(day)s; no end set", day=day(start))
    return _("%(first)s to %(last)s", first=day(start), last=day(end))
