"""The invented office: its verticals, programmes, places and the partner that reports to it."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock, organisations
from portal.core.actors import SYSTEM
from portal.core.models import CodeValue, Organisation, Place, PolicyPack, Program, Vertical
from portal.core.vocabulary import ConsentMode

GRACE_DAYS = 14


@dataclass(frozen=True)
class SupportVertical:
    """A vertical that works on consent, with its one programme."""

    code: str
    name: str
    reference_prefix: str
    program: tuple[str, str]
    transfer_requires_approval: bool = False


SUPPORT = (
    SupportVertical("HEALTH", "Health", "HEA", ("HEALTH-VISITS", "Home health visits"), True),
    SupportVertical("EDU", "Education", "EDU", ("EDU-RETURN", "Back to school")),
    SupportVertical("ECON", "Livelihoods", "ECO", ("ECON-START", "Small business start")),
    SupportVertical("SOCIAL", "Social support", "SOC", ("SOCIAL-FAMILY", "Family support")),
)

# The tree of places; the location of contract 001 is one of them (its code comes with the reference data).
PLACES = {
    "Riverbend District": {
        "Upper Riverbend": {"Millbrook": {}, "Fern Hill": {}},
        "Lower Riverbend": {"Harbour Ward": {}, "Saltmarsh": {}},
    },
}
CONTRACT_PLACE, CONTRACT_PLACE_NAME = "258783", "Harbour Ward"

# Contract 002 names it; it is registered, and nobody has opened the token endpoint for it.
PARTNER, PARTNER_EMAIL = "CPMIS System", "admin@cpmis.org"


@dataclass(frozen=True)
class Office:
    """What the rest of the demo data stands on, by code or name."""

    verticals: dict[str, Vertical]
    programs: dict[str, Program]  # by the code of the vertical
    places: dict[str, Place]
    partner: Organisation
    opened: dt.datetime


def build(session: Session) -> Office:
    """Make the office in the caller's unit, as of three months ago."""
    opened = clock.now() - dt.timedelta(days=90)
    with clock.pretended(opened):
        programs = {support.code: _add_vertical(session, support) for support in SUPPORT}
        places = _add_places(session)
        _name_codes(session)
        partner = organisations.register(session, SYSTEM, name=PARTNER, email=PARTNER_EMAIL)
    verticals = {vertical.code: vertical for vertical in session.scalars(sa.select(Vertical))}
    return Office(verticals, programs, places, partner, opened)


def _add_vertical(session: Session, support: SupportVertical) -> Program:
    vertical = Vertical(code=support.code, name=support.name, reference_prefix=support.reference_prefix)
    session.add(vertical)
    session.flush()
    pack = PolicyPack(
        vertical_id=vertical.id,
        consent_mode=ConsentMode.REQUIRED,
        grace_days=GRACE_DAYS,
        transfer_requires_approval=support.transfer_requires_approval,
    )
    code, name = support.program
    program = Program(code=code, name=name, vertical_id=vertical.id)
    session.add_all((pack, program))
    session.flush()
    session.refresh(vertical)
    return program


def _name_codes(session: Session) -> None:
    """What an installation says for itself: what people call the place of the contract, and one relationship."""
    place = {"list_name": "location", "value": CONTRACT_PLACE}
    session.scalars(sa.select(CodeValue).filter_by(**place)).one().label = CONTRACT_PLACE_NAME
    session.add(CodeValue(list_name="relationship", value="1", label="Father"))


def _add_places(session: Session) -> dict[str, Place]:
    made: dict[str, Place] = {}

    def add(tree: dict[str, dict], parent: Place | None) -> None:
        for name, below in tree.items():
            made[name] = place = _place(session, name, parent)
            add(below, place)

    add(PLACES, None)
    return made


def _place(session: Session, name: str, parent: Place | None) -> Place:
    place = None
    if name == CONTRACT_PLACE_NAME:
        place = session.scalar(sa.select(Place).where(Place.code == CONTRACT_PLACE))
    place = place or Place()
    place.name = name
    place.parent_id, place.level = (parent.id, parent.level + 1) if parent else (None, 0)
    session.add(place)
    session.flush()
    place.path = f"{parent.path if parent else ''}/{place.id}"
    return place
