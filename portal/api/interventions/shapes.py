"""The shapes of answers about cases, as the document shows them."""

import marshmallow as ma

from portal.api.interventions.fields import Moment, list_schema
from portal.core.vocabulary import Action, ConflictStatus, ParticipantStatus, Status

STATUSES = [status.value for status in Status]
_status = ma.validate.OneOf(STATUSES)


def uuid(**options) -> ma.fields.UUID:
    """A public id that is always there."""
    return ma.fields.UUID(required=True, **options)


def maybe_uuid(**options) -> ma.fields.UUID:
    """A public id, or null."""
    return ma.fields.UUID(required=True, allow_none=True, **options)


def moment(**options) -> Moment:
    """A moment that is always there."""
    return Moment(required=True, **options)


def maybe_moment(**options) -> Moment:
    """A moment, or null."""
    return Moment(required=True, allow_none=True, **options)


def word(*words: str, **options) -> ma.fields.String:
    """A word of a list, or any where none is given."""
    return ma.fields.String(required=True, **({"validate": ma.validate.OneOf(words)} if words else {}), **options)


class CaseLineSchema(ma.Schema):
    """A case in a list."""

    case_id = uuid()
    status = word(*STATUSES)
    primary_vertical_id = uuid()
    subject_type = word(allow_none=True)
    subject_id = maybe_uuid()
    updated_at = moment()


CaseListSchema = list_schema(CaseLineSchema)


class CaseCreatedSchema(ma.Schema):
    """A new case."""

    case_id = uuid()
    status = word(*STATUSES)
    created_at = moment()


class CaseUpdatedSchema(ma.Schema):
    """A case that was changed."""

    case_id = uuid()
    version_id = ma.fields.Integer(required=True)
    updated_at = moment()


class ParticipantSchema(ma.Schema):
    """A vertical that takes part."""

    vertical_id = uuid()
    status = word(*[status.value for status in ParticipantStatus])


class CaseSchema(ma.Schema):
    """A case."""

    case_id = uuid()
    number = ma.fields.Integer(required=True)
    reference = ma.fields.String(required=True)
    status = word(*STATUSES)
    status_reason = word(allow_none=True)
    subject_type = word(allow_none=True)
    subject_id = maybe_uuid()
    primary_vertical_id = uuid()
    participant_verticals = ma.fields.List(ma.fields.Nested(ParticipantSchema), required=True)
    program_id = maybe_uuid()
    geo_scope_ids = ma.fields.List(ma.fields.UUID(), required=True)
    active_from = maybe_moment()
    active_until = maybe_moment()
    merged_into_case_id = maybe_uuid(metadata={"description": "The case that stands for this one."})
    version_id = ma.fields.Integer(required=True)
    created_at = moment()
    updated_at = moment()
    allowed_actions = ma.fields.List(ma.fields.String(), required=True)


class StepSchema(ma.Schema):
    """A change of state."""

    from_status = word(allow_none=True)
    status = word(*STATUSES)
    action = word()
    reason_code = word(allow_none=True)
    reason_text = word(allow_none=True)
    note = word(allow_none=True)
    actor = word()
    at = moment()


class OfferSchema(ma.Schema):
    """An action as it stands for this case and this caller."""

    action = word(*[action.value for action in Action])
    allowed = ma.fields.Boolean(required=True)
    leads_to = word(allow_none=True)
    reason = word(allow_none=True, metadata={"description": "Why it is not possible."})
    who = word(allow_none=True, metadata={"description": "Who can lift it."})


class CaseParticipantSchema(ma.Schema):
    """A vertical's part in a case."""

    case_id = uuid()
    vertical_id = uuid()
    status = word(*[status.value for status in ParticipantStatus])


class CaseParticipantDatesSchema(CaseParticipantSchema):
    """A vertical's part in a case with its dates."""

    added_at = moment()
    opted_in_at = maybe_moment()
    removed_at = maybe_moment()
    reason_code = word(allow_none=True)


class AssignmentSchema(ma.Schema):
    """A worker assigned to a case."""

    assignment_id = uuid()
    case_id = uuid()
    user_id = uuid()


class AssignmentDatesSchema(AssignmentSchema):
    """A worker assigned to a case, with dates."""

    assigned_role = word()
    effective_from = moment()
    effective_until = maybe_moment()
    reason_code = word(allow_none=True)


class AssignmentEndedSchema(ma.Schema):
    """An assignment that has an end."""

    assignment_id = uuid()
    effective_until = moment()


class ConflictSchema(ma.Schema):
    """A conflict of duplicate support."""

    conflict_id = uuid()
    conflict_type = word()
    status = word(*[status.value for status in ConflictStatus])
    primary_case_id = maybe_uuid(metadata={"description": "Null where the caller may not know of it."})
    related_case_ids = ma.fields.List(ma.fields.UUID(), required=True)


class CheckedSchema(ma.Schema):
    """What a duplicate check found."""

    conflict_id = maybe_uuid()
    status = word("clear", "flagged")
    checked_at = moment()


StepListSchema = list_schema(StepSchema)
OfferListSchema = list_schema(OfferSchema)
CaseParticipantListSchema = list_schema(CaseParticipantDatesSchema)
AssignmentListSchema = list_schema(AssignmentDatesSchema)
ConflictListSchema = list_schema(ConflictSchema)
