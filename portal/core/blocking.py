"""What records of one person are likely to share: the keys by which candidates are found without reading everybody.

Records are compared only where they share a key. Several kinds of keys, so that no single mistake hides a person.

A key that more than ``MOST`` people share is left out: the sound of a common name, the first of January, the number of
an office that somebody gave for a phone. Two of those together are a key of their own, so what this hides is a pair
that shares nothing rarer than one of them; such a pair would hardly reach the threshold either.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping
from itertools import combinations, product
from typing import TypeVar

from portal.core.matching import COMMON_IN_ADDRESSES, Record
from portal.core.name_matching import sound

MOST = 50  # people of one key; a key that more share tells nobody apart
CANDIDATES = 200  # for one person, those with the rarest keys first
SECRET = frozenset({"phone", "email", "identifier", "place"})  # digested before they are stored

Who = TypeVar("Who", bound=Hashable)


def keys(record: Record) -> set[str]:
    """The keys of a record, each with its kind before a colon. Those of ``SECRET`` kinds hold their value in clear."""
    return {*_name_keys(record), *_number_keys(record), *_place_keys(record)}


def nearest(members: Mapping[str, Collection[Who]], asked: Collection[Who]) -> dict[Who, list[Who]]:
    """For each of those asked about the others who share a key with them, the likeliest first, up to ``CANDIDATES``.

    ``members`` are all who have a key; each key counts by how few they are.
    """
    weight: dict[Who, dict[Who, float]] = {mine: defaultdict(float) for mine in asked}
    for ids in members.values():
        if len(ids) <= MOST:
            for mine in weight.keys() & set(ids):
                for other in ids:
                    weight[mine][other] += 1 / len(ids)
    return {
        mine: sorted(others.keys() - {mine}, key=lambda other, others=others: (-others[other], other))[:CANDIDATES]
        for mine, others in weight.items()
    }


def _name_keys(record: Record) -> Iterator[str]:
    """By ear and in any order: each two words together, each with year and with date of birth, and each alone."""
    sounds = sorted({sound(word) for word in record.names[:4] if len(word) > 1})
    for one, other in combinations(sounds, 2):
        yield f"names:{one}:{other}"
    year, date = record.dob.year if record.dob else record.birth_year, _date(record)
    for name in sounds:
        yield f"name:{name}"
        if year is not None:
            yield f"born:{name}:{year}"
        if date is not None:
            yield f"dated:{name}:{date}"
    if date is not None:
        yield f"date:{date}"


def _date(record: Record) -> str | None:
    """The date of birth, whichever of day and month was told first: the two are often confused."""
    if record.dob is None:
        return None
    first, second = sorted((record.dob.month, record.dob.day))
    return f"{record.dob.year}:{first}:{second}"


def _number_keys(record: Record) -> Iterator[str]:
    yield from (f"phone:{ending}" for ending in record.phone_endings)
    yield from (f"email:{email}" for email in record.emails)
    yield from (f"identifier:{number}" for _, number in record.identifiers)


def _place_keys(record: Record) -> Iterator[str]:
    numbers = [word for word in record.address if word.isdecimal()]
    words = [word[:6] for word in record.address if not word.isdecimal() and _tells(word)]
    for number, word in product(numbers[:3], words[:3]):
        yield f"place:{number}:{word}"


def _tells(word: str) -> bool:
    return len(word) > 3 and word not in COMMON_IN_ADDRESSES
