"""Those who work here, as their colleagues know them."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.models import User
from portal.core.vocabulary import Role


def listed(session: Session, actor: Actor, *, inactive: bool = False) -> list[User]:
    """The people of *actor*'s organisation who can work on cases, by name; with ``inactive`` those who left too."""
    query = sa.select(User).where(
        User.organisation_id == actor.organisation_id, User.kind == "person", User.role != Role.AUDITOR
    )
    return list(session.scalars((query if inactive else query.where(User.active)).order_by(User.name, User.id)))


def find(session: Session, actor: Actor, number: int) -> User:
    """The colleague with that number. Raises NotFound."""
    user = session.get(User, number)
    if user is None or user.organisation_id != actor.organisation_id:
        raise NotFound("There is no such worker.", target="user")
    return user
