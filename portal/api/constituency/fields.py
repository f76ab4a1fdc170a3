"""Values as clients of this dialect send them: ids as numbers or digits, days, texts, free fields."""

import datetime as dt
import json
import math
import re
from typing import Any

import marshmallow as ma
from werkzeug.exceptions import RequestEntityTooLarge

from portal.api.bodies import MISSING, REQUIRED

LARGEST_ID = 2**63 - 1
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOST_FIELDS = 100
LARGEST_FIELDS = 32 * 1024
DEEPEST_FIELDS = 20


class _Value(ma.fields.Field):
    """A value of which null is as good as absent, where it is required."""

    def __init__(self, **options: Any) -> None:
        if options.get("required"):
            options["error_messages"] = {"null": REQUIRED, **options.get("error_messages", {})}
        super().__init__(**options)


class Id(_Value, ma.fields.Integer):
    """A number, or the same number as a string of digits. Neither true nor 1.0 nor "1 " is one."""

    default_error_messages = {"invalid": "Not a number of a record."}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        shape = {"type": ["integer", "string"], "minimum": 1, "maximum": LARGEST_ID, "pattern": r"^\d{1,19}$"}
        self.metadata = {**shape, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if isinstance(value, str) and re.fullmatch(r"\d{1,19}", value, re.ASCII):
            value = int(value)
        if type(value) is not int or not 0 < value <= LARGEST_ID:
            raise self.make_error("invalid")
        return value


class Text(_Value, ma.fields.String):
    """A text; one that is required is not blank. It is kept without the space around it, but measured as it came."""

    def __init__(self, *, longest: int, blank: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.longest, self.blank = longest, blank
        self.metadata.setdefault("maxLength", longest)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        came = super()._deserialize(value, attr, data, **options)
        text = came.strip()
        if not text and self.required:
            raise ma.ValidationError(MISSING)
        if len(came) > self.longest or not (text or self.blank):
            raise self.make_error("invalid")
        return text


class Day(_Value):
    """A real date as YYYY-MM-DD and nothing else. An empty one is none, where there may be none."""

    default_error_messages = {"invalid": "Not a date as YYYY-MM-DD."}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_none": not options.get("required"), **options})
        told = r"^(\d{4}-\d{2}-\d{2})?$" if self.allow_none else r"^\d{4}-\d{2}-\d{2}$"
        self.metadata = {"type": "string", "pattern": told, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dt.date | None:
        if value == "" and self.allow_none:
            return None
        if value == "" and self.required:
            raise ma.ValidationError(MISSING)
        if not isinstance(value, str) or not DAY.fullmatch(value):
            raise self.make_error("invalid")
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid") from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        return value


class CustomFields(ma.fields.Dict):
    """Free fields: stored and given back, never interpreted. At most a hundred, 32 KiB together."""

    default_error_messages = {"invalid": "Not an object of free fields."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > MOST_FIELDS or not _is_storable(value, DEEPEST_FIELDS):
            raise self.make_error("invalid")
        if len(json.dumps(value, ensure_ascii=False).encode()) > LARGEST_FIELDS:
            raise RequestEntityTooLarge
        return value


def _is_storable(value: Any, depth: int) -> bool:
    """Whether both engines give the value back as it is: not too deep, and no number that overflows."""
    if depth == 0:
        return False
    if isinstance(value, dict):
        return all(_is_storable(item, depth - 1) for item in value.values())
    if isinstance(value, list):
        return all(_is_storable(item, depth - 1) for item in value)
    return not isinstance(value, float) or math.isfinite(value)


class Ids(ma.fields.List):
    """Ids to choose by; one may come without its list, and an empty list chooses all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Id(), **{"load_default": list, "allow_none": True, **options})
        self.metadata = {"type": ["array", "integer", "string"], "pattern": r"^\d{0,19}$", **self.metadata}

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        """Read null as none."""
        return super().deserialize("" if value is None else value, attr, data, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> list[int]:
        if value == "":
            return []
        return super()._deserialize(value if isinstance(value, list) else [value], attr, data, **options)


class Whole(ma.fields.Integer):
    """A whole number from one on, or the same as digits in a string."""

    default_error_messages = {"invalid": "Not a whole number in this range."}

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most
        self.metadata.update({"type": ["integer", "string"], "minimum": 1, "maximum": most, "pattern": r"^\d{1,9}$"})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value, re.ASCII):
            value = int(value)
        if type(value) is not int or not 1 <= value <= self.most:
            raise self.make_error("invalid")
        return value


class Secret(_Value, ma.fields.String):
    """A password, exactly as it was typed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if not text:
            raise ma.ValidationError(MISSING)
        if len(text) > 1024:
            raise self.make_error("invalid")
        return text
