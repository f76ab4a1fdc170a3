"""The rules of verticals, in versions: what a new version would change for whom, and putting it in force.

A version is never changed: what was decided under it can be read years later. The rules that hold are the newest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, role_matrix, search
from portal.core.actors import Actor
from portal.core.errors import InvalidInput, StaleVersion
from portal.core.models import Case, Consent, PolicyPack, User, Vertical, VerticalMember
from portal.core.permissions import Permission, require, visible_cases
from portal.core.permissions import Permission as P
from portal.core.search import ListFilter
from portal.core.vocabulary import LIVE, ConsentMode, ConsentStatus, Role

MOST_GRACE = 90  # days
MOST_CASES = 1000
FIELDS = (
    "consent_mode",
    "lawful_basis",
    "auto_intake",
    "grace_days",
    "transfer_requires_approval",
    "every_adult_consents",
)

# What a vertical may settle for itself, because it is asked of one case; and for whom. Administrators may act
# everywhere, auditors only read.
ADJUSTABLE = (
    *(P.UPDATE, P.SUBMIT, P.VERIFY, P.ACTIVATE, P.SUSPEND, P.RESUME, P.STABILIZE, P.CLOSE, P.REOPEN, P.ARCHIVE),
    *(P.ABANDON, P.ASSIGN, P.TRANSFER, P.MERGE, P.SPLIT, P.EXPORT, P.TRIAGE, P.WRITE_NOTE),
    *(P.ADD_PARTICIPANT, P.REMOVE_PARTICIPANT, P.APPROVE),
)
STEERING = (Role.AGENT, Role.CASEWORKER, Role.SUPERVISOR)


@dataclass(frozen=True)
class PackTold:
    """What is said of the rules of a vertical; ``holders`` are the roles of STEERING that may do each of ADJUSTABLE.

    Without ``holders`` the usual ones hold.
    """

    consent_mode: ConsentMode
    lawful_basis: str = ""
    auto_intake: bool = False
    grace_days: int = 0
    transfer_requires_approval: bool = False
    every_adult_consents: bool = False
    holders: Mapping[Permission, frozenset[Role]] | None = None


@dataclass(frozen=True)
class Preview:
    """What new rules would change: fields before and after, what roles gain and lose, and whom it touches.

    ``cases`` are the open ones that the reader may see, ``unconsented`` those of them without a person whose consent
    holds, where consent becomes required; 1001 means more than 1000.
    """

    fields: dict[str, tuple[object, object]]
    gained: dict[Role, list[Permission]] = field(default_factory=dict)
    lost: dict[Role, list[Permission]] = field(default_factory=dict)
    people: dict[Role, int] = field(default_factory=dict)
    cases: int = 0
    unconsented: int = 0

    def __bool__(self) -> bool:
        return bool(self.fields or self.gained or self.lost)


def history(session: Session, actor: Actor, vertical: Vertical) -> list[PolicyPack]:
    """Every version of the rules of a vertical, newest first. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    query = sa.select(PolicyPack).where(PolicyPack.vertical_id == vertical.id)
    return list(session.scalars(query.order_by(PolicyPack.version.desc())))


def told_of(pack: PolicyPack) -> PackTold:
    """The rules that hold, as they would be said again."""
    holders = role_matrix.holders(pack)
    said = {one: holders[one].intersection(STEERING) for one in ADJUSTABLE}
    return PackTold(**{name: getattr(pack, name) for name in FIELDS}, holders=said)


def preview(session: Session, actor: Actor, vertical: Vertical, told: PackTold) -> Preview:
    """What these rules would change in this vertical, and for whom. Raises Forbidden, InvalidInput as ``put`` does."""
    require(actor, Permission.ADMINISTER)
    old, new = vertical.pack, _pack(told, vertical.pack)
    before, after = role_matrix.holders(old), role_matrix.holders(new)
    gained = {role: [one for one in Permission if role in after[one] - before[one]] for role in Role}
    lost = {role: [one for one in Permission if role in before[one] - after[one]] for role in Role}
    stricter = old.consent_mode is not new.consent_mode and new.consent_mode is ConsentMode.REQUIRED
    wanted = ListFilter(verticals=frozenset({vertical.id}))
    return Preview(
        fields={name: (getattr(old, name), getattr(new, name)) for name in FIELDS if name in _changed(old, new)},
        gained={role: found for role, found in gained.items() if found},
        lost={role: found for role, found in lost.items() if found},
        people=_people(session, vertical),
        cases=search.counts(session, actor, {"open": wanted}, most=MOST_CASES)["open"],
        unconsented=_unconsented(session, actor, vertical) if stricter else 0,
    )


def put(session: Session, actor: Actor, vertical: Vertical, told: PackTold, *, version: int) -> PolicyPack:
    """Put new rules in force, in place of *version* (0 for the first ones); those in force now if nothing differs.

    The vertical is held by the caller. Raises Forbidden; StaleVersion where another version is in force; InvalidInput
    for days of grace out of range, another lawful basis that is not named, and roles or permissions that no vertical
    settles.
    """
    require(actor, Permission.ADMINISTER)
    query = sa.select(PolicyPack).where(PolicyPack.vertical_id == vertical.id, PolicyPack.current)
    old = session.scalar(query)
    if (old.version if old else 0) != version:
        raise StaleVersion("Somebody else put new rules in force meanwhile.", version=old.version)
    new = _pack(told, old)
    changed = _changed(old, new) if old else (*FIELDS, "role_matrix")
    if not changed:
        return old
    if old is not None:
        old.current = False
        session.flush()
    new.vertical_id, new.version, new.created_at = vertical.id, version + 1, clock.now()
    session.add(new)
    session.flush()
    session.expire(vertical, ["pack"])
    values = {name: (_text(getattr(old, name)) if old else None, _text(getattr(new, name))) for name in changed}
    details = {"version": new.version, "fields": sorted(changed)}
    audit.append(session, actor, "vertical.rules", chain=f"vertical:{vertical.id}", details=details, values=values)
    return new


def _pack(told: PackTold, old: PolicyPack | None) -> PolicyPack:
    """The rules as a row that is in no session yet."""
    basis = told.lawful_basis.strip()
    if told.consent_mode is ConsentMode.NOT_REQUIRED and not basis:
        message = "Name the lawful basis on which this vertical works without consent."
        raise InvalidInput(message, target="lawful_basis", problem="missing")
    if not 0 <= told.grace_days <= MOST_GRACE:
        raise InvalidInput(f"The days of grace are between 0 and {MOST_GRACE}.", target="grace_days")
    plain = {name: getattr(told, name) for name in FIELDS} | {"lawful_basis": basis}
    return PolicyPack(**plain, role_matrix=_matrix(told, old), current=True)


def _matrix(told: PackTold, old: PolicyPack | None) -> dict[str, list[str]]:
    """Only what differs from the usual; rows of what no screen settles stay as they were."""
    kept = dict(old.role_matrix) if old is not None else {}
    rows = {name: roles for name, roles in kept.items() if name not in ADJUSTABLE}
    usual = role_matrix.usual(told.consent_mode)
    for one, roles in (told.holders or {}).items():
        if one not in ADJUSTABLE or not roles <= set(STEERING):
            raise InvalidInput("This is settled for the whole installation.", target="holders")
        if roles != usual[one].intersection(STEERING):
            # A row names all who may: whom no vertical steers is in it or not as usual.
            wanted = roles | usual[one].difference(STEERING)
            rows[one.value] = [role.value for role in Role if role in wanted]
    return rows


def _changed(old: PolicyPack, new: PolicyPack) -> tuple[str, ...]:
    plain = tuple(name for name in FIELDS if getattr(old, name) != getattr(new, name))
    return plain if role_matrix.holders(old) == role_matrix.holders(new) else (*plain, "role_matrix")


def _people(session: Session, vertical: Vertical) -> dict[Role, int]:
    """How many active members of the vertical there are of each role."""
    query = sa.select(User.role, sa.func.count()).join(VerticalMember, VerticalMember.user_id == User.id)
    query = query.where(VerticalMember.vertical_id == vertical.id, User.active).group_by(User.role)
    return {role: number for role, number in session.execute(query)}


def _unconsented(session: Session, actor: Actor, vertical: Vertical) -> int:
    now = clock.now()
    holds = sa.select(Consent.id).where(
        Consent.person_id == Case.subject_person_id,
        Consent.vertical_id == vertical.id,
        Consent.status == ConsentStatus.ACTIVE,
        sa.or_(Consent.active_until.is_(None), Consent.active_until > now),
    )
    query = sa.select(Case.id).where(
        Case.primary_vertical_id == vertical.id, Case.lifecycle_status.in_(sorted(LIVE)), Case.merged_into_id.is_(None)
    )
    query = query.where(visible_cases(actor))
    some = query.where(Case.subject_household_id.is_(None), ~holds.exists()).limit(MOST_CASES + 1)
    return session.scalar(sa.select(sa.func.count()).select_from(some.subquery()))


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False) if isinstance(value, dict) else str(value)
