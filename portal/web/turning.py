"""Turning the pages of a list: the address says where a page begins, in words that mean nothing to anybody else."""

from flask import request

from portal.core import paging
from portal.core.paging import Cursor


def place() -> Cursor | None:
    """Where in the list the address asks for; None at its beginning. Raises InvalidInput for what is no place."""
    asked = request.args.get("page")
    return paging.decode(asked) if asked else None
