"""How each dialect is entered: what makes a case there, how it is read again, and what a failure looks like.

A dialect joins all tests of this folder with an entry in DOORS.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.vocabulary import Dialect

Json = Mapping[str, Any]


Call = tuple[str, str, dict[str, Any]]  # method, path, body


@dataclass(frozen=True)
class Facts:
    """Ids of what an office has before anybody calls."""

    vertical: str
    other_vertical: str
    program: str
    place: str
    worker: str
    persons: tuple[str, ...]  # twelve, verified
    consents: tuple[str, ...]  # of each of them
    households: tuple[str, ...]  # two, verified


@dataclass(frozen=True, kw_only=True)
class Door:
    """A dialect from outside. The number makes each case another report: from 1 to 12 where it needs a person."""

    create: Callable[[int, Facts], Call]
    read: Callable[[Json, Json], str]  # from what was sent and what was answered to the path of the case
    failure: Callable[[int], set[str]]  # the keys of a failure with this status
    # From what creating twelve cases was answered to ids that exist: by name, or by operation and name.
    ids: Callable[[Facts, list[Json]], Mapping[str, tuple]]
    beside: Callable[[int], list[Call]] = lambda _number: []  # is made with each case
    has_states: bool = False  # whether its operations ask for cases in different states
    ends_its_token: tuple[tuple[str, str], ...] = ()
    never_succeeds: tuple[str, ...] = ()  # operations that nobody who only guesses gets a 2xx from


def _constituency(number: int, _facts: Facts) -> Call:
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


def _helpline(number: int, _facts: Facts) -> Call:
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


def _correspondence(number: int, _facts: Facts) -> Call:
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


def _interventions(number: int, facts: Facts) -> Call:
    return (
        "POST",
        "/cases/",
        {
            "subject_type": "person",
            "subject_id": facts.persons[number - 1],
            "primary_vertical_id": facts.vertical,
            "program_id": facts.program,
            "geo_scope_ids": [facts.place],
        },
    )


def _constituency_ids(_facts: Facts, made: list[Json]) -> dict[str, tuple]:
    cases = tuple(case["id"] for case in made)
    one_to_twelve = tuple(range(1, 13))
    untag = "DELETE /api/ajax/cases/{number}/tags/{tag_number}"
    return {
        "number": one_to_twelve,
        "tag_number": one_to_twelve,
        f"{untag} number": cases[:1],
        f"{untag} tag_number": (1,),
        "GET /api/ajax/cases/statistics/casetype/{number} number": (64, 86),
        "caseID": cases,
        "mergeCaseID": cases[-2:],
        "tagID": one_to_twelve,
        "constituentID": (1, 2, 3),
        "assignedTo": (1,),
        "assignedToID": (1,),
        "contactTypeID": (1, 4),
        "caseTypeID": (64, 86),
        "statusID": (1, 3),
        "categoryTypeID": (1, 2),
    }


def _helpline_ids(_facts: Facts, made: list[Json]) -> dict[str, tuple]:
    names = (made[0]["id"], made[1]["id"].removeprefix("case_"), made[2]["reference_number"])
    return {"reference": names * 2, "list_name": ("sex", "case_category") * 2}


def _correspondence_ids(_facts: Facts, made: list[Json]) -> dict[str, tuple]:
    uids = tuple(case["caseUid"] for case in made)
    return {"externalID": uids, "caseUid": uids}


def _interventions_ids(facts: Facts, made: list[Json]) -> dict[str, tuple]:
    cases = tuple(case["case_id"] for case in made)
    return {
        "case_id": cases,
        "PATCH /cases/{case_id} case_id": cases[-2:],  # which nobody suspends meanwhile
        "person_id": facts.persons,
        "consent_id": facts.consents,
        "household_id": facts.households,
        "vertical_id": (facts.vertical,),
        "subject_id": facts.persons,
        "primary_vertical_id": (facts.vertical,),
        "participant_vertical_ids": (facts.other_vertical,),
        "program_id": (facts.program,),
        "geo_id": (facts.place,),
        "geo_scope_ids": (facts.place,),
        "user_id": (facts.worker,),
        "POST /attachments/ target_id": cases + facts.persons + facts.households,
    }


_STEPS = (
    *("submit", "verify", "activate", "suspend", "resume", "stabilize", "close", "archive", "reopen"),
    *("transfer-owner", "split", "unmerge"),
)
_SPOKEN = (401, 403, 404, 405, 429)

DOORS: Mapping[Dialect, Door] = {
    Dialect.CONSTITUENCY: Door(
        create=_constituency,
        read=lambda _sent, answered: f"/api/ajax/cases/{answered['id']}",
        failure=lambda _status: {"error"},
        ids=_constituency_ids,
        beside=lambda number: [
            ("POST", "/api/ajax/tags", {"tag": f"Tag {number}"}),
            ("POST", f"/api/ajax/cases/{number}/tags", {"tagID": number}),
        ],
        ends_its_token=(("POST", "/api/ajax/auth/logout"),),
        never_succeeds=("POST /api/ajax/auth",),
    ),
    Dialect.HELPLINE: Door(
        create=_helpline,
        read=lambda _sent, answered: f"/api/cases/{answered['id']}",
        failure=lambda status: {"status", "message"} if status in _SPOKEN else {"error"},
        ids=_helpline_ids,
        never_succeeds=("POST /api/webhook/webform/auth/token/",),
    ),
    Dialect.CORRESPONDENCE: Door(
        create=_correspondence,
        read=lambda sent, _answered: f"/v1/case/{sent['caseUid']}",
        failure=lambda _status: {"error"},
        ids=_correspondence_ids,
    ),
    Dialect.INTERVENTIONS: Door(
        create=_interventions,
        read=lambda _sent, answered: f"/cases/{answered['case_id']}",
        failure=lambda _status: {"error"},
        ids=_interventions_ids,
        has_states=True,
        # Guesses seldom bring the state, the reason and the second person that these need together.
        never_succeeds=tuple(
            f"POST {path}"
            for path in (
                *(f"/cases/{{case_id}}/{step}" for step in _STEPS),
                "/cases/{case_id}/participants",
                "/cases/{case_id}/participants/{vertical_id}/opt-in",
                "/cases/{case_id}/participants/{vertical_id}/remove",
                "/cases/{case_id}/assignments/{assignment_id}/end",
                "/cases/conflicts/{conflict_id}/dismiss",
                "/cases/conflicts/{conflict_id}/resolve",
                "/cases/merge",
                "/consents/{consent_id}/reject",
                "/consents/{consent_id}/renew",
                "/consents/{consent_id}/verify",
                "/consents/{consent_id}/withdraw",
                "/households/{household_id}/members/{person_id}/end",
                "/households/{household_id}/verify",
                "/persons/{person_id}/archive",
                "/persons/{person_id}/consents",
                "/persons/{person_id}/restore",
                "/persons/{person_id}/verify",
                "/workflows/instances",
                "/workflows/instances/{workflow_instance_id}/approvals",
            )
        )
        + ("GET /attachments/{attachment_id}/content", "GET /consents/{consent_id}/versions"),
    ),
}
