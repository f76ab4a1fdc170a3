"""Shapes of the correspondence dialect (contract 003). Unknown keys are ignored: senders' schemas change."""

import re
from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from werkzeug.exceptions import RequestEntityTooLarge

from portal.api.bodies import MISSING
from portal.api.correspondence import fields
from portal.api.correspondence.fields import KIBIBYTE
from portal.api.dialect import Loose
from portal.core.facets import MOST_FIELDS
from portal.core.vocabulary import Direction

MOST_MESSAGES = 200
MOST_ATTACHMENTS = 50
LARGEST_FIELDS = 32 * KIBIBYTE
_FIELD_NAME = re.compile(r"[a-zA-Z0-9]+")

UID = {"longest": 255}
SUBJECT = {"longest": 1000}


def no_repetition(values: Sequence[Any], what: str, key: str | None = None) -> None:
    """Refuse the second of two that are equal, and say where it stands."""
    seen: set[Any] = set()
    for position, value in enumerate(values):
        if value in seen:
            told = [f"The {what} is repeated."]
            raise ma.ValidationError({position: {key: told} if key else told})
        seen.add(value)


class CustomFieldSchema(Loose):
    """A custom field; one without a value is ignored."""

    name = fields.Text(required=True, longest=255, metadata={"pattern": "^[a-zA-Z0-9]+$"})
    value = fields.Lenient(longest=LARGEST_FIELDS)

    @ma.validates("name")
    def _letters_and_digits(self, value: str, data_key: str) -> None:
        if not _FIELD_NAME.fullmatch(value):
            raise ma.ValidationError("Only letters a to z and digits.")


class CustomFields(ma.fields.List):
    """At most ten custom fields, each name once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(ma.fields.Nested(CustomFieldSchema), **options)
        self.metadata.setdefault("maxItems", MOST_FIELDS)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> list[dict[str, str]]:
        if isinstance(value, list) and _size(value) > LARGEST_FIELDS:
            raise RequestEntityTooLarge("The custom fields are larger than 32 KiB.")
        found = super()._deserialize(value, attr, data, **options)
        if len(found) > MOST_FIELDS:
            raise ma.ValidationError(f"A case has at most {MOST_FIELDS} custom fields.")
        no_repetition([field["name"] for field in found], "name", "name")
        return found


def _size(told: list[Any]) -> int:
    texts = [text for item in told if isinstance(item, dict) for text in item.values() if isinstance(text, str)]
    return sum(len(text.encode()) for text in texts)


class Several(ma.fields.List):
    """A list that may be missing or null: then it is empty."""

    def __init__(self, inner: ma.fields.Field, **options: Any) -> None:
        super().__init__(inner, **{"load_default": list, "allow_none": True, **options})

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        """Read null as empty."""
        found = super().deserialize(value, attr, data, **options)
        return [] if found is None else found


class Tags(Several):
    """Labels, each once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(fields.Text(longest=64), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> list[str]:
        found = super()._deserialize(value, attr, data, **options)
        no_repetition(found, "tag")
        return found


class WriterSchema(Loose):
    """Who wrote a message. On an Outbound one the id names the agent; nobody gets an account by it."""

    name = fields.Lenient(longest=255)
    email = fields.Lenient(longest=320)
    id = fields.Lenient(longest=255)


class RecipientSchema(Loose):
    """Whom a message went to. Everything may be blank."""

    name = fields.Lenient(longest=255)
    email = fields.Lenient(longest=320)
    id = fields.Text(longest=255, blank=True, allow_none=True)

    @ma.post_load
    def _without_null(self, told: dict[str, Any], **options: Any) -> dict[str, Any]:
        return {name: value for name, value in told.items() if value is not None}


class MessageSchema(Loose):
    """A message."""

    messageUid = fields.Text(required=True, **UID)
    created = fields.Moment(required=True)
    type = fields.Lenient(longest=255, metadata={"description": "Any text; `email` where it is missing."})
    direction = fields.Way(required=True)
    writer = ma.fields.Nested(WriterSchema, required=True, data_key="from", attribute="from")
    to = ma.fields.List(ma.fields.Nested(RecipientSchema), required=True)
    subject = fields.Lenient(**SUBJECT)
    text = fields.Body(required=True, metadata={"description": "HTML is stripped; at most 256 KiB."})
    attachments = Several(
        fields.Text(longest=255),
        validate=ma.validate.Length(max=MOST_ATTACHMENTS),
        metadata={"description": "Names, shown as text and never followed."},
    )

    @ma.validates_schema
    def _sender_of_outbound(self, told: dict[str, Any], **options: Any) -> None:
        if told.get("direction") is Direction.OUTBOUND and not told["from"]["id"].strip():
            raise ma.ValidationError({"from": {"id": [MISSING]}})

    @ma.post_load
    def _default_type(self, told: dict[str, Any], **options: Any) -> dict[str, Any]:
        return {**told, "type": told["type"].strip() or "email"}


class CaseFieldsSchema(Loose):
    """What is said of a case. What is left out is cleared."""

    caseUid = fields.Text(required=True, **UID)
    source = fields.Text(required=True, longest=255)
    created = fields.Moment(required=True)
    updated = fields.Moment(required=True)
    subject = fields.Text(required=True, **SUBJECT)
    inbox = fields.Optional(longest=255)
    status = fields.Optional(longest=64, metadata={"description": "Any text; known words also move the case."})
    tags = Tags()
    customFields = CustomFields(load_default=list, allow_none=True)
    priority = fields.Optional(longest=64, metadata={"description": "Any text: urgent, high, normal, low are known."})

    @ma.post_load
    def _no_fields_for_null(self, told: dict[str, Any], **options: Any) -> dict[str, Any]:
        return {**told, "customFields": told["customFields"] or []}


class Messages(ma.fields.List):
    """At most 200 messages, each ``messageUid`` once."""

    def __init__(self, schema: type[MessageSchema], *, fewest: int, **options: Any) -> None:
        super().__init__(ma.fields.Nested(schema), **options)
        self.fewest = fewest
        self.metadata |= {"minItems": fewest, "maxItems": MOST_MESSAGES}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> list[dict[str, Any]]:
        if isinstance(value, list) and len(value) > MOST_MESSAGES:
            raise ma.ValidationError(f"At most {MOST_MESSAGES} messages in a request.")
        found = super()._deserialize(value, attr, data, **options)
        if len(found) < self.fewest:
            raise ma.ValidationError(MISSING)
        no_repetition([message["messageUid"] for message in found], "messageUid", "messageUid")
        return found


class PutCaseSchema(CaseFieldsSchema):
    """A case with all its messages."""

    messages = Messages(MessageSchema, fewest=1, required=True)


class PutMessageSchema(CaseFieldsSchema):
    """A case with one message of it."""

    message = ma.fields.Nested(MessageSchema, required=True)


class PostMessageSchema(MessageSchema):
    """A message of a case that exists: flat, or under ``message`` as later versions nest it."""

    caseUid = fields.Text(required=True, **UID)

    @ma.pre_load
    def _flatten(self, told: Any, **options: Any) -> Any:
        if isinstance(told, dict) and isinstance(told.get("message"), dict):
            return {**told["message"], "caseUid": told.get("caseUid")} if "caseUid" in told else told["message"]
        return told


class PatchedMessageSchema(MessageSchema):
    """A message in a patch, where later versions say ``externalUid``, and ``type`` for the direction."""

    @ma.pre_load
    def _later_names(self, told: Any, **options: Any) -> Any:
        if not isinstance(told, dict):
            return told
        told = dict(told)
        if "messageUid" not in told and "externalUid" in told:
            told["messageUid"] = told["externalUid"]
        if "direction" not in told and str(told.get("type")).strip().lower() in fields.DIRECTIONS:
            told["direction"] = told.pop("type")
        return told


class PatchCaseSchema(Loose):
    """What is to change; everything may be missing. Null clears what may be missing on a case."""

    caseUid = fields.Text(metadata={"description": "If it is there, it is that of the address."}, **UID)
    externalUid = fields.Text(metadata={"description": "As `caseUid`."}, **UID)
    source = fields.Text(longest=255)
    created = fields.Moment()
    updated = fields.Moment()
    subject = fields.Text(**SUBJECT)
    inbox = fields.Optional(longest=255, load_default=ma.missing)
    status = fields.Optional(longest=64, load_default=ma.missing)
    tags = Tags(load_default=ma.missing)
    customFields = CustomFields(allow_none=True, metadata={"description": "Merged by name; null clears all."})
    priority = fields.Optional(longest=64, load_default=ma.missing)
    messages = Messages(PatchedMessageSchema, fewest=0)
    onlyUpdateCustomFields = fields.Flag(load_default=False)


class OutcomeSchema(ma.Schema):
    """What came of it. The contract documents no body; clients look at the status."""

    caseUid = ma.fields.String(required=True)
    status = ma.fields.String(required=True, metadata={"description": "As it stands now."})
    created = ma.fields.String(required=True, metadata={"format": "date-time"})
    updated = ma.fields.String(required=True, metadata={"format": "date-time"})
    mergedInto = ma.fields.String(metadata={"description": "Reference of the case that this one was merged into."})
    notApplied = ma.fields.List(
        ma.fields.String(), metadata={"description": "Fields that were said but not applied, where there are any."}
    )
