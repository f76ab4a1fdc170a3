"""Restricting what is done with a person's data: it is kept and can be read, and is neither changed nor newly used.

While it lasts the record is not corrected, confirmed, joined, compared with others, taken into new cases, written to or
put into a case file. Cases go on, so that nobody is left without help; consent can be withdrawn; the person is told
everything held about them all the same. Of a record that was erased the same holds for ever.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, same_people, subject_requests, under_glass, written_people
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, InvalidInput, ReadOnly
from portal.core.models import Case, CasePerson, Household, Person
from portal.core.permissions import Permission, require

_STANDS = {True: "The data is restricted already.", False: "The data is not restricted."}


def require_usable(subject: Person | Household | None) -> None:
    """Raise ReadOnly where nothing may be changed about this person, or newly done with what is known of them."""
    if isinstance(subject, Person) and subject.restricted_at is not None:
        raise ReadOnly(
            "The data of this person is restricted: it is kept, and neither changed nor used.", target="person"
        )


def require_usable_case(session: Session, case: Case) -> None:
    """Raise ReadOnly where the data of somebody whom this case is about is restricted."""
    clients = sa.select(CasePerson.person_id).where(CasePerson.case_id == case.id, CasePerson.role == "client")
    whom = sa.or_(Person.id.in_(clients), Person.id == case.subject_person_id)
    if session.scalar(sa.select(Person.id).where(whom, Person.restricted_at.is_not(None)).limit(1)) is not None:
        raise ReadOnly("The data of a person on this case is restricted: nothing of it is taken out.", target="person")


def restrict(session: Session, actor: Actor, person: Person, *, reason: str) -> None:
    """Restrict a person's data, in every record of theirs. Raises Forbidden, InvalidInput, AlreadyDone."""
    _set(session, actor, person, reason, restricted=True)
    subject_requests.settle(session, actor, person, subject_requests.RESTRICTION, reason.strip())


def lift(session: Session, actor: Actor, person: Person, *, reason: str) -> None:
    """Let the data of a person be used again. Raises Forbidden, InvalidInput, AlreadyDone."""
    _set(session, actor, person, reason, restricted=False)


def _set(session: Session, actor: Actor, person: Person, reason: str, *, restricted: bool) -> None:
    require(actor, Permission.ANSWER_SUBJECT)
    if not (reason := reason.strip()):
        raise InvalidInput("Say why: the person may ask.", target="reason", problem="missing")
    same_people.lock(session, [person.id])
    session.refresh(person)
    under_glass.require_known(session, actor, person)
    if person.erased_at is not None:
        raise AlreadyDone("This person was erased.", target="reason")
    if (person.restricted_at is not None) == restricted:
        raise AlreadyDone(_STANDS[restricted], target="reason")
    records = same_people.records(session, [person.id])[person.id]
    for record in session.scalars(sa.select(Person).where(Person.id.in_(records)).order_by(Person.id)):
        record.restricted_at = clock.now() if restricted else None
        written_people.note_changed(session, record.id)  # whoever is restricted is compared with nobody
        action = "person.restrict" if restricted else "person.restriction_lift"
        about = {"person": record.id}
        values = {"reason": (None, reason)}
        audit.append(session, actor, action, chain=f"person:{record.id}", details=about, values=values)
