"""How far two names agree: words in any order, misspelt, spelt by ear, shortened to an initial, or written apart."""

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache

import jellyfish
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

# A word that nobody counted is taken to be had by one person in 256; no word counts for less or more than these.
_UNCOUNTED = 1 / 256
_COMMONEST, _RAREST = 1 / 16, 1 / 2048

# How often a word of one person's name is told so again; what that takes from the word's worth, in points. The rest is
# told by an initial, by another name, or not at all.
_TOLD = {"same": 0.75, "spelling": 0.10, "sound": 0.06, "similar": 0.05}
_LOSS = {level: round(-10 * math.log2(times)) for level, times in _TOLD.items()}
_INITIAL, _UNLIKE, _ADDED = 10, -25, -4
# How far two words agree, the weakest first.
LEVELS = ("initial", "similar", "sound", "spelling", "same")
_MOST_WORDS = 6


# Until an office knows many people, a name is taken to be as rare as names are: these were counted beforehand.
_SUPPOSED_WITH_IT, _SUPPOSED = 4, 1024


def share(with_it: int, people: int) -> float:
    """Which share of people have a word in their name, by how many of those whom the office knows have it."""
    return (with_it + _SUPPOSED_WITH_IT) / (people + _SUPPOSED)


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """How a word sounds, by its consonants (Metaphone); the word itself where that says nothing, as with digits."""
    return jellyfish.metaphone(word).replace(" ", "") or word


def compare_names(
    one: tuple[str, ...], other: tuple[str, ...], frequency: Mapping[str, float]
) -> tuple[str, int] | None:
    """The agreement of two names in a word, and its points; None where one of them holds no word."""
    one, other = sorted((one[:_MOST_WORDS], other[:_MOST_WORDS]))  # whichever came first
    if not one:
        return None
    points, words = max(_matched(mine, theirs, frequency) for mine, theirs in _readings(one, other))
    if one == other:
        return "same", points
    if sorted(one) == sorted(other):
        return "other_order", points
    return words, points


def _readings(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Both names as written, and with two neighbouring words of the longer as one: "Elk i" is "Elki"."""
    yield one, other
    if len(one) != len(other):
        long, short = (one, other) if len(one) > len(other) else (other, one)
        for place in range(len(long) - 1):
            yield (*long[:place], long[place] + long[place + 1], *long[place + 2 :]), short


def _matched(one: tuple[str, ...], other: tuple[str, ...], frequency: Mapping[str, float]) -> tuple[int, str]:
    """Points and the weakest agreement of the best pairing of words; the same from either side."""
    pairs = []
    for i, mine in enumerate(one):
        for j, theirs in enumerate(other):
            level = agreement(mine, theirs)
            if level is not None:
                pairs.append((-_worth(level, mine, theirs, frequency), *sorted((mine, theirs)), i, j, level))
    pairs.sort()
    mine_left, theirs_left, total, levels = set(range(len(one))), set(range(len(other))), 0, set()
    for negative, _, _, i, j, level in pairs:
        if i in mine_left and j in theirs_left:
            mine_left.remove(i)
            theirs_left.remove(j)
            levels.add(level)
            total -= negative
    unlike = min(len(mine_left), len(theirs_left))
    total += unlike * _UNLIKE + abs(len(one) - len(other)) * _ADDED
    if not levels:
        return total, "different"
    return total, "part" if unlike else next(level for level in LEVELS if level in levels)


@lru_cache(maxsize=65536)
def agreement(one: str, other: str) -> str | None:
    """How two words of names agree: same, spelling, sound, similar, initial; None where they do not."""
    if one == other:
        return "same"
    shorter, longer = sorted((len(one), len(other)))
    if shorter == 1:
        return "initial" if one[0] == other[0] else None
    if shorter >= 3 and DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1:
        return "spelling"
    if longer >= 3 and sound(one) == sound(other) and one[0] == other[0]:
        return "sound"
    if shorter >= 4 and (
        JaroWinkler.similarity(one, other) >= 0.88
        or (longer >= 6 and DamerauLevenshtein.distance(one, other, score_cutoff=2) <= 2)
    ):
        return "similar"
    return None


def _worth(level: str, one: str, other: str, frequency: Mapping[str, float]) -> int:
    if level == "initial":
        return _INITIAL
    share = max(frequency.get(one, _UNCOUNTED), frequency.get(other, _UNCOUNTED))
    worth = round(-10 * math.log2(min(max(share, _RAREST), _COMMONEST)))
    return max(worth - _LOSS[level], 5)
