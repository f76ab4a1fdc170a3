"""How likely two records are of one person: a score with its reasons, from plain values and nothing else.

After Fellegi and Sunter: each field that both records hold adds what its agreement is worth as evidence, the base-2
logarithm of how much more often it is seen between two records of one person than between two people. A rare name
agreeing is worth more than a common one. Points are tenths of a bit; a field that one record lacks says nothing.

Where the numbers come from: each weight is written as two shares, how often the field agrees so between two records
of one person, and how often between those of two people. The first are estimates of how people tell and hear things:
about four in five say the same again, one in twenty slips by a digit. The second follow from counting: a date of birth
is one of the 14 610 days of forty years, a third of all dates can be read the other way round, a date has about 27
neighbours by one slip; phones and homes are shared by families. How rare a name is, is counted in the office itself.
They are the same for every office and for the benchmark in ``bench/``, which prints beside each figure the best that
any other threshold would have given: they are not fitted to its answers.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from portal.core.name_matching import LEVELS, compare_names

# From here on two records are shown to a person: odds of 2**14 over chance. That is an even chance in an office that
# knows 16 000 people, each of whom was recorded once more.
THRESHOLD = 140


def _worth(of_one_person: float, of_two: float) -> int:
    return round(10 * math.log2(of_one_person / of_two))


_DAYS = 40 * 365.25
_DATE = {
    "same": _worth(0.83, 1 / _DAYS),
    "same_new_year": _worth(0.83, 0.1 / 40),  # the first of January is told of one in ten: the year alone is known
    "day_and_month_swapped": _worth(0.02, 0.36 / _DAYS),
    "one_digit": _worth(0.06, 27 / _DAYS),
    "two_digits": _worth(0.03, 1 / 35),
    "same_year": _worth(0.015, 1 / 40),
    "different": _worth(0.045, 0.94),
}
_AGE = {"same_age": _worth(0.62, 0.22), "close_age": _worth(0.30, 0.20), "different_age": _worth(0.08, 0.58)}
_SEX = {"same": _worth(0.95, 0.55), "different": _worth(0.05, 0.45)}
# One number is one person's: where two records claim it, nothing else keeps them from being shown.
_IDENTIFIER = {
    "same": 350,
    "one_digit": _worth(0.06, 1 / 35_000),
    "two_digits": _worth(0.02, 1 / 200),
    "different": _worth(0.045, 0.99),
}
_EMAIL = {"same": _worth(0.30, 1 / 7000), "different": _worth(0.70, 1)}
_PHONE = {"same": _worth(0.45, 1 / 400), "same_ending": _worth(0.10, 1 / 640), "different": _worth(0.45, 1)}
_ADDRESS_MOST, _ADDRESS_NOTHING = 160, _worth(0.12, 0.97)
_MISSPELT = -_worth(0.10, 1)  # what a word of an address loses by a slip

# What belongs to one person alone. Where nothing of it agrees, phone and address together count for no more than this.
_OWN = {
    "name": {"same", "other_order", "spelling", "sound", "similar"},
    "date_of_birth": {"same", "same_new_year", "day_and_month_swapped", "one_digit"},
    "identifier": {"same", "one_digit"},
}
_HOUSEHOLD_MOST = 60

# Every word by which a field may agree, for those who put them into a language.
AGREEMENTS = {
    "name": (*LEVELS, "other_order", "part", "different"),
    "date_of_birth": (*_DATE, *_AGE),
    "sex": tuple(_SEX),
    "identifier": tuple(_IDENTIFIER),
    "email": tuple(_EMAIL),
    "phone": tuple(_PHONE),
    "address": ("same", "part", "different"),
}

# Words of very many addresses, which tell none apart.
COMMON_IN_ADDRESSES = frozenset(
    "street road avenue place court crescent close circuit drive lane way terrace parade highway square estate village "
    "park centre center house flat apartment unit block floor room plot box hill hills heights garden gardens north "
    "south east west upper lower near behind opposite town city county ward district location the of and st po".split()
)


@dataclass(frozen=True)
class Record:
    """What is known of a person, as far as it tells people apart. Names are folded words in any order."""

    names: tuple[str, ...] = ()
    dob: dt.date | None = None
    birth_year: int | None = None  # by the age that was told, where no date of birth is known
    sex: str | None = None
    phones: frozenset[str] = frozenset()  # normal numbers, or digests of them
    phone_endings: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    identifiers: frozenset[tuple[str, str]] = frozenset()  # kind, and the number without spaces
    address: tuple[str, ...] = ()  # folded words and numbers of everything that says where


@dataclass(frozen=True)
class Agreement:
    """How one field of two records agrees, in a word, and what that is worth."""

    word: str
    points: int


@dataclass(frozen=True)
class Score:
    """All agreements of two records; ``points`` is their sum."""

    fields: Mapping[str, Agreement]

    @property
    def points(self) -> int:
        """The evidence for one person, against two."""
        return sum(agreement.points for agreement in self.fields.values())

    @property
    def is_likely(self) -> bool:
        """Whether a person should look at the two records."""
        return self.points >= THRESHOLD


def score(one: Record, other: Record, frequency: Mapping[str, float]) -> Score:
    """How two records agree, whichever comes first. ``frequency`` is the share of people who have a name word."""
    found = {
        "name": compare_names(one.names, other.names, frequency),
        "date_of_birth": _dates(one, other),
        "sex": _equal(_SEX, one.sex, other.sex),
        "identifier": _identifiers(one.identifiers, other.identifiers),
        "email": _shared(_EMAIL, one.emails, other.emails),
        "phone": _phones(one, other),
        "address": _addresses(one.address, other.address),
    }
    fields = {name: Agreement(*agreement) for name, agreement in found.items() if agreement is not None}
    if not any(name in fields and fields[name].word in words for name, words in _OWN.items()):
        _limit_household(fields)
    return Score(fields)


def _limit_household(fields: dict[str, Agreement]) -> None:
    """Let phone and address count for little: mother and child share both, and the family name besides."""
    left = _HOUSEHOLD_MOST
    for name in ("phone", "address"):
        if name in fields and fields[name].points > 0:
            word, points = fields[name].word, min(fields[name].points, left)
            fields[name], left = Agreement(word, points), left - points


def _dates(one: Record, other: Record) -> tuple[str, int] | None:
    if one.dob is not None and other.dob is not None:
        word = _date_agreement(one.dob, other.dob)
        return word, _DATE[word]
    years = [record.dob.year if record.dob else record.birth_year for record in (one, other)]
    if None in years:
        return None
    apart = abs(years[0] - years[1])
    word = "same_age" if apart <= 1 else "close_age" if apart <= 4 else "different_age"
    return word, _AGE[word]


@lru_cache(maxsize=65536)
def _date_agreement(one: dt.date, other: dt.date) -> str:
    if one == other:
        return "same_new_year" if (one.month, one.day) == (1, 1) else "same"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return "day_and_month_swapped"
    apart = DamerauLevenshtein.distance(f"{one:%Y%m%d}", f"{other:%Y%m%d}")
    if apart <= 2:
        return "one_digit" if apart == 1 else "two_digits"
    return "same_year" if one.year == other.year else "different"


def _equal(worth: Mapping[str, int], one: str | None, other: str | None) -> tuple[str, int] | None:
    if not one or not other:
        return None
    word = "same" if one == other else "different"
    return word, worth[word]


def _shared(worth: Mapping[str, int], one: frozenset[str], other: frozenset[str]) -> tuple[str, int] | None:
    if not one or not other:
        return None
    word = "different" if one.isdisjoint(other) else "same"
    return word, worth[word]


def _phones(one: Record, other: Record) -> tuple[str, int] | None:
    found = _shared(_PHONE, one.phones, other.phones)
    if (found is None or found[0] == "different") and not one.phone_endings.isdisjoint(other.phone_endings):
        return "same_ending", _PHONE["same_ending"]
    return found


def _identifiers(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> tuple[str, int] | None:
    """The best agreement of numbers; those of two kinds say something only when they are equal."""
    if not {number for _, number in one}.isdisjoint(number for _, number in other):
        return "same", _IDENTIFIER["same"]
    words = {
        _number_agreement(mine, theirs) for kind, mine in one for their_kind, theirs in other if kind == their_kind
    }
    word = next((word for word in _IDENTIFIER if word in words), None)
    return None if word is None else (word, _IDENTIFIER[word])


@lru_cache(maxsize=65536)
def _number_agreement(one: str, other: str) -> str:
    apart = DamerauLevenshtein.distance(one, other, score_cutoff=2)
    if min(len(one), len(other)) < 6 or apart > 2:
        return "different"
    return "one_digit" if apart == 1 else "two_digits"


def _addresses(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, int] | None:
    """What the words and numbers of two addresses share; who lives together shares them all, so this has a limit."""
    one, other = sorted((sorted(one), sorted(other)))  # whichever came first
    if not one:
        return None
    shared = Counter(one) & Counter(other)
    points = sum(_word_worth(word) * times for word, times in shared.items())
    left = list((Counter(other) - shared).elements())
    for word in (Counter(one) - shared).elements():
        near = next((their for their in left if len(word) >= 5 and _near(word, their)), None)
        if near is not None:
            left.remove(near)
            points += min(_word_worth(word), _word_worth(near)) - _MISSPELT
    if points < 20:
        return "different", _ADDRESS_NOTHING
    return ("same" if one == other else "part"), min(points, _ADDRESS_MOST)


@lru_cache(maxsize=65536)
def _near(one: str, other: str) -> bool:
    return DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1


def _word_worth(word: str) -> int:
    if word in COMMON_IN_ADDRESSES:
        return 5
    if word.isdecimal():
        return 20 * min(len(word), 4)
    return 10 if len(word) <= 3 else 50
