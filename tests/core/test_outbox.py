"""Messages that are held: taken back in time or recorded once, whoever looks and whatever stops meanwhile."""

import concurrent.futures
import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import attachments, case_file, clock, fulltext, jobs, messages, outbox, timeline
from portal.core.attachments import Brought
from portal.core.errors import AlreadyDone, InvalidInput, NotFound, ReadOnly
from portal.core.intake import take
from portal.core.models import Attachment, AuditEvent, Case, HeldMessage, Message, Person
from portal.core.told import PersonTold, Report
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Delivery, Origin, Role, Status
from portal.extensions import db
from tests.factories import actor_of, committed, make_user, make_vertical, put_into

TEXT = "Come on Monday at ten, by the blue door."


@pytest.fixture
def office(session) -> dict:
    """A case with a client, two colleagues who see it, and one who does not."""
    with committed(session):
        here = make_vertical(session)
        me, colleague = (actor_of(session, make_user(session, Role.SUPERVISOR, here)) for _ in range(2))
        stranger = actor_of(session, make_user(session, Role.SUPERVISOR, make_vertical(session)))
        told = Report(
            origin=Origin.PORTAL,
            vertical=here,
            facts={"narrative": "As told."},
            clients=(PersonTold(full_name="Amina Testchild"),),
        )
        case = take(session, me, told)
        client = session.scalar(sa.select(Person))
        return {"me": me, "colleague": colleague, "stranger": stranger, "case": case.id, "client": client.id}


def hold(session, office, text=TEXT, *, to=True) -> int:
    with committed(session):
        person = session.get(Person, office["client"]) if to else None
        return outbox.hold(session, office["me"], session.get(Case, office["case"]), text, to=person).id


def take_back(session, office, held, who="me"):
    actor = office[who]
    with unit_of_work(session, actor, intent="message.unsend"):
        return outbox.take_back(session, actor, session.get(Case, office["case"]), held)


def its_time_is_over(session) -> int:
    clock.advance(outbox.HOLD)
    with committed(session):
        return outbox.release(session)


def recorded(session) -> list[Message]:
    return list(session.scalars(sa.select(Message).order_by(Message.id)))


def test_what_is_held_is_read_by_its_author_alone_and_by_nobody_as_a_message(session, office):
    held = hold(session, office)
    me, colleague, case = office["me"], office["colleague"], session.get(Case, office["case"])
    (mine,) = outbox.waiting(session, me, [case.id])
    assert (mine.id, mine.text, mine.to.id, mine.seconds_left) == (held, TEXT, office["client"], 20)
    assert outbox.waiting(session, colleague, [case.id]) == []
    asked = fulltext.question("blue door")
    for actor in (me, colleague):
        assert all(TEXT not in (entry.text or "") for entry in timeline.page(session, actor, case).entries)
        assert fulltext.find(session, actor, asked).hits == []
        with committed(session):
            made = case_file.export(session, actor, case, set(case_file.Part), reason_code="COURT")
        assert made.messages == []
    assert recorded(session) == [] and messages.of_case(session, [case.id], limit=9) == []
    assert TEXT.encode() not in session.execute(sa.text("SELECT text FROM outbox")).scalar(), "it is encrypted"


def test_after_twenty_seconds_it_is_recorded_once_in_its_authors_name(session, office):
    hold(session, office)
    clock.advance(outbox.HOLD - dt.timedelta(seconds=2))
    with committed(session):
        assert outbox.release(session) == 0
    clock.advance(dt.timedelta(seconds=2))
    ran = {ran.name: ran.changed for ran in jobs.run_due(session, all_now=True)}
    assert ran["messages.release"] == 1
    with committed(session):
        assert outbox.release(session) == 0
    (message,) = recorded(session)
    assert (message.text, message.recipient_id, message.author_id) == (TEXT, office["client"], office["me"].user_id)
    assert message.delivery is Delivery.RECORDED and message.channel is None
    held = session.scalar(sa.select(HeldMessage))
    assert (held.state, held.message_id, held.text) == ("ready", message.id, None)
    assert fulltext.find(session, office["colleague"], fulltext.question("blue door")).hits != []
    written = session.scalar(sa.select(AuditEvent).where(AuditEvent.action == "message.write"))
    assert (written.actor_id, written.case_id) == (office["me"].user_id, office["case"])


def test_what_is_taken_back_in_time_gives_its_text_back_and_is_never_recorded(session, office):
    held = hold(session, office)
    taken = take_back(session, office, held)
    assert (taken.text, taken.recipient_id) == (TEXT, office["client"])
    assert its_time_is_over(session) == 0 and recorded(session) == []
    with pytest.raises(AlreadyDone):
        take_back(session, office, held)
    row = session.get(HeldMessage, held)
    assert (row.state, row.text) == ("cancelled", None)


def test_nobody_takes_back_too_late_or_for_somebody_else(session, office):
    held = hold(session, office)
    for who in ("colleague", "stranger"):
        with pytest.raises(NotFound):
            take_back(session, office, held, who)
    clock.advance(outbox.HOLD)
    with pytest.raises(AlreadyDone):
        take_back(session, office, held)
    with committed(session):
        assert outbox.release(session) == 1
    with pytest.raises(AlreadyDone):
        take_back(session, office, held)
    assert len(recorded(session)) == 1


def test_a_case_that_is_closed_to_words_meanwhile_still_takes_what_was_sent_before(session, office):
    hold(session, office)
    with committed(session):
        put_into(session, session.get(Case, office["case"]), Status.SUSPENDED)
    with pytest.raises(ReadOnly):
        hold(session, office, "Another one")
    assert its_time_is_over(session) == 1
    assert [message.text for message in recorded(session)] == [TEXT]


def test_the_files_of_a_message_are_its_authors_until_it_is_recorded_and_gone_when_it_is_taken_back(session, office):
    def brought(number: int) -> Brought:
        return Brought(f"letter{number}.pdf", str(number) * 64, 9, "application/pdf")

    with committed(session):
        case = session.get(Case, office["case"])
        for number in (1, 2):
            last = outbox.hold(session, office["me"], case, TEXT, files=[brought(number), brought(number)]).id
        names = [file.uuid for file in session.scalars(sa.select(Attachment).order_by(Attachment.id))]
    assert outbox.waiting(session, office["me"], [case.id])[1].files == ("letter2.pdf", "letter2.pdf")
    assert attachments.find(session, office["me"], names[0]) and attachments.told(session, [case.id]) == []
    with pytest.raises(NotFound):
        attachments.find(session, office["colleague"], names[0])
    assert take_back(session, office, last).files == ("letter2.pdf", "letter2.pdf")
    assert its_time_is_over(session) == 1
    (message,) = recorded(session)
    assert [file.uuid for file in attachments.of_messages(session, [message.id])[message.id]] == names[:2]
    assert attachments.find(session, office["colleague"], names[0]).case_id == case.id
    with pytest.raises(NotFound):
        attachments.find(session, office["me"], names[2])
    hits = fulltext.find(session, office["colleague"], fulltext.question("letter1"), kinds=("attachment",)).hits
    assert len(hits) == 2


@pytest.mark.parametrize("text", ["", " \n"])
def test_nothing_is_not_held(session, office, text):
    with pytest.raises(InvalidInput):
        hold(session, office, text)


def test_two_who_release_at_once_record_each_message_once(session, office, app):
    for number in range(4):
        hold(session, office, f"Number {number}", to=False)
    clock.advance(outbox.HOLD)

    def release() -> int:
        with app.app_context(), committed(db.session):
            return outbox.release(db.session)

    session.rollback()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = sum(pool.map(lambda _: release(), range(2)))
    assert done == 4
    assert sorted(message.text for message in recorded(session)) == [f"Number {number}" for number in range(4)]
