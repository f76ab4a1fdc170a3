"""From the header of a request to who acts. The browser's cookie opens nothing here."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import current_app, g, request

from portal.core import tokens
from portal.core.actors import ANONYMOUS, Actor
from portal.core.errors import Forbidden, NotAuthenticated
from portal.core.unit import record_refusal
from portal.extensions import db

if TYPE_CHECKING:
    from portal.api.dialect import Dialect

View = Callable[..., Any]


def authenticate(dialect: "Dialect") -> Actor:
    """The actor whose token the request carries. Raises NotAuthenticated or HolderInactive."""
    text = _token(dialect)
    if not text:
        raise NotAuthenticated("There is no token.", target="token")
    return tokens.resolve(db.session, text, dialect.name, correlation_id=g.get("correlation_id", ""))


def current_actor() -> Actor:
    """Who acts in this request; nobody on a public route."""
    return g.get("api_actor", ANONYMOUS)


def needs(*scopes: str) -> Callable[[View], View]:
    """Refuse (403) a token that has none of these scopes, and record it. Stands above ``@blueprint.arguments``."""

    def decorator(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **options: Any) -> Any:
            actor = current_actor()
            if actor.scopes.isdisjoint(scopes):
                refusal = Forbidden("This token does not cover this.", target=" or ".join(scopes))
                where = {"dialect": actor.dialect, "method": request.method, "route": str(request.url_rule)}
                held = {"needed": sorted(scopes), "held": sorted(actor.scopes), "token": actor.token_id}
                record_refusal(db.session, actor, "api.call", refusal, **where, **held)
                raise refusal
            return view(*args, **options)

        return guarded

    return decorator


def _token(dialect: "Dialect") -> str:
    header = request.headers.get("Authorization", "").strip()
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if header and dialect.bare_token and not rest:
        return header
    allowed = current_app.extensions["settings"].allow_query_token
    if not header and dialect.query_token and allowed:
        return request.args.get(dialect.query_token, "").strip()
    return ""
