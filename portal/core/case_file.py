"""The case file: what of a case goes onto paper, chosen part by part, for a reason that the audit keeps."""

import enum
from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import (
    attachments,
    audit,
    case_people,
    cases,
    consent_register,
    consents,
    merging,
    reasons,
    restriction,
    timeline,
)
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.models import Attachment, Case, CasePerson, CaseStatusHistory, Consent, Service
from portal.core.permissions import Permission, require
from portal.core.timeline import Entry, Kind
from portal.core.vocabulary import PersonRole

# What one file holds at most of a thread, so that making it costs a known amount of memory; the newest are kept.
MOST_ENTRIES = 2_000
MOST_CHARACTERS = 800_000
A_LINE = 40  # what a line costs beside its letters, in letters


class Part(enum.StrEnum):
    """What can be chosen."""

    PEOPLE = "people"
    IDENTITY_NUMBERS = "identity_numbers"
    STORY = "story"
    MESSAGES = "messages"
    NOTES = "notes"
    STATES = "states"
    SERVICES = "services"
    FILES = "files"
    CONSENTS = "consents"


# What staff wrote for staff, and what a thief could use, go in when they are asked for.
USUAL = frozenset(Part) - {Part.NOTES, Part.IDENTITY_NUMBERS}


@dataclass
class CaseFile:
    """A case and those merged into it as its maker may read them; a part that was not chosen is empty."""

    case: Case
    parts: frozenset[Part]
    joined: dict[int, str]  # what was merged into the case, by number: references
    closed: list[str]  # references of those of them of which nothing is read: their consent was withdrawn
    reason: str
    people: list[CasePerson] = field(default_factory=list)
    messages: list[Entry] = field(default_factory=list)  # oldest first, as are the lists below
    notes: list[Entry] = field(default_factory=list)
    states: list[CaseStatusHistory] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    shortened: set[Part] = field(default_factory=set)  # of these the oldest were left out: there are too many


def export(
    session: Session,
    actor: Actor,
    case: Case,
    parts: Collection[Part],
    *,
    reason_code: str | None,
    text: str | None = None,
    form: str = "pdf",
) -> CaseFile:
    """Collect what was chosen, in a fixed number of statements, and write down who took it out and why.

    ``form`` is what it is made into. Raises Forbidden, ReadOnly while somebody's data is restricted, ConsentRequired
    once consent was withdrawn, and InvalidInput for a missing reason or where nothing is chosen.
    """
    require(actor, Permission.EXPORT, case)
    restriction.require_usable_case(session, case)
    numbers = merging.readable(session, actor, case)
    code, text = reasons.given(reasons.EXPORT, reason_code, text, text_with_other=True)
    if not parts:
        raise InvalidInput("Choose what goes into the file.", target="parts", problem="missing")
    joined = merging.members(session, actor, case)
    closed = [reference for number, reference in joined.items() if number not in numbers]
    made = CaseFile(case, frozenset(parts), joined, closed, code)
    _collect(session, actor, made, numbers)
    said = {
        "parts": sorted(made.parts),
        "form": form,
        "reason_code": code,
        "with": [n for n in numbers if n != case.id],
    }
    audit.append(
        session, actor, "case.export", case=case, details=said, values={"reason": (None, text)} if text else None
    )
    return made


def _collect(session: Session, actor: Actor, made: CaseFile, numbers: list[int]) -> None:
    case, parts = made.case, made.parts
    identifiers = Part.IDENTITY_NUMBERS in parts
    everybody = case_people.of_case(session, case, identifiers=identifiers, group=numbers)
    if parts & {Part.PEOPLE, Part.IDENTITY_NUMBERS}:
        made.people = everybody
    if Part.MESSAGES in parts:
        made.messages = _thread(session, actor, made, numbers, Part.MESSAGES, Kind.MESSAGE)
    if Part.NOTES in parts:
        made.notes = _thread(session, actor, made, numbers, Part.NOTES, Kind.NOTE)
    if Part.STATES in parts:
        steps = sa.select(CaseStatusHistory).where(CaseStatusHistory.case_id.in_(numbers))
        made.states = list(session.scalars(steps.order_by(CaseStatusHistory.at, CaseStatusHistory.id)))
    if Part.SERVICES in parts:
        made.services = case_people.services(session, case, group=numbers)
    if Part.FILES in parts:
        both = [attachments.of_cases(session, numbers, of_messages=came) for came in (False, True)]
        made.files = sorted((file for found in both for file in found), key=lambda file: file.id)
    if Part.CONSENTS in parts:
        clients = {part.person_id for part in everybody if part.role == PersonRole.CLIENT}
        asked = clients.union(consents.subjects(session, case))
        made.consents = consent_register.of_people(session, actor, asked)[::-1]


def _thread(session: Session, actor: Actor, made: CaseFile, numbers: list[int], part: Part, kind: Kind) -> list[Entry]:
    """The newest entries of a kind, oldest first; as many as one file takes."""
    page = timeline.page(session, actor, made.case, kinds={kind}, limit=MOST_ENTRIES, group=numbers)
    kept, room = [], MOST_CHARACTERS
    for entry in page.entries:
        text = (entry.text or "") + (entry.subject or "")
        room -= len(text) + A_LINE * text.count("\n")
        if room < 0 and kept:
            break
        kept.append(entry)
    if page.older is not None or len(kept) < len(page.entries):
        made.shortened.add(part)
    return kept[::-1]


def find(session: Session, actor: Actor, number: int) -> Case:
    """The case with what its file says of it before all parts. Raises NotFound."""
    shown = (Case.owner, Case.subject_person, Case.subject_household, Case.program)
    return cases.find(session, actor, number, options=[joinedload(name) for name in shown])
