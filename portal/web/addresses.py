"""Addresses that leave the page they were made for: in a link that is passed on, in a calendar, at a provider.

What a request says of its own host is a claim of whoever sent it. Where the office has said at which address browsers
find the portal (PORTAL_ORIGIN), no such address holds any other; else there is nothing but the request to go by.
"""

from urllib.parse import SplitResult, urlsplit

from flask import current_app, request, url_for


def parts_of(address: str | None) -> SplitResult:
    """The parts of an address that somebody sent; of what is no address, such as ``//[``, all are empty."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return urlsplit("")


def origin() -> str:
    """Where browsers find the portal, as "https://desk.example.org"."""
    return current_app.extensions["settings"].origin or request.host_url.rstrip("/")


def host() -> str:
    """The host of ``origin`` with its port, where that is not the usual one."""
    return urlsplit(origin()).netloc


def whole(endpoint: str, **values: object) -> str:
    """The whole address of a page, host and all."""
    return origin() + url_for(endpoint, **values)
