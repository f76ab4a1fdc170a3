"""Programmes as an administrator keeps them: beginning one, renaming it, ending it."""

import re

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import audit
from portal.core.actors import Actor
from portal.core.database import held
from portal.core.errors import InvalidInput, NotFound, StaleVersion
from portal.core.models import Program, Vertical
from portal.core.permissions import Permission, require

LONGEST_NAME, LONGEST_CODE = 255, 64
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_./-]*")
_ACTIVE, _ENDED = "active", "inactive"


def find(session: Session, actor: Actor, number: int, *, lock: bool = False) -> Program:
    """The programme with that number; with ``lock`` held until commit. Raises Forbidden, NotFound."""
    require(actor, Permission.ADMINISTER)
    query = sa.select(Program).where(Program.id == number)
    if lock:
        query = held(query)
    else:
        query = query.options(joinedload(Program.vertical))
    program = session.scalar(query)
    if program is None:
        raise NotFound("There is no such programme.", target="program")
    return program


def create(session: Session, actor: Actor, *, code: str, name: str, vertical: int) -> Program:
    """Begin a programme of a vertical. Raises Forbidden, InvalidInput for what is missing, taken or unknown."""
    require(actor, Permission.ADMINISTER)
    code, name = code.strip().upper(), _name(name)
    if not _CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        message = f"Use letters A to Z, digits, dots, slashes and hyphens, at most {LONGEST_CODE} of them."
        raise InvalidInput(message, target="code")
    if session.scalar(sa.select(Program.id).where(Program.code == code)) is not None:
        raise InvalidInput("There is a programme with this code already.", target="code")
    if session.get(Vertical, vertical) is None:
        raise InvalidInput("Choose one of the list.", target="vertical")
    program = Program(code=code, name=name, vertical_id=vertical)
    session.add(program)
    session.flush()
    values = {"name": (None, name), "code": (None, code), "status": (None, _ACTIVE)}
    _note(session, actor, program, "program.create", values, vertical=vertical)
    return program


def change(session: Session, actor: Actor, program: Program, *, name: str, active: bool, version: int) -> Program:
    """Rename a programme, which ``find`` gave to hold, end it or let it begin again; its cases stay in it.

    Raises Forbidden; StaleVersion where somebody else changed it since *version*; InvalidInput for a missing name.
    """
    require(actor, Permission.ADMINISTER)
    if program.version_id != version:
        raise StaleVersion("Somebody else changed this programme meanwhile.", version=program.version_id)
    wanted = {"name": _name(name), "status": _ACTIVE if active else _ENDED}
    values = {one: (getattr(program, one), value) for one, value in wanted.items() if getattr(program, one) != value}
    if values:
        program.name, program.status = wanted["name"], wanted["status"]
        program.version_id += 1
        _note(session, actor, program, "program.change", values, fields=sorted(values))
    return program


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("Give the programme a name.", target="name", problem="missing")
    return name


def _note(session: Session, actor: Actor, program: Program, action: str, values, **details: object) -> None:
    audit.append(session, actor, action, chain=f"program:{program.id}", details=details, values=values)
