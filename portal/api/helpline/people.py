"""People of contracts 001 and 002: from flat text to what was told. What is doubtful is flagged, nothing is lost."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from portal.core.code_mapping import LONGEST, Code, Known
from portal.core.told import Doubt, PersonTold
from portal.core.vocabulary import AgeUnit

# Key of the contract → list of codes, and where it is kept.
CODED = {
    "age_group_id": ("age_group", "age_group"),
    "location_id": ("location", "location"),
    "sex_id": ("sex", "sex"),
    "nationality_id": ("nationality", "nationality"),
    "national_id_type_id": ("national_id_type", "national_id_type"),
    "lang_id": ("language", "language"),
    "tribe_id": ("tribe", "tribe"),
    "relationship_id": ("relationship", "relationship_code"),
    "shareshome_id": ("shares_home", "shares_home"),
    "health_id": ("health", "health"),
    "employment_id": ("employment", "employment"),
    "marital_id": ("marital", "marital"),
}
WORDS = {
    "fname": "full_name",
    "national_id": "national_id",
    "landmark": "landmark",
    "phone": "phone",
    "phone2": "phone2",
    "email": "email",
    "external_id": "external_id",
    "guardian_fullname": "guardian_name",
    "notes": "notes",
}
AGE_UNITS = {"0": AgeUnit.YEARS, "1": AgeUnit.MONTHS}
_OLDEST = {AgeUnit.YEARS: 130, AgeUnit.MONTHS: 1560}
_NOT_GIVEN = ("", "0", "-1")  # how clients leave a reference open


def given(told: Mapping[str, Any], key: str) -> str:
    """The text under a key, without blanks around it; empty where nothing was told."""
    return str(told.get(key) or "").strip()


def code_given(told: Mapping[str, Any], key: str) -> str:
    """A code under a key; empty where the client left it open."""
    raw = given(told, key)
    return "" if raw in _NOT_GIVEN else raw


def codes(told: Mapping[str, Any]) -> Iterator[Code]:
    """The codes that a person carries, with the lists they belong to."""
    for key, (list_name, _) in CODED.items():
        if raw := code_given(told, key):
            yield list_name, raw


def is_blank(told: Mapping[str, Any]) -> bool:
    """Whether nothing at all is said of this person: many clients send an empty form along."""
    return not any(given(told, key) for key in (*WORDS, "dob", "age")) and not any(codes(told))


class Reader:
    """Reads the people of one report: with the codes known here, in the zone of the sender, as of the report's time."""

    def __init__(self, known: Known, zone: dt.tzinfo, at: dt.datetime) -> None:
        self._known, self._zone, self._at = known, zone, at
        self.doubts: list[Doubt] = []

    def person(self, told: Mapping[str, Any], where: str) -> PersonTold:
        """What was told of one person; ``where`` is their place in the report, as ``clients_case.0``."""
        words = {kept: given(told, key) for key, kept in WORDS.items() if given(told, key)}
        coded = {
            kept: self.code(list_name, f"{where}.{key}", code_given(told, key))
            for key, (list_name, kept) in CODED.items()
        }
        dob = self._birth(given(told, "dob"))
        age, unit = self._age(told, where)
        if dob is not None and age is not None and not self._agree(dob, age, unit):
            self.doubt("age", f"{where}.age", given(told, "age"), "differs from the date of birth")
        return PersonTold(
            **words,
            **coded,
            dob=dob,
            dob_raw=given(told, "dob") or None,
            age_value=age,
            age_unit=unit if age is not None else None,
            age_group_label=given(told, "age_group") or None,
            sex_label=given(told, "sex").removeprefix("^") or None,  # a path separator of the sending system
        )

    def code(self, list_name: str, where: str, raw: str) -> str | None:
        """What a code means here; one that nobody knows is kept as it came, and flagged."""
        if not raw:
            return None
        meaning = self._known.meaning(list_name, raw)
        if meaning is None:
            self.doubt(list_name, where, raw)
        return meaning or raw[:LONGEST]

    def doubt(self, list_name: str, where: str, raw: str, note: str = "") -> None:
        """Flag a value for a caseworker."""
        self.doubts.append(Doubt(list_name, where, raw, note))

    def _birth(self, epoch: str) -> dt.date | None:
        """The local date: ``dob`` is midnight where the sender is, and a day early anywhere west of it."""
        return dt.datetime.fromtimestamp(float(epoch), self._zone).date() if epoch else None

    def _age(self, told: Mapping[str, Any], where: str) -> tuple[int | None, AgeUnit]:
        raw, kind = given(told, "age"), given(told, "age_t")
        unit = AGE_UNITS.get(kind or "0")
        if raw and unit is None:
            self.doubt("age_t", f"{where}.age_t", kind)
        if not raw:
            return None, AgeUnit.YEARS
        if not (raw.isascii() and raw.isdecimal() and int(raw[:6]) <= _OLDEST[unit or AgeUnit.YEARS]) or unit is None:
            if unit is not None:
                self.doubt("age", f"{where}.age", raw, "not an age")
            return None, AgeUnit.YEARS
        return int(raw), unit

    def _agree(self, dob: dt.date, age: int, unit: AgeUnit) -> bool:
        """Whether an age fits a date of birth, give or take one for a birthday about to come."""
        day = self._at.astimezone(self._zone).date()
        months = (day.year - dob.year) * 12 + day.month - dob.month - (day.day < dob.day)
        return abs((months if unit is AgeUnit.MONTHS else months // 12) - age) <= 1
