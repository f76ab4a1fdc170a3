"""One generated case as rows: a function of the seed and the case's place in the series, and of nothing else."""

import datetime as dt
import random
import uuid
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from portal.core import people
from portal.core.keys import blind_index
from portal.core.vocabulary import (
    Answer,
    Delivery,
    Direction,
    Origin,
    Priority,
    Status,
    WorkState,
)
from portal.demo import words

Row = dict[str, Any]


def _cumulated(*shares: int) -> tuple[int, ...]:
    return tuple(accumulate(shares))


BLOCK = 10  # of ten cases in a row, seven bring a new person and three go on with one of these
NEW_PEOPLE = 7

# By the door that the vertical answers; how many of a hundred cases are its own.
DOORS = {door.name: door for door in (Origin.CONSTITUENCY, Origin.HELPLINE, Origin.CORRESPONDENCE)}
_DOORS, _SHARES = tuple(DOORS), _cumulated(35, 45, 20)
_S = Status
# How far a case has come, as the steps it took after the intake chain, and how many of a hundred came so far.
_COURSES: tuple[tuple[int, tuple[tuple[Status, str, str | None], ...]], ...] = (
    (54, ()),
    (6, ((_S.STABILIZED, "stabilize", None),)),
    (24, ((_S.STABILIZED, "stabilize", None), (_S.CLOSED, "close", "OBJECTIVES_MET"))),
    (
        8,
        (
            (_S.STABILIZED, "stabilize", None),
            (_S.CLOSED, "close", "NO_FURTHER_ACTION"),
            (_S.ARCHIVED, "archive", "RETENTION"),
        ),
    ),
    (
        4,
        (
            (_S.STABILIZED, "stabilize", None),
            (_S.CLOSED, "close", "OBJECTIVES_MET"),
            (_S.REOPENED, "reopen", "NEW_INFORMATION"),
        ),
    ),
    (4, ((_S.SUSPENDED, "suspend", "POLICY_SUSPENSION"),)),
)
_COURSE_SHARES = _cumulated(*(share for share, _ in _COURSES))
_INTAKE = ((None, _S.DRAFT, "create"), (_S.DRAFT, _S.SUBMITTED, "submit"))
_INTAKE_ON = ((_S.SUBMITTED, _S.VERIFIED, "verify"), (_S.VERIFIED, _S.ACTIVE, "activate"))
_MOMENTS = {
    _S.SUBMITTED: "submitted_at",
    _S.VERIFIED: "verified_at",
    _S.ACTIVE: "activated_at",
    _S.SUSPENDED: "suspended_at",
    _S.STABILIZED: "stabilized_at",
    _S.CLOSED: "closed_at",
    _S.REOPENED: "reopened_at",
    _S.ARCHIVED: "archived_at",
}
_KEEPS_REASON = (_S.SUSPENDED, _S.CLOSED, _S.ARCHIVED, _S.REOPENED)
_WORK_STATES, _WORK_STATE_SHARES = tuple(WorkState), _cumulated(6, 3, 1)
_PRIORITIES, _PRIORITY_SHARES = (Priority.LOW, Priority.MEDIUM, Priority.HIGH), _cumulated(3, 5, 2)
_MESSAGE_SHARES = _cumulated(20, 25, 25, 15, 10, 5)  # none, one, two …
_NOTE_SHARES = _cumulated(60, 30, 10)
_ADULT_BORN = dt.date(1945, 1, 1).toordinal()


@dataclass(frozen=True)
class Ground:
    """What generated cases stand on: verticals by code, workers of each, and the moment from which time counts back."""

    seed: int
    present: dt.datetime
    verticals: dict[str, tuple[int, str]]  # id and reference prefix
    workers: dict[str, tuple[tuple[int, str], ...]]  # id and name
    uuid_base: int


@dataclass
class Rows:
    """Rows of one batch by table, every row of a table with the same columns."""

    people: list[Row] = field(default_factory=list)
    keys: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    cases: list[Row] = field(default_factory=list)
    parts: list[Row] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)
    suspensions: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    reviews: list[Row] = field(default_factory=list)


def uuid_of(ground: Ground, kind: int, number: int) -> uuid.UUID:
    """A public id that the same seed makes again; ascending, so that a million of them fill an index in order."""
    return uuid.UUID(int=ground.uuid_base | kind << 56 | number, version=4)


def person_index(index: int) -> int:
    """Whose case this is: the index of the case that brought its person."""
    return index if index % BLOCK < NEW_PEOPLE else index - 5


def add_person(rows: Rows, ground: Ground, index: int, person_id: int) -> None:
    """The person whom case *index* brings, with the words they are found by and a phone number kept for fiction."""
    chance = random.Random(f"person {ground.seed} {index}")  # noqa: S311 - invented data, the same for a seed
    given, family = chance.choice(words.GIVEN_NAMES), chance.choice(words.FAMILY_NAMES)
    name = f"{given} {family}"
    at = ground.present - dt.timedelta(days=chance.uniform(0, 700))
    rows.people.append(
        {
            "id": person_id,
            "uuid": uuid_of(ground, 1, index),
            "full_name": name,
            "name_key": people.fold(name),
            "dob": dt.date.fromordinal(_ADULT_BORN + chance.randrange(29000)),
            "sex": chance.choice(("121", "122")),
            "created_at": at,
            "updated_at": at,
        }
    )
    rows.keys.extend({"person_id": person_id, "kind": "name", "key": word} for word in {given.lower(), family.lower()})
    number = f"+1{chance.randrange(200, 1000)}55501{chance.randrange(100):02d}"
    rows.contacts.append(
        {
            "person_id": person_id,
            "kind": "phone",
            "value": number,
            "blind": blind_index(f"phone:{number}"),
            "blind_suffix": blind_index(f"suffix:{number[-7:]}"),
            "created_at": at,
        }
    )


def add_case(rows: Rows, ground: Ground, index: int, case_id: int, person_id: int) -> None:
    """Case *index* with its course through the lifecycle, its thread and its notes."""
    chance = random.Random(f"case {ground.seed} {index}")  # noqa: S311 - as above
    code = _pick(chance, _DOORS, _SHARES)
    vertical_id, prefix = ground.verticals[code]
    worker_id, worker = chance.choice(ground.workers[code])
    opened = ground.present - dt.timedelta(seconds=chance.randrange(3600, 400 * 86400))
    course = _pick(chance, _COURSES, _COURSE_SHARES)[1]
    steps = [*_INTAKE, *_INTAKE_ON]
    for target, action, reason in course:
        steps.append((steps[-1][1], target, action, reason))
    moments = _moments(chance, ground.present, opened, len(course))
    last = moments[-1]
    row = _case_row(ground, chance, index, case_id, code, vertical_id, prefix, opened)
    row["subject_person_id"], row["owner_id"] = person_id, worker_id if chance.random() < 0.9 else None
    _follow(rows, row, steps, moments, worker_id, worker)
    told = _add_thread(rows, ground, chance, index, row, opened, worker_id, worker)
    row["last_actioned_at"] = row["updated_at"] = max(last, told)
    _plan_review(rows, ground, chance, index, row)
    rows.cases.append(row)
    role = "client" if code == "HELPLINE" else "reporter"
    rows.parts.append({"case_id": case_id, "person_id": person_id, "role": role, "position": 0, "created_at": opened})


def _pick(chance: random.Random, options: Sequence[Any], shares: tuple[int, ...]) -> Any:
    return options[bisect(shares, chance.random() * shares[-1])]


def _moments(chance: random.Random, present: dt.datetime, opened: dt.datetime, later: int) -> list[dt.datetime]:
    """When each step was taken: the intake chain at once, the rest at growing distances up to the present."""
    parts = sorted(chance.random() for _ in range(later))
    return [opened] * 4 + [opened + (present - opened) * part for part in parts]


def _case_row(
    ground: Ground, chance: random.Random, index: int, case_id: int, code: str, vertical_id: int, prefix: str, opened
) -> Row:
    summary, narrative, topic = chance.choice(words.MATTERS[code])
    helpline = code == "HELPLINE"
    return {
        "id": case_id,
        "uuid": uuid_of(ground, 2, index),
        "reference": f"{prefix}-{case_id:06d}",
        "root_id": case_id,
        "origin": DOORS[code],
        "primary_vertical_id": vertical_id,
        "prior_status": None,
        "status_reason": None,
        "work_state": _pick(chance, _WORK_STATES, _WORK_STATE_SHARES),
        "escalated": helpline and chance.random() < 0.05,
        "priority": _pick(chance, _PRIORITIES, _PRIORITY_SHARES),
        "immediate_danger": Answer.NO if helpline else Answer.NOT_ASKED,
        "gbv": chance.choice((Answer.YES, Answer.NO, Answer.NOT_ASKED)) if helpline else Answer.NOT_ASKED,
        "summary": summary,
        "narrative": narrative,
        "plan": chance.choice(words.PLANS),
        "category": topic if helpline else "1",
        "case_type": topic if code == "CONSTITUENCY" else None,
        "contact_type": str(chance.randrange(1, 5)) if code == "CONSTITUENCY" else None,
        "active_from": opened,
        "created_at": opened,
        **dict.fromkeys(_MOMENTS.values()),
    }


def _follow(rows: Rows, row: Row, steps: list, moments: list[dt.datetime], worker_id: int, worker: str) -> None:
    """Write the history of the steps and leave the case in the state that the last one reached."""
    for (source, target, action, *reason), at in zip(steps, moments, strict=True):
        code = reason[0] if reason else ("INTAKE" if source else None)
        rows.history.append(
            {
                "case_id": row["id"],
                "from_status": source,
                "to_status": target,
                "action": action,
                "reason_code": code,
                "actor_id": worker_id,
                "actor_name": worker,
                "at": at,
            }
        )
        if target in _MOMENTS:
            row[_MOMENTS[target]] = at
        row["lifecycle_status"] = target
        row["status_reason"] = code if target in _KEEPS_REASON else None
    if row["lifecycle_status"] is _S.SUSPENDED:
        row["prior_status"] = _S.ACTIVE
        rows.suspensions.append(
            {"case_id": row["id"], "reason_code": row["status_reason"], "by_system": False, "at": moments[-1]}
        )


def _plan_review(rows: Rows, ground: Ground, chance: random.Random, index: int, row: Row) -> None:
    """A third of the open cases are looked at again on some day, a few of them on one that has passed."""
    row["review_date"] = None
    if row["lifecycle_status"] in (_S.CLOSED, _S.ARCHIVED) or chance.random() > 0.33:
        return
    row["review_date"] = (ground.present + dt.timedelta(days=chance.randrange(-10, 60))).date()
    rows.reviews.append(
        {
            "uuid": uuid_of(ground, 5, index),
            "case_id": row["id"],
            "date": row["review_date"],
            "assigned_to_id": row["owner_id"],
            "created_at": row["created_at"],
        }
    )


def _add_thread(
    rows: Rows, ground: Ground, chance: random.Random, index: int, row: Row, opened, worker_id: int, worker: str
) -> dt.datetime:
    """Up to five messages to and fro, and up to two notes; returns when the last of them was written."""
    last = opened
    span = ground.present - opened
    times = sorted(chance.random() for _ in range(_pick(chance, range(6), _MESSAGE_SHARES)))
    for number, part in enumerate(times):
        inbound = number % 2 == 0
        last = opened + span * part
        rows.messages.append(
            {
                "uuid": uuid_of(ground, 3, index * 8 + number),
                "case_id": row["id"],
                "direction": Direction.INBOUND if inbound else Direction.OUTBOUND,
                "kind": "letter" if inbound else "portal",
                "sender": {} if inbound else {"name": worker, "user_id": worker_id},
                "text": chance.choice(words.INBOUND if inbound else words.OUTBOUND),
                "delivery": Delivery.RECEIVED if inbound else Delivery.RECORDED,
                "author_id": None if inbound else worker_id,
                "sent_at": last,
                "created_at": last,
            }
        )
    for number in range(_pick(chance, range(3), _NOTE_SHARES)):
        at = opened + span * chance.random()
        last = max(last, at)
        rows.notes.append(
            {
                "uuid": uuid_of(ground, 4, index * 8 + number),
                "case_id": row["id"],
                "author_id": worker_id,
                "author_name": worker,
                "text": chance.choice(words.NOTES),
                "at": at,
                "created_at": at,
                "updated_at": at,
            }
        )
    return last
