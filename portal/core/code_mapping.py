"""What the codes of a report mean here: on our lists, or mapped from a partner's own, or known to nobody."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import CodeMapping, CodeValue, Place

Code = tuple[str, str]  # the list and the value
LONGEST = 64
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
