"""What is said of two records that may be one person, in words; nothing is decided here."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core.models import Person, PersonContact, PersonPair
from portal.core.side_by_side import Agreement, Side
from portal.core.vocabulary import AgeUnit, PairState, Verification
from portal.web.cases.words import person_name
from portal.web.formats import day
from portal.web.people.words import FACTS, VERIFICATION, masked

# How likely, by the points of the evidence together; a pair from one number on, and below the next.
BANDS: dict[str, tuple[int | None, int | None, LazyString]] = {
    "very": (300, None, _l("Very likely one person")),
    "likely": (220, 300, _l("Likely one person")),
    "possible": (None, 220, _l("Possibly one person")),
}
STATES: dict[PairState, tuple[str, str, LazyString]] = {
    PairState.OPEN: ("warn", "alert", _l("Waits for an answer")),
    PairState.SAME: ("ok", "merge", _l("One person")),
    PairState.DIFFERENT: ("", "differ", _l("Two people")),
}
VIEWS = {
    PairState.OPEN: _l("Waiting"),
    PairState.DIFFERENT: _l("Two people"),
    PairState.SAME: _l("One person"),
}
FIELDS = {
    "name": _l("Name"),
    "date_of_birth": _l("Born or age"),
    "sex": _l("Sex"),
    "identifier": _l("Identity numbers"),
    "phone": _l("Phone"),
    "email": _l("E-mail"),
    "address": _l("Address"),
}
# How two fields agree: the verdict beside them, and what a list says of them.
AGREEMENTS: dict[str, dict[str, tuple[LazyString, LazyString]]] = {
    "name": {
        "same": (_l("Same"), _l("same name")),
        "other_order": (_l("Same words in another order"), _l("same name in another order")),
        "spelling": (_l("Spelt almost alike"), _l("name spelt almost alike")),
        "sound": (_l("Sounds alike"), _l("name sounds alike")),
        "similar": (_l("Similar"), _l("similar name")),
        "initial": (_l("Fits an initial"), _l("name fits an initial")),
        "part": (_l("Partly the same"), _l("part of the name")),
        "different": (_l("Different"), _l("name")),
    },
    "date_of_birth": {
        "same": (_l("Same"), _l("same date of birth")),
        "same_new_year": (_l("Same, the first of January"), _l("same date of birth, the first of January")),
        "day_and_month_swapped": (_l("Day and month swapped"), _l("date of birth with day and month swapped")),
        "one_digit": (_l("One digit apart"), _l("date of birth one digit apart")),
        "two_digits": (_l("Two digits apart"), _l("date of birth two digits apart")),
        "same_year": (_l("Same year"), _l("same year of birth")),
        "same_age": (_l("Same age"), _l("same age")),
        "close_age": (_l("Close in age"), _l("close in age")),
        "different_age": (_l("Different"), _l("age")),
        "different": (_l("Different"), _l("date of birth")),
    },
    "sex": {"same": (_l("Same"), _l("same sex")), "different": (_l("Different"), _l("sex"))},
    "identifier": {
        "same": (_l("Same number"), _l("same identity number")),
        "one_digit": (_l("One digit apart"), _l("identity number one digit apart")),
        "two_digits": (_l("Two digits apart"), _l("identity number two digits apart")),
        "different": (_l("Different"), _l("identity number")),
    },
    "phone": {
        "same": (_l("Same number"), _l("same phone number")),
        "same_ending": (_l("Same ending"), _l("phone number with the same ending")),
        "different": (_l("Different"), _l("phone number")),
    },
    "email": {"same": (_l("Same"), _l("same e-mail")), "different": (_l("Different"), _l("e-mail"))},
    "address": {
        "same": (_l("Same"), _l("same address")),
        "part": (_l("Partly the same"), _l("part of the address")),
        "different": (_l("Different"), _l("address")),
    },
}
KINDS = {
    "cases": _l("Cases that you see"),
    "contacts": _l("Contacts with the office"),
    "consents": _l("Consents"),
    "identifiers": _l("Identity numbers"),
    "ways_to_reach": _l("Ways to reach them"),
    "households": _l("Households"),
}
_STRONG, _SOME = 90, 20


@dataclass(frozen=True)
class Row:
    """One field of records side by side: what each says, and how they agree, with what that speaks for."""

    term: LazyString | str
    values: list[list[str]]
    mark: str
    verdict: str
    speaks: str = ""
    is_match: bool = False


def band(pair: PersonPair) -> str:
    """How likely the two are one person; where nothing was found of itself, that somebody asked."""
    if not pair.explanation:
        return _("Asked by hand")
    for least, below, words in BANDS.values():
        if (least is None or pair.score >= least) and (below is None or pair.score < below):
            return str(words)
    raise ValueError(f"no band for {pair.score}")


def agrees(pair: PersonPair) -> str:
    """What speaks for one person, the strongest first."""
    return agreeing(pair.explanation)


def agreeing(explanation: Mapping[str, Mapping]) -> str:
    """What speaks for one person in the explanation of a score, the strongest first."""
    found = sorted(explanation.items(), key=lambda one: -one[1]["points"])
    return ", ".join(_phrase(name, kept["agreement"]) for name, kept in found if kept["points"] > 0)


def differs(pair: PersonPair) -> str:
    """What speaks against it, the strongest first."""
    found = sorted(pair.explanation.items(), key=lambda one: one[1]["points"])
    return ", ".join(_phrase(name, kept["agreement"]) for name, kept in found if kept["points"] < 0)


def who(person: Person) -> str:
    """A person in a line: the name, and what tells them from others of that name."""
    told = _age(person)
    return _("%(name)s, %(age)s", name=person_name(person), age=told) if told else person_name(person)


def born(person: Person) -> str:
    """What is known of somebody's age."""
    return _age(person) or _("age not told")


def rows(sides: list[Side], labels: Mapping, agreements: Mapping[str, Agreement]) -> list[Row]:
    """What the records say, what tells people apart first; a field that none of them holds is left out."""
    told = {
        "name": [_names(side.person) for side in sides],
        "date_of_birth": [[age] if (age := _age(side.person)) else [] for side in sides],
        "sex": [_coded(side.person, "sex", labels) for side in sides],
        "identifier": [[_number(one) for one in side.person.identifiers] for side in sides],
        "phone": [[_way(one) for one in side.person.contacts if one.kind == "phone"] for side in sides],
        "email": [[_way(one) for one in side.person.contacts if one.kind == "email"] for side in sides],
        "address": [[_("Hidden")] * bool(side.person.address or side.person.landmark) for side in sides],
    }
    found = [_compared(name, values, agreements.get(name)) for name, values in told.items()]
    found += [_equal(FACTS[name], [_coded(side.person, name, labels) for side in sides]) for name in _FURTHER]
    return [*[row for row in found if any(row.values) or row.verdict], *_about(sides)]


_FURTHER = ("nationality", "language", "tribe", "location")


def _phrase(name: str, word: str) -> str:
    return str(AGREEMENTS.get(name, {}).get(word, (word, word))[1])


def _compared(name: str, values: list[list[str]], agreement: Agreement | None) -> Row:
    if agreement is None:
        return _blank(FIELDS[name], values)
    verdict = str(AGREEMENTS[name].get(agreement.word, (agreement.word, ""))[0])
    mark = "differ" if agreement.points < 0 else "equal" if agreement.word == "same" else "alike"
    return Row(FIELDS[name], values, mark, verdict, _speaks(agreement.points), agreement.points >= _SOME)


def _speaks(points: int) -> str:
    if points >= _STRONG:
        return _("speaks strongly for one person")
    if points >= _SOME:
        return _("speaks for one person")
    if points <= -_SOME:
        return _("speaks against it")
    return _("says little")


def _blank(term: LazyString, values: list[list[str]]) -> Row:
    """A field that cannot be compared; with more than two records, or where one of them does not hold it."""
    return Row(term, values, "minus", _("Not known of both") if any(values) and len(values) == 2 else "")


def _equal(term: LazyString, values: list[list[str]]) -> Row:
    if len(values) != 2 or not all(values):
        return _blank(term, values)
    same = values[0] == values[1]
    return Row(term, values, "equal" if same else "differ", _("Same") if same else _("Different"), _("says little"))


def _about(sides: list[Side]) -> list[Row]:
    """Where the records come from and what hangs on them; this is not compared."""
    return [
        Row(_l("Identity"), [[str(VERIFICATION[side.person.verification_status][2])] for side in sides], "minus", ""),
        Row(_l("Registered"), [_registered(side) for side in sides], "minus", ""),
        Row(_l("Cases that you see"), [[_cases(side.cases)] for side in sides], "minus", ""),
    ]


def _cases(number: int) -> str:
    return ngettext("%(num)s case", "%(num)s cases", number) if number else _("None")


def _registered(side: Side) -> list[str]:
    return [part for part in (day(side.person.created_at), side.registered_by, side.vertical) if part]


def _names(person: Person) -> list[str]:
    other = " ".join(part for part in (person.given_name, person.family_name) if part)
    names = [person_name(person), other, person.organisation_name or ""]
    return list(dict.fromkeys(name for name in names if name))


def _age(person: Person) -> str:
    if person.dob:
        return _("born %(day)s", day=day(person.dob))
    if person.age_value is not None:
        if person.age_unit is AgeUnit.MONTHS:
            return ngettext("%(num)s month", "%(num)s months", person.age_value)
        return ngettext("%(num)s year", "%(num)s years", person.age_value)
    return person.dob_raw or ""


def _coded(person: Person, name: str, labels: Mapping) -> list[str]:
    code = getattr(person, name)
    told = getattr(person, f"{name}_label", None) or labels.get((name, code), code)
    return [told] if told else []


def _number(identifier) -> str:
    checked = _("checked") if identifier.verified_at else _("claimed, not checked")
    return _("%(kind)s %(number)s, %(checked)s", kind=identifier.kind, number=masked(identifier.value), checked=checked)


def _way(contact: PersonContact) -> str:
    """The end of a number, and what to mind with it."""
    unsafe = [_("not safe to use")] if contact.safe == "no" else []
    return ", ".join([masked(contact.value), *unsafe, *([f"“{contact.wish}”"] if contact.wish else [])])


def is_verified(person: Person) -> bool:
    """Whether the person's identity was checked."""
    return person.verification_status is Verification.VERIFIED
