"""Taking the names and numbers of others out of a text that is given to somebody."""

import re
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import Person, PersonContact

MARK = "[…]"
_SHORTEST = 3


def words_of(session: Session, person_ids: Collection[int]) -> set[str]:
    """Every word of these people's names, and every way to reach them, as they may stand in a text."""
    names = Person.full_name, Person.given_name, Person.family_name, Person.organisation_name
    rows = session.execute(sa.select(*names).where(Person.id.in_(person_ids)))
    words = {word.casefold() for row in rows for name in row if name for word in re.findall(r"\w+", name)}
    reached = session.scalars(sa.select(PersonContact.value).where(PersonContact.person_id.in_(person_ids)))
    return {word for word in words if len(word) >= _SHORTEST} | {value.casefold() for value in reached}


class Blinder:
    """Replaces words wherever they stand by themselves; whatever their case, or ``as_written``."""

    def __init__(self, words: Collection[str], mark: str = MARK, *, as_written: bool = False) -> None:
        ordered = sorted(words, key=len, reverse=True)
        inside = "|".join(re.escape(word) for word in ordered)
        flags = 0 if as_written else re.IGNORECASE
        self._pattern = re.compile(rf"(?<!\w)(?:{inside})(?!\w)", flags) if ordered else None
        self._mark = mark

    def finds(self, text: str | None) -> bool:
        """Whether one of the words stands in a text."""
        return bool(text) and self._pattern is not None and self._pattern.search(text) is not None

    def __call__(self, value: Any) -> Any:
        """The same value without the words; in lists and dictionaries, of each text in them."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self._pattern.sub(self._mark, value)
        if isinstance(value, dict):
            return {key: self(inside) for key, inside in value.items()}
        return [self(inside) for inside in value] if isinstance(value, list) else value
