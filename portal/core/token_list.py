"""All tokens on a screen: whose they are, how long they hold and when they were last used, never what they are."""

import enum
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import clock, paging, tokens
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.models import ApiToken, Organisation, User
from portal.core.permissions import Permission, require
from portal.core.vocabulary import Dialect

PAGE = 50


class TokenState(enum.StrEnum):
    """Whether a token holds now, and if not, why."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Wanted:
    """Which tokens are wanted; None means all. ``issued`` leaves out those that signing in made."""

    dialect: Dialect | None = None
    state: TokenState | None = None
    organisation_id: int | None = None
    user_id: int | None = None
    issued: bool = False


def state_of(token: ApiToken) -> TokenState:
    """How a token stands now."""
    if token.revoked_at is not None:
        return TokenState.REVOKED
    return TokenState.EXPIRED if token.expires_at <= clock.now() else TokenState.LIVE


def page(
    session: Session, actor: Actor, wanted: Wanted, *, cursor: paging.Cursor | None = None, limit: int = PAGE
) -> paging.Page[ApiToken]:
    """The newest tokens that are wanted, with their holders. Raises Forbidden, InvalidInput for a foreign cursor."""
    require(actor, Permission.ADMINISTER)
    holders = joinedload(ApiToken.user), joinedload(ApiToken.organisation)
    query = sa.select(ApiToken).where(*_filters(wanted)).options(*holders)
    return paging.newest_first(session, query, ApiToken.id, ApiToken.id, cursor=cursor, limit=limit)


def live_of(session: Session, actor: Actor, organisation: Organisation) -> list[ApiToken]:
    """The tokens that hold now and end with an organisation: its own, and those of its users. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    users = sa.select(User.id).where(User.organisation_id == organisation.id)
    its = sa.or_(ApiToken.organisation_id == organisation.id, ApiToken.user_id.in_(users))
    query = sa.select(ApiToken).where(its, *_filters(Wanted(state=TokenState.LIVE)))
    holders = joinedload(ApiToken.user), joinedload(ApiToken.organisation)
    return list(session.scalars(query.options(*holders).order_by(ApiToken.id.desc())))


def mine(session: Session, actor: Actor) -> list[ApiToken]:
    """The tokens that act as the actor now, with who issued them, the newest first; none that signing in made."""
    query = sa.select(ApiToken).where(*_filters(Wanted(state=TokenState.LIVE, user_id=actor.user_id, issued=True)))
    return list(session.scalars(query.options(joinedload(ApiToken.issued_by)).order_by(ApiToken.id.desc()).limit(PAGE)))


def end_mine(session: Session, actor: Actor, jti: str) -> None:
    """End a token that acts as the actor, whoever issued it. Raises NotFound for any other."""
    token = tokens.find(session, jti)
    if actor.user_id is None or token.user_id != actor.user_id:
        raise NotFound("There is no such token.", target="jti")
    tokens.revoke(session, actor, jti)


def live_by_organisation(session: Session, actor: Actor) -> dict[int, int]:
    """How many tokens of each organisation hold now. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    query = sa.select(ApiToken.organisation_id, sa.func.count()).where(
        ApiToken.organisation_id.is_not(None), *_filters(Wanted(state=TokenState.LIVE))
    )
    return {number: count for number, count in session.execute(query.group_by(ApiToken.organisation_id))}


def holders(session: Session, actor: Actor) -> tuple[list[Organisation], list[User]]:
    """Who can be given a token: active partners and active users, each by name. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    partners = sa.select(Organisation).where(Organisation.status == "active", Organisation.kind != "installation")
    users = sa.select(User).where(User.active)
    return (
        list(session.scalars(partners.order_by(Organisation.name, Organisation.id))),
        list(session.scalars(users.order_by(User.name, User.id))),
    )


def _filters(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.dialect is not None:
        found.append(ApiToken.audience == wanted.dialect)
    if wanted.organisation_id is not None:
        found.append(ApiToken.organisation_id == wanted.organisation_id)
    if wanted.user_id is not None:
        found.append(ApiToken.user_id == wanted.user_id)
    if wanted.issued:
        found.append(ApiToken.family_expires_at.is_(None))
    if wanted.state is TokenState.REVOKED:
        found.append(ApiToken.revoked_at.is_not(None))
    elif wanted.state is not None:
        holds = ApiToken.expires_at > clock.now()
        found += [ApiToken.revoked_at.is_(None), holds if wanted.state is TokenState.LIVE else ~holds]
    return found
