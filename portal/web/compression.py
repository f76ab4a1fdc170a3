"""Answers travel compressed: static files always, pages when the portal itself or the person at it asked for them.

What another site makes a browser ask for is sent as it is: whoever can put guesses into a page and watch how long it is
would otherwise read what stands beside them (BREACH). Browsers say who asked in ``Sec-Fetch-Site``, on HTTPS and on the
machine itself; without that word a page is not compressed. Files of cases and the dialects' answers are left alone.
"""

from flask import Flask, Response, request

from portal.extensions import compress

_ASKED_BY_US = ("same-origin", "none")


def register(app: Flask) -> None:
    """Compress what may be; registered before everything else, so that it is the last to touch an answer."""
    app.config.from_mapping(
        COMPRESS_REGISTER=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_ALGORITHM_STREAMING=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
    )
    compress.init_app(app)
    app.after_request(_shorten)


def _shorten(response: Response) -> Response:
    if not _may_be_short(response):
        return response
    if response.is_streamed:  # a static file: read at once, so that its length is known and it is closed
        response.direct_passthrough = False
        response.make_sequence()
    return compress.after_request(response)


def _may_be_short(response: Response) -> bool:
    if "Range" in request.headers or "Content-Disposition" in response.headers and request.endpoint != "static":
        return False
    ours = request.path.startswith("/app") and request.headers.get("Sec-Fetch-Site") in _ASKED_BY_US
    return request.endpoint == "static" or ours and not response.is_streamed
