"""Partner organisations: registering them, opening their door once, and closing it."""

import datetime as dt
import ipaddress
import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, tokens
from portal.core.actors import SYSTEM, Actor
from portal.core.database import locked
from portal.core.errors import Forbidden, InvalidInput, NotFound
from portal.core.keys import blind_index
from portal.core.models import ApiToken, Notice, Organisation, User
from portal.core.permissions import Permission, require
from portal.core.vocabulary import Dialect, Priority, Role

WINDOW = dt.timedelta(minutes=30)
LONGEST_WINDOW = dt.timedelta(hours=24)
LIVE_TOKENS = 2

# What the digits of ``priority`` mean: as contracts 001 and 002 say, or as installations upstream have it.
PRIORITY_MAPS: dict[str, dict[str, str]] = {
    "contract": {"1": "high", "2": "medium", "3": "low"},
    "upstream": {"1": "low", "2": "medium", "3": "high"},
}

# What a partner may have filled in for it (contract 002, last paragraph); never gbv_related or narrative.
WITH_DEFAULTS = ("reporter.fname", "case_category_id", "plan", "priority", "status")
_WARNED_BEFORE = (14, 3)  # days


def register(
    session: Session,
    actor: Actor,
    *,
    name: str,
    email: str,
    pending: bool = False,
    priority_map: Mapping[str, str] | None = None,
    time_zone: str | None = None,
) -> Organisation:
    """Register a partner; approved at once unless *pending*. Raises InvalidInput for a taken name.

    ``priority_map`` counts as confirmed when it is given; else the contract's meaning holds and every report shows
    how its priority was read, until somebody confirms it.
    """
    require(actor, Permission.ADMINISTER)
    name, email = " ".join(name.split()), email.strip()
    if not name:
        raise InvalidInput("Give the organisation a name.", target="name", problem="missing")
    if "@" not in email:
        raise InvalidInput("Give the e-mail address of the organisation.", target="email")
    if find(session, name) is not None:
        raise InvalidInput("There is an organisation of this name already.", target="name")
    made = Organisation(
        name=name[:255],
        email=email[:255],
        kind="partner",
        status="pending" if pending else "active",
        priority_map=_checked(priority_map) if priority_map else dict(PRIORITY_MAPS["contract"]),
        priority_confirmed=bool(priority_map),
    )
    if time_zone:
        made.time_zone = _zone(time_zone)
    session.add(made)
    session.flush()
    said = {"name": made.name, "email": made.email, "status": made.status, "priority_map": _json(made.priority_map)}
    values = {field: (None, value) for field, value in said.items()}
    _note(session, actor, made, "organisation.register", values, status=made.status)
    return made


def approve(session: Session, actor: Actor, organisation: Organisation) -> Organisation:
    """Let a pending or deactivated organisation in."""
    require(actor, Permission.ADMINISTER)
    if organisation.status == "active":
        return organisation
    before, organisation.status = organisation.status, "active"
    _note(session, actor, organisation, "organisation.approve", {"status": (before, "active")})
    return organisation


def confirm_priorities(
    session: Session, actor: Actor, organisation: Organisation, meaning: Mapping[str, str]
) -> Organisation:
    """Settle what this partner's priority digits mean."""
    require(actor, Permission.ADMINISTER)
    before = _json(organisation.priority_map) if organisation.priority_confirmed else None
    organisation.priority_map, organisation.priority_confirmed = _checked(meaning), True
    values = {"priority_map": (before, _json(organisation.priority_map))}
    _note(session, actor, organisation, "organisation.priorities", values, meaning=dict(organisation.priority_map))
    return organisation


def set_defaults(
    session: Session, actor: Actor, organisation: Organisation, defaults: Mapping[str, str]
) -> Organisation:
    """Choose what is read where this partner's web form sends nothing; without a choice it is refused as missing."""
    require(actor, Permission.ADMINISTER)
    unknown = sorted(set(defaults) - set(WITH_DEFAULTS))
    if unknown:
        raise InvalidInput(f"No default is possible for {', '.join(unknown)}.", target=unknown[0])
    before = _json(organisation.defaults)
    organisation.defaults = {name: text.strip() for name, text in defaults.items() if text.strip()}
    values = {"defaults": (before, _json(organisation.defaults))}
    _note(session, actor, organisation, "organisation.defaults", values, fields=sorted(organisation.defaults))
    return organisation


def arm(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    *,
    window: dt.timedelta = WINDOW,
    address: str | None = None,
) -> Organisation:
    """Open the token endpoint to this organisation, once, for a while, for one address where one is given.

    Raises InvalidInput for an organisation that is no active partner, a window of more than a day, and no address.
    """
    require(actor, Permission.ADMINISTER)
    if organisation.status != "active":
        raise InvalidInput("This organisation is not active.", target="organisation")
    if organisation.kind != "partner":
        raise InvalidInput("Only partners fetch tokens.", target="organisation")
    if not dt.timedelta() < window <= LONGEST_WINDOW:
        raise InvalidInput("The window is open for a day at the most.", target="window")
    before, since = organisation.armed_address, organisation.armed_until
    organisation.armed_until, organisation.armed_address = clock.now() + window, _address(address)
    values = {
        "armed_until": (_iso(since), _iso(organisation.armed_until)),
        "armed_address": (before, organisation.armed_address),
    }
    _note(session, actor, organisation, "organisation.arm", values, until=organisation.armed_until)
    return organisation


def disarm(session: Session, actor: Actor, organisation: Organisation) -> Organisation:
    """Close the window again before anybody used it."""
    require(actor, Permission.ADMINISTER)
    values = _unarm(organisation)
    _note(session, actor, organisation, "organisation.disarm", values)
    return organisation


def deactivate(session: Session, actor: Actor, organisation: Organisation) -> Organisation:
    """Close the door: its tokens stay genuine and are refused (403). The installation itself cannot be closed."""
    require(actor, Permission.ADMINISTER)
    if organisation.kind == "installation":
        raise InvalidInput("This is the installation itself.", target="organisation")
    if organisation.status == "inactive":
        return organisation
    values = {"status": (organisation.status, "inactive"), **_unarm(organisation)}
    organisation.status = "inactive"
    _note(session, actor, organisation, "organisation.deactivate", values)
    return organisation


def listed(session: Session) -> list[Organisation]:
    """All organisations, this installation first."""
    return list(session.scalars(sa.select(Organisation).order_by(Organisation.id)))


def find_by_number(session: Session, number: int, *, lock: bool = False) -> Organisation:
    """The organisation with that number. Raises NotFound."""
    query = sa.select(Organisation).where(Organisation.id == number)
    found = session.scalar(locked(query) if lock else query)
    if found is None:
        raise NotFound("There is no such organisation.", target="organisation")
    return found


def find(session: Session, name: str, *, lock: bool = False) -> Organisation | None:
    """The organisation of that name, in any case of letters."""
    query = sa.select(Organisation).where(sa.func.lower(Organisation.name) == " ".join(name.split()).lower())
    return session.scalar(locked(query) if lock else query)


def warn_of_expiry(session: Session) -> int:
    """Tell administrators 14 and 3 days before a partner's token runs out; returns how many notices.

    A form that goes dead at night loses reports; whoever renews it needs the time.
    """
    now, made = clock.now(), 0
    soon = now + dt.timedelta(days=max(_WARNED_BEFORE))
    expiring = sa.select(ApiToken).where(
        ApiToken.organisation_id.is_not(None),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at.between(now, soon),
    )
    for token in session.scalars(expiring.order_by(ApiToken.id)):
        days = min(days for days in _WARNED_BEFORE if token.expires_at <= now + dt.timedelta(days=days))
        kind = f"token.expires.{days}.{token.id}"
        text = f"A token of {token.organisation.name} runs out on {token.expires_at:%d %B %Y}."
        told = set(session.scalars(sa.select(Notice.user_id).where(Notice.kind == kind)))
        new = [user_id for user_id in _administrators(session) if user_id not in told]
        session.add_all(Notice(user_id=user_id, kind=kind, text=text) for user_id in new)
        made += len(new)
    session.flush()
    return made


def key_of(name: str) -> str:
    """What two spellings of a name share, without being the name: for counting attempts."""
    return blind_index("organisation:" + " ".join(name.split()).casefold())


def claim_token(
    session: Session, *, name: str, email: str, address: str, correlation_id: str = ""
) -> tuple[str, ApiToken]:
    """Issue the web form token for which an administrator opened the window (contract 002).

    Name and e-mail are public facts and prove nothing: the organisation must be registered and active, and its window
    open, which this closes. Every mismatch is the same Forbidden, so that nobody learns who is registered. At most
    two tokens of an organisation live; administrators are told of each.
    """
    organisation = find(session, name, lock=True)
    if organisation is None or not _admits(organisation, email, address):
        raise Forbidden("Organization not authorized to access this resource", target="organization_name")
    organisation.armed_until = organisation.armed_address = None
    for old in tokens.live(session, organisation, Dialect.HELPLINE)[: -(LIVE_TOKENS - 1)]:
        tokens.revoke(session, SYSTEM, old.jti)
    text, token = tokens.issue(session, SYSTEM, dialect=Dialect.HELPLINE, organisation=organisation)
    _note(session, SYSTEM, organisation, "organisation.claim_token", jti=token.jti, request=correlation_id)
    told = f"{organisation.name} fetched a token for its web form."
    session.add_all(Notice(user_id=user_id, kind="token.issued", text=told) for user_id in _administrators(session))
    return text, token


def _administrators(session: Session) -> list[int]:
    return list(session.scalars(sa.select(User.id).where(User.role == Role.ADMINISTRATOR, User.active)))


def _admits(organisation: Organisation, email: str, address: str) -> bool:
    return (
        organisation.status == "active"
        and organisation.kind == "partner"
        and organisation.email.lower() == email.strip().lower()
        and organisation.armed_until is not None
        and organisation.armed_until > clock.now()
        and organisation.armed_address in (None, "", address)
    )


def _checked(meaning: Mapping[str, str]) -> dict[str, str]:
    words = {Priority.LOW.value, Priority.MEDIUM.value, Priority.HIGH.value}
    if any(word not in words for word in meaning.values()):
        raise InvalidInput("A priority is low, medium or high.", target="priority_map")
    return {str(digit): word for digit, word in meaning.items()}


def _address(text: str | None) -> str | None:
    """A network address as it will be compared, in one spelling."""
    try:
        return str(ipaddress.ip_address(text.strip())) if text and text.strip() else None
    except ValueError as error:
        raise InvalidInput("This is no network address.", target="address") from error


def _zone(name: str) -> str:
    """A time zone by its name; one that does not exist would fail with the first report (where midnight is)."""
    try:
        return ZoneInfo(name.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput("There is no such time zone.", target="time_zone") from error


def _unarm(organisation: Organisation) -> dict[str, tuple[str | None, str | None]]:
    """Close the window, where one is open; what it was, before and after."""
    stood = {"armed_until": _iso(organisation.armed_until), "armed_address": organisation.armed_address}
    organisation.armed_until = organisation.armed_address = None
    return {field: (before, None) for field, before in stood.items() if before is not None}


def _iso(at: dt.datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(dict(values), sort_keys=True, ensure_ascii=False)


def _note(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    action: str,
    values: Mapping[str, tuple[str | None, str | None]] | None = None,
    **details: object,
) -> None:
    audit.append(session, actor, action, chain=f"organisation:{organisation.id}", details=details, values=values)
