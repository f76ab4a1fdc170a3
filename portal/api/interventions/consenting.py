"""Consents: giving, verifying, rejecting, withdrawing and renewing them."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.credentials import current_actor, needs
from portal.api.dialect import Strict
from portal.api.interventions import mapping, people_shapes, records
from portal.api.interventions.fields import Moment, PageSchema, ReasonSchema, page_of
from portal.api.interventions.persons import RecordVerifySchema
from portal.api.interventions.rules import READ, WRITE, room
from portal.api.interventions.shapes import moment, uuid, word
from portal.api.units import Answer, perform, respond
from portal.core import attachments, claims, consents, people
from portal.core import consenting as consenting_core
from portal.core.actors import Actor
from portal.core.consenting import Evidence, Given
from portal.core.errors import InvalidInput, NotFound
from portal.core.unit import record_reading
from portal.extensions import db

of_persons = room("person-consents", "/persons", tag="Consents")
blueprint = room("consents", "/consents", tag="Consents")


class RenewSchema(Strict):
    """A consent as it was given."""

    active_from = Moment(required=True)
    active_until = Moment(load_default=None, allow_none=True)
    capture_mode = ma.fields.String(load_default="online", validate=ma.validate.OneOf(consenting_core.MODES))
    evidence_attachment_ids = ma.fields.List(ma.fields.UUID(), load_default=list, validate=ma.validate.Length(max=20))
    verification_document_attachment_id = ma.fields.UUID(load_default=None, allow_none=True)
    captured_by = ma.fields.UUID(load_default=None, allow_none=True, metadata={"description": "The caller."})


class CaptureSchema(RenewSchema):
    """A consent as it was given, and for which vertical."""

    vertical_id = ma.fields.UUID(required=True)


class ConsentFilterSchema(PageSchema):
    """Which consents to list."""

    vertical_id = ma.fields.UUID(load_default=None)
    status = ma.fields.String(load_default=None, validate=ma.validate.OneOf(people_shapes.CONSENT_STATUSES))


class ConsentVerifySchema(RecordVerifySchema):
    """Who verified, and when."""

    class Meta:
        """What marshmallow reads: nothing is rejected here."""

        unknown = ma.RAISE
        exclude = ("verification_status",)


class ConsentVerifiedSchema(ma.Schema):
    """A consent that is in force."""

    consent_id = uuid()
    status = word("active", "expired")
    verified_at = moment()


class ConsentRejectedSchema(ma.Schema):
    """A consent that was turned down."""

    consent_id = uuid()
    status = word("rejected")
    rejected_at = moment()


class ConsentWithdrawnSchema(ma.Schema):
    """A consent that was taken back."""

    consent_id = uuid()
    status = word("withdrawn")
    effective_at = moment()


@of_persons.route("/<uuid:person_id>/consents", methods=["POST"])
@needs(*WRITE)
@of_persons.arguments(CaptureSchema)
@of_persons.response(201, people_shapes.ConsentSchema)
def capture(told: dict[str, Any], person_id: UUID):
    """Record that a person consents for a vertical: active with evidence, else pending until it is verified."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        person = people.find_by_uuid(session, actor, person_id)
        vertical = records.named_vertical(session, told["vertical_id"], "vertical_id")
        made = consenting_core.capture(session, actor, person, vertical, _given(session, actor, told))
        return Answer(201, people_shapes.consent(session, actor, made), {"Location": f"/consents/{made.uuid}"})

    return perform("consent.capture", work)


def _given(session: Session, actor: Actor, told: dict[str, Any]) -> Given:
    ids = [*told["evidence_attachment_ids"]]
    if told["verification_document_attachment_id"] is not None:
        ids.append(told["verification_document_attachment_id"])
    by = claims.somebody(session, actor, told["captured_by"], target="captured_by")
    return Given(
        active_from=told["active_from"],
        active_until=told["active_until"],
        mode=told["capture_mode"],
        evidence=[Evidence(attachment=_attachment(session, actor, public_id)) for public_id in dict.fromkeys(ids)],
        captured_by_id=by.id if by else None,
    )


def _attachment(session: Session, actor: Actor, public_id: UUID):
    try:
        return attachments.find(session, actor, public_id)
    except NotFound as absent:
        raise InvalidInput("There is no such file.", target="evidence_attachment_ids") from absent


@of_persons.route("/<uuid:person_id>/consents", methods=["GET"])
@needs(*READ)
@of_persons.arguments(ConsentFilterSchema, location="query")
@of_persons.response(200, people_shapes.ConsentListSchema)
def index(asked: dict[str, Any], person_id: UUID):
    """List a person's consents for the caller's verticals, and those that wait or that the caller took down.

    The newest come first.
    """
    actor = current_actor()
    person = people.find_by_uuid(db.session, actor, person_id)
    record_reading(db.session, actor, "consent.list", person=person.id)
    found = consenting_core.of_person(db.session, actor, people.find_by_uuid(db.session, actor, person_id))
    if asked["vertical_id"] is not None:
        found = [consent for consent in found if consent.vertical.uuid == asked["vertical_id"]]
    if asked["status"]:
        found = [consent for consent in found if consents.status_now(consent).value == asked["status"]]
    return respond(
        Answer(200, page_of([people_shapes.consent(db.session, actor, consent) for consent in found], asked))
    )


@blueprint.route("/<uuid:consent_id>", methods=["GET"])
@needs(*READ)
@blueprint.response(200, people_shapes.ConsentSchema)
def show(consent_id: UUID):
    """Read a consent as it stands at this moment."""
    actor = current_actor()
    record_reading(db.session, actor, "consent.read", consent=consenting_core.find(db.session, actor, consent_id).id)
    found = consenting_core.find(db.session, actor, consent_id)
    return respond(Answer(200, people_shapes.consent(db.session, actor, found)))


@blueprint.route("/<uuid:consent_id>/versions", methods=["GET"])
@needs(*READ)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, people_shapes.ConsentVersionListSchema)
def versions(asked: dict[str, Any], consent_id: UUID):
    """Read what a consent said at each step; for administrators and auditors."""
    actor = current_actor()
    found = consenting_core.find(db.session, actor, consent_id)
    kept = consenting_core.versions(db.session, actor, found)
    return respond(Answer(200, page_of([people_shapes.consent_version(one) for one in kept], asked)))


@blueprint.route("/<uuid:consent_id>/verify", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(ConsentVerifySchema)
@blueprint.response(200, ConsentVerifiedSchema)
def verify(told: dict[str, Any], consent_id: UUID):
    """Confirm a pending consent, as somebody else than who took it down."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        found = consenting_core.find(session, actor, consent_id)
        by = claims.somebody(session, actor, told["verified_by"], target="verified_by")
        claims.moment(told["verified_at"], not_before=None, target="verified_at")
        found = consenting_core.verify(session, actor, found, verified_by_id=by.id if by else None)
        return Answer(200, _stands(found, "verified_at", found.verified_at))

    return perform("consent.verify", work)


@blueprint.route("/<uuid:consent_id>/reject", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ConsentRejectedSchema)
def reject(told: dict[str, Any], consent_id: UUID):
    """Turn a pending consent down."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        found = consenting_core.find(session, actor, consent_id)
        found = consenting_core.reject(session, actor, found, reason_code=told["reason_code"], text=told["reason_text"])
        return Answer(200, _stands(found, "rejected_at", found.rejected_at))

    return perform("consent.reject", work)


@blueprint.route("/<uuid:consent_id>/withdraw", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ConsentWithdrawnSchema)
def withdraw(told: dict[str, Any], consent_id: UUID):
    """Take a consent back, from this moment: every case that rests on it is suspended."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        found = consenting_core.find(session, actor, consent_id)
        found = consenting_core.withdraw(
            session, actor, found, reason_code=told["reason_code"], text=told["reason_text"]
        )
        return Answer(200, _stands(found, "effective_at", found.withdrawn_at))

    return perform("consent.withdraw", work)


@blueprint.route("/<uuid:consent_id>/renew", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(RenewSchema)
@blueprint.response(200, people_shapes.ConsentSchema)
def renew(told: dict[str, Any], consent_id: UUID):
    """Give an active or expired consent a new period; it becomes a new version."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        found = consenting_core.find(session, actor, consent_id)
        found = consenting_core.renew(session, actor, found, _given(session, actor, told))
        return Answer(200, people_shapes.consent(session, actor, found))

    return perform("consent.renew", work)


def _stands(consent, name: str, at) -> dict[str, Any]:
    return {
        "consent_id": str(consent.uuid),
        "status": consents.status_now(consent).value,
        name: mapping.moment(at),
    }
