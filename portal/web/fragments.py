"""Page or fragment: the only file that knows htmx-flask, and what its answers need."""

from flask import Flask, Response, make_response, redirect, render_template, request


def register(app: Flask) -> None:
    """Mark what depends on HTMX for caches."""
    app.after_request(_vary)


def wants_htmx() -> bool:
    """Whether HTMX asks, in whatever way."""
    return bool(getattr(request, "htmx", False))


def wants_fragment() -> bool:
    """Whether a piece of the page is wanted: HTMX asks, and not for a whole page (boosted link, history)."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def is_background() -> bool:
    """Polls, presence and autosave, which are no sign of life of the person."""
    return request.headers.get("X-Background") == "1"


def render(page: str, fragment: str, status: int = 200, **context: object) -> Response:
    """The fragment to HTMX, the whole page to a plain browser; the page includes the same fragment file."""
    return make_response(render_template(fragment if wants_fragment() else page, **context), status)


def go_to(location: str) -> Response:
    """After a success: 303 for a plain browser, a full navigation for HTMX."""
    if wants_htmx():
        return make_response("", 200, {"HX-Redirect": location})
    return redirect(location, 303)


def _vary(response: Response) -> Response:
    if request.path.startswith("/app"):
        response.vary.add("HX-Request")
    return response
