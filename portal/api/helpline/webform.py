"""The web form of partner organisations (contract 002), and the token endpoint that it names.

A partner reports and no more: what it says of people here, of urgency or of state is shown to somebody and obeyed by
nobody.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Response, abort, current_app, g, request
from sqlalchemy.orm import Session

from portal import limits
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Blueprint
from portal.api.helpline import examples, reports, schemas
from portal.api.helpline.rules import DIALECT
from portal.api.units import Answer, perform
from portal.core import organisations
from portal.core.actors import ANONYMOUS, Actor
from portal.core.models import Organisation
from portal.core.vocabulary import Origin
from portal.extensions import db

form = Blueprint(DIALECT, "webform", url_prefix="/api/webhook/webform", tag="Web form")
door = Blueprint(DIALECT, "token", url_prefix="/api/webhook/webform/auth", tag="Web form", public=True)

_ATTEMPTS = "5/hour"


def with_defaults_of_sender(view: Callable[..., Any]) -> Callable[..., Any]:
    """Read blank places as the calling organisation has chosen, where it has chosen anything."""

    @wraps(view)
    def reading(*args: Any, **options: Any) -> Any:
        sender = db.session.get(Organisation, current_actor().organisation_id)
        with schemas.DefaultsOfSender(dict(sender.defaults)):
            return view(*args, **options)

    return reading


@form.route("/", methods=["POST"])
@needs("webform")
@with_defaults_of_sender
@form.arguments(schemas.WebformSchema, example=examples.WEBFORM)
@form.response(201, schemas.ReceiptSchema, example=examples.RECEIPT)
def create(told: Mapping[str, Any]) -> Response:
    """Report a case by web form (contract 002). It is looked at by a person before anything else happens."""
    return reports.take(told, Origin.WEBFORM)


def only_when_live(view: Callable[..., Any]) -> Callable[..., Any]:
    """The token endpoint exists in the live environment only (contract 002); elsewhere tokens come by command line."""

    @wraps(view)
    def guarded(*args: Any, **options: Any) -> Any:
        if current_app.extensions["settings"].environment != "live":
            abort(404)
        limits.count(_ATTEMPTS, "webform-token-address", request.remote_addr or "-")
        return view(*args, **options)

    return guarded


@door.route("/token/", methods=["POST"])
@only_when_live
@door.arguments(schemas.OrganisationSchema, example=examples.ORGANISATION)
@door.response(200, schemas.TokenSchema, example=examples.TOKEN)
@door.doc(security=[])
def token(told: Mapping[str, str]) -> Response:
    """Fetch the token for which an administrator has just opened the window; once (contract 002)."""
    name, email = told["organization_name"].strip(), told["organization_email"].strip()
    limits.count(_ATTEMPTS, "webform-token-organisation", organisations.key_of(name))
    correlation_id = g.get("correlation_id", "")
    caller = Actor(kind=ANONYMOUS.kind, name=ANONYMOUS.name, correlation_id=correlation_id)

    def work(session: Session) -> Answer:
        text, made = organisations.claim_token(
            session, name=name, email=email, address=request.remote_addr or "", correlation_id=correlation_id
        )
        expires = made.expires_at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{made.expires_at.microsecond // 1000:03d}Z"
        body = {
            "status": "success",
            "message": "Authentication token generated successfully.",
            "token": text,
            "organization_id": str(made.organisation_id),
            "expires": expires,
        }
        return Answer(200, body)

    return perform("token.claim", work, actor=caller, keyed=False)
