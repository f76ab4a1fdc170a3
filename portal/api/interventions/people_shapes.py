"""The shapes and words of people, households and consents."""

from typing import Any

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.interventions.fields import Day, Moment, list_schema
from portal.api.interventions.mapping import moment as told_moment
from portal.api.interventions.shapes import maybe_moment, maybe_uuid, moment, uuid, word
from portal.core import consents, corrections, evidence, sensitivity, verification
from portal.core.actors import Actor
from portal.core.models import (
    Consent,
    ConsentVersion,
    Household,
    HouseholdMember,
    Person,
    PersonContact,
    PersonIdentifier,
    Place,
    User,
)
from portal.core.vocabulary import AgeUnit, ConsentStatus, Verification

VERIFICATIONS = [status.value for status in Verification]
CONSENT_STATUSES = [status.value for status in ConsentStatus]
CONTACT_TYPES = ("phone", "email", "other")


class ContactSchema(ma.Schema):
    """A way to reach a person."""

    type = word(*CONTACT_TYPES)
    value = word()


class IdentitySchema(ma.Schema):
    """An identity number: claimed, or verified with the person."""

    identity_type = word()
    identity_number = word()
    verified = ma.fields.Boolean(required=True)


class PersonCreatedSchema(ma.Schema):
    """A new person."""

    person_id = uuid()
    verification_status = word(*VERIFICATIONS)
    created_at = moment()


class PersonSchema(ma.Schema):
    """A person."""

    person_id = uuid()
    full_name = word()
    date_of_birth = Day(required=True, allow_none=True)
    age_estimate = ma.fields.Integer(required=True, allow_none=True)
    gender = word(allow_none=True)
    identities = ma.fields.List(ma.fields.Nested(IdentitySchema), required=True)
    contacts = ma.fields.List(ma.fields.Nested(ContactSchema), required=True)
    status = word("active", "archived")
    verification_status = word(*VERIFICATIONS)
    verified_at = maybe_moment()
    version_id = ma.fields.Integer(required=True)
    created_at = moment()
    updated_at = moment()


class PersonFoundSchema(ma.Schema):
    """A person who was found."""

    person_id = uuid()
    full_name = word()
    matched_fields = ma.fields.List(ma.fields.String(), required=True)


class PersonVerifiedSchema(ma.Schema):
    """A person who was verified or rejected."""

    person_id = uuid()
    verification_status = word(*VERIFICATIONS)
    verified_at = maybe_moment()


class ArchivedPersonSchema(ma.Schema):
    """A person who was archived or restored."""

    person_id = uuid()
    status = word("active", "archived")


class HouseholdCreatedSchema(ma.Schema):
    """A new household."""

    household_id = uuid()
    status = word("active", "archived")
    verification_status = word(*VERIFICATIONS)
    created_at = moment()


class MemberSchema(ma.Schema):
    """A membership."""

    membership_id = uuid()
    person_id = uuid()
    relationship_type = word()
    effective_from = Day(required=True)
    effective_until = Day(required=True, allow_none=True)


class HouseholdSchema(HouseholdCreatedSchema):
    """A household with its members."""

    household_name = word()
    leader_id = uuid()
    geo_id = maybe_uuid()
    address = word(allow_none=True)
    members = ma.fields.List(ma.fields.Nested(MemberSchema), required=True)
    version_id = ma.fields.Integer(required=True)
    updated_at = moment()


class HouseholdVerifiedSchema(ma.Schema):
    """A household that was verified or rejected."""

    household_id = uuid()
    verification_status = word(*VERIFICATIONS)
    verified_at = maybe_moment()


class ConsentSchema(ma.Schema):
    """A consent as it stands at this moment."""

    consent_id = uuid()
    person_id = uuid()
    vertical_id = uuid()
    status = word(*CONSENT_STATUSES)
    active_from = moment()
    active_until = maybe_moment()
    grace_until = maybe_moment()
    capture_mode = word()
    captured_by = maybe_uuid()
    evidence_attachment_ids = ma.fields.List(ma.fields.UUID(), required=True)
    verified_at = maybe_moment()
    rejected_at = maybe_moment()
    withdrawn_at = maybe_moment()
    reason_code = word(allow_none=True)
    version_id = ma.fields.Integer(required=True)


class ConsentVersionSchema(ma.Schema):
    """What a consent said at a step."""

    version_id = ma.fields.Integer(required=True)
    status = word(*CONSENT_STATUSES)
    active_from = moment()
    active_until = maybe_moment()
    reason_code = word(allow_none=True)
    at = Moment(required=True)


PersonFoundListSchema = list_schema(PersonFoundSchema)
ConsentListSchema = list_schema(ConsentSchema)
ConsentVersionListSchema = list_schema(ConsentVersionSchema)


def person(session: Session, actor: Actor, of: Person) -> dict[str, Any]:
    """A person as a whole, as *actor* is told of them."""
    session.refresh(of, ["identifiers"])
    contacts = corrections.contacts_of(session, of)
    return {
        "person_id": str(of.uuid),
        "full_name": of.display_name,
        "date_of_birth": of.dob.isoformat() if of.dob else None,
        "age_estimate": of.age_value if of.age_unit is not AgeUnit.MONTHS else (of.age_value or 0) // 12,
        "gender": of.sex_label or of.sex,
        "identities": [_identity(actor, number) for number in of.identifiers],
        "contacts": [_contact(actor, contact) for contact in contacts],
        "status": record_status(of),
        "verification_status": of.verification_status.value,
        "verified_at": told_moment(of.verified_at),
        "version_id": of.version_id,
        "created_at": told_moment(of.created_at),
        "updated_at": told_moment(of.updated_at),
    }


def record_status(of: Person | Household) -> str:
    """Whether a record is in use."""
    return "archived" if verification.is_archived(of) else "active"


def _identity(actor: Actor, number: PersonIdentifier) -> dict[str, Any]:
    verified = number.verified_at is not None
    told = sensitivity.told(actor, number.value)
    return {"identity_type": number.kind, "identity_number": told, "verified": verified}


def _contact(actor: Actor, contact: PersonContact) -> dict[str, str]:
    told = sensitivity.told(actor, contact.value)
    return {"type": contact.kind if contact.kind in CONTACT_TYPES else "other", "value": told}


def household_line(of: Household) -> dict[str, Any]:
    """A household as it is told when it was made."""
    return {
        "household_id": str(of.uuid),
        "status": record_status(of),
        "verification_status": of.verification_status.value,
        "created_at": told_moment(of.created_at),
    }


def household(session: Session, actor: Actor, of: Household, members: list[HouseholdMember]) -> dict[str, Any]:
    """A household as a whole, as *actor* is told of it."""
    place = session.get(Place, of.place_id) if of.place_id is not None else None
    return {
        **household_line(of),
        "household_name": of.name,
        "leader_id": str(of.leader.uuid),
        "geo_id": str(place.uuid) if place else None,
        "address": sensitivity.told(actor, of.address) if of.address else of.address,
        "members": [_member(session, member) for member in members],
        "version_id": of.version_id,
        "updated_at": told_moment(of.updated_at),
    }


def _member(session: Session, of: HouseholdMember) -> dict[str, Any]:
    return {
        "membership_id": str(of.uuid),
        "person_id": str(session.get(Person, of.person_id).uuid),
        "relationship_type": of.relationship_type,
        "effective_from": of.effective_from.isoformat(),
        "effective_until": of.effective_until.isoformat() if of.effective_until else None,
    }


def consent(session: Session, actor: Actor, of: Consent) -> dict[str, Any]:
    """A consent as *actor* is told of it, with the status it has at this moment."""
    by = session.get(User, of.captured_by_id) if of.captured_by_id is not None else None
    return {
        "consent_id": str(of.uuid),
        "person_id": str(of.person.uuid),
        "vertical_id": str(of.vertical.uuid),
        "status": consents.status_now(of).value,
        "active_from": told_moment(of.active_from),
        "active_until": told_moment(of.active_until),
        "grace_until": told_moment(of.grace_until),
        "capture_mode": of.capture_mode,
        "captured_by": str(by.uuid) if by else None,
        "evidence_attachment_ids": [str(public_id) for public_id in evidence.files_of(session, actor, of)],
        "verified_at": told_moment(of.verified_at),
        "rejected_at": told_moment(of.rejected_at),
        "withdrawn_at": told_moment(of.withdrawn_at),
        "reason_code": of.reason_code,
        "version_id": of.version_id,
    }


def consent_version(of: ConsentVersion) -> dict[str, Any]:
    """What a consent said at a step."""
    return {
        "version_id": of.version,
        "status": of.status.value,
        "active_from": told_moment(of.active_from),
        "active_until": told_moment(of.active_until),
        "reason_code": of.reason_code,
        "at": told_moment(of.at),
    }
