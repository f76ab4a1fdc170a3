"""What the codes of a report mean here: on our lists, or mapped from a partner's own, or known to nobody.

What an administrator maps counts for every report from then on; cases that came before are in ``code_settling``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.models import CodeMapping, CodeValue, Organisation, Place
from portal.core.permissions import Permission, require

Code = tuple[str, str]  # the list and the value
LONGEST = 64
MOST_LISTED = 200
LOCATION = "location"


@dataclass(frozen=True)
class Known:
    """Codes that were asked about: those that mean one of ours, and what ours are called."""

    meanings: dict[Code, str] = field(default_factory=dict)
    labels: dict[Code, str] = field(default_factory=dict)

    def meaning(self, list_name: str, raw: str) -> str | None:
        """The value of our list that *raw* stands for, or None when nobody knows it."""
        return self.meanings.get((list_name, raw))

    def label(self, list_name: str, value: str | None) -> str | None:
        """What people read for a value."""
        return self.labels.get((list_name, value or ""))


def known(session: Session, organisation_id: int, told: Iterable[Code]) -> Known:
    """Look up all codes of a report at once, for the organisation that sent it."""
    asked = {(name, raw) for name, raw in told if raw and len(raw) <= LONGEST}
    if not asked:
        return Known()
    meanings = {(name, raw): value for name, raw, value in _mapped(session, organisation_id, asked)}
    wanted = asked | {(name, value) for (name, _), value in meanings.items()}
    labels = _labels(session, wanted)
    for code in asked:
        if code in labels:
            meanings.setdefault(code, code[1])
    return Known(meanings, labels)


def choices(session: Session, list_name: str) -> list[tuple[str, str]]:
    """What a code of this list can be mapped to: values with their words, in the office's order."""
    if list_name == LOCATION:
        places = sa.select(Place.code, Place.name).where(Place.code.is_not(None), Place.code != "")
        return [(code, name) for code, name in session.execute(places.order_by(Place.name, Place.id))]
    query = sa.select(CodeValue.value, CodeValue.label).where(CodeValue.list_name == list_name, CodeValue.active)
    return [(value, label) for value, label in session.execute(query.order_by(CodeValue.sort, CodeValue.id))]


@dataclass(frozen=True)
class Mapped:
    """A code of a sender that somebody mapped: on which list, what came, what it means, and that in words."""

    list_name: str
    raw: str
    value: str
    label: str


def mapped(session: Session, actor: Actor, organisation: Organisation, *, limit: int = MOST_LISTED) -> list[Mapped]:
    """What the codes of a sender were mapped to, by list, at most *limit*. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    query = sa.select(CodeMapping).where(CodeMapping.organisation_id == organisation.id)
    rows = session.scalars(query.order_by(CodeMapping.list_name, CodeMapping.raw).limit(limit)).all()
    labels = _labels(session, {(row.list_name, row.value) for row in rows})
    return [
        Mapped(row.list_name, row.raw, row.value, labels.get((row.list_name, row.value), row.value)) for row in rows
    ]


def meaning(session: Session, actor: Actor, organisation: Organisation, list_name: str, raw: str) -> str | None:
    """What a code of a sender was mapped to; None where nobody did. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    of = CodeMapping.organisation_id == organisation.id, CodeMapping.list_name == list_name, CodeMapping.raw == raw
    return session.scalar(sa.select(CodeMapping.value).where(*of))


def map_once(
    session: Session, actor: Actor, organisation: Organisation, list_name: str, raw: str, value: str
) -> CodeMapping:
    """Say once for all what a code of this sender means. Raises Forbidden, InvalidInput for a value not on the list.

    Saying it again with another value changes it for reports to come.
    """
    require(actor, Permission.ADMINISTER)
    if not 0 < len(raw) <= LONGEST:
        raise InvalidInput("There is no such code.", target="raw")
    if not value or value not in dict(choices(session, list_name)):
        raise InvalidInput("Choose what it means from the list.", target="value", problem="missing")
    of = CodeMapping.organisation_id == organisation.id, CodeMapping.list_name == list_name, CodeMapping.raw == raw
    mapping = session.scalar(sa.select(CodeMapping).where(*of))
    before = mapping.value if mapping is not None else None
    if mapping is None:
        mapping = CodeMapping(organisation_id=organisation.id, list_name=list_name, raw=raw)
        session.add(mapping)
    mapping.value = value
    session.flush()
    details = {"list": list_name, "raw": raw, "value": value}
    chain, values = f"organisation:{organisation.id}", {"value": (before, value)}
    audit.append(session, actor, "code.map", chain=chain, details=details, values=values)
    return mapping


def _mapped(session: Session, organisation_id: int, asked: set[Code]) -> Iterable[tuple[str, str, str]]:
    query = sa.select(CodeMapping.list_name, CodeMapping.raw, CodeMapping.value).where(
        CodeMapping.organisation_id == organisation_id, CodeMapping.raw.in_({raw for _, raw in asked})
    )
    return [row for row in session.execute(query) if (row[0], row[1]) in asked]


def _labels(session: Session, wanted: set[Code]) -> dict[Code, str]:
    query = sa.select(CodeValue.list_name, CodeValue.value, CodeValue.label).where(
        CodeValue.list_name.in_({name for name, _ in wanted}), CodeValue.value.in_({value for _, value in wanted})
    )
    labels = {(name, value): label for name, value, label in session.execute(query)}
    places = {value for name, value in wanted if name == LOCATION}
    if places:
        rows = session.execute(sa.select(Place.code, Place.name).where(Place.code.in_(places)))
        labels.update({(LOCATION, code): name for code, name in rows})
    return labels
