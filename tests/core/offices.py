"""An office that works on consent, for tests of the rules of casework: two services, their people, a subject."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from portal.core import cases, clock, consenting, transitions
from portal.core.actors import Actor
from portal.core.consenting import Evidence, Given
from portal.core.models import Case, Person, Vertical
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Action, Role, Status
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical

SPOKEN = (Evidence("spoken", "Said so on the telephone."),)


@dataclass
class Office:
    """Ids and actors; rows are loaded where they are used, as a request does."""

    session: sa.orm.Session
    care: int  # the vertical that leads
    health: int  # the one that may take part
    desk: int  # one that works without consent
    subject: int
    worker: Actor
    other_worker: Actor
    supervisor: Actor
    other_supervisor: Actor
    healer: Actor  # a caseworker of the vertical that may take part
    administrator: Actor
    auditor: Actor
    stranger: Actor  # a supervisor of neither

    def vertical(self, number: int) -> Vertical:
        """A vertical."""
        return self.session.get(Vertical, number)

    def person(self, number: int | None = None) -> Person:
        """The subject, or another person."""
        return self.session.get(Person, number or self.subject)

    def case(self, number: int) -> Case:
        """A case as it is in the database now."""
        return self.session.get(Case, number, populate_existing=True)

    def do(self, actor: Actor, work):
        """One unit of work; what *work* returns, by its id where it is a row."""
        with unit_of_work(self.session, actor, intent="test") as session:
            made = work(session)
            session.flush()
            return getattr(made, "id", made)

    def consent(self, vertical: int | None = None, *, person: int | None = None, days: float | None = None) -> int:
        """Consent for the leading vertical, for ever or for some days, begun yesterday."""
        now = clock.now()
        until = now + dt.timedelta(days=days) if days is not None else None
        given = Given(now - dt.timedelta(days=1), until, evidence=SPOKEN)
        vertical = vertical or self.care
        return self.do(
            self.worker,
            lambda s: consenting.capture(s, self.worker, self.person(person), self.vertical(vertical), given),
        )

    def withdraw(self, consent: int, **more) -> None:
        """Take a consent back."""
        more = {"reason_code": "USER_REQUEST", **more}
        self.do(self.worker, lambda s: consenting.withdraw(s, self.worker, s.get(consenting.Consent, consent), **more))

    def opened(self, status: Status = Status.DRAFT, *, vertical: int | None = None, subject: int | None = None) -> int:
        """A case of the subject, put into a state without walking there."""
        with committed(self.session):
            of = self.vertical(vertical or self.care)
            return make_case(self.session, of, subject=self.person(subject), status=status).id

    def step(self, actor: Actor, number: int, action: Action, **more) -> Status:
        """One step of the lifecycle; the state it led to."""
        self.do(actor, lambda s: transitions.change_status(s, actor, cases.find(s, actor, number), action, **more))
        return self.case(number).lifecycle_status


def build(session, **pack) -> Office:
    """The office with a verified person; nobody has consented to anything."""
    with committed(session):
        care = make_vertical(session, "CARE", consent=True, **pack)
        health = make_vertical(session, "HEALTH", consent=True)
        desk, elsewhere = make_vertical(session, "DESK"), make_vertical(session, "ELSEWHERE", consent=True)
        actors = {
            name: actor_of(session, make_user(session, role, *verticals))
            for name, role, verticals in (
                ("worker", Role.CASEWORKER, (care, desk)),
                ("other_worker", Role.CASEWORKER, (care, desk)),
                ("supervisor", Role.SUPERVISOR, (care, desk)),
                ("other_supervisor", Role.SUPERVISOR, (care, desk)),
                ("healer", Role.CASEWORKER, (health,)),
                ("administrator", Role.ADMINISTRATOR, ()),
                ("auditor", Role.AUDITOR, ()),
                ("stranger", Role.SUPERVISOR, (elsewhere,)),
            )
        }
        subject = make_person(session, "Amina Testperson", verified=True, vertical=care)
        numbers = {"care": care.id, "health": health.id, "desk": desk.id, "subject": subject.id}
    return Office(session=session, **numbers, **actors)
