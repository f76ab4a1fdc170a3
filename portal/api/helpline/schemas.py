"""The shapes of contracts 001 and 002. Fields stand in the order in which a missing one is reported."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow.experimental.context import Context

from portal.api.bodies import MISSING
from portal.api.dialect import Loose
from portal.api.helpline.fields import Arrival, Birth, Mandatory, Moment, PersonOrName, Some, Told
from portal.core.organisations import WITH_DEFAULTS

_YES_OR_NO = frozenset(("true", "false", "1", "0"))


class PersonSchema(Loose):
    """A reporter or a client (contract 001, "Reporter")."""

    fname = Told()
    age_t = Told(metadata={"description": "0 = years, 1 = months."})
    age = Told()
    dob = Birth(metadata={"description": "Local midnight, in seconds of the Unix epoch."})
    age_group_id = Told()
    age_group = Told()
    location_id = Told()
    sex_id = Told()
    sex = Told()
    landmark = Told()
    nationality_id = Told()
    national_id_type_id = Told()
    national_id = Told()
    lang_id = Told()
    tribe_id = Told()
    phone = Told()
    phone2 = Told()
    email = Told()
    external_id = Told(data_key=".id")


class ReporterSchema(PersonSchema):
    """A reporter, who has to be called something."""

    fname = Mandatory()


class PerpetratorSchema(PersonSchema):
    """An alleged perpetrator (contract 001, "Perpetrators Case")."""

    relationship_id = Told()
    shareshome_id = Told()
    health_id = Told()
    employment_id = Told()
    marital_id = Told()
    guardian_fullname = Told()
    notes = Told()


class DeliverySchema(Loose):
    """What both doors take beside what they insist on."""

    src = Told()
    src_uid = Told()
    src_address = Told()
    src_uid2 = Told()
    src_usr = Told()
    src_vector = Told()
    src_callid = Told()
    src_ts = Arrival()
    clients_case = Some(PersonOrName(PersonSchema))
    perpetrators_case = Some(PersonOrName(PerpetratorSchema))
    attachments_case = Some(ma.fields.Raw())
    services = Some(ma.fields.Raw())
    referals = Some(ma.fields.Raw(), metadata={"description": "As some clients spell it."})
    referrals = Some(ma.fields.Raw())
    knowabout116_id = Told()
    justice_id = Told()
    assessment_id = Told()
    escalated_to_id = Told()


class CaseSchema(DeliverySchema):
    """The body of ``POST /api/cases/`` (contract 001)."""

    reporter = ma.fields.Nested(ReporterSchema, required=True, error_messages={"null": MISSING})
    case_category_id = Mandatory()
    narrative = Mandatory()
    plan = Told()
    priority = Told(metadata={"description": "1 = high, 2 = medium, 3 = low, unless agreed otherwise."})
    status = Told(metadata={"description": "1 = open, 2 = closed, 3 = open and escalated."})
    gbv_related = Told()


class DefaultsOfSender(Context[Mapping[str, str]]):
    """What an organisation has chosen to be read where it sends nothing (contract 002, last paragraph)."""


def _filled(body: dict[str, Any], defaults: Mapping[str, str]) -> dict[str, Any]:
    """The body with the sender's own defaults in blank places. Nobody's answer or account is ever made up."""
    for name in WITH_DEFAULTS:
        place, _, key = name.rpartition(".")
        holder = body[place] if place else body
        if defaults.get(name) and isinstance(holder, dict) and str(holder.get(key) or "").strip() == "":
            holder = {**holder, key: defaults[name]}
            body = {**body, place: holder} if place else holder
    return body


class WebformSchema(DeliverySchema):
    """The body of ``POST /api/webhook/webform/`` (contract 002)."""

    reporter = ma.fields.Nested(ReporterSchema, required=True)
    gbv_related = ma.fields.Raw(
        required=True,
        allow_none=False,
        metadata={"type": ["boolean", "string", "integer"]},
    )
    case_category_id = Mandatory()
    narrative = Mandatory()
    plan = Mandatory()
    priority = Mandatory()
    status = Mandatory()

    @ma.pre_load
    def unwrap(self, body: Any, **_options: Any) -> Any:
        """Take the fields flat or under ``data``; a reporter who is not there lacks a name first of all."""
        if not isinstance(body, dict):
            return body
        if isinstance(body.get("data"), dict) and "reporter" not in body:
            body = body["data"]
        told = {name: value for name, value in body.items() if not (name == "gbv_related" and value in (None, ""))}
        return _filled({**told, "reporter": told.get("reporter") or {}}, DefaultsOfSender.get({}))

    @ma.validates("gbv_related")
    def _is_yes_or_no(self, value: Any, **_options: Any) -> None:
        if isinstance(value, float | list | dict) or str(value).strip().lower() not in _YES_OR_NO:
            raise ma.ValidationError("Not yes or no.")


class ChangesSchema(Loose):
    """The body of ``POST /api/cases/<id>``: what is blank or missing stays as it is."""

    plan = Told()
    priority = Told()
    status = Told()
    escalated_to_id = Told()
    justice_id = Told()
    assessment_id = Told()
    disposition_id = Told()


class ReceiptSchema(Loose):
    """The five keys with which both doors answer."""

    id = ma.fields.String(required=True, metadata={"example": "case_987654"})
    status = ma.fields.String(required=True, validate=ma.validate.OneOf(("open", "closed")))
    created_at = ma.fields.String(required=True, metadata={"format": "date-time"})
    assigned_to = ma.fields.String(required=True, allow_none=True, metadata={"example": "agent_001"})
    reference_number = ma.fields.String(required=True, metadata={"example": "HL-CMS-000123"})


class ReceiptsSchema(Loose):
    """A page of cases; ``next`` leads to the one after it."""

    cases = ma.fields.List(ma.fields.Nested(ReceiptSchema), required=True)
    next = ma.fields.String(required=True, allow_none=True)


class ListingSchema(Loose):
    """What a page of cases is asked for with."""

    limit = ma.fields.Integer(load_default=50, validate=ma.validate.Range(min=1, max=200))
    cursor = ma.fields.String(load_default=None)
    status = ma.fields.String(load_default=None, validate=ma.validate.OneOf(("open", "closed")))


class PersonSaidSchema(PerpetratorSchema):
    """A person as told back; blank where nothing is known or nothing may be seen."""

    dob = Moment()
    fname = Told()


class CaseSaidSchema(ReceiptSchema):
    """A whole case: the keys of the request beside the five of the answer."""

    src = Told()
    src_uid = Told()
    src_address = Told()
    src_uid2 = Told()
    src_usr = Told()
    src_vector = Told()
    src_callid = Told()
    src_ts = Told()
    reporter = ma.fields.Nested(PersonSaidSchema)
    clients_case = ma.fields.List(ma.fields.Nested(PersonSaidSchema))
    perpetrators_case = ma.fields.List(ma.fields.Nested(PersonSaidSchema))
    attachments_case = ma.fields.List(ma.fields.Dict())
    services = ma.fields.List(ma.fields.Dict())
    knowabout116_id = Told()
    case_category_id = Told()
    narrative = Told()
    plan = Told()
    justice_id = Told()
    assessment_id = Told()
    priority = Told()
    escalated_to_id = Told()


class CodeSchema(Loose):
    """One entry of a code list."""

    id = ma.fields.String(required=True)
    label = ma.fields.String(required=True)


class CodesSchema(Loose):
    """A code list."""

    list_name = ma.fields.String(required=True, data_key="list")
    codes = ma.fields.List(ma.fields.Nested(CodeSchema), required=True)


class FileSchema(Loose):
    """A stored file; ``attachment_id`` goes into ``attachments_case`` of a report."""

    attachment_id = ma.fields.String(required=True, metadata={"format": "uuid"})
    file_name = ma.fields.String(required=True)
    content_type = ma.fields.String(required=True)
    size_bytes = ma.fields.Integer(required=True)


class OrganisationSchema(Loose):
    """The body of the token endpoint (contract 002), which has its own words for what is missing."""

    says_required = True

    organization_name = Mandatory()
    organization_email = Mandatory()


class TokenSchema(Loose):
    """The answer of the token endpoint (contract 002)."""

    status = ma.fields.Constant("success")
    message = ma.fields.String(required=True)
    token = ma.fields.String(required=True)
    organization_id = ma.fields.String(required=True)
    expires = ma.fields.String(required=True, metadata={"format": "date-time"})
