"""The code lists as an administrator keeps them: what is on each, in which order, and what is offered.

A value is never changed and never deleted, for cases and partners carry it; what a contract names stays offered.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, codes
from portal.core.actors import Actor
from portal.core.code_mapping import LOCATION
from portal.core.code_settling import LISTS as OF_REPORTS
from portal.core.database import held
from portal.core.errors import InvalidInput, NotFound, Refused, StaleVersion
from portal.core.models import CodeValue
from portal.core.permissions import Permission, require
from portal.core.reference.codes import LISTS as OF_CONTRACTS

LONGEST_LABEL, LONGEST_VALUE = 255, 64
MOST_DAYS, HIGHEST = 3650, 100_000
# Places are a tree of their own, and no list.
LISTS = tuple(name for name in dict.fromkeys((*OF_CONTRACTS, *OF_REPORTS)) if name != LOCATION)


def lists(session: Session, actor: Actor) -> list[tuple[str, int, int]]:
    """Every list with how many codes it has, and how many of them are offered, in one statement. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    offered = sa.func.sum(sa.case((CodeValue.active, 1), else_=0))
    query = sa.select(CodeValue.list_name, sa.func.count(), offered).group_by(CodeValue.list_name)
    found = {name: (total, int(active)) for name, total, active in session.execute(query)}
    return [(name, *found.get(name, (0, 0))) for name in LISTS]


def listed(session: Session, actor: Actor, list_name: str) -> list[CodeValue]:
    """Everything on a list, in the office's order. Raises Forbidden, NotFound for no such list."""
    require(actor, Permission.ADMINISTER)
    _require_list(list_name)
    return codes.listed(session, list_name, retired=True)


def find(session: Session, actor: Actor, number: int, *, lock: bool = False) -> CodeValue:
    """The code with that number; with ``lock`` held until commit. Raises Forbidden, NotFound."""
    require(actor, Permission.ADMINISTER)
    query = sa.select(CodeValue).where(CodeValue.id == number, CodeValue.list_name.in_(LISTS))
    code = session.scalar(held(query) if lock else query)
    if code is None:
        raise NotFound("There is no such code.", target="code")
    return code


def is_of_contract(code: CodeValue) -> bool:
    """Whether a contract names this very code."""
    return any(value == code.value for value, _label in OF_CONTRACTS.get(code.list_name, ()))


def create(session: Session, actor: Actor, list_name: str, *, value: str, label: str) -> CodeValue:
    """Put a code at the end of a list. Raises Forbidden, NotFound, InvalidInput for what is missing or taken."""
    require(actor, Permission.ADMINISTER)
    _require_list(list_name)
    value, label = value.strip(), _label(label)
    if not value or len(value) > LONGEST_VALUE or not value.isprintable():
        raise InvalidInput(f"Give a value of at most {LONGEST_VALUE} characters.", target="value")
    here = CodeValue.list_name == list_name
    if session.scalar(sa.select(CodeValue.id).where(here, CodeValue.value == value)) is not None:
        raise InvalidInput("This value is on the list already.", target="value")
    last = session.scalar(sa.select(sa.func.max(CodeValue.sort)).where(here)) or 0
    code = CodeValue(list_name=list_name, value=value, label=label, sort=last + 1)
    session.add(code)
    session.flush()
    values = {"value": (None, value), "label": (None, label)}
    _note(session, actor, code, "code.create", values)
    return code


def change(
    session: Session,
    actor: Actor,
    code: CodeValue,
    *,
    label: str,
    sort: int,
    review_in_days: int | None,
    active: bool,
    version: int,
) -> CodeValue:
    """Change what a code, which ``find`` gave to hold, is called, where it stands, and whether it is offered.

    Raises Forbidden; StaleVersion; InvalidInput beside its field; Refused for retiring a code that a contract names.
    """
    require(actor, Permission.ADMINISTER)
    if code.version_id != version:
        raise StaleVersion("Somebody else changed this code meanwhile.", version=code.version_id)
    if not 0 <= sort <= HIGHEST:
        raise InvalidInput(f"Give a number between 0 and {HIGHEST}.", target="sort")
    if review_in_days is not None and not 0 <= review_in_days <= MOST_DAYS:
        raise InvalidInput(f"Give a number of days between 0 and {MOST_DAYS}, or none.", target="review_in_days")
    if code.active and not active and is_of_contract(code):
        raise Refused("A contract names this code: it stays offered.", target="active")
    wanted = {"label": _label(label), "sort": sort, "review_in_days": review_in_days, "active": active}
    before = {name: getattr(code, name) for name in wanted}
    values = {name: (_text(before[name]), _text(now)) for name, now in wanted.items() if before[name] != now}
    if values:
        for name in values:
            setattr(code, name, wanted[name])
        code.version_id += 1
        _note(session, actor, code, "code.change", values)
    return code


def _require_list(list_name: str) -> None:
    if list_name not in LISTS:
        raise NotFound("There is no such list.", target="list")


def _label(text: str) -> str:
    label = " ".join(text.split())
    if not label or len(label) > LONGEST_LABEL:
        raise InvalidInput("Say what people read.", target="label", problem="missing")
    return label


def _text(value: object) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _note(session: Session, actor: Actor, code: CodeValue, action: str, values) -> None:
    details = {"list": code.list_name, "code": code.id, "fields": sorted(values)}
    audit.append(session, actor, action, chain=f"codes:{code.list_name}", details=details, values=values)
