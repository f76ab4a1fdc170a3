"""Attachments: what is known of files, who may see them, and to what they belong. The bytes lie elsewhere."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, cases, consents, households, under_glass
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, ConsentRequired, InvalidInput, NotFound
from portal.core.guards import Facts, Refusal
from portal.core.models import (
    Attachment,
    Case,
    Consent,
    ConsentEvidence,
    Household,
    Message,
    Organisation,
    Person,
    User,
)
from portal.core.permissions import Permission, require, visible_cases, visible_consents, visible_people
from portal.core.vocabulary import Status

# What is taken; everything else could run or draw something where it is opened.
KINDS = frozenset(
    "application/pdf application/msword application/rtf application/vnd.ms-excel application/vnd.ms-powerpoint "
    "application/vnd.oasis.opendocument.text application/vnd.oasis.opendocument.spreadsheet "
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document "
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet "
    "application/vnd.openxmlformats-officedocument.presentationml.presentation "
    "audio/aac audio/amr audio/mp4 audio/mpeg audio/ogg audio/x-wav audio/x-flac "
    "image/gif image/heic image/jpeg image/png image/tiff image/webp image/bmp "
    "video/3gpp video/mp4 video/mpeg video/quicktime video/webm video/x-msvideo text/plain".split()
)
CLASSIFICATIONS = ("general", "identity", "medical", "legal", "evidence", "consent")


@dataclass(frozen=True)
class Brought:
    """A file whose bytes are stored already; ``content_type`` is what they say, None when that is no kind known."""

    name: str
    checksum: str
    size_bytes: int
    content_type: str | None


@dataclass(frozen=True)
class Told:
    """A file of a case with what a list says of it beside: who brought it, and which message it came with."""

    file: Attachment
    by: str
    message_id: int | None = None
    message_at: dt.datetime | None = None


def add(
    session: Session,
    actor: Actor,
    file: Brought,
    *,
    case: Case | None = None,
    person: Person | None = None,
    household: Household | None = None,
    target_type: str = "case",
    classification: str = "general",
    description: str = "",
) -> Attachment:
    """Record a file: of a case, a person or a household, or to be linked later.

    Raises Forbidden, ReadOnly, and InvalidInput for a kind of file that is not taken or an unknown classification.
    """
    if case is not None:
        cases.require_writable(session, actor, case, Permission.ATTACH)
    else:
        require(actor, Permission.ATTACH)
    under_glass.require_known(session, actor, person, household)
    check(file, classification)
    made = Attachment(
        organisation_id=actor.organisation_id,
        case_id=case.id if case is not None else None,
        person_id=person.id if person is not None else None,
        household_id=household.id if household is not None else None,
        target_type=target_type,
        file_name=plain_name(file.name),
        content_type=file.content_type,
        size_bytes=file.size_bytes,
        checksum=file.checksum,
        classification=classification,
        description=description,
        state="stored",
        uploaded_by_id=actor.user_id,
    )
    session.add(made)
    session.flush()
    audit.append(session, actor, "attachment.add", case=case, details={"attachment": made.id, "size": file.size_bytes})
    return made


def check(file: Brought, classification: str = "general") -> None:
    """Raise InvalidInput for an empty file, a kind that is not taken, or an unknown classification."""
    if file.size_bytes == 0:
        raise InvalidInput("The file is empty.", target="file")
    if file.content_type not in KINDS:
        raise InvalidInput("This kind of file is not taken.", target="file")
    if classification not in CLASSIFICATIONS:
        raise InvalidInput("This classification is not known.", target="classification", allowed=list(CLASSIFICATIONS))


def refusal(facts: Facts) -> Refusal | None:
    """Why no file can be added to a case now, and who can lift that: what ``add`` would raise, known beforehand."""
    if Permission.ATTACH not in facts.granted:
        return Refusal("G4", "You may not add files to this case.", facts.holders[Permission.ATTACH])
    if facts.merged:
        who = f"{facts.holders[Permission.MERGE]}, by undoing the merge"
        return Refusal("state", "The case was merged into another; files are added there.", who)
    if facts.status is Status.SUSPENDED:
        return Refusal("state", "The case is suspended and read-only.", facts.holders[Permission.RESUME])
    if facts.status is Status.ARCHIVED:
        return Refusal("state", "The case is archived and read-only.", "Nobody")
    if facts.consent_problem is not None:
        return Refusal("G2", facts.consent_problem, "The person, by giving consent")
    return None


def find(session: Session, actor: Actor, public_id: Any) -> Attachment:
    """The stored file with that id, so as to name it. Raises NotFound when absent or not for *actor*.

    A file of a case is for those who see the case. Any other is for whoever brought it; what proves a consent is for
    those who are told of that consent, and what proves none for those who see the person or household that it is of.
    """
    return _one(session, actor, Attachment.uuid == _uuid(public_id))


def read(session: Session, actor: Actor, public_id: Any) -> Attachment:
    """The same, so as to read it. Raises NotFound, and ConsentRequired once consent to the case was withdrawn."""
    return _readable(session, actor, find(session, actor, public_id))


def find_numbered(session: Session, actor: Actor, number: int) -> Attachment:
    """The stored file with that number, for doors that count their files. Raises as ``read`` does."""
    return _readable(session, actor, _one(session, actor, Attachment.id == number))


def not_of_closed_cases(actor: Actor) -> sa.ColumnElement[bool]:
    """Files that belong to no case, or to one that *actor* may see: what else they prove does not name the others."""
    seen = sa.select(Case.id).where(Case.id == Attachment.case_id, visible_cases(actor)).correlate(Attachment)
    return sa.or_(Attachment.case_id.is_(None), seen.exists())


def _one(session: Session, actor: Actor, which: sa.ColumnElement[bool]) -> Attachment:
    # By its own index first: asked together with what may be seen, all of that would be gathered.
    found = session.scalar(sa.select(Attachment).where(which, Attachment.state == "stored"))
    if found is None or not _is_for(session, actor, found):
        raise NotFound("There is no such file.", target="attachment_id")
    return found


def _is_for(session: Session, actor: Actor, file: Attachment) -> bool:
    if file.case_id is not None:
        return _there(session, sa.select(Case.id).where(Case.id == file.case_id, visible_cases(actor)))
    if _brought_by(actor, file):
        return True
    proven = sa.select(Consent.id).join(ConsentEvidence, ConsentEvidence.consent_id == Consent.id)
    proven = proven.where(ConsentEvidence.attachment_id == file.id)
    if _there(session, proven):
        told = proven.join(Person, Person.id == Consent.person_id)
        return _there(session, told.where(visible_people(actor), visible_consents(actor)))
    if file.person_id is not None:
        seen = sa.select(Person.id).where(Person.id == file.person_id, visible_people(actor))
        if _there(session, seen):
            return True
    return file.household_id is not None and _there(
        session,
        sa.select(Household.id).where(Household.id == file.household_id, households.visible_households(actor)),
    )


def _there(session: Session, query: sa.Select) -> bool:
    return session.scalar(query.limit(1)) is not None


def _readable(session: Session, actor: Actor, file: Attachment) -> Attachment:
    if file.case_id is not None:
        case = session.get(Case, file.case_id)
        standing = consents.standing(session, case)
        if standing.withdrawn and not actor.reads_hidden(case.id, case.merged_into_id):
            raise ConsentRequired(standing.problem, target="attachment_id")
    return file


def link(session: Session, actor: Actor, public_id: Any, case: Case) -> Attachment:
    """Put a file that was sent before onto a case. Raises NotFound, and AlreadyDone when it belongs to another."""
    found = find(session, actor, public_id)
    if found.case_id == case.id:
        return found
    if found.case_id is not None:
        raise AlreadyDone("This file belongs to another case.", target="attachment_id")
    require(actor, Permission.ATTACH)
    found.case_id = case.id
    audit.append(session, actor, "attachment.link", case=case, details={"attachment": found.id})
    return found


def of_case(session: Session, case: Case) -> list[Attachment]:
    """The stored files of a case, in the order in which they came."""
    query = sa.select(Attachment).where(Attachment.case_id == case.id, Attachment.state == "stored")
    return list(session.scalars(query.order_by(Attachment.id)))


def of_cases(session: Session, case_ids: list[int], *, of_messages: bool) -> list[Attachment]:
    """The stored files of these cases that came with a message, or those that did not, in order of arrival."""
    query = sa.select(Attachment).where(Attachment.case_id.in_(case_ids), Attachment.state == "stored")
    came_with_one = Attachment.message_id.is_not(None)
    return list(session.scalars(query.where(came_with_one if of_messages else ~came_with_one).order_by(Attachment.id)))


def told(session: Session, case_ids: Collection[int]) -> list[Told]:
    """The stored files of these cases, newest first: who brought each, and the message that it came with."""
    query = (
        sa.select(Attachment, User.name, Organisation.name, Message.id, Message.sent_at)
        .outerjoin(User, User.id == Attachment.uploaded_by_id)
        .outerjoin(Organisation, Organisation.id == Attachment.organisation_id)
        .outerjoin(Message, Message.id == Attachment.message_id)
        .where(Attachment.case_id.in_(case_ids), Attachment.state == "stored")
        .order_by(Attachment.created_at.desc(), Attachment.id.desc())
    )
    return [Told(file, user or partner or "", *message) for file, user, partner, *message in session.execute(query)]


def of_messages(session: Session, message_ids: Collection[int]) -> dict[int, list[Attachment]]:
    """The stored files that came with these messages, by message, in order of arrival."""
    found: dict[int, list[Attachment]] = {}
    query = sa.select(Attachment).where(Attachment.message_id.in_(message_ids), Attachment.state == "stored")
    for file in session.scalars(query.order_by(Attachment.id)):
        found.setdefault(file.message_id, []).append(file)
    return found


def _brought_by(actor: Actor, file: Attachment) -> bool:
    """A user's own uploads; those of a partner are its organisation's."""
    if actor.user_id is not None:
        return file.uploaded_by_id == actor.user_id
    return file.organisation_id == actor.organisation_id and file.uploaded_by_id is None


def plain_name(name: str) -> str:
    """The last part of a file name, without control characters; the name is shown, and never used as a path."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in bare if character.isprintable()).strip()[-255:] or "file"


def _uuid(value: Any) -> uuid.UUID:
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        raise NotFound("There is no such file.", target="attachment_id") from None
