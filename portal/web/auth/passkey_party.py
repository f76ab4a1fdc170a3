"""What passkeys are bound to here, and the challenge that this browser was given."""

import dataclasses
import ipaddress
from urllib.parse import urlsplit

from flask import Response, current_app, session

from portal.core import challenges
from portal.core.challenges import Challenge
from portal.core.passkeys import Party
from portal.web import addresses

_KEPT = "challenge"


def party() -> Party | None:
    """Whom a passkey is made for: PORTAL_ORIGIN, else the address of this request.

    None where browsers know no passkeys: at a bare IP address, and without HTTPS except on the machine itself.
    """
    settings = current_app.extensions["settings"]
    parts = urlsplit(addresses.origin())
    domain = (parts.hostname or "").lower()
    if not domain or _is_number(domain) or (parts.scheme != "https" and not _is_here(domain)):
        return None
    return Party(domain, f"{parts.scheme}://{parts.netloc.lower()}", settings.installation_name)


def ask(purpose: str) -> Challenge:
    """A new challenge for this browser; the one before it is forgotten."""
    made = challenges.make(purpose)
    session[_KEPT] = dataclasses.asdict(made)
    return made


def asked() -> Challenge | None:
    """The challenge that this browser was given, which it is forgotten with; core sees to it that it counts once."""
    kept = session.pop(_KEPT, None)
    return Challenge(**kept) if kept else None


def as_json(options: str) -> Response:
    """Options for the browser's own dialog."""
    return Response(options, mimetype="application/json")


def _is_number(domain: str) -> bool:
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        return False
    return True


def _is_here(domain: str) -> bool:
    return domain == "localhost" or domain.endswith(".localhost")
