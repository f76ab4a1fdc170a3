"""The contestant: the portal's own keys, scores and threshold, by the very functions that a person is written with."""

import datetime as dt
from collections import Counter, defaultdict

from bench.febrl import FebrlSet, Pair
from portal.core import blocking
from portal.core.matching import Record, score
from portal.core.name_matching import share
from portal.core.people import fold

_WHERE = ("street_number", "address_1", "address_2", "suburb", "postcode", "state")


def points(febrl: FebrlSet) -> dict[Pair, float]:
    """Every pair that shares a key, with its points."""
    records = {row.Index: _record(row) for _, row in febrl.rows()}
    file_of = {row.Index: place for place, row in febrl.rows()}
    members = defaultdict(list)
    for name, record in records.items():
        for key in blocking.keys(record):
            members[key].append(name)
    words = Counter(word for record in records.values() for word in set(record.names))
    frequency = {word: share(number, len(records)) for word, number in words.items()}
    pairs = {
        frozenset((name, other))
        for name, others in blocking.nearest(members, records).items()
        for other in others
        if len(febrl.files) == 1 or file_of[name] != file_of[other]
    }
    return {pair: score(*(records[name] for name in pair), frequency).points for pair in pairs}


def _record(row) -> Record:
    """A row as the portal knows people: what is missing is not a float here, and no date is not a date."""
    return Record(
        names=tuple(_words(row, "given_name", "surname")),
        dob=_date(row.date_of_birth),
        identifiers=frozenset({("social_security", row.soc_sec_id)}),
        address=tuple(_words(row, *_WHERE)),
    )


def _words(row, *columns: str) -> list[str]:
    told = (getattr(row, column) for column in columns)
    return fold(" ".join(text for text in told if isinstance(text, str))).split()


def _date(text) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except (TypeError, ValueError):
        return None
