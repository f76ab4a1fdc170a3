"""Verticals that take part in a case beside the one that leads it (contract 004): asked in, opted in, removed."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import audit, cases, clock, consents, notices, reasons, remits, same_people, suspensions
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, ConsentRequired, Forbidden, InvalidInput, NotFound, ReadOnly
from portal.core.impartiality import impartial
from portal.core.models import Case, Consent, Participant, Vertical
from portal.core.permissions import Permission, can, may, visible_cases
from portal.core.vocabulary import READ_ONLY, ParticipantStatus, Status

_P = ParticipantStatus


def add(session: Session, actor: Actor, case: Case, vertical: Vertical) -> Participant:
    """Ask a vertical to take part; it sees nothing before it opts in. By the primary vertical, in live states.

    Raises Forbidden, ReadOnly, InvalidInput for the primary vertical itself or one that is not active, AlreadyDone.
    """
    cases.require_editable(session, actor, case, Permission.ADD_PARTICIPANT)
    if vertical.id == case.primary_vertical_id:
        raise InvalidInput("This vertical leads the case already.", target="vertical_id")
    if vertical.status != "active":
        raise InvalidInput("This vertical takes no cases now.", target="vertical_id")
    standing = _standing(session, case, vertical)
    if standing is not None:
        raise AlreadyDone("This vertical takes part already.", target="vertical_id", status=standing.status)
    made = Participant(case_id=case.id, vertical_id=vertical.id, vertical=vertical, added_by_id=actor.user_id)
    session.add(made)
    _record(session, actor, case, "participant.add", made)
    notices.of_invitation(session, actor, case, made.id, vertical)
    return made


def find_case(session: Session, actor: Actor, uuid: Any, *, lock: bool = False) -> Case:
    """The case with that id for somebody who sees it, or whose vertical was asked to take part. Raises NotFound."""
    asked = sa.select(Participant.case_id).where(
        Participant.vertical_id.in_(actor.vertical_ids), Participant.status == _P.PENDING_OPT_IN
    )
    invited = sa.and_(Case.id.in_(asked), Case.restricted.is_(False), remits.place(actor.remit), impartial(actor))
    query = sa.select(Case).where(Case.uuid == uuid, sa.or_(visible_cases(actor), invited))
    query = query.options(joinedload(Case.primary_vertical))
    if lock:
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such case.", target="case")
    return found


def invitations(session: Session, actor: Actor) -> list[Participant]:
    """What the actor's verticals were asked to take part in and have not answered, oldest first."""
    query = sa.select(Participant).join(Case, Case.id == Participant.case_id).options(joinedload(Participant.vertical))
    query = query.where(Participant.vertical_id.in_(actor.vertical_ids), Participant.status == _P.PENDING_OPT_IN)
    open_to_it = Case.lifecycle_status.not_in(READ_ONLY), Case.restricted.is_(False), impartial(actor)
    return list(session.scalars(query.where(*open_to_it, remits.place(actor.remit)).order_by(Participant.id)))


def opt_in(
    session: Session, actor: Actor, case: Case, vertical: Vertical, *, consent_uuid: Any | None = None
) -> Participant:
    """Take part, as a member of that very vertical; nobody opts in for another, though administrators may.

    The subject's consent for this vertical must stand; a consent that is named must be that one. Raises Forbidden,
    NotFound when it was not asked, AlreadyDone, ReadOnly, ConsentRequired, ConsentExpired.
    """
    people = consents.subjects(session, case)
    same_people.lock(session, people)
    case = find_case(session, actor, case.uuid, lock=True)
    if not speaks_for(actor, vertical):
        raise Forbidden("Only a member of this vertical can opt in for it.", target=Permission.OPT_IN.value)
    if case.lifecycle_status in READ_ONLY:
        raise ReadOnly(f"The case is {case.lifecycle_status.value}.", current_status=case.lifecycle_status)
    asked = _asked(session, case, vertical)
    if asked.status is not _P.PENDING_OPT_IN:
        raise AlreadyDone("This vertical has opted in already.", target="vertical_id", status=asked.status)
    standing = consents.for_vertical(session, people, vertical, origin=case.origin)
    if standing.problem:
        raise consents.lacking(standing, target="vertical_id")
    asked.consent_id = _confirmed(session, people, vertical, consent_uuid)
    asked.status, asked.opted_in_at, asked.opted_in_by_id = _P.OPTED_IN, clock.now(), actor.user_id
    _record(session, actor, case, "participant.opt_in", asked)
    notices.settle(session, case, notices.INVITATION, asked.id)
    return asked


def remove(
    session: Session,
    actor: Actor,
    case: Case,
    vertical: Vertical,
    *,
    reason_code: str | None,
    text: str | None = None,
) -> Participant:
    """End a vertical's part, by the primary vertical or by itself; its access ends at once.

    Possible on a suspended case too, where it lifts what stood for that vertical's consent. Raises
    Forbidden, NotFound, AlreadyDone, InvalidInput, ReadOnly on an archived case.
    """
    case = find_case(session, actor, case.uuid, lock=True)
    if not (may(actor, Permission.REMOVE_PARTICIPANT, case) or speaks_for(actor, vertical)):
        raise Forbidden("You may not do this.", target=Permission.REMOVE_PARTICIPANT.value)
    code, text = reasons.given(reasons.PARTICIPANT_REMOVAL, reason_code, text, text_with_other=True)
    if case.lifecycle_status is Status.ARCHIVED:
        raise ReadOnly("The case is archived and cannot be changed.", current_status=case.lifecycle_status)
    standing = _asked(session, case, vertical)
    if standing.status is _P.REMOVED:
        raise AlreadyDone("This vertical was removed already.", target="vertical_id", status=standing.status)
    end(session, actor, case, standing, code, text)
    suspensions.lift_of_vertical(session, actor, case, vertical.id)
    return standing


def end(
    session: Session, actor: Actor, case: Case, participant: Participant, code: str, text: str | None = None
) -> None:
    """Write down that a vertical's part is over; a step that ends it has found it to be permitted."""
    participant.status, participant.removed_at = _P.REMOVED, clock.now()
    participant.reason_code, participant.reason_text = code, text
    _record(session, actor, case, "participant.remove", participant)
    notices.settle(session, case, notices.INVITATION, participant.id)


def of_case(session: Session, case: Case, *, removed: bool = False, group: Collection[int] = ()) -> list[Participant]:
    """The verticals beside the primary one, in the order in which they were asked; with ``removed`` all there were.

    ``group`` are the numbers of cases that are read as one with this one.
    """
    query = sa.select(Participant).where(Participant.case_id.in_(group or [case.id]))
    query = query.options(joinedload(Participant.vertical))
    if not removed:
        query = query.where(Participant.status != _P.REMOVED)
    return list(session.scalars(query.order_by(Participant.id)))


def _standing(session: Session, case: Case, vertical: Vertical) -> Participant | None:
    of = Participant.case_id == case.id, Participant.vertical_id == vertical.id
    return session.scalar(sa.select(Participant).where(*of, Participant.status != _P.REMOVED))


def _asked(session: Session, case: Case, vertical: Vertical) -> Participant:
    """The vertical's newest row on the case. Raises NotFound when it was never asked."""
    of = Participant.case_id == case.id, Participant.vertical_id == vertical.id
    found = session.scalars(sa.select(Participant).where(*of).order_by(Participant.id.desc()).limit(1)).first()
    if found is None:
        raise NotFound("This vertical was not asked to take part.", target="participant")
    return found


def speaks_for(actor: Actor, vertical: Vertical) -> bool:
    """Whether *actor* can answer for a vertical that was asked: as its member, or as an administrator."""
    if not can(actor, Permission.OPT_IN, vertical.pack):
        return False
    return actor.is_system or actor.is_administrator or vertical.id in actor.vertical_ids


def _confirmed(session: Session, people: list[int], vertical: Vertical, consent_uuid: Any | None) -> int | None:
    """The consent that was relied upon: the one that was named, or the one that stands."""
    records = {record for ids in same_people.records(session, people).values() for record in ids}
    of = Consent.person_id.in_(records), Consent.vertical_id == vertical.id
    standing = [c for c in session.scalars(sa.select(Consent).where(*of)) if consents.is_active(c, clock.now())]
    if consent_uuid is None:
        return standing[0].id if standing else None
    named = next((consent for consent in standing if consent.uuid == consent_uuid), None)
    if named is None:
        raise ConsentRequired(
            "This is not an active consent of the subject for this vertical.", target="consent_confirmation_id"
        )
    return named.id


def _record(session: Session, actor: Actor, case: Case, action: str, participant: Participant) -> None:
    session.flush()
    case.last_actioned_at = clock.now()
    details = {
        "vertical": participant.vertical_id,
        "status": participant.status,
        "reason_code": participant.reason_code,
        "elevated": actor.is_administrator,
    }
    audit.append(session, actor, action, case=case, details=details)
