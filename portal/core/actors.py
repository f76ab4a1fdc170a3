"""Who acts: a value that outlives transactions, made from a user, a token or the system itself."""

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core.models import Organisation, User, VerticalMember
from portal.core.vocabulary import Dialect, Role


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

    @property
    def is_administrator(self) -> bool:
        """Administrators may act in every row of the lifecycle; what they do there is audited as such."""
        return self.role is Role.ADMINISTRATOR

    @property
    def is_system(self) -> bool:
        """The portal itself: jobs, intake chains, consequences of consent."""
        return self.kind == "system"

    @property
    def principal(self) -> str:
        """A stable key for idempotency, rate limits and the call log; holds no name."""
        if self.user_id is not None:
            return f"user:{self.user_id}"
        return f"organisation:{self.organisation_id}" if self.kind == "organisation" else self.kind


SYSTEM = Actor(kind="system", name="Portal")
ANONYMOUS = Actor(kind="anonymous", name="Nobody")


# For loading a user in one statement with all that an actor needs.
WITH_VERTICALS = joinedload(User.memberships).lazyload(VerticalMember.vertical)


def from_user(session: Session, user: User, **more: object) -> Actor:
    """The actor that *user* is, with the verticals they belong to now."""
    if "memberships" in sa.inspect(user).unloaded:
        verticals = session.scalars(sa.select(VerticalMember.vertical_id).where(VerticalMember.user_id == user.id))
    else:
        verticals = [member.vertical_id for member in user.memberships]
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
        **more,
    )


def from_organisation(organisation: Organisation, **more: object) -> Actor:
    """The actor that a partner organisation is; what it may do is in the scopes of its token."""
    return Actor(kind="organisation", name=organisation.name, organisation_id=organisation.id, **more)
