"""The invented cases, each walked through the real functions at its moments of the past."""

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import assignments, audit, cases, clock, intake, messages, notes, transitions
from portal.core.actors import Actor, from_organisation
from portal.core.models import Case, CasePerson, Message, Person, User
from portal.core.told import PersonTold, Report
from portal.core.vocabulary import Action, Delivery, Dialect, Direction, Origin
from portal.demo.accounts import Staff
from portal.demo.doors import DOORS
from portal.demo.office import Office
from portal.demo.people import Known
from portal.demo.stories import SUPPORT, Step, Story


def open_cases(session: Session, office: Office, staff: Staff, known: Known) -> None:
    """Open every case and take it as far as its story goes."""
    partner = from_organisation(office.partner, dialect=Dialect.HELPLINE, scopes=frozenset({"webform"}))
    actors = {**staff.actors, "partner": partner}
    present = clock.now()
    # In the order in which they were opened, so that a higher number is a younger case.
    for story in sorted((*SUPPORT, *DOORS), key=lambda story: -story.days_ago):
        with clock.pretended(present - dt.timedelta(days=story.days_ago)):
            case = _open(session, office, actors[story.opened_by], known, story, present.date())
        for step in story.steps:
            with clock.pretended(present - dt.timedelta(days=step.days_ago)):
                _take(session, actors, staff.users, known, case, story, step)
        session.flush()


def _open(session: Session, office: Office, actor: Actor, known: Known, story: Story, today: dt.date) -> Case:
    vertical = office.verticals[story.vertical]
    facts = dict(story.facts)
    if story.program:
        facts["program_id"] = office.programs[story.vertical].id
    if story.review_in_days is not None:
        facts["review_date"] = today + dt.timedelta(days=story.review_in_days)
    if story.client == "household":
        return cases.open_case(
            session, actor, origin=Origin.INTERVENTIONS, vertical=vertical, subject=known.household, facts=facts
        )
    clients = (PersonTold(person_id=known[story.client].id),) if story.client else story.clients
    report = Report(
        origin=story.origin,
        vertical=vertical,
        facts=facts,
        reporter=story.reporter,
        reporter_is_client=story.reporter_is_client,
        clients=clients,
        perpetrators=story.perpetrators,
        services=story.services,
        doubts=story.doubts,
    )
    return intake.take(session, actor, report)


def _take(
    session: Session,
    actors: dict[str, Actor],
    users: dict[str, User],
    known: Known,
    case: Case,
    story: Story,
    step: Step,
) -> None:
    if step.verb == "receive":
        _receive(session, case, known.get(step.who) or _reporter(session, case), step.text)
        return
    actor = actors[step.who]
    words: dict[str, Callable[[], object]] = {
        "note": lambda: notes.write(session, actor, case, step.text),
        "message": lambda: messages.write(session, actor, case, step.text, to=_addressee(session, known, case, story)),
        "assign": lambda: assignments.give(session, actor, case, users[step.text]),
    }
    if step.verb in words:
        words[step.verb]()
        return
    explained = {"text": step.text} if step.reason else {"note": step.text}
    transitions.change_status(session, actor, case, Action(step.verb), reason=step.reason, **explained)


def _addressee(session: Session, known: Known, case: Case, story: Story) -> Person:
    return known[story.client] if story.client else _reporter(session, case)


def _reporter(session: Session, case: Case) -> Person:
    query = sa.select(Person).join(CasePerson, CasePerson.person_id == Person.id)
    return session.scalars(query.where(CasePerson.case_id == case.id, CasePerson.role == "reporter")).one()


def _receive(session: Session, case: Case, sender: Person, text: str) -> None:
    """A letter that came in: written down by the office, as there is no channel yet."""
    message = Message(
        case_id=case.id,
        direction=Direction.INBOUND,
        kind="letter",
        sender={"name": sender.full_name, "person_id": sender.id},
        recipients=[{"name": "The office"}],
        text=text,
        delivery=Delivery.RECEIVED,
    )
    session.add(message)
    session.flush()
    cases.touch(session, case)
    writer = Actor(kind="anonymous", name="Sender of a letter")
    audit.append(session, writer, "message.receive", case=case, details={"message": message.id})
