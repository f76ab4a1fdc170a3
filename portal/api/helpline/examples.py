"""The contracts' own examples (001, 002), for the document of the dialect."""

from typing import Any

_NOBODY = dict.fromkeys(
    "nationality_id national_id_type_id national_id lang_id tribe_id phone phone2 email".split(), ""
)
_CLIENT = {
    "fname": "Ras Singh",
    "age_t": "0",
    "age": "22",
    "dob": "1046120400",
    "age_group_id": "361953",
    "location_id": "258783",
    "sex_id": "",
    "landmark": "",
    **_NOBODY,
    ".id": "86164",
}
_PERPETRATOR = {
    "fname": "Patel",
    "age_t": "0",
    "age": "44",
    "dob": "353365200",
    "age_group_id": "361955",
    "age_group": "31-45",
    "location_id": "",
    "sex_id": "121",
    "sex": "^Male",
    "landmark": "",
    **_NOBODY,
    **dict.fromkeys(
        "relationship_id shareshome_id health_id employment_id marital_id guardian_fullname notes".split(), ""
    ),
    ".id": "",
}

REPORT: dict[str, Any] = {
    "src": "walkin",
    "src_uid": "walkin-100-1741960667824",
    "src_address": "",
    "src_uid2": "walkin-100-1741960667824-2",
    "src_usr": "100",
    "src_vector": "2",
    "src_callid": "walkin-100-1741960667824",
    "src_ts": "1741960667.824",
    "reporter": _CLIENT,
    "clients_case": [_CLIENT],
    "perpetrators_case": [_PERPETRATOR],
    "attachments_case": [],
    "services": [],
    "knowabout116_id": "",
    "case_category_id": "362484",
    "narrative": "---",
    "plan": "---",
    "justice_id": "",
    "assessment_id": "",
    "priority": "1",
    "status": "1",
    "escalated_to_id": "0",
}
WEBFORM: dict[str, Any] = {**REPORT, "src": "webform", "gbv_related": True}
CHANGES: dict[str, Any] = {"plan": "Referred to the children's office.", "priority": "1"}
RECEIPT: dict[str, Any] = {
    "id": "case_987654",
    "status": "open",
    "created_at": "2025-03-15T14:30:00Z",
    "assigned_to": "agent_001",
    "reference_number": "HL-CMS-000123",
}
RECEIPTS: dict[str, Any] = {"cases": [RECEIPT], "next": None}
CASE: dict[str, Any] = {**REPORT, **RECEIPT}
CODES: dict[str, Any] = {"list": "case_category", "codes": [{"id": "362484", "label": "General"}]}
FILE: dict[str, Any] = {
    "attachment_id": "0b9f7f5e-3c86-4f0e-9d54-0f6c1c1b7a11",
    "file_name": "statement.pdf",
    "content_type": "application/pdf",
    "size_bytes": 48210,
}
ORGANISATION = {"organization_name": "CPMIS System", "organization_email": "admin@cpmis.org"}
TOKEN: dict[str, Any] = {
    "status": "success",
    "message": "Authentication token generated successfully.",
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIuLi4ifQ.c2lnbmF0dXJl",  # pragma: allowlist secret
    "organization_id": "123",
    "expires": "2025-06-15T14:30:00.000Z",
}
