"""Kinds of fields of contracts 001 and 002, in which everything is text and numbers are taken for it."""

import re
from typing import Any

import marshmallow as ma

from portal.api.bodies import MISSING
from portal.api.dialect import OR
from portal.core import clock

_AT_MOST = 50
_DAY = 24 * 3600
_FIRST_OF_1900 = -2_208_988_800 - _DAY  # wherever it was midnight first


class Told(ma.fields.String):
    """A text or a number, as told; null is the empty text. What it means is not asked here."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("allow_none", True)
        options["metadata"] = {"type": ["string", "number", "boolean"], **options.get("metadata", {})}
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float):
            return str(value)
        return super()._deserialize(value, attr, data, **options)


class Mandatory(Told):
    """A text that must be there and not be blank; "---" counts, as the contracts' examples show."""

    def __init__(self, **options: Any) -> None:
        messages = {"null": MISSING}
        super().__init__(required=True, allow_none=False, validate=_not_blank, error_messages=messages, **options)
        self.metadata["type"] = ["string", "number", "boolean"]
        self.metadata["minLength"] = 1


class Moment(Told):
    """Seconds of the Unix epoch, with a fraction or without. Blank is none; anything else is an invalid timestamp."""

    pattern = re.compile(r"-?\d{1,11}(\.\d{1,6})?")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options).strip()
        if text and not (self.pattern.fullmatch(text) and self.is_possible(float(text))):
            raise ma.ValidationError(f"Invalid timestamp: {attr}")
        return text

    def is_possible(self, seconds: float) -> bool:
        """Whether this can be meant."""
        return True


class Arrival(Moment):
    """``src_ts``: when the report was taken; not more than a day ahead of us."""

    pattern = re.compile(r"\d{9,11}(\.\d{1,6})?")

    def is_possible(self, seconds: float) -> bool:
        """Not in the future, but for clocks that are wrong by hours."""
        return seconds <= clock.now().timestamp() + _DAY


class Birth(Moment):
    """``dob``: local midnight of a date of birth, not before 1900 and not in the future."""

    def is_possible(self, seconds: float) -> bool:
        """A day on which somebody living can have been born."""
        return _FIRST_OF_1900 <= seconds <= clock.now().timestamp()


class Some(ma.fields.List):
    """A list of at most fifty; null is none."""

    def __init__(self, inner: ma.fields.Field, **options: Any) -> None:
        options.setdefault("load_default", list)
        super().__init__(inner, allow_none=True, validate=ma.validate.Length(max=_AT_MOST), **options)


class PersonOrName(ma.fields.Nested):
    """A person; a bare word in the list is a name and nothing else."""

    def __init__(self, nested: Any, **options: Any) -> None:
        super().__init__(nested, metadata={OR: {"type": "string", "description": "A name."}}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        told = {"fname": value} if isinstance(value, str) else value
        return super()._deserialize(told, attr, data, **options)


def _not_blank(text: str) -> None:
    if not text.strip():
        raise ma.ValidationError(MISSING)
