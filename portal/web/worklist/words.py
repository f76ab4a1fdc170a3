"""What views, orders, filters and reasons are called on the work-list."""

import datetime as dt

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.core import bulk, clock
from portal.core.list_filter import CONSENT_SOON, Only
from portal.core.search import Order, Sort
from portal.core.vocabulary import Priority, Status
from portal.core.worklist import View
from portal.core.worklist_rows import Row, Why
from portal.web.cases.words import case_name
from portal.web.formats import ago, day, moment, reason_words

VIEWS = {
    View.MINE: _l("My cases"),
    View.NEEDS_ME: _l("Needs me now"),
    View.UNASSIGNED: _l("Unassigned"),
    View.TEAM: _l("Team cases"),
    View.OVERDUE: _l("Overdue review"),
    View.AWAITING: _l("Awaiting opt-in"),
    View.ALL: _l("All cases"),
}

PRIORITIES = {
    Priority.HIGH: _l("High priority"),
    Priority.MEDIUM: _l("Medium priority"),
    Priority.LOW: _l("Low priority"),
    Priority.UNKNOWN: _l("Priority not known"),
}

SORTS = {
    Sort(Order.PRIORITY, True): _l("Highest priority first"),
    Sort(Order.NEXT_DATE, False): _l("Next date, soonest first"),
    Sort(Order.UPDATED, True): _l("Updated, newest first"),
    Sort(Order.UPDATED, False): _l("Updated, oldest first"),
    Sort(Order.REFERENCE, True): _l("Case number, newest first"),
    Sort(Order.REFERENCE, False): _l("Case number, oldest first"),
    Sort(Order.NEXT_DATE, True): _l("Next date, latest first"),
    Sort(Order.PRIORITY, False): _l("Lowest priority first"),
}

ONLY = {
    Only.LONG_UNASSIGNED: _l("Without an owner for more than a day"),
    Only.CONSENT_ENDS: _l("Consent ends within %(days)s days", days=CONSENT_SOON),
}

_STATES = {
    Status.DRAFT: ("", "pen", _l("Draft, not submitted yet")),
    Status.SUBMITTED: ("warn", "shield", _l("Waiting to be verified")),
    Status.VERIFIED: ("", "s-verified", _l("Ready to activate")),
    Status.REOPENED: ("", "s-reopened", _l("Reopened, needs activation")),
    Status.STABILIZED: ("", "check", _l("Stabilized, ready to close")),
    Status.ARCHIVED: ("", "s-archived", _l("Archived")),
}


def row_name(row: Row) -> str:
    """Whom the case is about, or an honest blank."""
    return case_name(row.case, row.clients)


def why(row: Row) -> tuple[str, str, str]:
    """Why a row is here: its tone, its mark and the phrase."""
    plain = _PLAIN.get(row.why)
    if plain is not None:
        return plain[0], plain[1], str(plain[2])
    return _TOLD[row.why](row)


def updated(at: dt.datetime) -> str:
    """When a case was worked on last: to the minute while that matters, then by its day."""
    return moment(at) if clock.now() - at < dt.timedelta(days=1) else day(at)


def _escalated(row: Row) -> tuple[str, str, str]:
    mine = row.told["mine"]
    return "bad", "up", _("Escalated to you") if mine else _("Escalated to %(name)s", name=row.told["to"].name)


def _replied(row: Row) -> tuple[str, str, str]:
    return "talk", "in", _("Message came %(ago)s", ago=ago(row.told["at"]))


def _overdue(row: Row) -> tuple[str, str, str]:
    days = row.told["days"]
    return "bad", "alert", ngettext("Review overdue by %(num)s day", "Review overdue by %(num)s days", days)


def _consent(row: Row) -> tuple[str, str, str]:
    days = row.told["days"]
    return "warn", "clock", ngettext("Consent expires in %(num)s day", "Consent expires in %(num)s days", days)


def _review(row: Row) -> tuple[str, str, str]:
    days = row.told["days"]
    return "", "cal", ngettext("Review in %(num)s day", "Review in %(num)s days", days)


def _opt_in(row: Row) -> tuple[str, str, str]:
    name, days = row.told["vertical"], row.told["days"] + 1
    return "", "people", _("%(name)s has not opted in, day %(days)s", name=name, days=days)


def _state(row: Row) -> tuple[str, str, str]:
    case = row.case
    if case.lifecycle_status is Status.SUSPENDED:
        reason = reason_words(case.status_reason, "suspend")
        return "warn", "s-suspended", _("Suspended: %(reason)s", reason=reason) if reason else _("Suspended")
    if case.lifecycle_status is Status.CLOSED:
        return "", "s-closed", _("Closed on %(day)s", day=day(case.closed_at))
    tone, mark, phrase = _STATES[case.lifecycle_status]
    return tone, mark, str(phrase)


_PLAIN = {
    Why.CONFLICT: ("warn", "people", _l("Possible duplicate support")),
    Why.CONSENT_EXPIRED: ("bad", "clock", _l("Consent has expired")),
    Why.TRIAGE: ("warn", "flag", _l("Came from outside, to be looked at")),
    Why.APPROVAL: ("warn", "shield", _l("An approval is asked of you")),
    Why.DANGER: ("bad", "alert", _l("Immediate danger")),
    Why.REVIEW_TODAY: ("warn", "cal", _l("Review today")),
    Why.UNASSIGNED: ("warn", "user", _l("Nobody has it yet")),
    Why.WAITING_REPLY: ("", "clock", _l("Waiting for a reply")),
    Why.WAITING: ("", "clock", _l("Waiting")),
    Why.NO_DATE: ("", "cal", _l("No review date set")),
    Why.IN_WORK: ("", "s-active", _l("In work")),
}
_TOLD = {
    Why.ESCALATED: _escalated,
    Why.REPLIED: _replied,
    Why.OVERDUE: _overdue,
    Why.CONSENT_EXPIRES: _consent,
    Why.REVIEW_SOON: _review,
    Why.NOT_OPTED_IN: _opt_in,
    Why.STATE: _state,
}


def empty(view: View, *, filtered: bool) -> tuple[str, str]:
    """What an empty list says, and what to do then."""
    if filtered:
        return _("No case matches these filters"), _("Remove a filter, or search everywhere above.")
    return {
        View.MINE: (_("You have no open cases"), _("Take one that nobody has yet, or begin with a new contact.")),
        View.NEEDS_ME: (
            _("Nothing needs you now"),
            _("Messages, dates, ending consents and questions to you appear here."),
        ),
        View.UNASSIGNED: (_("Every open case has an owner"), _("New reports appear here until somebody takes them.")),
        View.TEAM: (
            _("Your verticals have no open cases"),
            _("Cases of your verticals appear here, whoever has them."),
        ),
        View.AWAITING: (
            _("No case waits for an opt-in"),
            _("Cases appear here until each service that was asked has answered."),
        ),
        View.OVERDUE: (_("No review is overdue"), _("Cases appear here on the day after their review date.")),
        View.ALL: (
            _("There are no open cases here yet"),
            _("They appear when somebody takes a contact or a report arrives."),
        ),
    }[view]


def whole_list(number: int) -> str:
    """What is chosen by a tick for a whole list of so many cases, honestly."""
    if number > bulk.MOST:
        return _("Select the first %(most)s of %(number)s", most=bulk.MOST, number=at_most(number))
    return _("Select all %(number)s", number=number)


def at_most(number: int, most: int = 1000) -> str:
    """A count as people read it: exact up to a thousand."""
    return f"{most}+" if number > most else str(number)
