"""What every installation needs before its first case: itself as organisation 1, code lists, and three verticals."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, sequences
from portal.core.actors import SYSTEM
from portal.core.models import CodeValue, Organisation, Place, PolicyPack, Vertical
from portal.core.reference.codes import CLOSED, LISTS, LOCATIONS
from portal.core.unit import unit_of_work
from portal.core.vocabulary import ConsentMode, Origin

INSTALLATION = 1


@dataclass(frozen=True)
class StandingVertical:
    """A vertical that answers one of the documented doors, and the lawful basis on which it works without consent."""

    code: str
    name: str
    reference_prefix: str
    default_for: Origin
    lawful_basis: str
    time_zone: str | None = None  # None: the installation's own


# The web form of partners falls back to the helpline (cases.default_vertical).
VERTICALS = (
    StandingVertical(
        "CONSTITUENCY",
        "Constituency casework",
        "CON",
        Origin.CONSTITUENCY,
        "Public task: casework that a constituent asked their representative to take up.",
    ),
    StandingVertical(
        "HELPLINE",
        "Helpline",
        "HL-CMS",
        Origin.HELPLINE,
        "Vital interests and the protection of children and others at risk: a report is acted on before anyone can be "
        "asked for consent.",
        "Africa/Nairobi",
    ),
    StandingVertical(
        "CORRESPONDENCE",
        "Correspondence",
        "COR",
        Origin.CORRESPONDENCE,
        "Legitimate interests: answering somebody who wrote to the office.",
    ),
)


@dataclass(frozen=True)
class Loaded:
    """How much was missing and has been added."""

    codes: int = 0
    verticals: int = 0

    def __bool__(self) -> bool:
        return bool(self.codes or self.verticals)


def load(session: Session, *, installation_name: str = "Casework", time_zone: str = "Europe/London") -> Loaded:
    """Add what is missing of the reference data, in a unit of its own; what an installation changed stays changed."""
    with unit_of_work(session, SYSTEM, intent="reference.load"):
        is_new = _name_installation(session, installation_name, time_zone)
        added = Loaded(codes=_add_codes(session), verticals=_add_verticals(session, time_zone))
        if added or is_new:
            details = {"codes": added.codes, "verticals": added.verticals}
            audit.append(session, SYSTEM, "reference.load", chain=f"organisation:{INSTALLATION}", details=details)
    return added


def _name_installation(session: Session, name: str, time_zone: str) -> bool:
    if session.get(Organisation, INSTALLATION) is not None:
        return False
    session.add(Organisation(id=INSTALLATION, name=name, kind="installation", time_zone=time_zone))
    session.flush()
    sequences.catch_up(session, Organisation)
    return True


def _add_codes(session: Session) -> int:
    known = set(session.execute(sa.select(CodeValue.list_name, CodeValue.value)))
    missing = [
        CodeValue(list_name=name, value=value, label=label, sort=place, closed=(name, value) in CLOSED)
        for name, entries in LISTS.items()
        for place, (value, label) in enumerate(entries, start=1)
        if (name, value) not in known
    ]
    session.add_all(missing)
    places = set(session.scalars(sa.select(Place.code).where(Place.code.is_not(None))))
    for code, label in LOCATIONS:
        if code not in places:
            _add_place(session, code, label)
    return len(missing)


def _add_place(session: Session, code: str, name: str) -> None:
    """A location of the helpline is a place too, so that reports and cases of other doors meet there."""
    place = Place(name=name, code=code)
    session.add(place)
    session.flush()
    place.path = f"/{place.id}"


def _add_verticals(session: Session, time_zone: str) -> int:
    rows = session.execute(sa.select(Vertical.code, Vertical.default_for)).all()
    codes, answered = {code for code, _ in rows}, {origin for _, origin in rows}
    missing = [standing for standing in VERTICALS if standing.code not in codes]
    for standing in missing:
        vertical = Vertical(
            code=standing.code,
            name=standing.name,
            kind="system",
            reference_prefix=standing.reference_prefix,
            time_zone=standing.time_zone or time_zone,
            default_for=None if standing.default_for in answered else standing.default_for,
        )
        session.add(vertical)
        session.flush()
        session.add(
            PolicyPack(
                vertical_id=vertical.id,
                consent_mode=ConsentMode.NOT_REQUIRED,
                lawful_basis=standing.lawful_basis,
                auto_intake=True,
            )
        )
    return len(missing)
