"""A browser in which somebody has signed in before is known again, so that the guesses of strangers never keep its
owner out.

The cookie is signed and holds a random number of this browser, and for whom it is known as keyed digests. It opens
nothing: tries with it are counted apart from those of others, and no more of them are allowed.
"""

import secrets
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal import limits
from portal.core.keys import blind_index
from portal.core.models import User

COOKIE = "portal-device"
LASTS = 180 * 24 * 60 * 60  # seconds since the last signing in
_MOST = 20  # accounts of one browser; the one that signed in longest ago is forgotten first


def counted_as(email: str) -> tuple[str, ...]:
    """As whom a try to sign in counts: an account and this browser where it is known, else an account and an address.

    It is the same whether or not there is such an account.
    """
    told, who = _told(), index_of(email)
    where = f"device:{told['device']}" if who in told["known"] else f"address:{limits.address()}"
    return "sign-in", who, where


def tries_at_second_factor(user: User) -> tuple[str, ...]:
    """As whom tries at somebody's second factor count: of all strangers together, who learned the password, and apart
    from them of a browser in which its owner has signed in before."""
    known = counted_as(user.email)[-1:] if is_known(user.email) else ()
    return "second-factor", str(user.id), *known


def is_known(email: str) -> bool:
    """Whether that account has signed in in this browser."""
    return index_of(email) in _told()["known"]


def remember(answer: Response, email: str) -> None:
    """Let this browser be known for an account that has just signed in."""
    told, who = _told(), index_of(email)
    told["known"] = [who, *(each for each in told["known"] if each != who)][:_MOST]
    settings = current_app.extensions["settings"]
    answer.set_cookie(
        COOKIE,
        _serializer().dumps(told),
        max_age=LASTS,
        path="/app",
        secure=settings.is_secure,
        httponly=True,
        samesite="Lax",
    )


def index_of(email: str) -> str:
    """A keyed digest of an e-mail address, however it is written."""
    return blind_index("sign-in:" + email.strip().lower())[:32]


def _told() -> dict[str, Any]:
    try:
        return _serializer().loads(request.cookies.get(COOKIE, ""), max_age=LASTS)
    except BadSignature:
        return {"device": secrets.token_hex(8), "known": []}


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key, salt="known device")
