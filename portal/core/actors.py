"""Who acts: a value that outlives transactions, made from a user, a token or the system itself."""

import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, undefer

from portal.core import clock, closed_people, reasons, remits
from portal.core.models import BreakGlassGrant, Organisation, User, VerticalMember
from portal.core.remits import EVERYWHERE, Remit
from portal.core.vocabulary import Dialect, Role


class Opening(NamedTuple):
    """A case that is open by breaking the glass; ``beyond``: it was not there at all, else what it says was hidden."""

    number: int  # of the grant
    case_id: int
    until: dt.datetime
    reason_code: str
    beyond: bool

    @property
    def reads_hidden(self) -> bool:
        """Whether it opens what is hidden since consent was withdrawn: for a vital interest alone."""
        return self.reason_code == reasons.VITAL_INTEREST


@dataclass(frozen=True)
class Actor:
    """The one on whose behalf something happens, with all that permissions need to know."""

    kind: str  # user, organisation, system, anonymous
    name: str
    organisation_id: int = 1
    user_id: int | None = None
    role: Role | None = None
    email: str = ""
    initials: str = ""
    agent_code: str | None = None
    vertical_ids: frozenset[int] = field(default_factory=frozenset)
    dialect: Dialect | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    token_id: int | None = None
    session_id: int | None = None  # of the session in a browser in which somebody acts
    correlation_id: str = ""
    openings: frozenset[Opening] = field(default_factory=frozenset)
    closed_people: frozenset[int] = field(default_factory=frozenset)
    remit: Remit = EVERYWHERE

    @property
    def is_administrator(self) -> bool:
        """Administrators may act in every row of the lifecycle; what they do there is audited as such."""
        return self.role is Role.ADMINISTRATOR

    @property
    def is_system(self) -> bool:
        """The portal itself: jobs, intake chains, consequences of consent."""
        return self.kind == "system"

    @property
    def opened(self) -> dict[int, Opening]:
        """What is open by breaking the glass at this moment, by number of the case. No token opens anything."""
        if self.token_id is not None or not self.openings:
            return {}
        at = clock.now()
        return {one.case_id: one for one in sorted(self.openings) if one.until > at}

    def reads_hidden(self, *cases: int | None) -> bool:
        """Whether what is written in one of these cases is read, though consent to it was withdrawn."""
        return any(number in self.opened and self.opened[number].reads_hidden for number in cases)

    @property
    def principal(self) -> str:
        """A stable key for idempotency, rate limits and the call log; holds no name."""
        if self.user_id is not None:
            return f"user:{self.user_id}"
        return f"organisation:{self.organisation_id}" if self.kind == "organisation" else self.kind


SYSTEM = Actor(kind="system", name="Portal")
ANONYMOUS = Actor(kind="anonymous", name="Nobody")


# For loading a user in one statement with all that an actor needs.
FOR_ACTOR = (
    joinedload(User.memberships).lazyload(VerticalMember.vertical),
    undefer(User.has_bounds),
    undefer(User.working_places),
    undefer(User.working_programs),
)


def from_user(session: Session, user: User, **more: object) -> Actor:
    """The actor that *user* is, with the verticals they belong to and where in them they work now, and what is opened
    and closed to them alone."""
    if "memberships" in sa.inspect(user).unloaded:
        verticals = session.scalars(sa.select(VerticalMember.vertical_id).where(VerticalMember.user_id == user.id))
    else:
        verticals = [member.vertical_id for member in user.memberships]
    bounded = "has_bounds" in sa.inspect(user).unloaded or user.has_bounds
    return Actor(
        kind="user",
        name=user.name,
        organisation_id=user.organisation_id,
        user_id=user.id,
        role=user.role,
        email=user.email,
        initials=user.initials,
        agent_code=user.agent_code,
        vertical_ids=frozenset(verticals),
        openings=_openings(session, user.id) if bounded else frozenset(),
        closed_people=closed_people.of_user(session, user.id) if bounded else frozenset(),
        remit=remits.of_user(session, user),
        **more,
    )


def _openings(session: Session, user_id: int) -> frozenset[Opening]:
    """What that user opened by breaking the glass and was neither ended nor has run out."""
    grant = BreakGlassGrant
    query = sa.select(grant.id, grant.case_id, grant.expires_at, grant.reason_code, grant.beyond)
    query = query.where(grant.user_id == user_id, grant.expires_at > clock.now())
    query = query.where(grant.ended_at.is_(None), grant.case_id.is_not(None))
    return frozenset(Opening(*row) for row in session.execute(query))


def from_organisation(organisation: Organisation, **more: object) -> Actor:
    """The actor that a partner organisation is; what it may do is in the scopes of its token."""
    return Actor(kind="organisation", name=organisation.name, organisation_id=organisation.id, **more)
