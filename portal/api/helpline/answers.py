"""From a case to the words of contracts 001 and 002. Blank stands for what is not known and for what is not shown."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.api.helpline.mapping import zone
from portal.api.helpline.people import AGE_UNITS, CODED, WORDS
from portal.core import attachments, case_people
from portal.core.actors import Actor
from portal.core.models import Case, CasePerson, IntakeReceipt, PersonExternalId, User
from portal.core.permissions import Permission, can
from portal.core.vocabulary import Origin, PersonRole, Status

DESK = "agent_000"  # who a partner is told has its report: the desk, never a name
_CLOSED = (Status.CLOSED, Status.ARCHIVED)
_PRIORITIES = {"high": "1", "medium": "2", "low": "3"}
_SOURCE = "src src_uid src_address src_uid2 src_usr src_vector src_callid src_ts".split()
_UNIT_CODES = {unit: code for code, unit in AGE_UNITS.items()}


def receipt(case: Case) -> dict[str, Any]:
    """The five keys of the contract."""
    return {
        "id": f"case_{case.id}",
        "status": status(case),
        "created_at": case.created_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "assigned_to": agent(case.owner) if case.owner is not None else _nobody(case),
        "reference_number": case.reference,
    }


def status(case: Case) -> str:
    """Open or closed; the finer states are ours."""
    return "closed" if case.lifecycle_status in _CLOSED else "open"


def agent(user: User) -> str:
    """What this door calls a worker."""
    code = user.agent_code or str(user.id)
    return f"agent_{int(code):03d}" if code.isascii() and code.isdecimal() else f"agent_{code}"


def whole(session: Session, actor: Actor, case: Case) -> dict[str, Any]:
    """The keys of the request, as the case stands now, and the five of the answer."""
    delivered = session.scalar(sa.select(IntakeReceipt).where(IntakeReceipt.case_id == case.id).limit(1))
    source = {key: getattr(delivered, key) if delivered is not None else "" for key in _SOURCE}
    return {
        **source,
        **_people(session, actor, case),
        "attachments_case": [{"attachment_id": str(file.uuid)} for file in attachments.of_case(session, case)],
        "services": [
            {"category_id": service.code or "", "name": service.label}
            for service in case_people.services(session, case)
        ],
        "knowabout116_id": case.know_about or "",
        "case_category_id": case.category or "",
        "narrative": case.narrative,
        "plan": case.plan,
        "justice_id": case.justice or "",
        "assessment_id": case.assessment or "",
        "priority": case.priority_raw or _PRIORITIES.get(case.priority.value, ""),
        "escalated_to_id": (case.escalated_to.agent_code or str(case.escalated_to_id)) if case.escalated_to else "0",
        **receipt(case),
    }


def _nobody(case: Case) -> str | None:
    return DESK if case.origin is Origin.WEBFORM else None


def _people(session: Session, actor: Actor, case: Case) -> dict[str, Any]:
    parts = case_people.of_case(session, case, identifiers=True) if can(actor, Permission.VIEW_PEOPLE) else []
    known_as = _external_ids(session, actor, parts)
    here = zone(case.organisation, case.primary_vertical)

    def of(role: PersonRole) -> list[dict[str, str]]:
        return [_person(part, known_as.get(part.person_id, ""), here) for part in parts if part.role == role]

    reporters = of(PersonRole.REPORTER)
    return {
        "reporter": reporters[0] if reporters else dict.fromkeys(_PERSON_KEYS, ""),
        "clients_case": of(PersonRole.CLIENT),
        "perpetrators_case": of(PersonRole.PERPETRATOR),
    }


_PART_KEYS = {
    "relationship_id": "relationship_code",
    "shareshome_id": "shares_home",
    "health_id": "health",
    "employment_id": "employment",
    "marital_id": "marital",
    "guardian_fullname": "guardian_name",
    "notes": "notes",
}
_PERSON_KEYS = [
    *("fname age_t age dob age_group_id age_group location_id sex_id sex landmark nationality_id".split()),
    *("national_id_type_id national_id lang_id tribe_id phone phone2 email .id".split()),
]


def _person(part: CasePerson, known_as: str, here: dt.tzinfo) -> dict[str, str]:
    person = part.person
    phones = [contact.value for contact in person.contacts if contact.kind == "phone"]
    emails = [contact.value for contact in person.contacts if contact.kind == "email"]
    identifier = person.identifiers[0] if person.identifiers else None
    columns = {**CODED, **{key: ("", kept) for key, kept in WORDS.items()}}
    said = {key: getattr(person, columns[key][1], None) or "" for key in _PERSON_KEYS if key in columns}
    said |= {
        "age_t": _UNIT_CODES.get(person.age_unit, ""),
        "age": "" if person.age_value is None else str(person.age_value),
        "dob": person.dob_raw or _epoch(person.dob, here),
        "age_group": person.age_group_label or "",
        "sex": person.sex_label or "",
        "national_id_type_id": identifier.kind if identifier else "",
        "national_id": identifier.value if identifier else "",
        "phone": phones[0] if phones else "",
        "phone2": phones[1] if len(phones) > 1 else "",
        "email": emails[0] if emails else "",
        ".id": known_as,
    }
    if part.role == PersonRole.PERPETRATOR:
        said |= {key: getattr(part, kept) or "" for key, kept in _PART_KEYS.items()}
    return said


def _epoch(date: dt.date | None, here: dt.tzinfo) -> str:
    """A date of birth as this door has it: its local midnight."""
    return "" if date is None else str(int(dt.datetime(date.year, date.month, date.day, tzinfo=here).timestamp()))


def _external_ids(session: Session, actor: Actor, parts: Iterable[CasePerson]) -> dict[int, str]:
    query = sa.select(PersonExternalId.person_id, PersonExternalId.value).where(
        PersonExternalId.organisation_id == actor.organisation_id,
        PersonExternalId.person_id.in_([part.person_id for part in parts]),
    )
    return dict(session.execute(query.order_by(PersonExternalId.id.desc())).all())
