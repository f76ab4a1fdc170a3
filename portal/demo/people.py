"""The invented people. Eva Garcia is number 5, as contract 000's example has it."""

import datetime as dt

from sqlalchemy.orm import Session

from portal.core import audit, clock, people, relations
from portal.core.actors import Actor
from portal.core.models import (
    Consent,
    ConsentEvidence,
    ConsentVersion,
    Household,
    HouseholdMember,
    Person,
    Vertical,
)
from portal.core.relation_kinds import RelationKind
from portal.core.told import PersonTold
from portal.core.vocabulary import ConsentStatus, Verification
from portal.demo.accounts import Staff
from portal.demo.office import GRACE_DAYS, SUPPORT, Office

# Phones are of the range that Ofcom keeps for drama; e-mail domains are reserved for examples.
PEOPLE: dict[str, PersonTold] = {
    "amina": PersonTold(
        full_name="Amina Yusuf",
        dob=dt.date(1991, 4, 12),
        sex="122",
        age_group="361954",
        location="258783",
        phone="+44 7700 900101",
        phone_safe="yes",
        phone_wish="not after 17:00",
        national_id_type="Demo card",
        national_id="DEMO-0001",
    ),
    "mateo": PersonTold(
        full_name="Mateo Quispe",
        dob=dt.date(1984, 11, 30),
        sex="121",
        age_group="361955",
        phone="+44 7700 900102",
        email="mateo.quispe@example.org",
    ),
    "linh": PersonTold(
        full_name="Linh Tran", dob=dt.date(2001, 7, 3), sex="122", age_group="361953", phone="+44 7700 900103"
    ),
    "seun": PersonTold(full_name="Oluwaseun Adeyemi", age_group="361954", sex="121", phone="+44 7700 900104"),
    "eva": PersonTold(
        full_name="Eva Garcia",
        given_name="Eva",
        family_name="Garcia",
        organisation_name="XYZ Ltd",
        email="eva.garcia@example.com",
        phone="+44 7700 900105",
    ),
    "nia": PersonTold(full_name="Nia Yusuf", dob=dt.date(2016, 9, 21), sex="122", age_group="361951"),
    # Registered again by somebody who spelled her name as he heard it: what the queue of possible duplicates shows.
    "amina_again": PersonTold(full_name="Yussuf, Aminah", dob=dt.date(1991, 4, 12), sex="122", phone="+44 7700 900101"),
}
VERIFIED = ("amina", "mateo", "linh")


class Known(dict[str, Person]):
    """The people by a short name, and their household."""

    household: Household


def register(session: Session, office: Office, staff: Staff) -> Known:
    """Register the people, verify three of them, and record their consents and a household."""
    known = Known()
    caseworker, supervisor = staff.actors["caseworker"], staff.actors["supervisor"]
    with clock.pretended(office.opened + dt.timedelta(days=2)):
        for key, told in PEOPLE.items():
            vertical = office.verticals["CONSTITUENCY" if key == "eva" else "HEALTH"]
            known[key] = people.register(session, caseworker, told, vertical_id=vertical.id)
    with clock.pretended(office.opened + dt.timedelta(days=3)):
        for key in VERIFIED:
            _verify(session, supervisor, known[key])
            for support in SUPPORT:
                _consent(session, caseworker, supervisor, known[key], office.verticals[support.code])
        known.household = _household(session, supervisor, office, known)
        relations.add(session, supervisor, known["amina"], known["nia"], kind=RelationKind.CHILD)
    return known


def _verify(session: Session, actor: Actor, person: Person) -> None:
    person.verification_status = Verification.VERIFIED
    person.verified_by_id, person.verified_at = actor.user_id, clock.now()
    for identifier in person.identifiers:
        identifier.verified_at = clock.now()
    audit.append(session, actor, "person.verify", chain=f"person:{person.id}", details={"status": "verified"})


def _consent(session: Session, actor: Actor, verifier: Actor, person: Person, vertical: Vertical) -> None:
    """A year's consent, signed on paper; seen today it has some nine months to go."""
    until = clock.now() + dt.timedelta(days=365)
    consent = Consent(
        person_id=person.id,
        vertical_id=vertical.id,
        status=ConsentStatus.ACTIVE,
        active_from=clock.now(),
        active_until=until,
        grace_until=until + dt.timedelta(days=GRACE_DAYS),
        captured_by_id=actor.user_id,
        verified_at=clock.now(),
        verified_by_id=verifier.user_id,
    )
    session.add(consent)
    session.flush()
    session.add_all(
        (
            ConsentVersion(
                consent_id=consent.id,
                version=1,
                status=consent.status,
                active_from=consent.active_from,
                active_until=until,
                actor_id=actor.user_id,
            ),
            ConsentEvidence(
                consent_id=consent.id, method="signed_paper", description="Signed form, kept in the paper file."
            ),
        )
    )
    details = {"consent": consent.id, "vertical": vertical.id, "status": consent.status}
    audit.append(session, actor, "consent.capture", chain=f"person:{person.id}", details=details)


def _household(session: Session, actor: Actor, office: Office, known: Known) -> Household:
    household = Household(
        name="Yusuf household",
        leader_id=known["amina"].id,
        place_id=office.places["Harbour Ward"].id,
        verification_status=Verification.VERIFIED,
        verified_by_id=actor.user_id,
        verified_at=clock.now(),
        registered_by_id=actor.user_id,
    )
    session.add(household)
    session.flush()
    today = clock.today()
    session.add_all(
        HouseholdMember(
            household_id=household.id, person_id=known[key].id, relationship_type=relationship, effective_from=today
        )
        for key, relationship in (("amina", "leader"), ("nia", "child"))
    )
    audit.append(session, actor, "household.register", chain=f"household:{household.id}")
    return household
