"""The words of this dialect for what core knows, and back (contract 000)."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy.orm import Session

from portal.core import clients, consents, tags
from portal.core.actors import Actor
from portal.core.case_pages import State
from portal.core.models import Case, Person
from portal.core.permissions import Permission, may
from portal.core.vocabulary import LIVE, Status, WorkState
from portal.core.words import Meaning

FOR_ACTION, CLOSED, WAITING_REPLY, WAITING = 1, 2, 3, 4

# What a statusID asks for. It never suspends: that is a lock, and none of this dialect's.
MEANINGS: dict[int, tuple[Meaning, WorkState | None]] = {
    FOR_ACTION: (Meaning.LIVE, WorkState.FOR_ACTION),
    CLOSED: (Meaning.CLOSED, None),
    WAITING_REPLY: (Meaning.LIVE, WorkState.WAITING_REPLY),
    WAITING: (Meaning.LIVE, WorkState.WAITING),
}
_WORKED_ON = LIVE - {Status.STABILIZED}
_OF_WORK = {
    WorkState.FOR_ACTION: FOR_ACTION,
    WorkState.WAITING_REPLY: WAITING_REPLY,
    WorkState.WAITING: WAITING,
}
_OF_STATUS = {
    Status.STABILIZED: FOR_ACTION,  # somebody must close it
    Status.SUSPENDED: WAITING,
    Status.CLOSED: CLOSED,
    Status.ARCHIVED: CLOSED,
}


def status_of(status: Status, work_state: WorkState) -> int:
    """The statusID under which a case in this state is shown."""
    return _OF_STATUS.get(status) or _OF_WORK[work_state]


def states_of(status_id: int) -> tuple[State, ...]:
    """The states that are shown under a statusID: the same table, read the other way."""
    whole = frozenset(status for status, shown in _OF_STATUS.items() if shown == status_id)
    worked_on = tuple(State(_WORKED_ON, work_state) for work_state, shown in _OF_WORK.items() if shown == status_id)
    return worked_on + ((State(whole),) if whole else ())


def office_zone() -> ZoneInfo:
    """The office's time zone, in which this dialect tells and takes its times."""
    return ZoneInfo(current_app.extensions["settings"].time_zone)


def told(moment: dt.datetime | None) -> str:
    """A moment as this dialect writes it: office time, to the second, without a zone."""
    return moment.astimezone(office_zone()).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def day(date: dt.date | None) -> str:
    """A date, or an empty text."""
    return date.isoformat() if date else ""


def number(code: str | None) -> int | str | None:
    """A code as the number it is; one that came through another door and is none is told as it is."""
    return int(code) if code and code.isascii() and code.isdigit() else code


def names(person: Person) -> tuple[str, str]:
    """First name and surname. Where only a whole name is known, its last word is the surname."""
    if person.given_name or person.family_name:
        return person.given_name or "", person.family_name or ""
    first, _, last = person.full_name.rpartition(" ")
    return (first, last) if first else (last, "")


def constituent(person: Person | None) -> dict[str, Any]:
    """The constituent as part of a case; empty texts, never null, for what is not known."""
    if person is None:
        return {"id": None, "firstname": "", "surname": "", "organisationName": ""}
    firstname, surname = names(person)
    return {
        "id": person.id,
        "firstname": firstname,
        "surname": surname,
        "organisationName": person.organisation_name or "",
    }


def case(session: Session, actor: Actor, shown: Case) -> dict[str, Any]:
    """The case object of contract 000."""
    return cases(session, actor, [shown])[0]


def cases(session: Session, actor: Actor, shown: Collection[Case]) -> list[dict[str, Any]]:
    """Several case objects, with as many statements as one takes.

    Nothing that is written in a case is told once consent to it was withdrawn.
    """
    closed = consents.withdrawn_among(session, shown)
    people = clients.of_cases(session, shown)
    worn = tags.of_cases(session, [each.id for each in shown])
    told = [_case(actor, each, people.get(each.id), worn.get(each.id, [])) for each in shown]
    return [{**each, "summary": "", "customFields": {}} if each["id"] in closed else each for each in told]


def _case(actor: Actor, shown: Case, client: Person | None, tag_ids: list[int]) -> dict[str, Any]:
    return {
        "id": shown.id,
        "caseID": shown.id,
        "summary": shown.summary,
        "status": status_of(shown.lifecycle_status, shown.work_state),
        "caseType": number(shown.case_type),
        "category": number(shown.category),
        "contactType": number(shown.contact_type),
        "created": told(shown.created_at),
        "lastActioned": told(shown.last_actioned_at),
        "reviewDate": day(shown.review_date),
        "assignedTo": shown.owner_id,
        "assignedInitials": shown.owner.initials if shown.owner else "",
        "createdBy": shown.created_by_id,
        "tagged": ",".join(str(tag_id) for tag_id in tag_ids),
        "customFields": dict(shown.custom_fields),
        "restrictions": [{"type": "restricted"}] if shown.restricted else [],
        "userPermissions": _permissions(actor, shown),
        "constituent": constituent(client),
    }


def _permissions(actor: Actor, shown: Case) -> dict[str, bool]:
    """What the caller may do with a case they see; what a client sends of this is ignored."""

    def allowed(permission: Permission) -> bool:
        return may(actor, permission, shown)

    return {
        "view": True,
        "edit": allowed(Permission.UPDATE),
        "delete": allowed(Permission.ARCHIVE),
        "manage": allowed(Permission.ASSIGN) and allowed(Permission.TRANSFER),
    }
