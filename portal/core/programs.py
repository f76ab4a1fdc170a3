"""Programmes of verticals, which a case may belong to."""

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core.errors import InvalidInput
from portal.core.models import Program, Vertical


def listed(session: Session, *, status: str | None = None, vertical_id: int | None = None) -> list[Program]:
    """The programmes by name, those of one status or vertical where asked for."""
    query = sa.select(Program).options(joinedload(Program.vertical)).order_by(Program.name, Program.id)
    if status is not None:
        query = query.where(Program.status == status)
    if vertical_id is not None:
        query = query.where(Program.vertical_id == vertical_id)
    return list(session.scalars(query))


def require_of(program: Program | None, vertical: Vertical) -> None:
    """Raise InvalidInput unless a case of *vertical* may belong to *program* (none is always right)."""
    if program is None:
        return
    if program.vertical_id != vertical.id:
        raise InvalidInput(f"This programme does not belong to {vertical.name}.", target="program_id")
    if program.status != "active":
        raise InvalidInput("This programme takes no cases now.", target="program_id")
