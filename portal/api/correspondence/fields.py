"""Values as senders of this dialect write them: moments, texts that say something, directions, true and false."""

import datetime as dt
from typing import Any

import marshmallow as ma
from werkzeug.exceptions import RequestEntityTooLarge

from portal.api.bodies import MISSING
from portal.api.correspondence.mapping import DIRECTIONS
from portal.core import timestamps
from portal.core.vocabulary import Direction

KIBIBYTE = 1024


class Moment(ma.fields.Field):
    """A timestamp of RFC 3339 with an offset; seconds may be missing."""

    default_error_messages = {"invalid": "Not a timestamp of RFC 3339 with an offset, such as 2024-01-15T10:00:00Z."}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata.setdefault("type", "string")
        self.metadata.setdefault("format", "date-time")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dt.datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        try:
            return timestamps.parse(value)
        except ValueError as error:
            raise self.make_error("invalid") from error


class Text(ma.fields.String):
    """A text of at most ``longest`` characters. A required one is not blank; another may be null, which clears it."""

    default_error_messages = {"too_long": "Longer than {longest} characters."}

    def __init__(self, *, longest: int, blank: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.longest, self.blank = longest, blank
        self.metadata.setdefault("maxLength", longest)
        if not blank:
            self.metadata.setdefault("pattern", r"\S")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str | None:
        text = super()._deserialize(value, attr, data, **options)
        if not text.strip() and not self.blank:
            raise ma.ValidationError(MISSING)
        if len(text) > self.longest:
            raise self.make_error("too_long", longest=self.longest)
        return text


class Optional(Text):
    """A text that may be missing, null or blank: then it is not there."""

    def __init__(self, *, longest: int, **options: Any) -> None:
        super().__init__(longest=longest, blank=True, **{"load_default": None, "allow_none": True, **options})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str | None:
        text = super()._deserialize(value, attr, data, **options)
        return text if text.strip() else None


class Lenient(Text):
    """A text that may be missing, null or blank: then it is empty. Mail systems leave names and addresses out."""

    def __init__(self, *, longest: int, **options: Any) -> None:
        super().__init__(longest=longest, blank=True, **{"load_default": "", "allow_none": True, **options})

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        """Read null as empty."""
        return super().deserialize(value, attr, data, **options) or ""


class Body(ma.fields.String):
    """A text as long as mail is: past 256 KiB the request is too large."""

    largest = 256 * KIBIBYTE

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if len(text) > self.largest or len(text.encode()) > self.largest:
            raise RequestEntityTooLarge("The text of a message is larger than 256 KiB.")
        return text


class Way(ma.fields.Field):
    """Inbound or Outbound, in any case of letters."""

    default_error_messages = {"invalid": "Neither Inbound nor Outbound."}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.metadata.setdefault("type", "string")
        self.metadata.setdefault("description", "Inbound or Outbound, in any case of letters.")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Direction:
        known = DIRECTIONS.get(value.strip().lower()) if isinstance(value, str) else None
        if known is None:
            raise self.make_error("invalid")
        return known


class Flag(ma.fields.Boolean):
    """True or false, and nothing that looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value
