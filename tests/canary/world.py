"""A hidden world with a mark of its own in every column of free text, and those from whom it must stay hidden.

Every table that can hold words about people gets a row; a new one is filled without being named here, or the build says
what it needs.
"""

import datetime as dt

import sqlalchemy as sa
from flask import Flask

from portal.core import clock, indexing
from portal.core.models import Base, BreakGlassGrant, Case, CasePerson, CasePlace
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.canary.marks import World, mark, marked_columns, wanted_tables
from tests.canary.rows import row_of
from tests.canary.walkers import let_walk
from tests.factories import (
    committed,
    make_case,
    make_consent,
    make_household,
    make_person,
    make_place,
    make_program,
    make_user,
    make_vertical,
)


def build(app: Flask) -> World:
    """Make the hidden world first, so that its rows have the lowest numbers; then those who must not see it."""
    world = World()
    with app.app_context():
        with committed(db.session) as session:
            _hide(session, world)
        with committed(db.session) as session:
            _fill_the_rest(session, world)
        with committed(db.session) as session:
            _mark(session, world)
        with committed(db.session) as session:
            let_walk(session, world)
            indexing.rebuild_after(session, 0)
        db.session.remove()
    return world


def _hide(session, world: World) -> None:
    """A case as it could be, with people on it, in a vertical that works on consent."""
    vertical = make_vertical(session, "HIDDEN", consent=True)
    insider, colleague = (make_user(session, Role.SUPERVISOR, vertical) for _ in range(2))
    told = {
        "phone": "+254711222333",
        "national_id": "ZQ1234567",
        "national_id_type": "passport",
        "external_id": "ext-1",
    }
    persons = [make_person(session, f"Hidden {name}", verified=True, vertical=vertical, **told) for name in ("A", "B")]
    consent = make_consent(session, persons[0], vertical)
    household = make_household(session, persons[0], verified=True)
    cases = [make_case(session, vertical, owner=insider, subject=persons[0], status=Status.ACTIVE) for _ in range(2)]
    session.add(CasePerson(case_id=cases[0].id, person_id=persons[1].id, role="perpetrator"))
    session.add(CasePlace(case_id=cases[0].id, place_id=make_place(session, "Far").id))
    cases[1].program = make_program(session, vertical)
    session.flush()
    _hide_from_colleagues(session, world, insider, persons[0])
    world.hidden |= {
        "verticals": vertical.id,
        "users": insider.id,
        "people": persons[0].id,
        "consents": consent.id,
        "households": household.id,
        "cases": cases[0].id,
    }
    world.others = {"users": colleague.id, "people": persons[1].id, "cases": cases[1].id}


def _hide_from_colleagues(session, world: World, insider, subject) -> None:
    """In the walkers' own vertical: a restricted case, and one about somebody who will be a relative of theirs."""
    elsewhere = make_vertical(session, "ELSEWHERE")
    relative = make_person(session, "Hidden Relative", vertical=elsewhere, phone="+254711222444")
    restricted = make_case(session, elsewhere, owner=insider, subject=subject)
    restricted.restricted = True
    about = make_case(session, elsewhere, subject=relative)
    for number, case in enumerate((restricted, about)):
        case.reference = f"HIDDEN-00009{number}"
    until = clock.now() + dt.timedelta(hours=4)
    words = {"reason_code": "COVER", "reason_text": "To see.", "beyond": True, "expires_at": until}
    session.add(BreakGlassGrant(user_id=insider.id, case_id=restricted.id, **words))
    session.flush()
    world.elsewhere, world.relative, world.restricted_case = elsewhere.id, relative.id, restricted.id


def _fill_the_rest(session, world: World) -> None:
    """A row in every table that has words and no row yet."""
    for table in wanted_tables():
        if table.name in world.hidden:
            continue
        found = session.execute(sa.select(sa.func.min(table.c.id))).scalar() if "id" in table.c else None
        if found is None:
            result = session.execute(sa.insert(table).values(row_of(table, world.hidden, world.others, {})))
            found = result.inserted_primary_key[0]
        world.hidden[table.name] = found


def _mark(session, world: World) -> None:
    """Put a mark of its own into every column of words, in every row there is."""
    for number, (table, column) in enumerate(marked_columns()):
        made, value = mark(number)
        changed = session.execute(sa.update(table).values({column.name: value}))
        assert changed.rowcount, f"nothing of {table.name} is in the hidden world"
        world.marks[made] = f"{table.name}.{column.name}"
    for table in Base.metadata.sorted_tables:
        if "uuid" in table.c and table.name not in ("verticals", "organisations", "users", "programs", "places"):
            world.uuids_of[table.name] = list(map(str, session.scalars(sa.select(table.c.uuid))))
    references = session.scalars(sa.select(Case.reference).where(Case.reference.like("HIDDEN-%")))
    world.marks |= {one.casefold(): "cases.reference" for one in references}
