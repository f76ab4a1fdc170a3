"""How much of a form is read: as many fields and as many bytes as a page of ours sends, whoever sends it."""

import io
from typing import IO, Any

from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

LONGEST = 6 * 1024 * 1024  # bytes of a form without files: the longest draft there is, six for each sign of Arabic
_PLAIN = "application/x-www-form-urlencoded"


class _Fields(FormDataParser):
    """Counts the fields of a form without files before any is made: the library does so for forms with files alone."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        if mimetype == _PLAIN:
            data = stream.read(LONGEST + 1)
            most = self.max_form_parts
            if len(data) > LONGEST or (most is not None and data.count(b"&") >= most):
                raise RequestEntityTooLarge
            stream = io.BytesIO(data)
        return super().parse(stream, mimetype, content_length, options)


def register(app: Flask) -> None:
    """Let every form be read so, whatever kind of request the extensions, which were there before, have made of it."""
    app.request_class = type("Request", (app.request_class,), {"form_data_parser_class": _Fields})
