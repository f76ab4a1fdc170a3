"""What opening a page does to the notices that led there."""

from collections.abc import Callable

from portal.core import notices
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web.access import current_actor


def read(case: int, page: Callable[[], str]) -> str:
    """Make a page about a case that was asked about, and put away what its reader was told of that case."""
    made = page()
    with unit_of_work(db.session, current_actor(), intent="notice.read"):
        notices.put_away(db.session, current_actor(), [case])
    return made
