"""Who walks through the hidden world: everybody who works, and sees none of it."""

import datetime as dt

from portal.core import clock
from portal.core.models import BreakGlassGrant, Case, Notice, OwnRecord, UserPlace, UserProgram, Vertical
from portal.core.vocabulary import Role
from tests.canary.marks import World
from tests.factories import (
    make_case,
    make_participant,
    make_person,
    make_place,
    make_program,
    make_user,
    make_vertical,
)


def let_walk(session, world: World) -> None:
    """Everybody who works elsewhere, one whose vertical was only asked, and one who works there within a remit."""
    elsewhere, asked = session.get(Vertical, world.elsewhere), make_vertical(session, "ASKED", consent=True)
    for role in (Role.AGENT, Role.CASEWORKER, Role.SUPERVISOR):
        world.walkers[f"{role.value} of elsewhere"] = make_user(session, role, elsewhere).id
    world.walkers["somebody whose vertical was asked"] = make_user(session, Role.SUPERVISOR, asked).id
    world.walkers["supervisor of another place and programme"] = _limited(session, world, elsewhere)
    own = make_case(session, elsewhere, subject=make_person(session, "Visible Person", vertical=elsewhere))
    world.visible_case = own.id
    world.uuids_of["cases"].append(str(own.uuid))
    hidden = session.get(Case, world.hidden["cases"])
    _keep_out(session, world, hidden)
    part = make_participant(session, hidden, asked, opted_in=False)
    for kind in ("case.given", "message.in", f"participant.asked.{part.id}"):
        told = {"case_id": hidden.id, "kind": kind, "text": f"{hidden.reference}: something happened."}
        session.add_all(Notice(user_id=walker, **told) for walker in world.walkers.values())


def _limited(session, world: World, elsewhere: Vertical) -> int:
    """Somebody of the hidden vertical: one hidden case is in another place, the other in another programme."""
    hidden = session.get(Vertical, world.hidden["verticals"])
    user = make_user(session, Role.SUPERVISOR, elsewhere, hidden)
    session.add(UserPlace(user_id=user.id, place_id=make_place(session, "Near").id))
    session.add(UserProgram(user_id=user.id, program_id=make_program(session, hidden).id))
    session.flush()
    return user.id


def _keep_out(session, world: World, hidden: Case) -> None:
    """Every walker has a relative in the hidden world, and broke the glass on a hidden case until a while ago."""
    for walker in world.walkers.values():
        session.add(OwnRecord(user_id=walker, person_id=world.relative, tie="relative"))
        session.add(glass_that_was_broken(walker, hidden.id))


def glass_that_was_broken(user: int, case: int) -> BreakGlassGrant:
    """Once the user could read the case, and cannot any more."""
    past = clock.now() - dt.timedelta(minutes=1)
    words = {"reason_code": "COVER", "reason_text": "", "beyond": True, "expires_at": past}
    return BreakGlassGrant(user_id=user, case_id=case, **words)
