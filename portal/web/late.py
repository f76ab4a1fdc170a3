"""A form that arrives after its session is over: nothing in it is done, and no word in it is lost.

Where the session ran out by itself, and the form is one that keeps drafts, its text becomes the draft of the one whose
session it was, and is in the form again once they have signed in. The key in the signed cookie says whose it was, and
the token in the form that it came from a page of that session. What arrives otherwise (a session that somebody ended
has no power any more; a form whose token is another session's; a form without drafts) is kept nowhere: the answer
shows it, for its sender to copy, and only where the browser says that it was sent from a page of ours.
"""

import re
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, make_response, render_template, request

from portal.core.actors import Actor
from portal.core.errors import DomainError
from portal.web import labels

View = Callable[..., Any]
Keeper = Callable[..., str]

_NOT_TYPED = frozenset("csrf_token do draft next to version".split())
# Where passwords and codes are typed: they are shown to nobody.
_SECRET = frozenset("account auth openid_door passkey_door passkeys reset second_factor".split())


def kept_by(keeper: Keeper) -> Callable[[View], View]:
    """Mark a view whose form keeps drafts. *keeper* takes the actor and what the view takes; it keeps what was sent
    and returns the address of the page where it is shown again."""

    def mark(view: View) -> View:
        view.keeper = keeper
        return view

    return mark


def keep(actor: Actor) -> str | None:
    """Keep what was sent as the actor's draft; None where that is not done or not possible. Returns where it is."""
    keeper = getattr(current_app.view_functions[request.endpoint], "keeper", None)
    if keeper is None or request.method != "POST":
        return None
    try:
        return keeper(actor, **request.view_args)
    except DomainError:
        return None


def typed() -> list[tuple[str, str]]:
    """What somebody typed into the form that was sent, with what its fields are called; nothing where it was sent
    from elsewhere, or where it may be secret."""
    if request.method != "POST" or request.blueprint in _SECRET or not _is_ours():
        return []
    fields = [(name, value.strip()) for name, value in request.form.items(multi=True) if name not in _NOT_TYPED]
    package = current_app.view_functions[request.endpoint].__module__.rpartition(".")[0]
    called = labels.of_sent([*request.form], package)
    return [(called.get(name) or re.sub("[-_]", " ", name), value) for name, value in fields if value]


def shown_back(fields: list[tuple[str, str]], page: str, *, status: int) -> Response:
    """What was typed, to be copied, with a link to where it can be sent: the sign-in page, or the form anew."""
    text = fields[0][1] if len(fields) == 1 else "\n".join(f"{name}: {value}" for name, value in fields)
    return make_response(render_template("auth/not_sent.html", text=text, page=page, signed_out=status == 401), status)


def _is_ours() -> bool:
    """Whether the browser says that a page of ours sent this. Another site's form must put no words on our pages."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Origin") == request.host_url.rstrip("/")
