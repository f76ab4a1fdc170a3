"""The world in which every door of the browser is tried: something behind each, and who is let in."""

import datetime as dt
import io
import uuid
from dataclasses import dataclass

from flask import Flask

from portal.core import approvals, assignments, attachments, clock, contacts, relations, retention, saved_views, tokens
from portal.core import households as homes
from portal.core.actors import SYSTEM, from_user
from portal.core.models import CodeValue, Cover, PersonPair, User
from portal.core.vocabulary import Outcome, PairState, Role
from portal.extensions import db
from tests import factories
from tests.factories import committed, make_case, make_participant, make_person, make_user, make_vertical
from tests.web.doors import DRAFT


@dataclass
class World:
    """A user of each role who works in the case's vertical, one who does not, a case and a person on it."""

    users: dict[Role, int]
    stranger: int
    values: dict[str, object]


def build_world(app: Flask) -> World:
    """Make the world; the browser's walk of every page (browser/world.py) goes through it too."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSEWHERE")
        users = {role: make_user(session, role, here).id for role in Role}
        stranger = make_user(session, Role.SUPERVISOR, elsewhere).id
        person = make_person(session, vertical=here, phone="+254711222333")
        case = make_case(session, here, subject=person)
        taken = contacts.ContactTold(outcome=Outcome.SILENT, vertical=here)
        contact = contacts.save(session, from_user(session, session.get(User, users[Role.AGENT])), taken)
        _, token = tokens.issue(session, SYSTEM, dialect="helpline", user=session.get(User, users[Role.AGENT]))
        worker = session.get(User, users[Role.AGENT])
        factories.make_program(session, here)
        retention.create(session, SYSTEM, vertical=here.id, archive_months=12, erase_months=12)
        factories.make_place(session, "Quay")
        session.add(CodeValue(list_name="language", value="1", label="Kiswahili"))
        values = {
            "part": make_participant(session, case, make_vertical(session, "ASKED"), opted_in=False).id,
            "assignment": assignments.add(session, SYSTEM, case, worker, effective_from=clock.now()).id,
            "question": approvals.ask(session, SYSTEM, case, purpose=approvals.TRANSFER).id,
            "jti": token.jti,
            "session_id": uuid.uuid4(),
            "asked": factories.make_request(session, person).id,
            "conflict": factories.make_conflict(session, case, make_case(session, here)).uuid,
            **_of_subjects(app, session, case, person),
            **_of_doubles(session, person, here),
            "cover": _cover(session, users[Role.CASEWORKER], users[Role.SUPERVISOR]),
            "saved": _kept_view(session, users[Role.CASEWORKER], here),
            "number": case.id,
            "list_name": "language",
            "grant": case.id,
            "worker": stranger,
            "intake.contact.number": contact.id,
            "intake.take_up.number": contact.id,
            "intake.reveal.number": contact.id,
            "person": person.id,
            "id": person.id,
            "contact_id": person.contacts[0].id,
            "action": "close",
            "act": "assign",
            "key": DRAFT,
            "step": "reporter-name",
            "form": "note",
            "held": 1,
            "passkey": 1,
        }
        return World(users, stranger, values)


def _of_subjects(app: Flask, session, case, person) -> dict[str, object]:
    """A consent of the person, a file about them on the case, and the household they lead."""
    stored = app.extensions["storage"].put(io.BytesIO(b"Yes."), limit=9)
    kept = attachments.Brought("yes.txt", stored.checksum, stored.size_bytes, stored.content_type)
    home = factories.make_household(session, person)
    homes.add_member(session, SYSTEM, home, person, effective_from=clock.today())
    return {
        "household": home.uuid,
        "consent": factories.make_consent(session, person, case.primary_vertical).id,
        "file": attachments.add(session, SYSTEM, kept, case=case, person=person).uuid,
    }


def _cover(session, user: int, by: int) -> int:
    """The caseworker is away, and the supervisor covers."""
    cover = Cover(user_id=user, by_id=by, begins_at=clock.now(), ends_at=clock.now() + dt.timedelta(days=2))
    session.add(cover)
    session.flush()
    return cover.id


def _kept_view(session, owner: int, vertical) -> int:
    """A view that a caseworker shares with their vertical."""
    actor = from_user(session, session.get(User, owner))
    shared = {"sharing": saved_views.Sharing.VERTICAL, "vertical": vertical}
    return saved_views.save(session, actor, "Late ones", {"view": ["overdue"]}, **shared).id


def _of_doubles(session, person, here) -> dict[str, int]:
    """Somebody who was said to be another person, which is remembered; and a child of the person."""
    other = make_person(session, "Omar Testperson", vertical=here)
    answer = {"state": PairState.DIFFERENT, "decided_at": clock.now()}
    pair = PersonPair(low_id=person.id, high_id=other.id, score=0, **answer)
    session.add(pair)
    session.flush()
    child = make_person(session, "Nia Testperson", vertical=here)
    related = relations.add(session, SYSTEM, person, child, kind="child").id
    return {"other": other.id, "pair": pair.id, "relation": related}
