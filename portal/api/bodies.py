"""Reading JSON bodies, and what marshmallow finds wrong in them, in one flat list."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request, g
from webargs import core
from webargs.flaskparser import FlaskParser, abort, is_json_request
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

# Characters that JSON can spell and no database can store: NUL and halves of surrogate pairs.
_SUSPICIOUS = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

DEEPEST = 64

REQUIRED = ma.fields.Field.default_error_messages["required"]
UNKNOWN = "Unknown field."
MISSING = "Missing data: it is blank."  # for a field that must not be blank; raise it from a validator


class NotJson(ValueError):
    """The body is no JSON, or more than we read."""


class BodyParser(FlaskParser):
    """JSON in UTF-8, strictly. Other content is 415; what does not fit the shape is 400. No body at all is ``{}``."""

    DEFAULT_VALIDATION_STATUS = 400

    def __init__(self, *, any_content_type: bool = False) -> None:
        super().__init__()
        self._any_content_type = any_content_type

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """The body, which ``g.api_body`` keeps for the digest of idempotency; None there means that none was sent."""
        g.api_body = None
        data = req.get_data(cache=True)
        if not data:
            return core.missing
        if not self._any_content_type and not is_json_request(req):
            raise UnsupportedMediaType("Send application/json.")
        try:
            g.api_body = read_json(data)
        except NotJson as error:
            abort(400, exc=error)
        return g.api_body

    def load_files(self, req: Request, schema: ma.Schema) -> Any:
        """The files of a multipart body."""
        if req.mimetype != "multipart/form-data":
            raise UnsupportedMediaType("Send multipart/form-data.")
        return super().load_files(req, schema)


def read_json(data: bytes) -> Any:
    """Parse a body. Raises NotJson for what is not JSON, not UTF-8, too deep, or a number without a value."""
    try:
        parsed = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error
    if data.count(b"[") + data.count(b"{") > DEEPEST and _depth(parsed) > DEEPEST:
        raise NotJson("nested too deeply")
    return _storable(parsed) if _SUSPICIOUS.search(data) else parsed


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        depth += 1
    return depth


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not JSON")


def _storable(value: Any) -> Any:
    """The same value, each character that cannot be stored (NUL, half a pair) replaced, so that it stays as long."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a request: where, in words, and whether it is ``missing``, ``unknown`` or ``invalid``."""

    path: str
    message: str
    kind: str


def problems(error: HTTPException) -> list[Problem]:
    """What a 400 of the parser complains about, in the order of the schema's fields; empty for any other failure."""
    if not isinstance(getattr(error, "exc", None), ma.ValidationError):
        return []
    by_location = (getattr(error, "data", None) or {}).get("messages") or {}
    return [
        Problem(path, text, _kind(text)) for messages in by_location.values() for path, text in _leaves(messages, ())
    ]


def is_not_json(error: HTTPException) -> bool:
    """Whether the body could not be read at all."""
    return isinstance(getattr(error, "exc", None), NotJson)


def _kind(text: str) -> str:
    if text in (REQUIRED, MISSING):
        return "missing"
    return "unknown" if text == UNKNOWN else "invalid"


def _leaves(messages: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _leaves(inner, path if key == "_schema" else (*path, str(key)))
    elif isinstance(messages, list):
        for message in messages:
            yield ".".join(path), str(message)
    else:
        yield ".".join(path), str(messages)
