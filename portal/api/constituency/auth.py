"""Signing in and out. The token is in the body and in the header; 401 says the same whatever was wrong.

Who has a second factor sends its code in the same request. Without one the answer is 403 and says what is missing, to
who knows the password alone; the client asks its user and sends all again.
"""

from typing import Any

import marshmallow as ma
from flask import current_app, g
from sqlalchemy.orm import Session

from portal import limits
from portal.api.constituency import errors, fields, mapping
from portal.api.constituency.rules import LONGEST_SESSION, room
from portal.api.constituency.shapes import DoneSchema, done
from portal.api.credentials import current_actor
from portal.api.dialect import Loose
from portal.api.units import Answer, perform, respond
from portal.core import accounts, cases, second_factor, tokens, turns
from portal.core.actors import Actor, from_user
from portal.core.keys import blind_index
from portal.core.models import User
from portal.core.permissions import role_permissions
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Dialect, Origin
from portal.extensions import db

WRONG = "Invalid email or password"
LOCKED = "This account is locked"
CODE_NEEDED = "Second factor required"
STRANGERS = "300/hour"  # tries from one address for any accounts
NOT_SET_UP = "This account needs a second factor. Set it up in the portal first"

door = room("sign-in", "/auth", tag="Signing in", public=True)
blueprint = room("session", "/auth", tag="Signing in")


class SignInSchema(Loose):
    """Who signs in."""

    email = fields.Text(required=True, longest=255)
    password = fields.Secret(required=True)
    secondFactor = fields.Text(
        longest=64,
        allow_none=True,
        metadata={
            "description": "Where the account has a second factor: the code that the authenticator app shows, or a "
            "recovery code. Each is taken once. Ignored where the account has none."
        },
    )
    locale = fields.Text(longest=35, allow_none=True)


class SignedInUserSchema(ma.Schema):
    """The user."""

    id = ma.fields.Integer(required=True)
    email = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    initials = ma.fields.String(required=True)
    role = ma.fields.String(required=True)


class SettingsSchema(ma.Schema):
    """What a client needs to know of the office."""

    timeZone = ma.fields.String(required=True)
    locale = ma.fields.String(required=True)
    idleMinutes = ma.fields.Integer(required=True)


class SignedInSchema(ma.Schema):
    """The token, which is in the header `Authorization` too, and whose it is."""

    token = ma.fields.String(required=True)
    user = ma.fields.Nested(SignedInUserSchema, required=True)
    permissions = ma.fields.List(ma.fields.String(), required=True)
    settings = ma.fields.Nested(SettingsSchema, required=True)


class ValiditySchema(ma.Schema):
    """That the token holds, and whose it is."""

    valid = ma.fields.Boolean(required=True)
    user = ma.fields.Nested(SignedInUserSchema, required=True)


_USER_EXAMPLE = {
    "id": 2,
    "email": "caseworker@demo.example",
    "name": "John Smith",
    "initials": "JS",
    "role": "caseworker",
}
_SIGNED_IN_EXAMPLE = {
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIuLi4ifQ.c2lnbmF0dXJl",  # pragma: allowlist secret
    "user": _USER_EXAMPLE,
    "permissions": ["case.create", "case.update", "case.view"],
    "settings": {"timeZone": "Europe/London", "locale": "en", "idleMinutes": 30},
}
_BY_PASSWORD = {"email": "caseworker@demo.example", "password": "the password"}  # pragma: allowlist secret
_HEADERS = {"Authorization": {"schema": {"type": "string"}, "description": "`Bearer` and the token."}}


@door.route("", methods=["POST"])
@door.arguments(
    SignInSchema,
    examples={
        "password": {"summary": "An account with a password alone", "value": _BY_PASSWORD},
        "secondFactor": {
            "summary": "An account with a second factor",
            "value": {**_BY_PASSWORD, "secondFactor": "492039"},
        },
    },
)
@door.response(
    200, SignedInSchema, example=_SIGNED_IN_EXAMPLE, headers={"Authorization": {"schema": {"type": "string"}}}
)
@door.alt_response(
    401,
    schema=errors.ErrorSchema,
    description="E-mail, password and code of the second factor do not belong together, or the code was used before.",
    example={"error": WRONG},
)
@door.alt_response(
    403,
    schema=errors.ErrorSchema,
    description="The password is right, but the account is locked, has a second factor and no code was sent, or needs "
    "a second factor and has none.",
    examples={
        "locked": {"value": {"error": LOCKED}},
        "secondFactor": {"value": {"error": CODE_NEEDED}},
        "notSetUp": {"value": {"error": NOT_SET_UP}},
    },
)
@door.alt_response(429, schema=errors.ErrorSchema, description="Too many attempts; see `Retry-After`.")
def sign_in(told: dict[str, Any]):
    """Sign in. The token lives for 30 minutes without use, renews itself while used, and ends after 12 hours."""
    who = "api-sign-in", blind_index("sign-in:" + told["email"].strip().lower())[:32], f"address:{limits.address()}"
    limits.hold_back(*who)
    limits.count(STRANGERS, "sign-in-address", limits.address())
    user = accounts.recognise(db.session, told["email"], told["password"])
    correlation_id = g.get("correlation_id", "")
    if user is None or not user.active:
        with unit_of_work(db.session, current_actor(), intent="account.sign_in") as session:
            accounts.record_failed_sign_in(session, correlation_id=correlation_id)
        return respond(Answer(401, {"error": WRONG}) if user is None else Answer(403, {"error": LOCKED}))
    limits.let_off(*who)
    actor = from_user(db.session, user, correlation_id=correlation_id)
    user_id, epoch, code = user.id, user.session_epoch, told.get("secondFactor")
    guarded = second_factor.is_on(db.session, user_id)
    if missing := _missing(user, guarded, code):
        return respond(Answer(403, {"error": missing}))
    tries = "second-factor", str(user_id)
    if guarded:
        limits.count(second_factor.TRIES, *tries)

    def work(session: Session) -> Answer:
        # What is refused is an event, so the unit ends well. Whether there is a second factor is asked again: it may
        # have been turned on just now.
        if (guarded or second_factor.is_on(session, user_id)) and not second_factor.accept(session, actor, code or ""):
            return Answer(401, {"error": WRONG})
        turns.take(session, user_id)
        holder = session.get(User, user_id, populate_existing=True)
        if not holder.active or holder.session_epoch != epoch:  # the password was taken back meanwhile
            return Answer(401, {"error": WRONG})
        accounts.record_sign_in(session, holder, correlation_id=correlation_id)
        dialect = Dialect.CONSTITUENCY
        text, _ = tokens.issue(session, actor, dialect=dialect, user=holder, slides_for=LONGEST_SESSION)
        return Answer(200, _signed_in(session, actor, holder, text), {"Authorization": f"Bearer {text}"})

    # Nothing is kept for a repeated request: the answer is a secret, and a code is taken once.
    answer = perform("account.sign_in", work, actor=actor, keyed=False)
    if guarded and answer.status_code == 200:
        limits.forget(second_factor.TRIES, *tries)
    return answer


def _missing(user: User, guarded: bool, code: str | None) -> str | None:
    """What a right password lacks, in words for its owner; None where nothing does."""
    if guarded:
        return None if code else CODE_NEEDED
    needed = user.role in current_app.extensions["settings"].second_factor_roles
    return NOT_SET_UP if needed else None


@blueprint.route("/validate", methods=["GET"])
@blueprint.response(200, ValiditySchema, example={"valid": True, "user": _USER_EXAMPLE})
def validate():
    """Ask whether the token holds. A token that does not is answered 401, as everywhere."""
    return respond(Answer(200, {"valid": True, "user": _user(db.session.get(User, current_actor().user_id))}))


@blueprint.route("/logout", methods=["POST"])
@blueprint.response(200, DoneSchema, example=done("Signed out"))
def sign_out():
    """Sign out: every token of this signing in ends at once."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        tokens.revoke_family(session, actor)
        accounts.record_sign_out(session, actor)
        return Answer(200, done("Signed out"))

    return perform("account.sign_out", work)


def _signed_in(session: Session, actor: Actor, user: User, token: str) -> dict[str, Any]:
    pack = cases.default_vertical(session, Origin.CONSTITUENCY).pack
    return {
        "token": token,
        "user": _user(user),
        "permissions": sorted(permission.value for permission in role_permissions(actor.role, pack)),
        "settings": {
            "timeZone": str(mapping.office_zone()),
            "locale": user.locale,
            "idleMinutes": int(tokens.IDLE.total_seconds() // 60),
        },
    }


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "initials": user.initials,
        "role": user.role.value,
    }
