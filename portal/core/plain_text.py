"""From HTML to text that loses nothing but markup (contract 003: HTML in message text is stripped).

A sanitiser alone eats what people write: ``if a<b then call me`` ends at the sign, ``<amina@mail.org>`` vanishes, and
``Hi<br>there`` becomes one word. So what counts as markup is decided here, narrowly: a complete tag of a
known element, a closed comment, a declaration. Every other ``<`` is escaped first; nh3 then has the last word on what
is left and reads entities as a browser does. Tags are taken out before it, for a parser needs quadratic time for deep
nesting. The result is text, not safe HTML: it is escaped again wherever it is shown.
"""

import html
import re
from html.entities import html5

import nh3

_BREAKS = frozenset(
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main menu nav noframes "
    "ol optgroup option p plaintext pre search section select summary table tbody tfoot thead tr ul xmp".split()
)
_INLINE = frozenset(
    "a abbr acronym applet area audio b base basefont bdi bdo bgsound big blink button canvas cite code col colgroup "
    "data datalist del dfn em embed font frame i iframe img input ins kbd keygen label link map mark marquee math meta "
    "meter nobr noembed noscript object output param picture progress q rb rp rt rtc ruby s samp script slot small "
    "source span strike strong style sub sup svg td template textarea th time title track tt u var video wbr".split()
)
_WITH_CONTENT = frozenset(("script", "style", "title"))  # what stands in them is nobody's message
_KNOWN = _BREAKS | _INLINE
_WORDS_ALONE = frozenset(  # attributes that stand without a value
    "async autofocus autoplay checked compact controls declare default defer disabled formnovalidate hidden ismap loop "
    "multiple muted nohref noresize noshade novalidate nowrap open readonly required reversed selected".split()
)

# No part of a match crosses another "<", so the time is linear in the length of the text.
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*|(?:o|v|w|x|m|st1):[a-z0-9]+)"
    r"(?P<inside>(?=[\s/>])(?:(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+|[^<>]*+))>",
    re.IGNORECASE | re.ASCII,
)
_DECLARATION = re.compile(r"<(?:!doctype\b|!\[(?:end)?if|\?xml\b)[^<>]*>", re.IGNORECASE | re.ASCII)
_ATTRIBUTE = re.compile(r"[a-z][\w:-]*\s*=", re.ASCII)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|([A-Za-z][A-Za-z0-9]{1,31}));")

_PASSES = 4


def from_html(text: str) -> str:
    """The text without its markup: breaks and blocks become new lines, scripts and styles go, entities are read once.

    Text without markup stays as it is, but for the ends of its lines and its entities.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    bare = _without_markup(text)
    readable = _with_entities_read(bare)
    return _tidy(readable) if bare != text else readable


def _without_markup(text: str) -> str:
    """Markup within markup (``<scr<b>ipt>``) comes together when the inner part goes; so again, until none is left."""
    for _ in range(_PASSES):
        bare = _one_pass(text)
        if bare == text:
            return bare
        text = bare
    return text.replace("<", "")  # nobody writes like that by accident


def _one_pass(text: str) -> str:
    kept: list[str] = []
    at, unclosed = 0, set()
    while (start := text.find("<", at)) >= 0:
        kept.append(text[at:start])
        stand_in, at = _markup_at(text, start, unclosed) or ("<", start + 1)
        kept.append(stand_in)
    kept.append(text[at:])
    return "".join(kept)


def _markup_at(text: str, start: int, unclosed: set[str]) -> tuple[str, int] | None:
    """What stands in for the markup that begins here, and where it ends; None where there is none."""
    if text.startswith("<!--", start):
        end = _end_of("-->", text, start + 4, unclosed)
        return ("", end) if end else None
    declaration = _DECLARATION.match(text, start)
    if declaration:
        return "", declaration.end()
    tag = _TAG.match(text, start)
    if tag is None or not _is_markup(tag):
        return None
    name = tag["name"].lower()
    if name in _WITH_CONTENT and not tag["end"] and not tag["inside"].endswith("/"):
        return "", _end_of(f"</{name}[^<>]*>", text, tag.end(), unclosed) or tag.end()
    return _stand_in(name, closes=bool(tag["end"])), tag.end()


def _end_of(pattern: str, text: str, at: int, unclosed: set[str]) -> int | None:
    """Where the next match of *pattern* ends. What was once looked for in vain is not looked for again."""
    if pattern in unclosed:
        return None
    found = re.compile(pattern, re.IGNORECASE | re.ASCII).search(text, at)
    if found is None:
        unclosed.add(pattern)
        return None
    return found.end()


def _is_markup(tag: re.Match[str]) -> bool:
    """Whether a person cannot have meant this as text: ``<b and c>`` is one, ``<b>`` and ``<td nowrap>`` are not."""
    name, inside = tag["name"].lower(), tag["inside"].strip().strip("/").lower()
    if name not in _KNOWN and ":" not in name:
        return False
    return not inside or _ATTRIBUTE.search(inside) is not None or _WORDS_ALONE.issuperset(inside.split())


def _stand_in(name: str, *, closes: bool) -> str:
    if name in _BREAKS:
        return "\n"
    return "\t" if name in ("td", "th") and closes else ""


def _with_entities_read(text: str) -> str:
    """Entities become their characters, once; an ampersand that begins none is one (``?a=1&copy=2``)."""
    escaped: list[str] = []
    at = 0
    for found in _ENTITY.finditer(text):
        if found[1] is None or f"{found[1]};" in html5:
            escaped += (html.escape(text[at : found.start()], quote=False), found[0])
            at = found.end()
    escaped.append(html.escape(text[at:], quote=False))
    return html.unescape(nh3.clean("".join(escaped), tags=set())).replace("\xa0", " ")


def _tidy(text: str) -> str:
    lines = [re.sub(r"[ \t]*\t[ \t]*", "\t", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
