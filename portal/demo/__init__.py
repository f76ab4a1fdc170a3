"""An invented office to try the portal out in. It knows the domain and its real functions, and nothing of the web.

Everything is made as it would be in work – opened, submitted, verified, written to – at moments of an invented past,
so that history and audit are real. Names, phones and addresses come from ranges reserved for fiction.
"""

from sqlalchemy.orm import Session

from portal.core import audit, sequences
from portal.core.actors import SYSTEM
from portal.core.errors import AlreadyDone
from portal.core.models import Case, Household, Person, Place, Program, Setting, User, Vertical
from portal.core.unit import unit_of_work
from portal.demo import accounts, casework, office, people
from portal.demo.accounts import ACCOUNTS

__all__ = ["ACCOUNTS", "load"]

LOADED = "demo.loaded"


def load(session: Session, *, password: str) -> bool:
    """Load the demo data into an installation that has its reference data and nobody in it yet.

    Returns whether it was loaded: a second time nothing is done. Raises AlreadyDone when there are users or people of
    somebody else's, for the numbers that the contracts' examples use would be taken.
    """
    if session.get(Setting, LOADED) is not None:
        return False
    hashes = accounts.hash_passwords(password)
    with unit_of_work(session, SYSTEM, intent="demo.load"):
        if session.get(Setting, LOADED) is not None:
            return False
        _require_nobody(session)
        # An attempt that failed may have used up numbers.
        sequences.catch_up(session, User, Person, Case, Vertical, Household, Place, Program)
        built = office.build(session)
        staff = accounts.create(session, hashes)
        known = people.register(session, built, staff)
        casework.open_cases(session, built, staff, known)
        session.add(Setting(key=LOADED, value="1"))
        audit.append(session, SYSTEM, "demo.load", chain="organisation:1")
    return True


def _require_nobody(session: Session) -> None:
    for model in (User, Person):
        if session.query(model.id).first() is not None:
            raise AlreadyDone(
                "This installation has users or people already, so the demo data does not fit in. "
                "Set PORTAL_DATA_DIR to a new folder and load it there.",
                target="demo",
            )
