"""What is shown of somebody only when it is asked for, and that it was asked for.

Identity numbers, addresses, ways to reach somebody, health, and who an alleged perpetrator is: pages show them masked.
Whoever needs one asks for it, and the asking is an event in their own chain. It is stored encrypted in any case.
"""

import enum
import re

from sqlalchemy.orm import Session

from portal.core import audit
from portal.core.actors import Actor
from portal.core.models import Case, Contact, Household, Person
from portal.core.permissions import Permission, require, role_permissions

_ENDING = 3  # characters of a number that stay readable
_LONG = 6  # a shorter one would be given away by its end


class Sensitive(enum.StrEnum):
    """What is masked, in the groups in which it is asked for."""

    IDENTITY = "identity"  # identity numbers and the address
    REACH = "reach"  # phone numbers and e-mail addresses
    HEALTH = "health"
    ACCUSED = "accused"  # everything that tells who an alleged perpetrator is
    HISTORY = "history"  # what the record said before
    REPORT = "report"  # a report from outside, word for word
    TYPED = "typed"  # what of all this was typed when somebody called or came


def masked(value: str) -> str:
    """A number of which only the end is shown: enough to compare, too little to copy or to call."""
    bare = re.sub(r"\s", "", value)
    if "@" in bare:
        return f"•••@{bare.rpartition('@')[2]}"
    return "•" * max(len(bare) - _ENDING, _ENDING) + (bare[-_ENDING:] if len(bare) >= _LONG else "")


def told(actor: Actor, value: str) -> str:
    """What is masked on pages, for an answer in which nothing can be asked for: whole for those who may ask at all.

    That they read it is recorded there. For an auditor, who may ask for nothing, it is masked there, too.
    """
    allowed = actor.is_system or Permission.REVEAL in role_permissions(actor.role)
    return value if allowed else masked(value)


def reveal(
    session: Session,
    actor: Actor,
    what: Sensitive,
    *,
    person: Person | None = None,
    case: Case | None = None,
    contact: Contact | None = None,
    household: Household | None = None,
) -> None:
    """Record that *actor* asked to see this of a person, a case, a contact or a household; show it after that alone.

    Raises Forbidden.
    """
    require(actor, Permission.REVEAL)
    named = {"person": person, "case": case, "contact": contact, "household": household}
    details = {"what": what, **{name: row.id for name, row in named.items() if row is not None}}
    audit.append(session, actor, "sensitive.reveal", chain=audit.actor_chain(actor), details=details)
