"""What is told at the door, before it becomes records: people, their parts, and a report as a whole.

Browser and dialects alike fill these; ``intake.take`` makes them a case. Nothing here is validated beyond its type:
a report of harm is kept as it was told, and what is doubtful in it is flagged with a ``Doubt``.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.core.models import Vertical
from portal.core.vocabulary import AgeUnit, NameKnown, Origin


@dataclass(frozen=True)
class PersonTold:
    """A person as told, with the field set of contract 001. ``person_id`` is an existing person who was chosen."""

    full_name: str = ""
    name_known: NameKnown | None = None  # None: judged by the name itself
    given_name: str | None = None
    family_name: str | None = None
    organisation_name: str | None = None
    dob: dt.date | None = None
    dob_raw: str | None = None
    age_value: int | None = None
    age_unit: AgeUnit | None = None
    age_group: str | None = None
    age_group_label: str | None = None
    sex: str | None = None
    sex_label: str | None = None
    nationality: str | None = None
    national_id_type: str | None = None
    national_id: str | None = None
    language: str | None = None
    tribe: str | None = None
    location: str | None = None
    landmark: str | None = None
    address: str | None = None
    phone: str | None = None
    phone2: str | None = None
    phone_safe: str = "not_asked"
    phone_wish: str = ""
    email: str | None = None
    external_id: str | None = None
    person_id: int | None = None
    blanks: Mapping[str, str] = field(default_factory=dict)  # why a fact is empty although it was asked
    # The part in the case, which belongs to the case and not to the person.
    relationship_code: str | None = None
    shares_home: str | None = None
    health: str | None = None
    employment: str | None = None
    marital: str | None = None
    guardian_name: str | None = None
    notes: str | None = None


@dataclass(frozen=True)
class Doubt:
    """A value that was kept as it came because no list knows it, or because two values disagree."""

    list_name: str
    field: str
    raw: str
    note: str = ""


@dataclass(frozen=True)
class ServiceTold:
    """A service or referral named in a report; a bare word is kept as its label."""

    kind: str = "service"
    code: str | None = None
    label: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """How a report was delivered. ``retry_key`` is None where nothing in it tells a retry from a second report."""

    payload_digest: str
    raw: str
    retry_key: str | None = None
    src: str = ""
    src_uid: str = ""
    src_uid2: str = ""
    src_address: str = ""
    src_usr: str = ""
    src_vector: str = ""
    src_callid: str = ""
    src_ts: str = ""


@dataclass(frozen=True)
class Report:
    """Everything that is told about one case. ``facts`` are columns of the case."""

    origin: Origin
    vertical: Vertical
    facts: Mapping[str, Any]
    reporter: PersonTold | None = None
    clients: tuple[PersonTold, ...] = ()
    perpetrators: tuple[PersonTold, ...] = ()
    reporter_is_client: bool = False  # the person at the door speaks for themselves
    services: tuple[ServiceTold, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    receipt: Receipt | None = None
