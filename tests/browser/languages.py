"""Two languages that nobody speaks, made of the portal's own sentences: one long, one from right to left.

Every letter of a message becomes another one, so that a letter of English on a page was not translated; what is put
into a message, and markup, stays as it is. Real codes name them: their dates and plurals are those of real languages.
"""

import re
import subprocess
import sys
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LONG, LEFTWARD = "de", "ar"
ROOT = Path(__file__).resolve().parents[2]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ACCENTED = str.maketrans(_LETTERS + _LETTERS.upper(), "äƀçđéƒĝħîĵķłṁñöþɋřšŧůṽŵẋýžÄƁÇĐÉƑĜĦÎĴĶŁṀÑÖÞɊŘŠŦŮṼŴẊÝŽ")
_ARABIC = str.maketrans(_LETTERS + _LETTERS.upper(), "ابتثجحخدذرزسشصضطظعغفقكلمنه" * 2)
_WORD = re.compile(r"[a-zA-Z]{3,}")
_KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]*>|&\w+;)")


def spoken(message: str, language: str) -> str:
    """A message in one of the two languages; the words of the long one have two letters for each five more."""
    if language == LEFTWARD:
        return "".join(part if at % 2 else part.translate(_ARABIC) for at, part in enumerate(_KEPT.split(message)))
    parts = enumerate(_KEPT.split(message))
    return "".join(part if at % 2 else _WORD.sub(_lengthened, part).translate(_ACCENTED) for at, part in parts)


def _lengthened(word: re.Match) -> str:
    return word[0] + "o" * (2 * len(word[0]) // 5)


def write(folder: Path) -> None:
    """Extract every message as translators get them, and write both languages below *folder*."""
    template = folder / "messages.pot"
    command = "-m babel.messages.frontend --quiet extract -F babel.cfg -k lazy_gettext -k _l --output"
    subprocess.run([sys.executable, *command.split(), str(template), "."], cwd=ROOT, check=True)
    with template.open(encoding="utf-8") as file:
        messages = [message for message in read_po(file) if message.id]
    for language in (LONG, LEFTWARD):
        catalog = Catalog(locale=Locale.parse(language))
        for message in messages:
            one_or_many = message.id if message.pluralizable else (message.id,)
            said = [spoken(text, language) for text in one_or_many]
            forms = (said[0], *[said[-1]] * (catalog.num_plurals - 1)) if message.pluralizable else said[0]
            catalog.add(message.id, forms, context=message.context)
        written = folder / language / "LC_MESSAGES" / "messages.mo"
        written.parent.mkdir(parents=True)
        with written.open("wb") as file:
            write_mo(file, catalog)
