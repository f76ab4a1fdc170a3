"""What the parts of the list of review dates are called, and what stands in a row."""

import datetime as dt

from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from portal.core.agenda import MOST, Due, Stage
from portal.web.cases.words import case_name

STAGES = {
    Stage.OVERDUE: ("alert", "bad", _l("Overdue")),
    Stage.TODAY: ("cal", "warn", _l("Today")),
    Stage.WEEK: ("cal", "", _l("This week")),
    Stage.LATER: ("cal", "", _l("Later")),
}


def name(due: Due) -> str:
    """Whom the case of a review is about."""
    return case_name(due.case, due.clients)


def full_day(date: dt.date) -> str:
    """A date with its weekday."""
    return format_date(date, "EEE d MMM y")


def at_most(number: int) -> str:
    """A count as people read it."""
    return f"{MOST}+" if number > MOST else str(number)
