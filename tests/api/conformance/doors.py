"""How each dialect is entered: what makes a case there, how it is read again, and what a failure looks like.

A dialect joins all tests of this folder with an entry in DOORS.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.vocabulary import Dialect

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Door:
    """A dialect from outside. ``create`` is method, path and body; ``number`` makes each body another report."""

    create: Callable[[int], tuple[str, str, dict[str, Any]]]
    read: Callable[[Json, Json], str]  # from what was sent and what was answered to the path of the case
    failure: Callable[[int], set[str]]  # the keys of a failure with this status
    ids: Mapping[str, tuple]  # by name, or operation and name: what exists after twelve cases
    beside: Callable[[int], list[tuple[str, str, dict[str, Any]]]] = lambda _number: []  # is made with each case
    listed: str | None = None  # a path that tells of the cases one may see
    ends_its_token: tuple[tuple[str, str], ...] = ()
    never_succeeds: tuple[str, ...] = ()  # operations that nobody who only guesses gets a 2xx from


def _constituency(number: int) -> tuple[str, str, dict[str, Any]]:
    return (
        "POST",
        "/api/ajax/cases",
        {
            "contactTypeID": 4,
            "constituentID": 1,
            "caseTypeID": 86,
            "statusID": 1,
            "categoryTypeID": 1,
            "assignedToID": 1,
            "summary": f"Question {number}",
        },
    )


def _helpline(number: int) -> tuple[str, str, dict[str, Any]]:
    return (
        "POST",
        "/api/cases/",
        {
            "src": "walkin",
            "src_uid": f"uid-{number}",
            "reporter": {"fname": f"Reporter {number}"},
            "case_category_id": "362557",
            "narrative": f"Told at the desk, {number}.",
        },
    )


def _correspondence(number: int) -> tuple[str, str, dict[str, Any]]:
    return (
        "PUT",
        "/v1/case",
        {
            "caseUid": f"case-{number}",
            "source": "email-system",
            "created": "2024-01-15T10:00:00Z",
            "updated": "2024-01-15T10:00:00Z",
            "subject": f"Request {number}",
            "messages": [
                {
                    "messageUid": "msg-1",
                    "created": "2024-01-15T10:00:00Z",
                    "type": "email",
                    "direction": "Inbound",
                    "from": {"name": "John Customer", "email": "john@customer.example"},
                    "to": [{"name": "Support", "email": "support@office.example"}],
                    "subject": "Help",
                    "text": "I cannot sign in.",
                    "attachments": [],
                }
            ],
        },
    )


_SPOKEN = (401, 403, 404, 405, 429)

DOORS: Mapping[Dialect, Door] = {
    Dialect.CONSTITUENCY: Door(
        create=_constituency,
        read=lambda _sent, answered: f"/api/ajax/cases/{answered['id']}",
        failure=lambda _status: {"error"},
        beside=lambda number: [
            ("POST", "/api/ajax/tags", {"tag": f"Tag {number}"}),
            ("POST", f"/api/ajax/cases/{number}/tags", {"tagID": number}),
        ],
        ids={
            "number": tuple(range(1, 13)),
            "tag_number": tuple(range(1, 13)),
            "GET /api/ajax/cases/statistics/casetype/{number} number": (64, 86),
            "DELETE /api/ajax/cases/{number}/tags/{tag_number} number": (1,),
            "DELETE /api/ajax/cases/{number}/tags/{tag_number} tag_number": (1,),
            "caseID": tuple(range(1, 13)),
            "mergeCaseID": (11, 12),
            "tagID": tuple(range(1, 13)),
            "constituentID": (1, 2, 3),
            "assignedTo": (1,),
            "assignedToID": (1,),
            "contactTypeID": (1, 4),
            "caseTypeID": (64, 86),
            "statusID": (1, 3),
            "categoryTypeID": (1, 2),
        },
        listed="/api/ajax/cases/search/Question",
        ends_its_token=(("POST", "/api/ajax/auth/logout"),),
        never_succeeds=("POST /api/ajax/auth",),
    ),
    Dialect.HELPLINE: Door(
        create=_helpline,
        read=lambda _sent, answered: f"/api/cases/{answered['id']}",
        failure=lambda status: {"status", "message"} if status in _SPOKEN else {"error"},
        ids={"reference": ("1", "case_2", "HL-CMS-000003"), "list_name": ("sex", "case_category")},
        listed="/api/cases/",
        never_succeeds=("POST /api/webhook/webform/auth/token/",),
    ),
    Dialect.CORRESPONDENCE: Door(
        create=_correspondence,
        read=lambda sent, _answered: f"/v1/case/{sent['caseUid']}",
        failure=lambda _status: {"error"},
        ids={"externalID": ("case-1", "case-2", "case-3"), "caseUid": ("case-1", "case-2", "case-3")},
    ),
}
