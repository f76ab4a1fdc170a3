"""Showing where the words that were looked for stand: the text in pieces, some of them marked."""

import re
import unicodedata
from collections.abc import Iterable

AROUND = 70  # characters of context on each side of an excerpt


def marked(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the words; accents and case do not matter."""
    bare, places = _bare(text)
    pattern = "|".join(re.escape(_bare(word)[0]) for word in sorted(words, key=len, reverse=True) if _bare(word)[0])
    if not pattern:
        return [(text, False)] if text else []
    pieces, at = [], 0
    for found in re.finditer(pattern, bare):
        start, end = places[found.start()], places[found.end()]
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]


def excerpt(texts: Iterable[str], words: list[str]) -> list[tuple[str, bool]]:
    """A stretch around the first word in the first of the texts that holds one; nothing where none does."""
    for text in texts:
        flat = " ".join(text.split())
        pieces = marked(flat, words)
        if any(hit for _, hit in pieces):
            before = len(pieces[0][0]) if not pieces[0][1] else 0
            start, end = max(before - AROUND, 0), before + 2 * AROUND
            cut = ("… " if start else "") + flat[start:end] + (" …" if end < len(flat) else "")
            return marked(cut, words)
    return []


def _bare(text: str) -> tuple[str, list[int]]:
    """The text without accents and case, and for each of its characters (and its end) the place it came from."""
    bare, places = [], []
    for place, character in enumerate(text):
        for one in unicodedata.normalize("NFKD", character).casefold():
            if not unicodedata.combining(one):
                bare.append(one)
                places.append(place)
    return "".join(bare), [*places, len(text)]
