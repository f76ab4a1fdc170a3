"""Rows for tests, made as plainly as possible. Each function flushes and returns the row; the test commits.

Cases are opened through core, so that their history and audit are real.
"""

import datetime as dt
import itertools

import sqlalchemy as sa

from portal.core import accounts, cases, clock, people, subject_requests
from portal.core.actors import SYSTEM, Actor, from_user
from portal.core.models import (
    Case,
    Conflict,
    ConflictCase,
    Consent,
    Household,
    Organisation,
    Participant,
    Person,
    Place,
    PolicyPack,
    Program,
    SubjectRequest,
    User,
    Vertical,
    VerticalMember,
)
from portal.core.told import PersonTold
from portal.core.unit import unit_of_work
from portal.core.vocabulary import (
    ConflictScope,
    ConsentMode,
    ConsentStatus,
    Origin,
    ParticipantStatus,
    Role,
    Status,
    Verification,
)

PASSWORD = "correct horse battery staple"  # pragma: allowlist secret
_numbers = itertools.count(1)


def make_vertical(session, code: str | None = None, *, consent: bool = False, **pack) -> Vertical:
    """A vertical with its policy pack; ``consent`` says whether it works on consent."""
    number = next(_numbers)
    code = code or f"V{number}"
    vertical = Vertical(code=code, name=pack.pop("name", code.title()), reference_prefix=pack.pop("prefix", code))
    vertical.default_for = pack.pop("default_for", None)
    session.add(vertical)
    session.flush()
    basis = "" if consent else "Public task"
    mode = ConsentMode.REQUIRED if consent else ConsentMode.NOT_REQUIRED
    session.add(
        PolicyPack(vertical_id=vertical.id, consent_mode=mode, lawful_basis=basis, auto_intake=not consent, **pack)
    )
    session.flush()
    session.refresh(vertical)
    return vertical


def make_user(session, role: Role = Role.CASEWORKER, *verticals: Vertical, password: bool = False, **more) -> User:
    """A user with a role in these verticals; ``password`` gives them PASSWORD (slow, so only where it is used)."""
    number = next(_numbers)
    user = User(
        email=more.pop("email", f"user{number}@office.example"),
        name=more.pop("name", f"Wren Worker {number}"),
        role=role,
        organisation_id=1,
        password_hash=accounts.hash_password(PASSWORD) if password else None,
        **more,
    )
    session.add(user)
    session.flush()
    session.add_all(VerticalMember(user_id=user.id, vertical_id=vertical.id) for vertical in verticals)
    session.flush()
    return user


def actor_of(session, user: User) -> Actor:
    """The actor that a user is."""
    return from_user(session, user)


def make_person(
    session, name: str = "Amina Testperson", *, verified: bool = False, vertical: Vertical | None = None, **told
):
    """A person, found by name like any other; ``verified`` without saying by whom."""
    person = people.register(
        session, SYSTEM, PersonTold(full_name=name, **told), vertical_id=vertical.id if vertical else None
    )
    if verified:
        person.verification_status, person.verified_at = Verification.VERIFIED, clock.now()
    session.flush()
    return person


def make_household(session, leader: Person, *, verified: bool = False) -> Household:
    """A household of its leader."""
    household = Household(name=f"Household {next(_numbers)}", leader_id=leader.id)
    if verified:
        household.verification_status, household.verified_at = Verification.VERIFIED, clock.now()
    session.add(household)
    session.flush()
    return household


def make_consent(session, person: Person, vertical: Vertical, **more) -> Consent:
    """An active consent; ``more`` sets its dates or status."""
    consent = Consent(
        person_id=person.id,
        vertical_id=vertical.id,
        **{"status": ConsentStatus.ACTIVE, "active_from": clock.now() - dt.timedelta(days=1), **more},
    )
    session.add(consent)
    session.flush()
    return consent


def make_case(
    session,
    vertical: Vertical,
    *,
    owner: User | None = None,
    subject: Person | Household | None = None,
    status: Status | None = None,
    origin: Origin = Origin.PORTAL,
    **facts,
) -> Case:
    """A case opened through core. A vertical that works on consent gets a verified subject who consented.

    ``status`` puts the case into that state without walking there: for tests that are not about the walk.
    """
    if vertical.pack.consent_mode is ConsentMode.REQUIRED and subject is None:
        subject = make_person(session, f"Subject Person {next(_numbers)}", verified=True)
        make_consent(session, subject, vertical)
    facts = {"narrative": "What happened, as told.", "summary": "A test case", **facts}
    case = cases.open_case(session, SYSTEM, origin=origin, vertical=vertical, subject=subject, facts=facts)
    if owner is not None:
        case.owner_id = owner.id
    session.flush()
    if status is not None and status is not case.lifecycle_status:
        put_into(session, case, status)
    return case


def make_copies(session, case: Case, number: int) -> list[int]:
    """The ids of many cases like *case*, written beside core: for lists, where how they came about does not matter."""
    left_out = ("id", "uuid", "reference")
    same = {column.name: getattr(case, column.name) for column in Case.__table__.columns if column.name not in left_out}
    rows = [{**same, "reference": f"COPY-{next(_numbers)}"} for _ in range(number)]
    return list(session.scalars(sa.insert(Case).returning(Case.id), rows)) if rows else []


def put_into(session, case: Case, status: Status) -> None:
    """Set a state with what the database demands of it."""
    now = clock.now()
    values = {"lifecycle_status": status, "prior_status": None}
    if status is Status.SUSPENDED:
        values |= {"prior_status": Status.ACTIVE, "status_reason": "POLICY_SUSPENSION"}
    if status in (Status.CLOSED, Status.ARCHIVED, Status.REOPENED):
        values["closed_at"] = now
    if status is Status.ARCHIVED:
        values["archived_at"] = now
    session.execute(sa.update(Case.__table__).where(Case.__table__.c.id == case.id).values(**values))
    session.refresh(case)


def make_participant(session, case: Case, vertical: Vertical, *, opted_in: bool = True) -> Participant:
    """A vertical that takes part in a case."""
    status = ParticipantStatus.OPTED_IN if opted_in else ParticipantStatus.PENDING_OPT_IN
    participant = Participant(case_id=case.id, vertical_id=vertical.id, status=status)
    session.add(participant)
    session.flush()
    return participant


def make_conflict(session, *named: Case, scope: ConflictScope = ConflictScope.PRIMARY) -> Conflict:
    """An open conflict of duplicate support that names these cases, whether they overlap or not."""
    numbers = sorted(case.id for case in named)
    key = f"{scope.value}:{'-'.join(map(str, numbers))}"
    conflict = Conflict(scope=scope.value, set_key=key, primary_case_id=numbers[-1])
    session.add(conflict)
    session.flush()
    session.add_all(ConflictCase(conflict_id=conflict.id, case_id=number) for number in numbers)
    session.flush()
    return conflict


def make_organisation(session, name: str | None = None, **more) -> Organisation:
    """A partner organisation, active."""
    organisation = Organisation(name=name or f"Partner {next(_numbers)}", email="desk@partner.example", **more)
    session.add(organisation)
    session.flush()
    return organisation


def make_request(session, person: Person, kind: str = subject_requests.EXPORT) -> SubjectRequest:
    """Something that a person asked for today, through themselves."""
    told = {"kind": kind, "asked_by": "The person", "asked_on": clock.today()}
    return subject_requests.record(session, SYSTEM, person, **told)


def make_program(session, vertical: Vertical) -> Program:
    """A programme of a vertical."""
    number = next(_numbers)
    program = Program(code=f"P{number}", name=f"Programme {number}", vertical_id=vertical.id)
    session.add(program)
    session.flush()
    return program


def make_place(session, name: str, parent: Place | None = None) -> Place:
    """A place, below another where one is given."""
    place = Place(name=name, parent_id=parent.id if parent else None, level=parent.level + 1 if parent else 0)
    session.add(place)
    session.flush()
    place.path = f"{parent.path if parent else ''}/{place.id}"
    session.flush()
    return place


def committed(session):
    """``with committed(session):`` a unit of work for arranging: what is made inside is there for everybody."""
    return unit_of_work(session, SYSTEM, intent="test.arrange")
