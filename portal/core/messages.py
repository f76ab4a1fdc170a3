"""Messages: what goes to a client and what came from one. Staff-only notes are elsewhere (notes.py), on purpose."""

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, with_expression
from sqlalchemy.orm.interfaces import ORMOption

from portal.core import audit, cases, restriction
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.models import Case, CasePerson, Message, MessageSeen, Note, Person
from portal.core.permissions import Permission, visible_cases
from portal.core.vocabulary import Delivery, Direction


def write(session: Session, actor: Actor, case: Case, text: str, *, to: Person | None = None) -> Message:
    """Write to a person on the case, at once; what can be taken back for a while is written by ``outbox.hold``.

    While the office has no channel, the message is *recorded – not sent*, and that is final: nothing written before
    there is a channel is ever sent by it. Raises InvalidInput, ReadOnly, Forbidden.
    """
    return record(session, actor, require_sendable(session, actor, case, text, to=to), text, to=to)


def require_sendable(session: Session, actor: Actor, case: Case, text: str, *, to: Person | None = None) -> Case:
    """The case on which the message will stand: of a merged one its survivor. Raises as ``write`` does."""
    case = cases.root(session, case)
    cases.require_writable(session, actor, case, Permission.WRITE_MESSAGE)
    if not text.strip():
        raise InvalidInput("Write the message first.", target="text", problem="missing")
    if to is not None and not _is_on_case(session, actor, case, to):
        raise InvalidInput("This person is not on the case.", target="recipient")
    if to is not None:
        restriction.require_usable(to)
    return case


def record(session: Session, actor: Actor, case: Case, text: str, *, to: Person | None = None) -> Message:
    """Write down a message that may be sent, as ``require_sendable`` has found."""
    message = Message(
        case_id=case.id,
        direction=Direction.OUTBOUND,
        channel=None,
        kind="portal",
        sender={"name": actor.name, "user_id": actor.user_id},
        recipients=[{"name": to.display_name, "person_id": to.id}] if to else [],
        recipient_id=to.id if to else None,
        text=text.strip(),
        delivery=Delivery.RECORDED,
        author_id=actor.user_id,
    )
    session.add(message)
    session.flush()
    cases.touch(session, case)
    audit.append(
        session, actor, "message.write", case=case, details={"message": message.id, "delivery": message.delivery}
    )
    return message


def of_case(
    session: Session, case_ids: list[int], *, limit: int, before: tuple[dt.datetime, int] | None = None
) -> list[Message]:
    """The newest messages of these cases, newest first; ``before`` is the (sent_at, id) of the last one shown."""
    query = sa.select(Message).where(Message.case_id.in_(case_ids))
    if before is not None:
        query = query.where(sa.tuple_(Message.sent_at, Message.id) < sa.tuple_(*before))
    return list(session.scalars(query.order_by(Message.sent_at.desc(), Message.id.desc()).limit(limit)))


def through(session: Session, case_ids: list[int], channels: Collection[str], *, limit: int) -> list[Message]:
    """The newest messages of these cases that came or went through one of *channels*, by the sender's word for it."""
    channel = sa.func.lower(sa.func.coalesce(Message.channel, Message.kind))
    query = sa.select(Message).where(Message.case_id.in_(case_ids), channel.in_(channels))
    return list(session.scalars(query.order_by(Message.sent_at.desc(), Message.id.desc()).limit(limit)))


def mark_seen(session: Session, actor: Actor, case_id: int, up_to: dt.datetime) -> None:
    """Remember up to when *actor* has seen the thread. A marker, not casework: it is no audit event."""
    mine = MessageSeen.user_id == actor.user_id, MessageSeen.case_id == case_id
    changed = session.execute(sa.update(MessageSeen).where(*mine).values(up_to=up_to))
    if changed.rowcount == 0:
        session.add(MessageSeen(user_id=actor.user_id, case_id=case_id, up_to=up_to))


def unread_by(actor: Actor) -> ORMOption:
    """For loading a case: let its ``unread`` tell how many messages and notes of others *actor* has not seen in it.

    Whoever has never looked has nothing marked as new, as in the thread itself.
    """
    seen = sa.select(MessageSeen.up_to).where(MessageSeen.user_id == actor.user_id, MessageSeen.case_id == Case.id)
    seen = seen.correlate(Case).scalar_subquery()
    counts = []
    for table, arrived in ((Message, Message.created_at), (Note, Note.at)):
        theirs = sa.or_(table.author_id.is_(None), table.author_id != actor.user_id)
        query = sa.select(sa.func.count()).select_from(table).where(table.case_id == Case.id, arrived > seen, theirs)
        if table is Note:
            query = query.where(Note.deleted_at.is_(None))
        counts.append(query.correlate(Case).scalar_subquery())
    return with_expression(Case.unread, counts[0] + counts[1])


def _is_on_case(session: Session, actor: Actor, case: Case, person: Person) -> bool:
    """Whether they are on the case, or on one merged into it that *actor* sees: the people of both stay."""
    merged = sa.select(Case.id).where(Case.root_id == case.id, visible_cases(actor))
    of_both = sa.or_(CasePerson.case_id == case.id, CasePerson.case_id.in_(merged))
    query = sa.select(CasePerson.id).where(of_both, CasePerson.person_id == person.id)
    return case.subject_person_id == person.id or session.scalar(query.limit(1)) is not None
