"""Breaking the glass: reading a case that is closed to oneself, for some hours, with a reason, and never unseen.

It opens cases that are restricted to others, that another service leads, and what is hidden since consent was
withdrawn (that for a vital interest alone, as nobody else may lift it). Read, and noted in, is all that can be done.
Caseworkers, supervisors and administrators may ask; no organisation and no token. Every request is kept and counted,
whether or not it opens anything, and the answers where there is no such case and where it stays closed are the same:
what is about the asker's own people is opened by nothing.
"""

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, consents, covers, reasons, turns
from portal.core.actors import Actor, from_user
from portal.core.errors import Forbidden, InvalidInput, NotFound, Refused
from portal.core.impartiality import impartial
from portal.core.models import BreakGlassGrant, Case, Notice, User, VerticalMember
from portal.core.permissions import Permission, can, visible_cases
from portal.core.vocabulary import Role

LASTS = dt.timedelta(hours=4)
AN_HOUR = dt.timedelta(hours=1)
MOST_AN_HOUR = 5
BROKEN = "case.break_glass"


@dataclass(frozen=True)
class Answer:
    """What came of a request: the case where it is open now; ``already`` where it was and nothing was needed."""

    case: Case | None
    already: bool = False


def ask(session: Session, actor: Actor, reference: str, *, reason_code: str | None, text: str | None) -> Answer:
    """Open the case with that reference for *actor*, if there is one that can be opened; tell whoever has it.

    Raises Forbidden, InvalidInput for what is missing and for hidden content without a vital interest, and Refused
    after MOST_AN_HOUR requests in an hour.
    """
    require(actor)
    code, text = reasons.given(reasons.BREAK_GLASS, reason_code, text)
    if text is None:
        raise InvalidInput("Say in words why you must read it now.", target="reason_text", problem="missing")
    if not reference.strip():
        raise InvalidInput("Write the reference of the case.", target="reference", problem="missing")
    _require_room(session, actor)
    case = _find(session, actor, reference.strip())
    usual = case is not None and _is_seen(session, replace(actor, openings=frozenset()), case)
    if usual and not consents.standing(session, case).withdrawn:
        return Answer(case, already=True)
    if usual and code != reasons.VITAL_INTEREST:
        raise InvalidInput("Only a vital interest opens what is hidden without consent.", target="reason_code")
    grant = _grant(session, actor, case, code, text, beyond=not usual)
    details = {"grant": grant.id, "reason_code": code}
    chain = None if case is not None else audit.actor_chain(actor)
    values = {"reason": (None, text)}
    audit.append(session, actor, BROKEN, case=case, chain=chain, details=details, values=values)
    if case is not None:
        _tell(session, actor, case)
        grant.notified_at = grant.at
    return Answer(case)


def end(session: Session, actor: Actor, number: int) -> BreakGlassGrant:
    """Close again what *actor* opened. Raises NotFound for what is not theirs or is over."""
    grant = session.get(BreakGlassGrant, number)
    if grant is None or grant.user_id != actor.user_id or grant.case_id is None or not is_open(grant):
        raise NotFound("There is nothing open.", target="grant")
    grant.ended_at = clock.now()
    case = session.get(Case, grant.case_id)
    audit.append(session, actor, "case.break_glass_end", case=case, details={"grant": grant.id})
    return grant


def require(actor: Actor) -> None:
    """Raise Forbidden for whoever may not break the glass: by their role, or because a token asks."""
    if actor.kind != "user" or actor.token_id is not None or not can(actor, Permission.BREAK_GLASS):
        raise Forbidden("You may not break the glass.", target=Permission.BREAK_GLASS.value)


def is_open(grant: BreakGlassGrant) -> bool:
    """Whether a request opened something and neither ended nor ran out."""
    return grant.case_id is not None and grant.ended_at is None and grant.expires_at > clock.now()


def _require_room(session: Session, actor: Actor) -> None:
    turns.take(session, actor.user_id)
    since = BreakGlassGrant.user_id == actor.user_id, BreakGlassGrant.at > clock.now() - AN_HOUR
    asked = session.scalar(sa.select(sa.func.count()).select_from(BreakGlassGrant).where(*since))
    if asked >= MOST_AN_HOUR:
        raise Refused(f"You asked {MOST_AN_HOUR} times within an hour. Wait, or ask a supervisor.", target="reference")


def _find(session: Session, actor: Actor, reference: str) -> Case | None:
    """The case with that reference, or the one in which it lives now, if it is about none of the actor's people."""
    found = session.scalar(sa.select(Case).where(Case.reference == reference.upper(), impartial(actor)))
    if found is None or found.root_id in (None, found.id):
        return found
    return session.scalar(sa.select(Case).where(Case.id == found.root_id, impartial(actor)))


def _is_seen(session: Session, actor: Actor, case: Case) -> bool:
    return session.scalar(sa.select(Case.id).where(Case.id == case.id, visible_cases(actor))) is not None


def _grant(session: Session, actor: Actor, case: Case | None, code: str, text: str, *, beyond: bool) -> BreakGlassGrant:
    """Keep the request; what the actor opened of the same case before is over."""
    at, number = clock.now(), case.id if case is not None else None
    earlier = BreakGlassGrant.user_id == actor.user_id, BreakGlassGrant.case_id == number
    still = BreakGlassGrant.ended_at.is_(None), BreakGlassGrant.expires_at > at
    session.execute(sa.update(BreakGlassGrant).where(*earlier, *still).values(ended_at=at))
    given = {"reason_code": code, "reason_text": text, "beyond": beyond, "at": at, "expires_at": at + LASTS}
    grant = BreakGlassGrant(user_id=actor.user_id, case_id=number, **given)
    session.add(grant)
    session.flush()
    return grant


def _tell(session: Session, actor: Actor, case: Case) -> None:
    """Tell the owner, and who covers for them where that one sees the case; else, or where they did it themself, the
    supervisors of the vertical; else who administers.

    Whoever of these does not see the case is told without its name, and one whose own people it is about not at all.
    """
    if case.owner_id not in (None, actor.user_id) and _tell_if_seen(session, case, case.owner_id):
        for stand_in in covers.stand_ins(session, [case.owner_id]).keys() - {actor.user_id}:
            _tell_if_seen(session, case, stand_in, covered=case.owner_id)
        return
    _tell_each(session, actor, case, supervisors(session, case)) or _tell_each(session, actor, case, _office(session))


def _tell_if_seen(session: Session, case: Case, number: int, *, covered: int | None = None) -> bool:
    """Tell somebody who works here and sees the case; whether they do."""
    user = session.get(User, number)
    seen = user.active and _is_seen(session, from_user(session, user), case)
    if seen:
        _notice(session, number, case, covered=covered)
    return seen


def _tell_each(session: Session, actor: Actor, case: Case, users: list[User]) -> bool:
    """Tell all of these but whoever did it; whether there was anybody to tell."""
    told = False
    for user in users:
        them = from_user(session, user)
        about_own = session.scalar(sa.select(Case.id).where(Case.id == case.id, impartial(them))) is None
        if user.id == actor.user_id or about_own:
            continue
        _notice(session, user.id, case if _is_seen(session, them, case) else None)
        told = True
    return told


def _notice(session: Session, user_id: int, case: Case | None, *, covered: int | None = None) -> None:
    text = f"The glass was broken on {case.reference}." if case else "The glass was broken on a case of your service."
    number = case.id if case else None
    session.add(Notice(user_id=user_id, kind=BROKEN, case_id=number, covered_id=covered, text=text))


def _office(session: Session) -> list[User]:
    administers = User.role == Role.ADMINISTRATOR, User.active, User.kind == "person"
    return list(session.scalars(sa.select(User).where(*administers).order_by(User.id)))


def supervisors(session: Session, case: Case) -> list[User]:
    """The active supervisors of the case's vertical."""
    query = sa.select(User).join(VerticalMember, VerticalMember.user_id == User.id)
    query = query.where(VerticalMember.vertical_id == case.primary_vertical_id, User.role == Role.SUPERVISOR)
    return list(session.scalars(query.where(User.active).order_by(User.id)))
