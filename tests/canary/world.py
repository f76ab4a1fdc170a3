"""A hidden world with a mark of its own in every column of free text, and those from whom it must stay hidden.

Every table that can hold words about people gets a row; a new one is filled without being named here, or the build says
what it needs. Marks are words that stand nowhere else, so that one in an answer is a leak.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.core import clock, indexing
from portal.core.models import (
    Base,
    BreakGlassGrant,
    Case,
    CasePerson,
    CasePlace,
    Notice,
    OwnRecord,
    UserPlace,
    UserProgram,
    Vertical,
)
from portal.core.models.base import EncryptedText
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import (
    committed,
    make_case,
    make_consent,
    make_household,
    make_participant,
    make_person,
    make_place,
    make_program,
    make_user,
    make_vertical,
)

LONG = 255  # from this length on a column holds words and not codes

# What everybody who works here may read, or nobody reads through the portal at all.
UNMARKED = {
    "api_calls": "routes as they are declared",
    "audit_chains": "keys of chains",
    "audit_checkpoint_heads": "keys of chains",
    "audit_checkpoints": "digests",
    "codes": "lists of the office",
    "inboxes": "addresses of the office",
    "organisations": "partners; who may read of them is declared in tests/web/doors.py",
    "places": "lists of the office",
    "policy_packs": "rules of the office",
    "presence": "names of colleagues; who is told of whom is asked in tests/web/test_conversation.py",
    "programs": "lists of the office",
    "rate_limits": "counters",
    "settings": "settings of the office",
    "tags": "words of the office",
    "users": "colleagues",
    "verticals": "lists of the office",
    "person_keys": "digests and folded names, never shown",
    "search_texts": "words of the marked texts, folded; never shown",
}
# Columns of marked tables that hold keys and not words.
_KEYS = {
    ("audit_events", "chain_key"),
    ("outside_identities", "issuer"),
    ("outside_identities", "subject"),
    ("audit_events", "actor_name"),
    ("case_status_history", "actor_name"),
    ("conflicts", "set_key"),
    ("attachments", "content_type"),
    ("idempotency_keys", "route"),
    ("people", "name_key"),
    ("intake_receipts", "retry_key"),
}
# What the database demands of a row beyond its types.
_DEMANDED: dict[str, dict[str, Any]] = {
    "approvals": {"decision": "rejected"},
    "workflow_instances": {"target_type": "case", "target_id": 1},
    "attachments": {"state": "stored", "checksum": "0" * 64, "content_type": "application/pdf", "person_id": None},
    "cases": {"subject_household_id": None},
    "contacts": {"outcome": "information_given", "case_id": None},
    "conflicts": {"status": "open", "decided_at": None},
    "outbox": {"state": "held", "message_id": None},
    "retention_rules": {"archive_months": 1200},
    "saved_views": {"shared_with": "vertical"},
    "person_pairs": {"state": "open", "decided_at": None},
    "subject_requests": {"kind": "export", "state": "open"},
}


@dataclass
class World:
    """Who walks through the doors, what they must not read, and by which names it could be asked for."""

    hidden: dict[str, int] = field(default_factory=dict)  # the number of the hidden row of each table
    others: dict[str, int] = field(default_factory=dict)  # of a second one, where a row names two
    visible_case: int = 0
    restricted_case: int = 0  # in the vertical of those who walk
    elsewhere: int = 0  # the vertical of those who walk
    relative: int = 0  # somebody whose record is closed to all of them
    walkers: dict[str, int] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)  # mark → "table.column"
    uuids_of: dict[str, list[str]] = field(default_factory=dict)  # table → the ids of its rows
    listed: set[str] = field(default_factory=set)  # of what is looked for in lists alone: each costs a walk of its own

    @property
    def uuids(self) -> list[str]:
        """Every id that could be tried."""
        return [one for of_table in self.uuids_of.values() for one in of_table]

    def found_in(self, text: str) -> set[str]:
        """The columns whose marks stand in a text."""
        lowered = text.casefold()
        return {where for mark, where in self.marks.items() if mark in lowered}


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
            _let_walk(session, world)
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
    world.listed = {str(about.uuid), str(relative.uuid)}
    world.elsewhere, world.relative, world.restricted_case = elsewhere.id, relative.id, restricted.id


def _keep_out(session, world: World, hidden) -> None:
    """Every walker has a relative in the hidden world, and broke the glass on a hidden case until a while ago."""
    past = clock.now() - dt.timedelta(minutes=1)
    words = {"reason_code": "COVER", "reason_text": "", "beyond": True, "expires_at": past}
    for walker in world.walkers.values():
        session.add(OwnRecord(user_id=walker, person_id=world.relative, tie="relative"))
        session.add(BreakGlassGrant(user_id=walker, case_id=hidden.id, **words))


def _fill_the_rest(session, world: World) -> None:
    """A row in every table that has words and no row yet."""
    marked = {table.name for table, _column in marked_columns()}
    named = {key.column.table.name for table in Base.metadata.sorted_tables for key in table.foreign_keys}
    for table in Base.metadata.sorted_tables:
        if table.name in world.hidden or table.name in UNMARKED or table.name not in marked | named:
            continue
        found = session.execute(sa.select(sa.func.min(table.c.id))).scalar() if "id" in table.c else None
        if found is None:
            result = session.execute(sa.insert(table).values(_row(table, world)))
            found = result.inserted_primary_key[0]
        world.hidden[table.name] = found


def _row(table: sa.Table, world: World) -> dict[str, Any]:
    demanded, row, used = _DEMANDED.get(table.name, {}), {}, []
    for column in table.columns:
        if column.name in demanded:
            row[column.name] = demanded[column.name]
        elif column.foreign_keys:
            target = next(iter(column.foreign_keys)).column.table.name
            many = world.others if target in used else world.hidden
            row[column.name] = many.get(target, world.hidden.get(target, 1 if target == "organisations" else None))
            used.append(target)
        elif not _is_given(table, column):
            row[column.name] = _some(column.type)
    return row


def _is_given(table: sa.Table, column: sa.Column) -> bool:
    """Whether the row has this by itself, or needs it not."""
    counted = column.primary_key and isinstance(column.type, sa.Integer | sa.BigInteger)
    return counted or column.default is not None or column.nullable and not _holds_words(table, column)


def _some(kind: sa.types.TypeEngine) -> Any:
    """A value of a type that no rule of the tables minds."""
    if isinstance(kind, sa.Enum):
        return next(iter(kind.enum_class)) if issubclass(kind.enum_class, enum.Enum) else kind.enums[0]
    named = {
        "UtcDateTime": clock.now(),
        "Date": dt.date(2026, 1, 1),
        "Uuid": uuid.uuid4(),
        "Boolean": False,
        "Float": 0.5,
        "LargeBinary": b"some",
    }
    if type(kind).__name__ in named:
        return named[type(kind).__name__]
    if isinstance(kind, sa.Integer | sa.BigInteger):
        return 1
    if isinstance(kind, sa.JSON):
        return {}
    return "some"


def _holds_words(table: sa.Table, column: sa.Column) -> bool:
    if (table.name, column.name) in _KEYS or column.foreign_keys:
        return False
    kind = column.type
    long_text = isinstance(kind, sa.String) and not isinstance(kind, sa.Enum) and (kind.length or LONG) >= LONG
    return isinstance(kind, EncryptedText) or long_text


def marked_columns() -> Iterator[tuple[sa.Table, sa.Column]]:
    """Every column that must bear a mark."""
    for table in Base.metadata.sorted_tables:
        if table.name not in UNMARKED:
            yield from ((table, column) for column in table.columns if _holds_words(table, column))


def _mark(session, world: World) -> None:
    """Put a mark of its own into every column of words, in every row there is."""
    for number, (table, column) in enumerate(marked_columns()):
        mark = f"zq{number}canary"
        value = f"Amina {mark} Garcia"
        changed = session.execute(sa.update(table).values({column.name: value}))
        assert changed.rowcount, f"nothing of {table.name} is in the hidden world"
        world.marks[mark] = f"{table.name}.{column.name}"
    for table in Base.metadata.sorted_tables:
        if "uuid" in table.c and table.name not in ("verticals", "organisations", "users", "programs", "places"):
            found = map(str, session.scalars(sa.select(table.c.uuid)))
            world.uuids_of[table.name] = [one for one in found if one not in world.listed]
    world.marks["hidden-0000"] = "cases.reference"


def _let_walk(session, world: World) -> None:
    """Everybody who works elsewhere, one whose vertical was only asked, and one who works there within a remit."""
    elsewhere, asked = session.get(Vertical, world.elsewhere), make_vertical(session, "ASKED", consent=True)
    for role in (Role.AGENT, Role.CASEWORKER, Role.SUPERVISOR):
        world.walkers[f"{role.value} of elsewhere"] = make_user(session, role, elsewhere).id
    world.walkers["somebody whose vertical was asked"] = make_user(session, Role.SUPERVISOR, asked).id
    world.walkers["supervisor of another place and programme"] = _limited(session, world, elsewhere)
    own = make_case(session, elsewhere, subject=make_person(session, "Visible Person", vertical=elsewhere))
    world.visible_case = own.id
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
