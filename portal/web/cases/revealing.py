"""Showing what is masked of the people on a case, to who asks for it."""

from flask_babel import lazy_gettext as _l

from portal.core import sensitivity
from portal.core.errors import InvalidInput
from portal.core.models import CasePerson
from portal.core.permissions import Permission, require
from portal.core.sensitivity import Sensitive
from portal.core.unit import unit_of_work
from portal.core.vocabulary import PersonRole
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.cases import head

ASKS = {
    Sensitive.IDENTITY: _l("Show address and numbers"),
    Sensitive.REACH: _l("Show phone and e-mail"),
    Sensitive.HEALTH: _l("Show health"),
    Sensitive.ACCUSED: _l("Show who this is"),
}


def askable(part: CasePerson) -> list[Sensitive]:
    """What there is to ask for of somebody on a case."""
    person = part.person
    if part.role == PersonRole.PERPETRATOR:
        return [Sensitive.ACCUSED]
    there = {
        Sensitive.IDENTITY: person.identifiers or person.address or person.landmark,
        Sensitive.REACH: person.contacts,
        Sensitive.HEALTH: part.health,
    }
    return [what for what, value in there.items() if value]


def record(number: int, asked: str) -> dict[int, set[str]]:
    """Record that one group of facts of one person on the case was asked for ("12:reach"); returns what to show.

    Raises NotFound, Forbidden, and InvalidInput where that is not there to be asked for.
    """
    part_id, _colon, word = asked.partition(":")
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="sensitive.reveal"):
        top = head.of_case(db.session, actor, number, identifiers=True)
        require(actor, Permission.REVEAL)
        part = None if top.is_hidden else next((one for one in top.people if str(one.id) == part_id), None)
        what = next((one for one in askable(part) if one == word), None) if part else None
        if what is None:
            raise InvalidInput("There is nothing like that to show.", target="show")
        sensitivity.reveal(db.session, actor, what, person=part.person, case=top.case)
    return {int(part_id): {what}}
