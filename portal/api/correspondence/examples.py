"""The contract's own examples, for the document of the dialect."""

from typing import Any

_CUSTOMER = {"name": "John Customer", "email": "john@customer.com", "id": "cust-123"}
_AGENT = {"name": "Support Agent", "email": "agent@company.com", "id": "agent-456"}

PUT_CASE: dict[str, Any] = {
    "caseUid": "case-12345",
    "source": "email-system",
    "created": "2024-01-15T10:00:00Z",
    "updated": "2024-01-15T10:00:00Z",
    "subject": "Customer Support Request",
    "inbox": "support@company.com",
    "status": "open",
    "tags": ["support", "urgent"],
    "customFields": [{"name": "customerType", "value": "premium"}, {"name": "productVersion", "value": "2.1.0"}],
    "messages": [
        {
            "messageUid": "msg-001",
            "created": "2024-01-15T10:00:00Z",
            "type": "email",
            "direction": "Inbound",
            "from": _CUSTOMER,
            "to": [{"name": "Support Team", "email": "support@company.com", "id": "support-team"}],
            "subject": "Help with login issues",
            "text": "I'm having trouble logging into my account...",
            "attachments": ["screenshot-login-error.png"],
        }
    ],
}
PUT_MESSAGE: dict[str, Any] = {
    "caseUid": "case-12345",
    "source": "email-system",
    "created": "2024-01-15T11:00:00Z",
    "updated": "2024-01-15T11:00:00Z",
    "subject": "Customer Support Request",
    "inbox": "support@company.com",
    "status": "in-progress",
    "tags": ["support"],
    "customFields": [{"name": "priority", "value": "high"}],
    "message": {
        "messageUid": "msg-002",
        "created": "2024-01-15T11:00:00Z",
        "type": "email",
        "direction": "Outbound",
        "from": _AGENT,
        "to": [_CUSTOMER],
        "subject": "Re: Help with login issues",
        "text": "Hi John, I can help you with the login issue. Please try...",
        "attachments": [],
    },
}
POST_MESSAGE: dict[str, Any] = {
    "caseUid": "case-12345",
    "messageUid": "msg-003",
    "created": "2024-01-15T12:00:00Z",
    "type": "email",
    "direction": "Inbound",
    "from": _CUSTOMER,
    "to": [_AGENT],
    "subject": "Re: Help with login issues",
    "text": "Thank you! That fixed the issue.",
    "attachments": [],
}
PATCH_CASE: dict[str, Any] = {
    "status": "resolved",
    "updated": "2024-01-15T13:00:00Z",
    "customFields": [{"name": "resolutionTime", "value": "3 hours"}, {"name": "satisfaction", "value": "5"}],
    "onlyUpdateCustomFields": False,
}
OUTCOME: dict[str, Any] = {
    "caseUid": "case-12345",
    "status": "open",
    "created": "2024-01-15T10:00:00Z",
    "updated": "2024-01-15T10:00:00Z",
}

# How requests are refused.
REFUSALS: dict[int, tuple[str, dict[str, Any]]] = {
    400: (
        "Invalid JSON, missing required fields, or validation errors.",
        {"error": "Validation failed", "details": [{"field": "tags[1]", "message": "The tag is repeated."}]},
    ),
    401: ("No token, or one that is not valid here.", {"error": "Unauthorized"}),
    403: ("The token does not cover this.", {"error": "This token does not cover this."}),
    404: ("No such case.", {"error": "Case not found"}),
    409: (
        "The case is suspended or archived.",
        {"error": "The case is suspended and takes no changes; send messages instead."},
    ),
    413: (
        "The body is over 5 MiB, the text of a message over 256 KiB, or custom fields over 32 KiB.",
        {"error": "The text of a message is larger than 256 KiB."},
    ),
    500: ("Something failed on our side; send it again.", {"error": "Internal server error"}),
}
