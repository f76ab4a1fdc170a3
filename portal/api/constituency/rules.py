"""The rules of this dialect, and the one way its blueprints are made."""

import datetime as dt
from typing import Any

from flask import Response

from portal.api.constituency import errors
from portal.api.credentials import current_actor
from portal.api.dialect import Blueprint, Dialect
from portal.core import tokens
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Dialect as Name
from portal.extensions import db

PREFIX = "/api/ajax"
LONGEST_SESSION = dt.timedelta(hours=12)
LARGEST_NUMBER = 2**63 - 1
NUMBER = f"<int(max={LARGEST_NUMBER}):number>"  # beyond it no record can be: 404, not a failure of the database

DIALECT = Dialect(
    name=Name.CONSTITUENCY,
    title="Constituency casework",
    description=(
        "Cases of constituents: create them, work on them, find them. Sign in with `POST /api/ajax/auth`; the token "
        "is in the body and in the header `Authorization` of the answer, and a fresh one replaces it there from time "
        "to time. Times are office time, `YYYY-MM-DD HH:MM:SS`. Ids are taken as numbers or as digits in a string."
    ),
    prefixes=(PREFIX,),
    tell_http=errors.http_failure,
    tell_domain=errors.domain_failure,
    error_schema=errors.ErrorSchema,
    bare_token=True,
)
READ = ("cases:read", "cases:write")
WRITE = ("cases:write",)


def room(name: str, path: str, *, tag: str, **options: Any) -> Blueprint:
    """A blueprint of this dialect, whose answers carry a fresh token when the one in use has lived half its life."""
    blueprint = Blueprint(DIALECT, name, url_prefix=PREFIX + path, tag=tag, **options)
    blueprint.after_request(_renew)
    return blueprint


def _renew(response: Response) -> Response:
    """Only tokens from signing in slide; the client replaces its stored one by this header."""
    actor = current_actor()
    if response.status_code < 400 and actor.token_id is not None and tokens.is_due(db.session, actor):
        with unit_of_work(db.session, actor, intent="token.renew") as session:
            renewed = tokens.renew(session, actor)
        if renewed is not None:
            response.headers["Authorization"] = f"Bearer {renewed[0]}"
    return response
