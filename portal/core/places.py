"""Places: the tree of them, and those a case is about."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, cases, clock
from portal.core.actors import Actor
from portal.core.models import Case, CasePlace, Place
from portal.core.permissions import Permission


def listed(session: Session, *, parent: Place | None = None) -> list[Place]:
    """The places directly below *parent* that are offered; without one, those at the top."""
    query = sa.select(Place).where(Place.parent_id == (parent.id if parent else None), Place.active)
    return list(session.scalars(query.order_by(Place.name, Place.id)))


def of_cases(session: Session, numbers: Collection[int]) -> dict[int, list[Place]]:
    """The places of each of these cases, in one statement."""
    query = sa.select(CasePlace.case_id, Place).join(Place, Place.id == CasePlace.place_id)
    found: dict[int, list[Place]] = {number: [] for number in numbers}
    for number, place in session.execute(query.where(CasePlace.case_id.in_(found)).order_by(Place.id)):
        found[number].append(place)
    return found


def put(session: Session, case: Case, places: Sequence[Place]) -> None:
    """Give a case that is being opened its places."""
    session.add_all(CasePlace(case_id=case.id, place_id=number) for number in sorted({place.id for place in places}))


def change(
    session: Session,
    actor: Actor,
    case: Case,
    places: Sequence[Place],
    *,
    version: int | None = None,
    always: bool = False,
) -> None:
    """Let the case be about these places and no others. ``always`` and what is raised are those of ``cases.update``."""
    cases.require_editable(session, actor, case, Permission.UPDATE, version=version)
    before = {place.id for place in of_cases(session, [case.id])[case.id]}
    wanted = {place.id for place in places}
    if before == wanted and not always:
        return
    session.execute(sa.delete(CasePlace).where(CasePlace.case_id == case.id, CasePlace.place_id.in_(before - wanted)))
    session.add_all(CasePlace(case_id=case.id, place_id=number) for number in sorted(wanted - before))
    case.last_actioned_at = clock.now()
    details = {"from": sorted(before), "to": sorted(wanted)}
    audit.append(session, actor, "case.places", case=case, details=details)


def about(place: Place) -> sa.ColumnElement[bool]:
    """Cases about *place* or a place below it."""
    below = sa.select(Place.id).where(
        sa.or_(Place.id == place.id, Place.path.startswith(f"{place.path}/", autoescape=True))
    )
    return Case.id.in_(sa.select(CasePlace.case_id).where(CasePlace.place_id.in_(below)))
