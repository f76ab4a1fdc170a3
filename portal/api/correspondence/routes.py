"""Cases and messages (contract 003)."""

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from portal.api.correspondence import examples, mapping
from portal.api.correspondence.errors import ErrorSchema, require_body
from portal.api.correspondence.rules import DIALECT, PREFIX, SCOPE
from portal.api.correspondence.schemas import (
    OutcomeSchema,
    PatchCaseSchema,
    PostMessageSchema,
    PutCaseSchema,
    PutMessageSchema,
)
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Blueprint
from portal.api.units import Answer, perform, respond
from portal.core import correspondence
from portal.core.errors import InvalidInput
from portal.core.facets import FIELDS
from portal.core.unit import record_reading
from portal.extensions import db

blueprint = Blueprint(DIALECT, "cases", url_prefix=f"{PREFIX}/case", tag="Cases")

# A caseUid may hold any character. A slash in it reaches us decoded, two of them as they are.
ONE_CASE: dict[str, Any] = {
    "merge_slashes": False,
    "parameters": [
        {
            "in": "path",
            "name": "externalID",
            "required": True,
            "description": "The `caseUid`, URL-encoded.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "example": "case-12345",
        }
    ],
}


def refused_with(*statuses: int):
    """Document how a request is refused."""

    def decorator(operation):
        for status in statuses:
            description, example = examples.REFUSALS[status]
            document = blueprint.alt_response(status, schema=ErrorSchema, description=description, example=example)
            operation = document(operation)
        return operation

    return decorator


@blueprint.route("", methods=["PUT"])
@needs(SCOPE)
@blueprint.arguments(PutCaseSchema, example=examples.PUT_CASE)
@blueprint.response(200, OutcomeSchema, example=examples.OUTCOME, description="Created or updated.")
@refused_with(400, 401, 403, 413, 500)
def put_case(told: dict[str, Any]) -> Response:
    """Create or update a case.

    Everything the case was said to be is overwritten; what is left out is cleared, and messages that are left out are
    withdrawn: they stay in the record and are shown struck. A suspended or archived case takes new messages and keeps
    the rest, which `notApplied` names.
    """
    messages = [mapping.message_told(message) for message in told["messages"]]
    return _put(mapping.case_told(told["caseUid"], told), messages, only_these=True)


@blueprint.route("/messages", methods=["PUT"])
@needs(SCOPE)
@blueprint.arguments(PutMessageSchema, example=examples.PUT_MESSAGE)
@blueprint.response(200, OutcomeSchema, example=examples.OUTCOME, description="Added; the case created or updated.")
@refused_with(400, 401, 403, 413, 500)
def put_message(told: dict[str, Any]) -> Response:
    """Add a message and create the case if it does not exist.

    The fields of the case are overwritten as with `PUT /v1/case`; its other messages stay.
    """
    message = mapping.message_told(told["message"])
    return _put(mapping.case_told(told["caseUid"], told), [message], only_these=False)


@blueprint.route("/messages", methods=["POST"])
@needs(SCOPE)
@blueprint.arguments(PostMessageSchema, example=examples.POST_MESSAGE)
@blueprint.response(200, OutcomeSchema, example=examples.OUTCOME, description="Added.")
@blueprint.alt_response(204, description="There is no such case; nothing was stored.", success=True)
@refused_with(400, 401, 403, 413, 500)
def post_message(told: dict[str, Any]) -> Response:
    """Add a message to an existing case.

    The message may also stand under the key `message`. A `messageUid` that the case has already is replaced in place.
    """
    actor, message = current_actor(), mapping.message_told(told)

    def work(session: Session) -> Answer:
        outcome = correspondence.add(session, actor, told["caseUid"], message)
        return Answer(200, mapping.answer(outcome)) if outcome else Answer(204)

    return perform("correspondence.add", work)


@blueprint.route("/<path:externalID>", methods=["PATCH"], **ONE_CASE)
@needs(SCOPE)
@blueprint.arguments(PatchCaseSchema, example=examples.PATCH_CASE)
@blueprint.response(200, OutcomeSchema, example=examples.OUTCOME, description="Changed.")
@refused_with(400, 401, 403, 404, 409, 413, 500)
def patch_case(told: dict[str, Any], externalID: str) -> Response:
    """Patch a case.

    Only what is in the body is changed. Custom fields are merged by name, messages are added. With
    `onlyUpdateCustomFields` everything else in the body is checked, but not applied.
    """
    require_body()
    _require_same_uid(told, externalID)
    only_fields = told["onlyUpdateCustomFields"]
    change = mapping.case_told(externalID, told, (FIELDS,)) if only_fields else mapping.case_told(externalID, told)
    added = [] if only_fields else [mapping.message_told(message) for message in told.get("messages", ())]
    actor = current_actor()

    def work(session: Session) -> Answer:
        return Answer(200, mapping.answer(correspondence.patch(session, actor, change, added)))

    return perform("correspondence.patch", work)


@blueprint.route("/<path:externalID>", methods=["GET"], **ONE_CASE)
@needs(SCOPE)
@blueprint.response(200, PutCaseSchema, example=examples.PUT_CASE, description="The case.")
@refused_with(401, 403, 404, 500)
def get_case(externalID: str) -> Response:
    """Read a case back.

    In the shape of `PUT /v1/case`, with the messages that its sender brought and did not withdraw, by `created`.
    """
    actor = current_actor()
    held, messages = correspondence.read(db.session, actor, externalID)
    shown, number = mapping.case_shown(held, messages), held.own.number
    record_reading(db.session, actor, "case.read", case=number)
    return respond(Answer(200, shown))


def _put(told: correspondence.CaseTold, messages: list[correspondence.MessageTold], *, only_these: bool) -> Response:
    actor = current_actor()

    def work(session: Session) -> Answer:
        outcome = correspondence.put(session, actor, told, messages, only_these=only_these)
        return Answer(200, mapping.answer(outcome))

    return perform("correspondence.put", work)


def _require_same_uid(told: dict[str, Any], uid: str) -> None:
    """A case keeps its key for ever."""
    for name in ("caseUid", "externalUid"):
        if told.get(name, uid) != uid:
            raise InvalidInput("The key of a case cannot be changed.", target=name)
