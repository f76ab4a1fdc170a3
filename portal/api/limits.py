"""The limits of API calls: of one address before the token is looked at, and of one token's holder after."""

from flask import current_app, request

from portal import limits
from portal.core.actors import Actor


def count_address() -> None:
    """Count a call of this address. Raises TooManyRequests."""
    limits.count(current_app.extensions["settings"].api_limit_address, "api-address", request.remote_addr or "-")


def count_principal(actor: Actor) -> None:
    """Count a call of this holder. Raises TooManyRequests."""
    limits.count(current_app.extensions["settings"].api_limit_token, "api-holder", actor.principal)
