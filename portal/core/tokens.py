"""API tokens: one store for all dialects. A token is signed, names one dialect, and can be revoked at any moment.

What is handed out is shown once; the row keeps its SHA-256. The signature says that we made it, the row that it still
holds: revoking takes effect at the next request.
"""

import datetime as dt
import hashlib
import hmac
import uuid
from collections.abc import Iterable

import sqlalchemy as sa
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey
from sqlalchemy.orm import Session, joinedload

from portal.core import audit, clock, notices, reasons, token_scopes, turns
from portal.core.actors import Actor, from_organisation, from_user
from portal.core.database import held, locked
from portal.core.errors import AlreadyDone, Forbidden, HolderInactive, InvalidInput, NotAuthenticated, NotFound
from portal.core.keys import digest, keyring
from portal.core.models import ApiToken, Organisation, User
from portal.core.permissions import Permission, can
from portal.core.vocabulary import Dialect

ISSUER = "portal"
ALGORITHM = "HS256"
DAYS = 90
MOST_DAYS = 365
IDLE = dt.timedelta(minutes=30)  # life of a token that slides: it is renewed while it is used
LONGEST_OVERLAP = dt.timedelta(days=7)  # of a token with the one that takes its place
REPLACED_LIVES = dt.timedelta(seconds=60)  # so that requests under way with the old one still arrive
_RENEWED_AFTER = dt.timedelta(minutes=1)


def issue(
    session: Session,
    actor: Actor,
    *,
    dialect: Dialect | str,
    user: User | None = None,
    organisation: Organisation | None = None,
    scopes: Iterable[str] | None = None,
    days: int = DAYS,
    slides_for: dt.timedelta | None = None,
) -> tuple[str, ApiToken]:
    """Make a token for exactly one user or organisation; returns its text, which is kept nowhere, and its row.

    Without *scopes* it gets every scope that its holder may have there. ``slides_for`` makes it a token that lives
    while it is used, at most that long in all (see ``renew``). Raises InvalidInput for a scope of another dialect, an
    organisation where only users act, or an account that is closed; Forbidden unless an administrator issues it or a
    user for themselves.
    """
    if (user is None) == (organisation is None):
        raise InvalidInput("A token belongs to one user or to one organisation.", target="user")
    if not (can(actor, Permission.ADMINISTER) or (user is not None and actor.user_id == user.id)):
        raise Forbidden("You may not issue this token.", target=Permission.ADMINISTER.value)
    if user is not None:
        _require_open(session, user)
    dialect = Dialect(dialect)
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"A token lasts between 1 and {MOST_DAYS} days.", target="days")
    now = clock.now()
    life = {"expires_at": now + dt.timedelta(days=days)}
    if slides_for is not None:
        life = {"expires_at": now + min(IDLE, slides_for), "slides": True, "family_expires_at": now + slides_for}
    text, token = _make(
        session,
        dialect,
        scopes=token_scopes.given(dialect, user, organisation, scopes),
        user_id=user.id if user else None,
        organisation_id=organisation.id if organisation else None,
        issued_by_id=actor.user_id,
        **life,
    )
    if user is not None:
        notices.of_account(session, actor, user.id, notices.TOKEN)
    details = {"jti": token.jti, "dialect": dialect, "scopes": token.scopes, "expires_at": token.expires_at}
    values = {"ends": (None, _iso(token.expires_at))}
    audit.append(session, actor, "token.issue", chain=_chain(token), details=details, values=values)
    return text, token


def _require_open(session: Session, user: User) -> None:
    """A token for an account that is being closed would be there when it is opened again, and nobody knew."""
    turns.take(session, user.id)
    session.refresh(user, ["active"])
    if not user.active:
        raise InvalidInput("This account is closed. Open it first.", target="user")


def resolve(session: Session, text: str, audience: Dialect | str, *, correlation_id: str = "") -> Actor:
    """The actor whose token this is. Raises NotAuthenticated for any fault of the token itself: its signature, its
    age, another audience, revoked, unknown; HolderInactive when user or organisation has been deactivated.
    """
    audience = Dialect(audience)
    jti = _verified_jti(text, audience)
    query = sa.select(ApiToken).where(ApiToken.jti == jti)
    holders = joinedload(ApiToken.user).joinedload(User.organisation), joinedload(ApiToken.organisation)
    token = session.scalar(query.options(*holders).execution_options(populate_existing=True))
    if (
        token is None
        or not hmac.compare_digest(token.digest, digest(text))
        or token.audience is not audience
        or token.revoked_at is not None
        or token.expires_at <= clock.now()
    ):
        raise NotAuthenticated("The token is not valid.", target="token")
    holder = {"dialect": audience, "scopes": frozenset(token.scopes), "token_id": token.id}
    if token.user is not None:
        if not token.user.active or token.user.organisation.status != "active":
            raise HolderInactive("The holder of this token has been deactivated.", target="token")
        return from_user(session, token.user, correlation_id=correlation_id, **holder)
    if token.organisation.status != "active":
        raise HolderInactive("The holder of this token has been deactivated.", target="token")
    return from_organisation(token.organisation, correlation_id=correlation_id, **holder)


def revoke(session: Session, actor: Actor, jti: str, *, reason: str | None = None, text: str | None = None) -> ApiToken:
    """End a token at once. Revoking it twice changes nothing. Raises NotFound, Forbidden.

    Who ends it by hand says why: a code of ``reasons.TOKEN_REVOCATION``, and words with another reason. InvalidInput
    names what is missing of them.
    """
    token = find(session, jti, lock=True)
    _require_over(actor, token, "You may not revoke this token.")
    details, said = {"jti": jti}, None
    if reason is not None:
        details["reason"], said = reasons.given(reasons.TOKEN_REVOCATION, reason, text, text_with_other=True)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        values = {"ends": (_iso(token.expires_at), _iso(token.revoked_at))}
        values |= {"reason_text": (None, said)} if said else {}
        audit.append(session, actor, "token.revoke", chain=_chain(token), details=details, values=values)
    return token


def rotate(session: Session, actor: Actor, jti: str, *, ends_at: dt.datetime | None = None) -> tuple[str, ApiToken]:
    """Issue a successor with the same rights and as long a life; returns its text, kept nowhere, and its row.

    The old one ends at once, or at *ends_at*, at most a week from now, so that its holder has time to change over.
    Raises NotFound, Forbidden, AlreadyDone for a token that has ended, InvalidInput for one that a sign-in renews.
    """
    if (holder := find(session, jti).user_id) is not None:
        turns.take(session, holder)
    old, now = find(session, jti, lock=True), clock.now()
    _require_over(actor, old, "You may not rotate this token.")
    if old.revoked_at is not None or old.expires_at <= now:
        raise AlreadyDone("This token has ended; issue a new one.", target="jti")
    if old.family_expires_at is not None:
        raise InvalidInput("A token of a sign-in is renewed while it is used.", target="jti")
    if ends_at is not None and not now < ends_at <= now + LONGEST_OVERLAP:
        raise InvalidInput("The old token can live at most seven days more.", target="ends_at")
    text, token = issue(
        session,
        actor,
        dialect=old.audience,
        user=old.user,
        organisation=old.organisation,
        scopes=old.scopes,
        days=max(round((old.expires_at - old.created_at) / dt.timedelta(days=1)), 1),
    )
    ends = (_iso(old.expires_at), _iso(min(old.expires_at, ends_at or now)))
    if ends_at is None:
        old.revoked_at = now
    else:
        old.expires_at = min(old.expires_at, ends_at)
    details = {"jti": jti, "successor": token.jti, "at_once": ends_at is None}
    audit.append(session, actor, "token.rotate", chain=_chain(old), details=details, values={"ends": ends})
    return text, token


def find(session: Session, jti: str, *, lock: bool = False) -> ApiToken:
    """The token of that name. Raises NotFound."""
    query = sa.select(ApiToken).where(ApiToken.jti == jti)
    token = session.scalar(held(query) if lock else query)
    if token is None:
        raise NotFound("There is no such token.", target="jti")
    return token


def _require_over(actor: Actor, token: ApiToken, message: str) -> None:
    if not (can(actor, Permission.ADMINISTER) or (actor.user_id is not None and actor.user_id == token.user_id)):
        raise Forbidden(message, target=Permission.ADMINISTER.value)


def revoke_family(session: Session, actor: Actor) -> None:
    """End all tokens renewed from the sign-in that *actor*'s own token came from: signing out."""
    family = sa.select(ApiToken.family).where(ApiToken.id == actor.token_id).scalar_subquery()
    for token in session.scalars(locked(sa.select(ApiToken).where(ApiToken.family == family))):
        revoke(session, actor, token.jti)


def renew(session: Session, actor: Actor) -> tuple[str, ApiToken] | None:
    """A fresh token in place of *actor*'s own when that one slides; None where nothing is due.

    The one it replaces lives a minute more. The family ends when it was promised to, however busy it is.
    """
    old = session.scalar(locked(sa.select(ApiToken).where(ApiToken.id == actor.token_id)))
    now = clock.now()
    if old is None or not old.slides or old.revoked_at is not None or now - old.created_at < _RENEWED_AFTER:
        return None
    if old.family_expires_at is None or old.family_expires_at <= now:
        return None
    text, token = _make(
        session,
        old.audience,
        family=old.family,
        scopes=list(old.scopes),
        user_id=old.user_id,
        organisation_id=old.organisation_id,
        expires_at=min(now + IDLE, old.family_expires_at),
        family_expires_at=old.family_expires_at,
        slides=True,
    )
    old.slides, old.expires_at = False, min(old.expires_at, now + REPLACED_LIVES)
    return text, token


def is_due(session: Session, actor: Actor) -> bool:
    """Whether *actor*'s own token slides and has less than half of its idle life left: a look, which locks nothing."""
    soon = clock.now() + IDLE / 2
    query = sa.select(ApiToken.id).where(ApiToken.id == actor.token_id, ApiToken.slides, ApiToken.expires_at < soon)
    return session.scalar(query.where(ApiToken.revoked_at.is_(None))) is not None


def live(session: Session, organisation: Organisation, dialect: Dialect) -> list[ApiToken]:
    """The tokens of an organisation that hold now, oldest first."""
    query = sa.select(ApiToken).where(
        ApiToken.organisation_id == organisation.id,
        ApiToken.audience == dialect,
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > clock.now(),
    )
    return list(session.scalars(query.order_by(ApiToken.id)))


def _make(session: Session, dialect: Dialect, *, family: str | None = None, **columns) -> tuple[str, ApiToken]:
    jti, now = uuid.uuid4().hex, clock.now()
    claims = {
        "iss": ISSUER,
        "aud": dialect.value,
        "jti": jti,
        "iat": int(now.timestamp()),
        "exp": int(columns["expires_at"].timestamp()),
    }
    newest = _keys()[0]
    text = jwt.encode({"alg": ALGORITHM, "kid": newest.kid}, claims, newest, algorithms=[ALGORITHM])
    token = ApiToken(jti=jti, family=family or jti, digest=digest(text), audience=dialect, created_at=now, **columns)
    session.add(token)
    session.flush()
    return text, token


def _verified_jti(text: str, audience: Dialect) -> str:
    """The ``jti`` of a token that we signed, for this audience, and that has not run out by its own words."""
    try:
        claims = jwt.decode(text, KeySet(_keys()), algorithms=[ALGORITHM]).claims
        jwt.JWTClaimsRegistry(
            now=int(clock.now().timestamp()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": audience.value},
            exp={"essential": True},
            jti={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError) as fault:
        raise NotAuthenticated("The token is not valid.", target="token") from fault
    return claims["jti"]


def _keys() -> list[OctKey]:
    """The signing keys, newest first, each named by a digest of itself."""
    return [OctKey.import_key(key, {"kid": hashlib.sha256(key.encode()).hexdigest()[:16]}) for key in keyring().tokens]


def _iso(at: dt.datetime) -> str:
    return at.isoformat(timespec="seconds")


def _chain(token: ApiToken) -> str:
    return f"user:{token.user_id}" if token.user_id else f"organisation:{token.organisation_id}"
