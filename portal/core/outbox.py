"""Messages that can still be taken back: each is held for twenty seconds before it is a message of its case.

Until then it is in no thread, no search and no case file, and its author alone reads it. What is held lies in the
database with the moment at which its time is over: a server that stops loses nothing, and no timer decides.
"""

import datetime as dt
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import attachments, audit, cases, clock, drafts, messages
from portal.core.actors import Actor, from_user
from portal.core.attachments import Brought
from portal.core.database import locked
from portal.core.errors import AlreadyDone, NotFound
from portal.core.models import Attachment, Case, Draft, HeldMessage, Person, User
from portal.core.permissions import Permission

HOLD = dt.timedelta(seconds=20)
AT_ONCE = 100


@dataclass(frozen=True)
class Waiting:
    """What its author sees of a message that is held. ``to`` is None where it goes to nobody."""

    id: int
    text: str
    to: Person | None
    until: dt.datetime
    files: tuple[str, ...] = ()  # by name

    @property
    def is_over(self) -> bool:
        """Whether it can no longer be taken back, and is about to be recorded."""
        return self.seconds_left == 0

    @property
    def seconds_left(self) -> int:
        """For how long it can still be taken back, in whole seconds."""
        return max(0, math.ceil((self.until - clock.now()).total_seconds()))


@dataclass(frozen=True)
class TakenBack:
    """What was written, for its author to go on with."""

    text: str
    recipient_id: int | None
    files: tuple[str, ...] = ()  # those that came with it, which are gone: by name


def hold(
    session: Session,
    actor: Actor,
    case: Case,
    text: str,
    *,
    to: Person | None = None,
    files: Sequence[Brought] = (),
) -> HeldMessage:
    """Send a message after twenty seconds in which it can be taken back. Raises as ``messages.write`` does.

    Its files, whose bytes are stored, are its author's alone until then; they raise as ``attachments.add`` does.
    """
    case = messages.require_sendable(session, actor, case, text, to=to)
    if files:
        cases.require_writable(session, actor, case, Permission.ATTACH)
    brought = [attachments.add(session, actor, file, target_type="message") for file in files]
    now = clock.now()
    held = HeldMessage(
        case_id=case.id,
        author_id=actor.user_id,
        recipient_id=to.id if to else None,
        text=text.strip(),
        files="\n".join(f"{file.file_name}\t{file.id}" for file in brought) or None,
        created_at=now,
        run_at=now + HOLD,
    )
    session.add(held)
    session.flush()
    audit.append(session, actor, "message.hold", case=case, details={"held": held.id})
    return held


def take_back(session: Session, actor: Actor, case: Case, number: int) -> TakenBack:
    """Take back what *actor* has just sent on *case*.

    Whether it is in time is decided by one UPDATE. Raises NotFound for what is not theirs, AlreadyDone when too late.
    """
    numbers = {case.id, cases.root(session, case).id}
    mine = HeldMessage.id == number, HeldMessage.author_id == actor.user_id, HeldMessage.case_id.in_(numbers)
    held = session.scalar(sa.select(HeldMessage).where(*mine))
    if held is None:
        raise NotFound("There is no such message.", target="held")
    taken = TakenBack(held.text or "", held.recipient_id, _names(held))
    files = _files(session, held)
    if not _settle(session, held.id, "cancelled", HeldMessage.run_at > clock.now()):
        raise AlreadyDone("It is too late to take this message back.", target="held")
    for file in files:
        file.state = "removed"
    audit.append(session, actor, "message.unsend", case=session.get(Case, held.case_id), details={"held": number})
    return taken


def waiting(session: Session, actor: Actor, case_ids: Collection[int]) -> list[Waiting]:
    """What *actor* has sent on these cases and is held, in the order in which it was sent."""
    query = sa.select(HeldMessage, Person).outerjoin(Person, Person.id == HeldMessage.recipient_id)
    mine = HeldMessage.author_id == actor.user_id, *_held_on(case_ids)
    return [_shown(held, to) for held, to in session.execute(query.where(*mine).order_by(HeldMessage.id))]


def beside_drafts(
    session: Session, actor: Actor, case_ids: Collection[int], forms: tuple[str, ...], key: str
) -> tuple[dict[str, Draft], list[Waiting]]:
    """All that *actor* has not quite said on a page: their drafts of its forms, and ``waiting``; in one statement."""
    mine = Draft.user_id == User.id, *drafts.running(forms, key)
    query = (
        sa.select(Draft, HeldMessage, Person)
        .select_from(User)
        .outerjoin(Draft, sa.and_(*mine))
        .outerjoin(HeldMessage, sa.and_(HeldMessage.author_id == User.id, *_held_on(case_ids)))
        .outerjoin(Person, Person.id == HeldMessage.recipient_id)
        .where(User.id == actor.user_id)
        .order_by(HeldMessage.id)
    )
    kept, held = {}, {}
    for draft, message, to in session.execute(query):
        if draft is not None:
            kept[draft.form] = draft
        if message is not None:
            held[message.id] = _shown(message, to)
    return kept, list(held.values())


def _held_on(case_ids: Collection[int]) -> tuple[sa.ColumnElement[bool], ...]:
    return HeldMessage.state == "held", HeldMessage.case_id.in_(case_ids)


def _shown(held: HeldMessage, to: Person | None) -> Waiting:
    return Waiting(held.id, held.text or "", to, held.run_at, _names(held))


def _names(held: HeldMessage) -> tuple[str, ...]:
    return tuple(line.partition("\t")[0] for line in (held.files or "").splitlines())


def _files(session: Session, held: HeldMessage) -> Sequence[Attachment]:
    numbers = [line.rpartition("\t")[2] for line in (held.files or "").splitlines()]
    wanted = [int(number) for number in numbers if number.isdecimal()]
    return session.scalars(sa.select(Attachment).where(Attachment.id.in_(wanted))).all() if wanted else []


def named(held: Collection[Waiting]) -> str:
    """What a page shows as held, so that it can ask whether that has changed."""
    return ".".join(str(one.id) for one in held)


def release(session: Session, *, author_id: int | None = None, on: Case | None = None) -> int:
    """Make messages of what was held long enough, of everybody or of one author; tells of how many. A job runs it.

    Each is written in its author's name. What has meanwhile become of the case takes nothing away: it was sent before.
    Who holds a case already releases what waits *on* it and on what was merged into it, and on no other: of two who
    hold one each and wait for that of the other, neither would ever end. All else is held here, in the order of cases.
    """
    due = sa.select(HeldMessage).where(HeldMessage.state == "held", HeldMessage.run_at <= clock.now())
    if author_id is not None:
        due = due.where(HeldMessage.author_id == author_id)
    if on is not None:
        due = due.where(
            HeldMessage.case_id.in_(sa.select(Case.id).where(sa.or_(Case.id == on.id, Case.root_id == on.id)))
        )
    due = due.order_by(HeldMessage.case_id, HeldMessage.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    found = session.scalars(due).all()
    if found:
        _hold_cases(session, {held.case_id for held in found})
    for held in found:
        _release(session, held)
    return len(found)


def _hold_cases(session: Session, numbers: Collection[int]) -> None:
    roots = sa.select(Case.root_id).where(Case.id.in_(numbers), Case.root_id.is_not(None))
    held = sa.select(Case.id).where(sa.or_(Case.id.in_(roots), Case.id.in_(numbers))).order_by(Case.id)
    session.execute(locked(held))


def _release(session: Session, held: HeldMessage) -> None:
    author = from_user(session, session.get(User, held.author_id))
    case = cases.root(session, session.get(Case, held.case_id))
    to = session.get(Person, held.recipient_id) if held.recipient_id else None
    message = messages.record(session, author, case, held.text or "", to=to)
    for file in _files(session, held):
        file.case_id, file.message_id = case.id, message.id
        audit.append(session, author, "attachment.link", case=case, details={"attachment": file.id})
    _settle(session, held.id, "ready", sa.true(), message_id=message.id)


def _settle(session: Session, number: int, state: str, condition: sa.ColumnElement[bool], **values: object) -> bool:
    """Let what is held become something else, if nothing has become of it yet."""
    still = HeldMessage.id == number, HeldMessage.state == "held", condition
    change = sa.update(HeldMessage).where(*still).values(state=state, text=None, files=None, **values)
    return session.execute(change.execution_options(synchronize_session="fetch")).rowcount == 1
