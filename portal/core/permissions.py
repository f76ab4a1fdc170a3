"""Who may do what, and who may see what: the whole policy on one page.

Two questions, never mixed: ``visible_cases`` says which cases exist for an actor (all others are absent, 404);
``may`` says what the actor may do with one that is visible (403 where not).
"""

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from portal.core import clock, remits
from portal.core.actors import Actor
from portal.core.errors import Forbidden
from portal.core.impartiality import impartial, impartial_people
from portal.core.models import (
    Assignment,
    Case,
    CasePerson,
    CaseRestriction,
    Consent,
    CorrespondenceCase,
    Participant,
    Person,
    PolicyPack,
)
from portal.core.vocabulary import (
    ConsentMode,
    ConsentStatus,
    Dialect,
    Origin,
    ParticipantStatus,
    Permission,
    Role,
)

P = Permission
_AGENT = {P.VIEW, P.CREATE, P.UPDATE, P.SUBMIT, P.WRITE_NOTE, P.WRITE_MESSAGE, P.ATTACH, P.TAKE_CONTACT}
_AGENT |= {P.VIEW_PEOPLE, P.REVEAL, P.REGISTER_PERSON, P.CAPTURE_CONSENT, P.CHECK_CONFLICT}
_CASEWORKER = _AGENT | {P.VERIFY, P.STABILIZE, P.CLOSE, P.ASSIGN, P.TRIAGE, P.VERIFY_PERSON, P.DECIDE_CONSENT}
_CASEWORKER |= {P.ADD_PARTICIPANT, P.OPT_IN, P.REMOVE_PARTICIPANT, P.EXPORT, P.BREAK_GLASS}
_SUPERVISOR = _CASEWORKER | {P.ACTIVATE, P.SUSPEND, P.RESUME, P.REOPEN, P.ARCHIVE, P.ABANDON, P.TRANSFER, P.MERGE}
_SUPERVISOR |= {P.SPLIT, P.DECIDE_CONFLICT, P.APPROVE, P.ANSWER_SUBJECT, P.RESTRICT, P.OVERSEE}

# Where consent is required. An administrator may act in every row; the audit marks it.
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset(_AGENT),
    Role.CASEWORKER: frozenset(_CASEWORKER),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.AUDITOR: frozenset({P.VIEW, P.VIEW_PEOPLE, P.VIEW_AUDIT}),
}

# Where another lawful basis stands, whoever may edit a case may also finish and reopen it.
_FINISHING = frozenset({P.VERIFY, P.ACTIVATE, P.STABILIZE, P.CLOSE, P.REOPEN, P.ASSIGN})
WITHOUT_CONSENT: dict[Role, frozenset[Permission]] = {
    Role.AGENT: ROLE_PERMISSIONS[Role.AGENT] | _FINISHING,
    Role.CASEWORKER: ROLE_PERMISSIONS[Role.CASEWORKER] | _FINISHING,
}

# What a vertical that merely takes part may do: write down and write, never steer.
_PARTICIPATING = frozenset({P.VIEW, P.WRITE_NOTE, P.WRITE_MESSAGE, P.ATTACH})

# What breaking the glass lets do. Administrators may change who sees it, too: so comes back what nobody is left to see.
_UNDER_GLASS = frozenset({P.VIEW, P.REVEAL, P.WRITE_NOTE})

_SCOPES: dict[str, frozenset[Permission]] = {
    "cases:read": frozenset({P.VIEW, P.VIEW_PEOPLE}),
    "cases:write": frozenset(_AGENT) | _FINISHING,
    "webform": frozenset({P.CREATE, P.ATTACH}),
    "v1:case": frozenset({P.VIEW, P.CREATE, P.UPDATE, P.WRITE_MESSAGE, P.ACTIVATE, P.REOPEN, P.STABILIZE}),
    "case:close": frozenset({P.CLOSE}),
}


def role_permissions(role: Role | None, pack: PolicyPack | None = None) -> frozenset[Permission]:
    """What *role* may do, in a vertical with *pack* where one is given."""
    if role is None:
        return frozenset()
    usual = ROLE_PERMISSIONS[role]
    if pack is None:
        return usual
    if pack.consent_mode is ConsentMode.NOT_REQUIRED:
        usual = WITHOUT_CONSENT.get(role, usual)
    granted = {Permission(name) for name, roles in pack.role_matrix.items() if role.value in roles}
    taken = {Permission(name) for name, roles in pack.role_matrix.items() if role.value not in roles}
    return usual if role is Role.ADMINISTRATOR else (usual | granted) - taken


def can(actor: Actor, permission: Permission, pack: PolicyPack | None = None) -> bool:
    """Whether *actor* holds *permission* at all, before any one case is looked at."""
    if actor.is_system:
        return True
    if actor.kind == "organisation":
        return any(permission in _SCOPES.get(scope, ()) for scope in actor.scopes)
    return permission in role_permissions(actor.role, pack) and _within_scopes(actor, permission)


def _within_scopes(actor: Actor, permission: Permission) -> bool:
    """A token may be narrower than the role of the user who holds it; a signed-in browser is not."""
    if actor.token_id is None or "cases:write" in actor.scopes:
        return True
    return any(permission in _SCOPES.get(scope, ()) for scope in actor.scopes)


def may(actor: Actor, permission: Permission, case: Case, *, participating: Iterable[int] = ()) -> bool:
    """Whether *actor* may do this to *case*: the permission, within the case's vertical.

    ``participating`` are the ids of verticals that opted in; their members may write, not steer. Whoever owns a case
    may restrict it, if they may change it at all.
    """
    owned = actor.user_id is not None and case.owner_id == actor.user_id
    needed = P.UPDATE if permission is P.RESTRICT and owned else permission
    if not can(actor, needed, case.primary_vertical.pack):
        return False
    glass = None if owned else actor.opened.get(case.merged_into_id or case.id)
    if glass is not None and glass.beyond and case.restricted:
        return permission in _UNDER_GLASS or (actor.is_administrator and permission is P.RESTRICT)
    if actor.is_system or actor.is_administrator or actor.role is Role.AUDITOR:
        return True
    if actor.kind == "organisation":
        return case.organisation_id == actor.organisation_id
    if case.primary_vertical_id in actor.vertical_ids or owned or (glass is not None and permission in _UNDER_GLASS):
        return True
    return permission in _PARTICIPATING and (not actor.vertical_ids.isdisjoint(participating) or permission is P.VIEW)


def require(
    actor: Actor, permission: Permission, case: Case | None = None, *, participating: Iterable[int] = ()
) -> None:
    """Raise Forbidden unless ``may`` (with a case) or ``can`` (without one)."""
    if case is None:
        allowed = can(actor, permission)
    else:
        allowed = may(actor, permission, case, participating=participating)
    if not allowed:
        raise Forbidden("You may not do this.", target=permission.value)


def holders(permission: Permission, pack: PolicyPack | None = None) -> list[Role]:
    """The roles that hold *permission* (in a vertical with *pack*), for telling who could do it."""
    return [role for role in Role if role is not Role.AUDITOR and permission in role_permissions(role, pack)]


def who_can(permission: Permission, pack: PolicyPack | None = None) -> str:
    """Who holds a permission (in a vertical with *pack*), in words."""
    words = [_ROLE_WORDS[role] for role in holders(permission, pack)]
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


_ROLE_WORDS = {
    Role.AGENT: "an agent",
    Role.CASEWORKER: "a caseworker",
    Role.SUPERVISOR: "a supervisor",
    Role.ADMINISTRATOR: "an administrator",
}


def visible_cases(actor: Actor) -> sa.ColumnElement[bool]:
    """The one scope every query over cases starts from.

    A user sees cases whose primary vertical is theirs, cases in which one of their verticals opted in, and cases they
    own or are assigned to now; administrators and auditors see all. What comes by a vertical alone is seen as far as it
    is in the user's remit: the places and programmes to which their work is limited (remits.py). A restricted case is
    seen by those on its list alone, and by its owner; breaking the glass opens one for a time. What is about a user's
    own people is there for them in no way. An organisation sees what it sent.
    """
    if actor.is_system:
        return sa.true()
    if actor.kind == "organisation":
        return _sent_by(actor)
    if actor.user_id is None or not can(actor, P.VIEW):
        return sa.false()
    if actor.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return open_to(actor)
    return sa.and_(sa.or_(*reasons_to_see(actor)), open_to(actor))


def ways_to_see(actor: Actor, verticals: Collection[int] = ()) -> list[sa.ColumnElement[bool]]:
    """``visible_cases`` taken apart: together they are the same scope, and each can follow an index.

    With ``verticals``, a way that leads to other verticals alone is left out; the others may still lead elsewhere.
    """
    if actor.user_id is None or not can(actor, P.VIEW):
        return [visible_cases(actor)]
    if actor.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        all_of = [Case.primary_vertical_id == vertical for vertical in sorted(verticals)]
        return [sa.and_(way, open_to(actor)) for way in all_of or [sa.true()]]
    return [sa.and_(way, open_to(actor)) for way in reasons_to_see(actor, verticals)]


def led_by_own(actor: Actor) -> list[sa.ColumnElement[bool]]:
    """The part of ``visible_cases`` that one's own verticals lead, each of them apart."""
    if actor.user_id is None or not can(actor, P.VIEW) or not actor.vertical_ids:
        return [sa.false()]
    return [sa.and_(way, open_to(actor)) for way in _led(actor, actor.vertical_ids)]


def open_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Cases that are not closed to *actor*, whatever else leads to them.

    A restricted one is there for those on its list, for its owner, and for whoever broke the glass; what is about the
    actor's own people, for nobody.
    """
    listed = sa.select(CaseRestriction.case_id).where(CaseRestriction.user_id == actor.user_id)
    ways = [Case.restricted.is_(False), Case.owner_id == actor.user_id, Case.id.in_(listed)]
    ways += _under_glass(actor)
    return sa.and_(sa.or_(*ways), impartial(actor))


def reasons_to_see(actor: Actor, verticals: Collection[int] = ()) -> list[sa.ColumnElement[bool]]:
    """Each way in which a user comes to see a case, apart, so that a list can follow one index for each."""
    ways = [Case.owner_id == actor.user_id, Case.id.in_(assigned_cases(actor))]
    if actor.vertical_ids:
        taking_part = sa.select(Participant.case_id).where(
            Participant.vertical_id.in_(actor.vertical_ids), Participant.status == ParticipantStatus.OPTED_IN
        )
        own = actor.vertical_ids.intersection(verticals) if verticals else actor.vertical_ids
        ways += [sa.and_(Case.id.in_(taking_part), remits.place(actor.remit)), *_led(actor, own)]
    return ways + _under_glass(actor)


def _led(actor: Actor, verticals: Collection[int]) -> list[sa.ColumnElement[bool]]:
    """What each of these verticals of the actor's own leads, as far as it is in their remit."""
    here = remits.place(actor.remit)
    return [
        sa.and_(Case.primary_vertical_id == one, remits.programme(actor.remit, one), here) for one in sorted(verticals)
    ]


def _under_glass(actor: Actor) -> list[sa.ColumnElement[bool]]:
    """What is open by breaking the glass, with what was merged into it.

    Whoever broke it to read what is hidden saw the case anyway: where they would no longer, it is closed to them, too.
    """
    numbers = sorted(number for number, one in actor.opened.items() if one.beyond)
    return [Case.id.in_(numbers), Case.merged_into_id.in_(numbers)] if numbers else []


def assigned_cases(actor: Actor) -> sa.Select:
    """The ids of the cases that a user is assigned to now."""
    return assigned_to([actor.user_id])


def assigned_to(users: Collection[int | None]) -> sa.Select:
    """The ids of the cases that any of these users is assigned to now."""
    now = clock.now()
    return sa.select(Assignment.case_id).where(
        Assignment.user_id.in_(users),
        Assignment.effective_from <= now,
        sa.or_(Assignment.effective_until.is_(None), Assignment.effective_until > now),
    )


def _sent_by(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.dialect is Dialect.CORRESPONDENCE:
        sent = sa.select(CorrespondenceCase.case_id).where(CorrespondenceCase.organisation_id == actor.organisation_id)
        return Case.id.in_(sent)
    return sa.and_(Case.organisation_id == actor.organisation_id, Case.origin.in_((Origin.HELPLINE, Origin.WEBFORM)))


def visible_people(actor: Actor) -> sa.ColumnElement[bool]:
    """People on visible cases, and those whom the actor or, in the actor's remit, one of their verticals registered."""
    if actor.is_system:
        return sa.true()
    if actor.user_id is None or not can(actor, P.VIEW_PEOPLE):
        return sa.false()
    if actor.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return impartial_people(actor)
    # Asked of each person by index: gathering everybody on visible cases would grow with the number of cases.
    seen = visible_cases(actor)
    on_case = sa.select(1).select_from(CasePerson).join(Case, Case.id == CasePerson.case_id)
    known = sa.or_(
        Person.registered_by_id == actor.user_id,
        sa.and_(Person.registered_vertical_id.in_(actor.vertical_ids), remits.people(actor.remit, actor.vertical_ids)),
        on_case.where(CasePerson.person_id == Person.id, seen).correlate(Person).exists(),
        sa.select(1).select_from(Case).where(Case.subject_person_id == Person.id, seen).correlate(Person).exists(),
    )
    return sa.and_(known, impartial_people(actor))


def visible_consents(actor: Actor) -> sa.ColumnElement[bool]:
    """Consents, of people who are visible, that the actor is told of in the browser.

    Those for the actor's verticals, those that wait to be confirmed, and those the actor took down or confirmed: who
    leads a case must not learn which participating service lost its consent.
    """
    if actor.is_system or actor.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return sa.true()
    return sa.or_(
        Consent.vertical_id.in_(actor.vertical_ids),
        Consent.status == ConsentStatus.PENDING,
        Consent.captured_by_id == actor.user_id,
        Consent.verified_by_id == actor.user_id,
    )
