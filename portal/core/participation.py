"""Who takes part in a case, for reading: since when, by whom and why; and what a vertical was asked, for answering."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.core import consents, participants, remits, same_people
from portal.core.actors import Actor
from portal.core.consents import Standing
from portal.core.errors import NotFound
from portal.core.impartiality import impartial
from portal.core.models import AuditEvent, Case, Consent, Participant, User, Vertical
from portal.core.permissions import visible_cases
from portal.core.vocabulary import READ_ONLY, ParticipantStatus, Role

MOST = 100


@dataclass(frozen=True)
class Part:
    """A vertical's part in a case, with the names of those who asked it, opted in and ended it."""

    row: Participant
    asked_by: str
    opted_in_by: str
    removed_by: str


@dataclass(frozen=True)
class Invitation:
    """What a vertical was asked, as its members see it; the case itself only where ``sees_case``."""

    row: Participant
    case: Case
    asked_by: str
    sees_case: bool

    @property
    def waits(self) -> bool:
        """Whether it can still be answered, by who speaks for the vertical."""
        return self.row.status is ParticipantStatus.PENDING_OPT_IN and self.case.lifecycle_status not in READ_ONLY


@dataclass(frozen=True)
class VerticalConsent:
    """The consent that concerns one vertical; ``known`` says whether the reader is told of it."""

    vertical: Vertical
    asked_for: bool
    known: bool
    consents: list[Consent]


def parts(session: Session, case: Case, *, group: Collection[int] = ()) -> list[Part]:
    """Every vertical that was asked (with ``group``, on any of those cases), in that order, those that are gone too."""
    rows = participants.of_case(session, case, removed=True, group=group)
    names = _names(session, {user for row in rows for user in (row.added_by_id, row.opted_in_by_id)})
    ended = _ended_by(session, {row.case_id for row in rows if row.removed_at})
    return [
        Part(row, names.get(row.added_by_id, ""), names.get(row.opted_in_by_id, ""), _who_ended(row, ended))
        for row in rows
    ]


def invitations(session: Session, actor: Actor) -> list[Invitation]:
    """What the actor's verticals were asked and have not answered, oldest first, at most MOST of them."""
    waiting = Participant.vertical_id.in_(actor.vertical_ids), Participant.status == ParticipantStatus.PENDING_OPT_IN
    open_to_it = Case.lifecycle_status.not_in(READ_ONLY), Case.restricted.is_(False), impartial(actor)
    query = _asked(actor).where(*waiting, *open_to_it, remits.place(actor.remit))
    return [_invitation(*found) for found in session.execute(query.order_by(Participant.id).limit(MOST))]


def invitation(session: Session, actor: Actor, number: int) -> Invitation:
    """What was asked of a vertical, for its members and for those who see the case. Raises NotFound.

    Members of the vertical still find what became of it after it was answered, though not the case.
    """
    open_to_it = Case.restricted.is_(False), remits.place(actor.remit), impartial(actor)
    own = sa.and_(Participant.vertical_id.in_(actor.vertical_ids), *open_to_it)
    found = session.execute(_asked(actor).where(Participant.id == number, sa.or_(visible_cases(actor), own))).first()
    if found is None:
        raise NotFound("There is no such invitation.", target="participant")
    return _invitation(*found)


def consent_of(session: Session, invited: Invitation) -> Standing:
    """Whether the subject's consent for the asked vertical stands."""
    case, vertical = invited.case, invited.row.vertical
    return consents.for_vertical(session, consents.subjects(session, case), vertical, origin=case.origin)


def consent_by_vertical(session: Session, actor: Actor, case: Case, verticals: list[Vertical]) -> list[VerticalConsent]:
    """The subject's consents for these verticals, newest first.

    Told of another vertical's consent are administrators and auditors alone: the staff of the vertical that leads must
    not learn which service lost its consent.
    """
    told = [vertical for vertical in verticals if _is_told(actor, vertical)]
    people = consents.subjects(session, case)
    records = {record for ids in same_people.records(session, people).values() for record in ids} if people else set()
    of = Consent.person_id.in_(records), Consent.vertical_id.in_([vertical.id for vertical in told])
    found = list(session.scalars(sa.select(Consent).where(*of).order_by(Consent.id.desc()))) if records and told else []
    return [
        VerticalConsent(
            vertical,
            consents.asked_for(vertical, case.origin),
            vertical in told,
            [consent for consent in found if consent.vertical_id == vertical.id],
        )
        for vertical in verticals
    ]


def _is_told(actor: Actor, vertical: Vertical) -> bool:
    return actor.role in (Role.ADMINISTRATOR, Role.AUDITOR) or vertical.id in actor.vertical_ids


def _asked(actor: Actor) -> sa.Select:
    asker = aliased(User)
    query = sa.select(Participant, Case, asker.name, visible_cases(actor).label("sees_case"))
    query = query.join(Case, Case.id == Participant.case_id).outerjoin(asker, asker.id == Participant.added_by_id)
    return query.options(joinedload(Participant.vertical), joinedload(Case.primary_vertical))


def _invitation(row: Participant, case: Case, asked_by: str | None, sees_case: bool) -> Invitation:
    return Invitation(row, case, asked_by or "", bool(sees_case))


def _names(session: Session, ids: set[int | None]) -> dict[int, str]:
    known = ids - {None}
    return dict(session.execute(sa.select(User.id, User.name).where(User.id.in_(known))).all()) if known else {}


def _ended_by(session: Session, cases: Collection[int]) -> list[AuditEvent]:
    """The events that ended a part, oldest first on each case: the row itself does not say who did it."""
    if not cases:
        return []
    chains = AuditEvent.chain_key.in_([f"case:{number}" for number in cases])
    query = sa.select(AuditEvent).where(chains, AuditEvent.outcome == "done", AuditEvent.action == "participant.remove")
    return list(session.scalars(query.order_by(AuditEvent.seq)))


def _who_ended(row: Participant, ended: list[AuditEvent]) -> str:
    of = [event for event in ended if event.chain_key == f"case:{row.case_id}"]
    of = [event for event in of if event.details.get("vertical") == row.vertical_id]
    return next((event.actor_name for event in of if row.removed_at and event.at >= row.removed_at), "")
