"""What a withdrawal would do, before anybody decides: which cases would be suspended, and whose content hidden."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import clock, consent_effects, consents, same_people
from portal.core.actors import Actor
from portal.core.models import Case, Consent
from portal.core.permissions import visible_cases
from portal.core.vocabulary import LIVE, Status

MOST = 50


@dataclass(frozen=True)
class Preview:
    """The cases that the consent bears on, as far as the reader sees them; those that change state come first.

    ``remains`` says that another consent goes on standing, so that nothing changes.
    """

    cases: list[Case]
    suspended: int  # how many of all that are seen would be suspended
    total: int
    remains: bool

    @property
    def more(self) -> int:
        """How many of those that are seen are not listed."""
        return self.total - len(self.cases)

    @property
    def follows_later(self) -> bool:
        """Whether more cases follow than one unit takes: they are refused at once, and marked by job."""
        return self.suspended > consent_effects.AT_ONCE


def of_withdrawal(session: Session, actor: Actor, consent: Consent) -> Preview:
    """What withdrawing *consent* now would do to the cases that *actor* may see."""
    ids = consent_effects.affected(session, consent).order_by(None)
    seen = Case.id.in_(ids), Case.merged_into_id.is_(None), visible_cases(actor)
    goes_on = Case.lifecycle_status.in_(LIVE)
    counts = sa.select(sa.func.count(), sa.func.sum(sa.case((goes_on, 1), else_=0))).select_from(Case).where(*seen)
    total, live = session.execute(counts).one()
    order = sa.case((goes_on, 0), (Case.lifecycle_status == Status.SUSPENDED, 1), else_=2), Case.id.desc()
    query = sa.select(Case).where(*seen).order_by(*order).limit(MOST)
    query = query.options(joinedload(Case.owner), joinedload(Case.primary_vertical))
    remains = _remains(session, consent)
    return Preview(list(session.scalars(query)), 0 if remains else int(live or 0), total, remains)


def _remains(session: Session, consent: Consent) -> bool:
    """Whether another consent of the same record stands when this one is withdrawn: on any other record of the same
    person a consent would be taken back by it."""
    records = same_people.records(session, [consent.person_id])[consent.person_id]
    query = sa.select(Consent).where(Consent.person_id.in_(records), Consent.vertical_id == consent.vertical_id)
    left = [one for one in session.scalars(query) if one.id != consent.id]
    at = clock.now()
    return any(
        consents.is_active(one, at) and one.person_id == consent.person_id and consents.holds([one, *left], at)
        for one in left
    )
