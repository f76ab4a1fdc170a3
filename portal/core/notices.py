"""Notices: what somebody should know about a case without having asked.

A notice names the case and what kind of thing happened, never a person and nothing that was written. What somebody
may not see is not told to them: a notice about a case that they do not see waits until they do. Acting clears it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import clock, covers, paging, remits
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.impartiality import impartial
from portal.core.models import Case, Notice, Participant, User, Vertical, VerticalMember
from portal.core.paging import Cursor, Page
from portal.core.permissions import Permission, holders, visible_cases
from portal.core.vocabulary import READ_ONLY, ParticipantStatus, Role

GIVEN, ASSIGNED, MESSAGE = "case.given", "case.assigned", "message.in"
APPROVAL, INVITATION = "approval.asked", "participant.asked"  # each followed by the number of what was asked
LINK, TOKEN = "account.link", "account.token"  # what was done to the reader's own account
SECOND_FACTOR, IDENTITY = "account.second_factor", "account.identity"
PAGE = 25
MOST = 99  # more are not counted
MOST_TO_ACCOUNT = 20


@dataclass(frozen=True)
class Told:
    """A notice with the case that it is about, where it is about one; ``covered`` is whom the reader covers for."""

    notice: Notice
    case: Case | None
    covered: str = ""

    @property
    def is_new(self) -> bool:
        """Whether it still waits to be read."""
        return self.notice.cleared_at is None


def tell_owners(session: Session, case: Case, kind: str, text: str) -> None:
    """Tell whoever owns the case; where nobody does, the supervisors of its vertical."""
    _write(session, _owners(session, case), case, kind, text)


def tell(session: Session, actor: Actor, users: Iterable[int], case: Case, kind: str, text: str) -> None:
    """Tell these users, but not whoever did it, and nobody who was told the same and has not read it yet."""
    _write(session, set(users) - {actor.user_id}, case, kind, text, but={actor.user_id}, once=True)


def _write(
    session: Session,
    users: Iterable[int],
    case: Case,
    kind: str,
    text: str,
    *,
    but: Collection[int | None] = (),
    once: bool = False,
) -> None:
    """Tell these users, and those who cover for them now."""
    users = set(users)
    wanted = {**covers.stand_ins(session, users), **dict.fromkeys(users)}
    same = Notice.user_id.in_(wanted), Notice.case_id == case.id, Notice.kind == kind, Notice.cleared_at.is_(None)
    told = set(session.scalars(sa.select(Notice.user_id).where(*same))) if once and wanted else set()
    about = {"kind": kind, "case_id": case.id, "text": text}
    new = sorted(wanted.keys() - told - set(but))
    session.add_all(Notice(user_id=one, covered_id=wanted[one], **about) for one in new)


def of_assignment(session: Session, actor: Actor, case: Case, to: int, *, as_owner: bool = True) -> None:
    """Somebody was given a case, or put beside its owner."""
    kind, text = (GIVEN, "was given to you") if as_owner else (ASSIGNED, "was assigned to you")
    tell(session, actor, [to], case, kind, f"{case.reference} {text}.")


def of_message(session: Session, actor: Actor, case: Case) -> None:
    """A message came in: its owner is told. A case that nobody has waits in the work-list for whoever takes it."""
    if case.owner_id is not None:
        tell(session, actor, [case.owner_id], case, MESSAGE, f"A message came in on {case.reference}.")


def of_question(session: Session, actor: Actor, case: Case, question: int) -> None:
    """An approval is asked for: those of the case's vertical who may give one are told."""
    users = _members(session, case.primary_vertical, Permission.APPROVE)
    tell(session, actor, users, case, f"{APPROVAL}.{question}", f"An approval is asked for on {case.reference}.")


def of_invitation(session: Session, actor: Actor, case: Case, part: int, vertical: Vertical) -> None:
    """A vertical is asked to take part: those of it who may answer are told."""
    users = _members(session, vertical, Permission.OPT_IN)
    tell(
        session, actor, users, case, f"{INVITATION}.{part}", f"Your service was asked to take part in {case.reference}."
    )


_TO_ACCOUNT = {
    LINK: "A link to choose a new password for your account was made",
    TOKEN: "A token that acts as you was issued",
    SECOND_FACTOR: "Your second factor was taken away",
    IDENTITY: "Who you are at your sign-in provider was forgotten",
}


def of_account(session: Session, actor: Actor, user_id: int, kind: str) -> None:
    """Something was done by which an account opens to others: its owner is told, unless it was they who did it."""
    if actor.user_id != user_id:
        text = f"{_TO_ACCOUNT[kind]} by {actor.name}."
        session.add(Notice(user_id=user_id, kind=kind, text=text, by_id=actor.user_id))


def to_account(session: Session, actor: Actor) -> list[Notice]:
    """What others did to the actor's own account, the newest first, read or not; at most MOST_TO_ACCOUNT."""
    mine = Notice.user_id == actor.user_id, Notice.case_id.is_(None), Notice.kind.in_(_TO_ACCOUNT)
    query = sa.select(Notice).where(*mine).options(joinedload(Notice.by))
    return list(session.scalars(query.order_by(Notice.id.desc()).limit(MOST_TO_ACCOUNT)))


def settle(session: Session, case: Case, kind: str, number: int) -> None:
    """What was asked has its answer: it waits for nobody any more."""
    of = Notice.case_id == case.id, Notice.kind == f"{kind}.{number}", Notice.cleared_at.is_(None)
    session.execute(sa.update(Notice).where(*of).values(cleared_at=clock.now()))


def page(session: Session, actor: Actor, *, cursor: Cursor | None = None, limit: int = PAGE) -> Page:
    """What *actor* was told: what is new first, the newest first. Raises InvalidInput for a foreign cursor."""
    query = sa.select(Notice).where(_shown_to(actor)).options(joinedload(Notice.by))
    found = paging.newest_first(session, query, Notice.rank, Notice.id, cursor=cursor, limit=limit)
    numbers = {notice.case_id for notice in found.rows} - {None}
    known = {case.id: case for case in session.scalars(sa.select(Case).where(Case.id.in_(numbers)))} if numbers else {}
    away = {notice.covered_id for notice in found.rows} - {None}
    names = dict(session.execute(sa.select(User.id, User.name).where(User.id.in_(away))).all()) if away else {}
    told = [Told(one, known.get(one.case_id), names.get(one.covered_id, "")) for one in found.rows]
    return replace(found, rows=told)


def waiting(session: Session, actor: Actor) -> int:
    """How many notices *actor* has not read; more than MOST are counted as one more than that."""
    found = sa.select(Notice.id).where(_shown_to(actor), Notice.cleared_at.is_(None)).limit(MOST + 1)
    return session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def clear(session: Session, actor: Actor, number: int) -> Notice:
    """Put a notice of one's own away. Raises NotFound."""
    found = session.scalar(sa.select(Notice).where(Notice.id == number, _shown_to(actor)))
    if found is None:
        raise NotFound("There is no such notice.", target="notice")
    found.cleared_at = found.cleared_at or clock.now()
    return found


def clear_all(session: Session, actor: Actor) -> None:
    """Put away all that *actor* can see of what they were told."""
    _clear(session, _shown_to(actor))


def put_away(session: Session, actor: Actor, cases: Collection[int]) -> None:
    """Put away what *actor* was told of these cases, which they have just opened."""
    _clear(session, sa.and_(Notice.user_id == actor.user_id, Notice.case_id.in_(cases)))


def _clear(session: Session, which: sa.ColumnElement[bool]) -> None:
    """Mark as read. A marker of the reader's own, not casework: it is no audit event."""
    query = sa.update(Notice).where(which, Notice.cleared_at.is_(None)).values(cleared_at=clock.now())
    session.execute(query.execution_options(synchronize_session=False))


def _shown_to(actor: Actor) -> sa.ColumnElement[bool]:
    """One's own notices: about no case, about one that is seen, or about one that one's vertical is asked about."""
    seen = sa.select(1).select_from(Case).where(Case.id == Notice.case_id, visible_cases(actor)).correlate(Notice)
    asked = sa.select(1).select_from(Participant).join(Case, Case.id == Participant.case_id)
    asked = asked.where(
        Participant.case_id == Notice.case_id,
        Participant.vertical_id.in_(actor.vertical_ids),
        Participant.status == ParticipantStatus.PENDING_OPT_IN,
        Case.lifecycle_status.not_in(READ_ONLY),
        Case.restricted.is_(False),
        remits.place(actor.remit),
        impartial(actor),
    ).correlate(Notice)
    invited = sa.and_(Notice.kind.startswith(INVITATION), asked.exists())
    return sa.and_(Notice.user_id == actor.user_id, sa.or_(Notice.case_id.is_(None), seen.exists(), invited))


def _owners(session: Session, case: Case) -> list[int]:
    if case.owner_id is not None:
        return [case.owner_id]
    query = sa.select(User.id).join(VerticalMember, VerticalMember.user_id == User.id)
    query = query.where(User.role == Role.SUPERVISOR, User.active)
    return list(session.scalars(query.where(VerticalMember.vertical_id == case.primary_vertical_id).order_by(User.id)))


def _members(session: Session, vertical: Vertical, permission: Permission) -> list[int]:
    """The people of a vertical whose role holds a permission there."""
    query = sa.select(User.id).join(VerticalMember, VerticalMember.user_id == User.id)
    able = User.active, User.kind == "person", User.role.in_(holders(permission, vertical.pack))
    return list(session.scalars(query.where(VerticalMember.vertical_id == vertical.id, *able)))
