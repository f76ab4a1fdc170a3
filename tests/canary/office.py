"""A world for those who otherwise see everything: what stays closed to administrators and auditors, too.

Its grounds share no row: cases that are restricted to others, cases to which consent was withdrawn, the record of a
relative of those who walk with the cases about it, what is a colleague's own, and what is masked of somebody who is
known. Every table that hangs on one of them has a row there at least, and each column of words a mark for each.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.core import clock, indexing
from portal.core.models import Case, CasePerson, Consent, Notice, OwnRecord, Person, User, Vertical
from portal.core.permissions import ROLE_PERMISSIONS
from portal.core.vocabulary import ConsentStatus, Origin, Permission, Role, Status
from portal.extensions import db
from tests.canary.grounds import BY_WORDS, Ground, fill, put_marks
from tests.canary.marks import World
from tests.canary.walkers import glass_that_was_broken
from tests.factories import (
    committed,
    make_case,
    make_conflict,
    make_consent,
    make_household,
    make_person,
    make_request,
    make_user,
    make_vertical,
    put_into,
)

RESTRICTED, RELATIVE, COLLEAGUE = "of a restricted case", "of a relative", "of a colleague"
WITHDRAWN, MASKED = "of a case without consent", "that is masked"
WALKERS = {
    "administrator who is not on the list": Role.ADMINISTRATOR,
    "auditor who is not on the list": Role.AUDITOR,
    "supervisor of the service who is not on the list": Role.SUPERVISOR,
}
# What of somebody who is known is shown to none but those who ask, and to an auditor in no way.
SENSITIVE = {
    "people.address",
    "people.landmark",
    "households.address",
    "person_contacts.value",
    "person_identifiers.value",
    "case_people.health",
}
# What a rule lets them read although it hangs on something closed.
SEEN = {
    ("consent_evidence", RESTRICTED): "It proves the consent of somebody who is known; its file alone is of the case.",
    (
        "break_glass_grants",
        WITHDRAWN,
    ): "Why the glass was broken is read by those who watch over that and see the case.",
    (
        "legal_holds",
        WITHDRAWN,
    ): "Why the case must be kept is read by those who may end that, whatever is consented to.",
    ("cases.reference", WITHDRAWN): "That the case is there, where it stands and who can lift that is still told.",
}


def build_office(app: Flask) -> World:
    """Make the grounds first, so that their rows have the lowest numbers; mark them, and let everybody walk."""
    world = World()
    with app.app_context():
        with committed(db.session) as session:
            services = make_vertical(session, "SERVICE"), make_vertical(session, "CARE", consent=True)
            grounds = [_restricted(session, services[0]), _of_a_relative(session, services[0])]
            grounds += [_without_consent(session, services[1]), _masked(session, services[0], grounds[0])]
            grounds.append(_of_a_colleague(session, services[0]))
        with committed(db.session) as session:
            own = grounds[-1].named
            rows = [one for ground in reversed(grounds) for one in fill(session, ground, own)]
        with committed(db.session) as session:
            put_marks(session, world, rows, SEEN)
        with committed(db.session) as session:
            world.restricted_case, world.relative = grounds[0].named["cases"], grounds[1].named["people"]
            world.visible_case = grounds[3].named["cases"]
            world.stubs = grounds[2].closed["cases"][:1]
            known = session.get_one(Person, grounds[0].named["people"])
            _let_walk(session, world, [session.get_one(Vertical, one.id) for one in services], known)
            indexing.rebuild_after(session, 0)
        db.session.remove()
    return world


def _restricted(session, service: Vertical) -> Ground:
    """Two cases that only their owner sees, about somebody who is known to all: that record is no secret."""
    insider = make_user(session, Role.SUPERVISOR, service)
    told = {"phone": "+254711222555", "national_id": "ZQ7654321", "national_id_type": "passport"}
    person, other = (make_person(session, f"Known {name}", vertical=service, **told) for name in "AB")
    first, second = _two_cases(session, service, insider, person)
    session.execute(sa.update(Case).where(Case.id.in_([first, second])).values(restricted=True))
    session.add(CasePerson(case_id=first, person_id=other.id, role="perpetrator"))
    named = _named(session, service, person, first, insider)
    by_words = _by_words({"chain_key": f"case:{first}", "case_id": first}, first)
    by_words["contacts"] = {"case_id": first, "outcome": "case_created"}
    return Ground(RESTRICTED, {"cases": [first, second]}, named, {"people": other.id, "cases": second}, by_words)


def _of_a_relative(session, service: Vertical) -> Ground:
    """Somebody's record with a household and consent, and two cases about them that all of the service see."""
    told = {"phone": "+254711222333", "national_id": "ZQ1234567", "national_id_type": "passport"}
    relative = make_person(session, "Hidden Relative", vertical=service, **told)
    insider, other = make_user(session, Role.SUPERVISOR, service), make_person(session, "Known C", vertical=service)
    first, second = _two_cases(session, service, insider, relative)
    named = _named(session, service, relative, first, insider)
    closed = {"people": [relative.id], "households": [named["households"]], "cases": [first, second]}
    by_words = _by_words({"chain_key": f"person:{relative.id}"}, first)
    return Ground(RELATIVE, closed, named, {"people": other.id, "cases": second}, by_words)


def _without_consent(session, service: Vertical) -> Ground:
    """Two cases that all of the service see, and of which nobody reads what is written there."""
    insider = make_user(session, Role.SUPERVISOR, service)
    person = make_person(session, "Known D", verified=True, vertical=service)
    other = make_person(session, "Known E", vertical=service)
    named = _named(session, service, person, 0, insider)
    first, second = _two_cases(session, service, insider, person)
    lost = {"status": ConsentStatus.WITHDRAWN, "withdrawn_at": clock.now()}
    session.execute(sa.update(Consent).where(Consent.id == named["consents"]).values(**lost))
    by_words = _by_words({"chain_key": f"case:{first}", "case_id": first}, first)
    by_words["contacts"] = {"case_id": first, "outcome": "case_created"}
    others = {"people": other.id, "cases": second}
    return Ground(WITHDRAWN, {"cases": [first, second]}, named | {"cases": first}, others, by_words)


def _masked(session, service: Vertical, known: Ground) -> Ground:
    """The record of somebody who is known, and their part in a case that all of the service see."""
    person = session.get_one(Person, known.named["people"])
    case = make_case(session, service, subject=person)
    session.add(CasePerson(case_id=case.id, person_id=person.id, role="client"))
    session.flush()
    named = known.named | {"cases": case.id}
    closed = {"people": [person.id], "households": [named["households"]]}
    return Ground(MASKED, closed, named, columns=SENSITIVE)


def _of_a_colleague(session, service: Vertical) -> Ground:
    """What is each worker's own."""
    insider = make_user(session, Role.SUPERVISOR, service)
    named = {"users": insider.id, "verticals": service.id}
    own = {"idempotency_keys": {"principal": f"user:{insider.id}"}}
    own["saved_views"] = {"shared_with": "nobody", "vertical_id": None}
    return Ground(COLLEAGUE, {"users": [insider.id]}, named, by_words=own, alone=True)


def _two_cases(session, service: Vertical, owner: User, subject: Person) -> list[int]:
    """One that is worked on, and one that any rule of retention would reach."""
    cases = [make_case(session, service, owner=owner, subject=subject, status=Status.ACTIVE) for _ in range(2)]
    put_into(session, cases[1], Status.CLOSED)
    cases[1].closed_at = clock.now() - dt.timedelta(days=9000)
    session.flush()
    return [case.id for case in cases]


def _named(session, service: Vertical, person: Person, case: int, insider: User) -> dict[str, int]:
    household, consent = make_household(session, person), make_consent(session, person, service)
    named = {"people": person.id, "households": household.id, "consents": consent.id}
    return named | {"cases": case, "users": insider.id, "verticals": service.id}


def _by_words(event: dict[str, Any], case: int) -> dict[str, dict[str, Any]]:
    """An event, and a question that waits for an answer."""
    return dict(zip(BY_WORDS, ({**event, "seq": 9999}, {"target_type": "case", "target_id": case}), strict=True))


def _let_walk(session, world: World, services: list[Vertical], known: Person) -> None:
    """All of them are of the same family, and once had to do with what is closed to them."""
    closed = session.scalars(sa.select(Case).where(Case.reference.like("HIDDEN-%")).order_by(Case.id)).all()
    for name, role in WALKERS.items():
        walker = make_user(session, role, *(services if role is Role.SUPERVISOR else []))
        session.add(OwnRecord(user_id=walker.id, person_id=world.relative, tie="relative"))
        for case in closed:
            told = {"kind": "case.given", "text": f"{case.reference}: something happened."}
            session.add(Notice(user_id=walker.id, case_id=case.id, **told))
            session.add(glass_that_was_broken(walker.id, case.id))
        world.walkers[name] = walker.id
    _open(session, world, known, closed)


def _open(session, world: World, known: Person, closed: list[Case]) -> None:
    """What all of them see, and what stands beside it: the same person, a conflict, a request, a report."""
    own = session.get_one(Case, world.visible_case)
    beside = make_conflict(session, own, closed[0], closed[-1])
    make_request(session, known)
    for case in (own, closed[1], closed[-1]):
        case.origin = Origin.WEBFORM
    world.uuids_of["cases"].append(str(own.uuid))
    world.uuids_of["conflicts"].append(str(beside.uuid))


def ask_for_what_is_masked(world: World, walker: str) -> None:
    """Whoever may ask for what is masked does so on this walk, and is shown it: that they ask is recorded."""
    if Permission.REVEAL in ROLE_PERMISSIONS[WALKERS[walker]]:
        world.marks = {mark: where for mark, where in world.marks.items() if not where.endswith(MASKED)}
