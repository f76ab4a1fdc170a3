"""Values as clients of this dialect send them, and what is the same in many requests."""

import datetime as dt
import re
from typing import Any

import marshmallow as ma
from flask import request

from portal.api.bodies import MISSING
from portal.api.dialect import Strict
from portal.core import reasons, timestamps
from portal.core.errors import InvalidInput

LONGEST_TEXT = 10_000
MOST_ON_A_PAGE = 200
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Moment(ma.fields.Field):
    """A moment of RFC 3339."""

    default_error_messages = {"invalid": "Not a timestamp of RFC 3339 with an offset."}

    def __init__(self, **options: Any) -> None:
        metadata = {"type": "string", "format": "date-time", **options.pop("metadata", {})}
        super().__init__(**options, metadata=metadata)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dt.datetime:
        try:
            return timestamps.parse(value)
        except (TypeError, ValueError) as error:
            raise self.make_error("invalid") from error

    def _serialize(self, value: dt.datetime | None, attr: str | None, obj: Any, **options: Any) -> str | None:
        return None if value is None else timestamps.text(value)


class MomentOrDay(Moment):
    """A moment of RFC 3339, or a day, which begins at midnight UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dt.datetime:
        if isinstance(value, str) and _DAY.fullmatch(value):
            value = f"{value}T00:00:00Z"
        return super()._deserialize(value, attr, data, **options)


class Day(ma.fields.Date):
    """A date as YYYY-MM-DD and nothing else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dt.date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="date")
        return super()._deserialize(value, attr, data, **options)


class Text(ma.fields.String):
    """A text without the space around it; one that is required is not blank."""

    def __init__(self, *, longest: int = LONGEST_TEXT, **options: Any) -> None:
        metadata = {"maxLength": longest, **options.pop("metadata", {})}
        super().__init__(**options, metadata=metadata)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options).strip()
        if not text and self.required:
            raise ma.ValidationError(MISSING)
        if len(text) > self.longest:
            raise ma.ValidationError(f"Longer than {self.longest} characters.")
        return text


def text(**options: Any) -> Text:
    """An optional text; null is as good as absent."""
    return Text(load_default=None, allow_none=True, **options)


def code(codes: dict[str, str] | None = None, **options: Any) -> Text:
    """A reason code. Whether it is on its list is for core to say; the document shows the list."""
    described = {"enum": list(codes)} if codes and options.get("required") else {}
    if codes and not described:
        described = {"description": f"One of {', '.join(codes)}."}
    options = options if options.get("required") else {"load_default": None, "allow_none": True, **options}
    return Text(longest=64, metadata=described, **options)


class NothingSchema(Strict):
    """A request that says nothing in its body."""


class ReasonSchema(Strict):
    """Why: a code of the list, and words with OTHER."""

    reason_code = code(required=True)
    reason_text = text(metadata={"description": f"Required with {reasons.OTHER}."})


class PageSchema(ma.Schema):
    """Which page of a list."""

    page = ma.fields.Integer(load_default=1, strict=False, validate=ma.validate.Range(1, 1_000_000))
    page_size = ma.fields.Integer(load_default=50, validate=ma.validate.Range(1, MOST_ON_A_PAGE))


def offset(asked: dict[str, Any]) -> int:
    """Where the asked page begins."""
    return (asked["page"] - 1) * asked["page_size"]


def listed(items: list[Any], asked: dict[str, Any], total: int) -> dict[str, Any]:
    """The envelope of every list."""
    return {"items": items, "page": asked["page"], "page_size": asked["page_size"], "total": total}


def page_of(items: list[Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A page of a list that is short enough to be read as a whole."""
    begins = offset(asked)
    return listed(items[begins : begins + asked["page_size"]], asked, len(items))


def list_schema(of: type[ma.Schema]) -> type[ma.Schema]:
    """The envelope around items of one shape."""
    whole = {name: ma.fields.Integer(required=True) for name in ("page", "page_size", "total")}
    members = {"items": ma.fields.List(ma.fields.Nested(of), required=True), **whole}
    return type(f"{of.__name__.removesuffix('Schema')}ListSchema", (ma.Schema,), members)


def version() -> int | None:
    """The version that the caller has seen, from ``If-Match``; None where any will do. Raises InvalidInput."""
    given = request.headers.get("If-Match", "").strip()
    if given in ("", "*"):
        return None
    digits = given.removeprefix("W/").strip('"')
    if not re.fullmatch(r"[0-9]{1,9}", digits):
        raise InvalidInput("If-Match carries a version_id.", target="If-Match")
    return int(digits)
