"""What the buttons inside the form do to it: pure changes of its fields, so that with and without script are one.

The fields are what a request or a draft carries: each name with its values, in order.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from portal.web.intake.forms import MOST_PEOPLE, TICKS

Fields = dict[str, list[str]]

_NOT_KEPT = frozenset({"csrf_token", "do"})
GUIDED = "guided"  # in a draft that was last written in the guided form: at which question
SHOWN = "alike-"  # before a block's name: who stands in the list beside it, of whom nothing is told
KEY = re.compile(r"[0-9a-f]{16}")
_NUMBER = re.compile(r"[+\d\s().-]{5,}")
_BLOCK = re.compile(r"(reporter|clients-\d+|perpetrators-\d+)")


@dataclass(frozen=True)
class Step:
    """What a button asked for. ``part`` is the part of the page it concerns; ``focus`` the block to go on in."""

    action: str
    part: str = "reporter"
    block: str = ""
    focus: str = ""
    full: bool = False  # the list takes no more people


def fields_of(form: MultiDict) -> Fields:
    """The fields of a request, without what belongs to the sending alone."""
    return {name: values for name, values in form.lists() if name not in _NOT_KEPT and not name.startswith(SHOWN)}


def fresh(key: str, *, keeps: bool) -> Fields:
    """The fields of a form in which nothing was said yet; ``keeps`` is whether the worker takes the case themselves."""
    return {"draft": [key], **({"keep": ["y"]} if keeps else {})}


def put(fields: Fields, told: MultiDict, names: Iterable[str]) -> None:
    """Put what a page with some of the fields says into all of them. A tick that is not sent was taken away."""
    for name in names:
        if name in told:
            fields[name] = told.getlist(name)
        elif name in TICKS:
            fields.pop(name, None)


def name_from_search(fields: Fields) -> None:
    """Nobody was found: what was searched for is the phone or the name of the new person, where none stands there."""
    typed = "".join(fields.get("q", ())).strip()
    name = "reporter-phone" if _NUMBER.fullmatch(typed) else "reporter-full_name"
    if typed and not "".join(fields.get(name, ())).strip():
        fields[name] = [typed]


def take(fields: Fields, button: str) -> Step:
    """Do what *button* says to the fields; an unknown button changes nothing and the form comes back as it is."""
    action, _, rest = button.partition(":")
    block, _, value = rest.partition(":")
    if action == "add" and rest in ("clients", "perpetrators"):
        return _add(fields, rest)
    if not _BLOCK.fullmatch(block):
        return Step("find" if action == "find" else "keep", block="reporter" if action == "find" else "")
    part = block.partition("-")[0]
    if action == "remove" and part != "reporter":
        _forget(fields, block)
        return Step("remove", part)
    if action == "choose" and value.isdecimal():
        fields[f"{block}-person_id"] = [value]
        fields.pop("q", None)
        return Step("choose", part, block, focus=block)
    if action == "forget":
        fields[f"{block}-person_id"] = [""]
        return Step("forget", part, block, focus=block)
    return Step("find", part, block, focus=block)


def indexes(fields: Iterable[str], part: str) -> list[int]:
    """The numbers of the blocks of a list, in the order in which they were added."""
    found = (re.match(rf"{part}-(\d+)-", name) for name in fields)
    return sorted({int(match[1]) for match in found if match})


def title_of(fields: Fields) -> str:
    """How a draft is called in the list of drafts: by a name in it, else by how its story begins."""
    names = ["reporter-full_name", *(f"clients-{index}-full_name" for index in indexes(fields, "clients")), "narrative"]
    texts = (" ".join("".join(fields.get(name, ())).split()) for name in names)
    return next((text[:80] for text in texts if text), "")


def _add(fields: Fields, part: str) -> Step:
    there = indexes(fields, part)
    if len(there) >= MOST_PEOPLE:
        return Step("add", part, full=True)
    block = f"{part}-{there[-1] + 1 if there else 0}"
    fields[f"{block}-full_name"] = [""]
    return Step("add", part, block, focus=block)


def _forget(fields: Fields, block: str) -> None:
    """Take a block out; those after it move up, as the form numbers them without gaps."""
    part = block.partition("-")[0]
    kept = [index for index in indexes(fields, part) if f"{part}-{index}" != block]
    moved = {index: place for place, index in enumerate(kept)}
    for name in [name for name in fields if re.match(rf"{part}-\d+-", name)]:
        values = fields.pop(name)
        _, index, field = name.split("-", 2)
        if int(index) in moved:
            fields[f"{part}-{moved[int(index)]}-{field}"] = values
